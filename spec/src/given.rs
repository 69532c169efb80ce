//! Gates whose scores come with each image, and not from the network.
//!
//! ```
//! use lcsim_spec::{Block, Conv, Decision, Fc, Layer, given};
//! #
//! # let map = lcsim_spec::Shape { channels: 2, height: 4, width: 4 };
//! # let conv = |name: &str| lcsim_spec::GatedConv {
//! #     conv: Conv {
//! #         name: name.to_owned(), input: map, output: map, kernel: [1, 1], stride: [1, 1], pad: [0, 0], relu: true,
//! #         depthwise: false, weights: vec![1; 4], bias: vec![0; 2], multiplier: vec![1; 2], shift: vec![1; 2],
//! #     },
//! #     gate: None,
//! # };
//! # let block: Block = Block {
//! #     name: "block1".to_owned(), lnet: None, convs: vec![conv("conv1"), conv("conv2")], shortcut: None, relu: true,
//! # };
//!
//! let mut layers: Vec<Layer<Conv, Fc>> = vec![Layer::Block(block)];
//! given::give(&mut layers, |target| target == "conv1");
//! let Layer::Block(block) = &layers[0] else { return };
//! let gate = block.convs[0].gate.as_ref().expect("a gate that was not there before");
//! assert_eq!((gate.name(), gate.outputs(), gate.decision), ("conv1.gate", 2, Decision::Given));
//! assert!(gate.head.layers().is_empty() && block.lnet.is_none());
//! ```

use crate::network::Layer;
use crate::number::Score;
use crate::operators::convolution::Convolution;
use crate::operators::gate::{Connected, Decision, Gate, Head};
use crate::trace::GateDecision;
use std::collections::BTreeSet;

/// Makes gates take given scores: those of the blocks and of the convolutions in branches whose
/// names are `wanted`. A gate that is there keeps its layers, so that they take their time. Where
/// there is none, a gate without layers comes.
pub fn give<C: Convolution, F: Connected>(layers: &mut [Layer<C, F>], wanted: impl Fn(&str) -> bool) {
    let mut names: BTreeSet<String> = layers.iter().flat_map(names).collect();
    for layer in layers {
        let Layer::Block(b) = layer else { continue };
        if wanted(&b.name) {
            give_one(&mut b.lnet, &b.name, 1, &mut names);
        }
        for g in &mut b.convs {
            if wanted(g.conv.name()) {
                give_one(&mut g.gate, g.conv.name(), g.conv.windows().output.channels, &mut names);
            }
        }
    }
}

fn give_one<F>(gate: &mut Option<Gate<F>>, target: &str, outputs: usize, names: &mut BTreeSet<String>) {
    match gate {
        Some(gate) => gate.decision = Decision::Given,
        None => {
            let mut name = format!("{target}.gate");
            while !names.insert(name.clone()) {
                name.push('_');
            }
            *gate = Some(Gate { head: Head::Absent { name, outputs }, decision: Decision::Given });
        }
    }
}

/// The names that a layer takes.
fn names<C: Convolution, F: Connected>(layer: &Layer<C, F>) -> Vec<String> {
    let mut names: Vec<String> = layer.convs().into_iter().map(|c| c.name().into()).collect();
    match layer {
        Layer::Conv(_) => {}
        Layer::Pool(p) => names.push(p.name.clone()),
        Layer::Block(b) => {
            names.push(b.name.clone());
            names.extend(b.gates().map(|gate| gate.name().into()));
        }
    }
    names
}

/// The scores of `gate` among the `given` ones.
///
/// # Panics
/// If there are none.
pub fn scores<'a>(given: &'a [GateDecision], gate: &str) -> &'a [Score] {
    match given.iter().find(|decision| decision.gate == gate) {
        Some(decision) => &decision.scores,
        None => panic!("gate `{gate}`: expected scores that come with the image, found none"),
    }
}
