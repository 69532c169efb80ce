//! Every unit of the emitted core alone, against models written from docs/microarchitecture.md,
//! with random stimulus and extreme values. `UNIT_VECTORS` multiplies the stimulus.

use lcsim_hdl::{Kind, Part, Witness};
use lcsim_spec::AcceleratorConfig;
use lcsim_tests::bench::{Bench, Script, Simulator};
use lcsim_tests::{tiny, units};

/// Chunks of a few pixels; instructions of several words where there is room for few PEs.
fn accelerator(rows: usize, cols: usize, macs: usize) -> AcceleratorConfig {
    let mut config = tiny::array(rows, cols, macs);
    config.memory.instruction_words = match rows * cols {
        0..4 => 24,
        4..6 => 9,
        _ => 1,
    };
    config.array.accumulator_depth = 6;
    config
}

/// Every unit of an accelerator.
fn every_unit(config: &AcceleratorConfig, effort: usize) -> Vec<(Part, Script)> {
    let (rows, cols) = (config.array.rows, config.array.cols);
    let mut all = vec![
        units::pe(config, 200 * effort, 1),
        units::array(config, 200 * effort, 2),
        units::gate(config, 12 * effort, 3),
        units::loader(config, 10 * effort, 4),
        units::streamer(config, 6 * effort, 5),
        units::controller(config, 10 * effort, 6),
        units::host(config, 3 * effort, 14),
        units::image(config, 10 * effort, 7),
        units::bank(config, 200 * effort, 8),
        units::crossbar(config, 200 * effort, 13),
        units::ram(config, 200 * effort, 9),
        units::row(config, 0, 200 * effort, 10),
        units::column(config, 0, 5 * effort, 11),
    ];
    if rows > 1 {
        all.push(units::row(config, rows - 1, 200 * effort, 12));
    }
    for index in (1..cols).filter(|index| *index == cols / 2 || *index == cols - 1) {
        all.push(units::column(config, index, 5 * effort, 20 + index as u64));
    }
    all
}

/// `usual`, or as much more as the environment says.
fn effort(usual: usize) -> usize {
    usual * std::env::var("UNIT_VECTORS").map_or(1, |n| n.parse().expect("a number"))
}

fn agree(simulator: Simulator, shapes: &[(usize, usize, usize)], effort: usize) {
    if !simulator.installed() {
        return;
    }
    for &(rows, cols, macs) in shapes {
        let mut bench = Bench::default();
        for (part, script) in every_unit(&accelerator(rows, cols, macs), effort) {
            bench.add(&part, script);
        }
        bench.run(simulator).unwrap_or_else(|mismatch| panic!("{rows}x{cols}, {macs} MACs: {mismatch}"));
    }
}

/// rust-hdl simulates the units that are written in its language, with the stimulus of the emitted
/// text.
#[test]
fn units_in_rust_hdls_own_simulator() {
    for (rows, cols) in [(1, 1), (1, 4), (5, 1), (3, 5), (4, 4), (8, 8)] {
        let config = accelerator(rows, cols, 2);
        let units = [
            (Kind::Pe, units::pe(&config, 300, 1)),
            (Kind::Array, units::array(&config, 200, 2)),
            (Kind::Gate, units::gate(&config, 12, 3)),
            (Kind::Row, units::row(&config, 0, 200, 4)),
            (Kind::Streamer, units::streamer(&config, 6, 5)),
            (Kind::Image, units::image(&config, 10, 6)),
        ];
        for (kind, (_, script)) in units {
            let mut witness = Witness::new(&config, kind).expect("in rust-hdl's language");
            script.run_witness(&mut witness).unwrap_or_else(|mismatch| panic!("{rows}x{cols}: {mismatch}"));
        }
    }
}

#[test]
fn units_under_icarus() {
    agree(
        Simulator::Icarus,
        &[(1, 1, 1), (1, 4, 2), (5, 1, 3), (3, 5, 4), (5, 3, 5), (6, 2, 6), (4, 4, 7), (4, 8, 3), (8, 4, 5), (8, 8, 8)],
        effort(1),
    );
}

#[test]
fn units_under_verilator() {
    agree(Simulator::Verilator, &[(3, 5, 3), (8, 8, 8)], effort(10));
}
