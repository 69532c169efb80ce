//! A small network with gates, and its images as benches of a core run them.

use crate::tiny::{block, conv, network, shape};
use lcsim_hdl::Vector;
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::schedule::Program;
use lcsim_spec::{AcceleratorConfig, Layer, QuantNetwork};

/// A stem and a block with an L-Net and two C-Nets, on images of 4 channels and 4x4 pixels.
pub fn net() -> QuantNetwork {
    let map = shape(4, 4, 4);
    let b = block(map, 6, 3, Some(true), [&[true, false, true, true, false, true], &[true, true, false, true]]);
    network(conv("stem", map, 4, 3), vec![Layer::Block(b)], 3)
}

/// The program of [`net`], and for each seed an image with the simulator's results.
///
/// # Panics
/// If the accelerator does not hold the network.
pub fn vectors(config: &AcceleratorConfig, seeds: &[i8]) -> (Program, Vec<Vector>) {
    let images: Vec<Vec<i8>> = seeds.iter().map(|seed| (0..64).map(|i: i8| i.wrapping_mul(*seed)).collect()).collect();
    vectors_of(&net(), config, &images)
}

/// The program of a network, and its images with the simulator's results.
///
/// # Panics
/// If the accelerator does not hold the network.
pub fn vectors_of(net: &QuantNetwork, config: &AcceleratorConfig, images: &[Vec<i8>]) -> (Program, Vec<Vector>) {
    let program = Program::new(net, config).expect("fits");
    let simulator = Simulator::stepped(net, config).expect("fits");
    let vector = |image: &Vec<i8>| {
        let outcome = simulator.run(image, Mode::Gated);
        Vector::new(&program, image, &outcome.trace, outcome.cycles)
    };
    let vectors = images.iter().map(vector).collect();
    (program, vectors)
}
