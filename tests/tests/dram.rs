//! Weights from off chip: counts that are derived by hand, and that every parameter matters.

use lcsim_golden::synthetic::{self, Rates};
use lcsim_sim::{Activity, Mode, Outcome, Simulator};
use lcsim_spec::Layer;
use lcsim_spec::config::{DramConfig, Prefetch};
use lcsim_spec::schedule::Program;
use lcsim_spec::timing::{self, ARRAY_SEEN, DECISION_TO_SLOT, DECISION_TO_START, OUTPUTS_SEEN};
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use lcsim_tests::counts;
use lcsim_tests::random::starved;
use lcsim_tests::repository;
use lcsim_tests::tiny::{array, block, conv, network, shape};

fn dram() -> DramConfig {
    DramConfig { bytes_per_cycle: 2, latency_cycles: 40, burst_bytes: 8, prefetch: Prefetch::Gated }
}

/// An array of 4x4 PEs that holds two tiles of `net`'s filters, and all weights of gates.
fn small(net: &QuantNetwork, dram: DramConfig) -> AcceleratorConfig {
    starved(net, AcceleratorConfig { dram: Some(dram), ..array(4, 4, 4) }, true, false)
}

fn run(net: &QuantNetwork, config: &AcceleratorConfig) -> Outcome {
    let image = vec![10; net.input.shape.len()];
    Simulator::stepped(net, config).expect("fits").run(&image, Mode::Gated)
}

/// A stem, three tiles of a convolution whose folds are too short to hide anything, and the way
/// back to four channels.
fn plain() -> QuantNetwork {
    let map = shape(4, 2, 2);
    let second = conv("second", map, 12, 3);
    let third = conv("third", second.output, 4, 3);
    network(conv("stem", map, 4, 1), vec![Layer::Conv(second), Layer::Conv(third)], 1)
}

#[test]
fn the_first_tile_is_waited_for() {
    let net = plain();
    let outcome = run(&net, &small(&net, dram()));
    // Asked for in TILE's last cycle; FOLD comes behind 4 cycles of SETUP and two of SETTLE. 4
    // channels of 4 bytes are 2 bursts.
    let stem = 40 + 2 * 8 / 2 - timing::tile_setup(4) as u64;
    assert_eq!(outcome.layers[1].cycles.dram, stem);
    counts::check("DRAM: first tile", stem);
    // The other tiles are asked for when the one before begins: they come at the pace of the DRAM,
    // 4 channels of 36 bytes in 2 a cycle. What is not waited for is SETUP and SETTLE of the last
    // one, and a tile's work besides.
    let pace = 4 * 36 / 2;
    let found = outcome.layers[2].cycles;
    assert!(found.dram < 2 * pace && found.dram + found.weights + found.compute > 2 * pace, "{found:?}");
    let all = [4 * 4, 12 * 36, 4 * 108].map(|bytes: u64| bytes.next_multiple_of(8));
    assert_eq!(outcome.layers.iter().map(|l| l.activity.dram_read).sum::<u64>(), all.iter().sum::<u64>());
    assert_eq!(outcome.dram_busy, all.iter().sum::<u64>() / 2);
}

#[test]
fn what_fits_stays_on_chip() {
    let net = plain();
    let without = run(&net, &array(4, 4, 4));
    for bytes_per_cycle in [1, 1000] {
        let config = AcceleratorConfig { dram: Some(DramConfig { bytes_per_cycle, ..dram() }), ..array(4, 4, 4) };
        assert_eq!(run(&net, &config), without);
    }
}

#[test]
fn a_skipped_branch_is_not_fetched_or_fetched_in_vain() {
    let map = shape(4, 4, 4);
    let b = block(map, 8, 3, Some(false), [&[], &[]]);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Block(b)], 1);
    let bytes = |prefetch| {
        let outcome = run(&net, &small(&net, DramConfig { prefetch, ..dram() }));
        let sum = |f: fn(&Outcome, usize) -> u64| (0..outcome.layers.len()).map(|i| f(&outcome, i)).sum::<u64>();
        [sum(|o, i| o.layers[i].activity.dram_read), sum(|o, i| o.layers[i].activity.dram_wasted)]
    };
    assert_eq!(bytes(Prefetch::Gated), [16, 0]);
    // The first tile of the branch: 4 channels of 4 x 9 bytes.
    assert_eq!(bytes(Prefetch::Speculative), [16 + 144, 144]);
}

#[test]
fn dead_channels_are_not_fetched() {
    let map = shape(4, 4, 4);
    let b = block(map, 4, 3, None, [&[true, false, false, true], &[false, true, false, false]]);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Block(b)], 1);
    let read = |prefetch| {
        let outcome = run(&net, &small(&net, DramConfig { burst_bytes: 1, prefetch, ..dram() }));
        outcome
            .layers
            .iter()
            .map(|l| [l.activity.dram_read, l.activity.dram_wasted])
            .fold([0, 0], |a, b| [a[0] + b[0], a[1] + b[1]])
    };
    // Two filters of 4 inputs, one of 2 live ones, 9 taps each.
    assert_eq!(read(Prefetch::Gated), [16 + 2 * 36 + 18, 0]);
    // All four of the first convolution come before its gate has decided, and all four of the
    // second one for the live inputs.
    assert_eq!(read(Prefetch::Speculative), [16 + 4 * 36 + 4 * 18, 2 * 36 + 3 * 18]);
}

/// Two convolutions whose maps of 8x8 pixels and 4 channels do not fit: 64 words of the stream's
/// banks each, of which there are as many as two bands of one row take for the second one, 3 rows
/// of its input and 1 of its output.
#[test]
fn maps_that_do_not_fit_are_moved_in_bands() {
    let map = shape(4, 8, 8);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Conv(conv("second", map, 4, 3))], 1);
    let mut config = AcceleratorConfig { dram: Some(dram()), ..array(4, 4, 64) };
    config.memory.stream_bytes = 4 * (2 * 3 * 8 + 2 * 8);
    let program = Program::new(&net, &config).expect("fits");
    let rows = |layer: usize| -> Vec<_> {
        let bands = program.convs.iter().filter(|c| c.layer.index() == layer);
        bands.map(|c| (c.band.first_row, c.output.height, c.input.height, c.pad[0])).collect()
    };
    // The stem's output has all of the memory: two buffers of four rows.
    assert_eq!(rows(1), [(0, 4, 4, 0), (4, 4, 4, 0)]);
    assert_eq!(
        rows(2),
        (0..8).map(|row| (row, 1, if row % 7 == 0 { 2 } else { 3 }, usize::from(row == 0))).collect::<Vec<_>>()
    );
    let outcome = run(&net, &config);
    let bytes = |f: fn(&Activity) -> u64| outcome.layers.iter().map(|l| f(&l.activity)).collect::<Vec<_>>();
    // Rows of 32 bytes. What the classifier reads is pool sums, so the last map is not stored.
    assert_eq!(bytes(|a| a.dram_write), [0, 8 * 32, 0, 0]);
    assert_eq!(bytes(|a| a.dram_read), [0, 0, (2 + 6 * 3 + 2) * 32, 0]);
    assert_eq!(outcome.dram_busy, (8 + 22) * 32 / 2);
    // Bytes in the banks: the stem writes its map, and moves read it once and write it as often as
    // rows are fetched.
    assert_eq!(bytes(|a| a.stream_write), [0, 256, 256 + 22 * 32, 0]);
    assert_eq!(bytes(|a| a.stream_read)[1], 256);
    config.memory.stream_bytes -= 4;
    let error = Program::new(&net, &config).expect_err("no room for a row").to_string();
    assert!(
        error.contains("memory.stream_bytes is 252") && error.contains("layer `second` in bands of one row needs 256"),
        "{error}"
    );
}

/// While a band is computed the next one is fetched: with enough bandwidth only the first is waited
/// for.
#[test]
fn the_next_band_comes_while_one_is_computed() {
    let map = shape(4, 8, 8);
    let net = network(conv("stem", map, 4, 1), vec![Layer::Conv(conv("second", map, 4, 3))], 1);
    let waits = |bytes_per_cycle, latency_cycles| {
        let dram = DramConfig { bytes_per_cycle, latency_cycles, ..dram() };
        let mut config = AcceleratorConfig { dram: Some(dram), ..array(4, 4, 64) };
        config.memory.stream_bytes = 4 * (2 * 3 * 8 + 2 * 8);
        run(&net, &config).layers[2].cycles
    };
    // The rows of the first band, a word of the banks a cycle, behind those that the stem stored
    // last. The controller takes three cycles for each of the three instructions: the first move,
    // the next, the convolution; the move starts a cycle behind its decision.
    let cycles = waits(4, 8);
    let first = (4 * 8 + 2 * 8 + 8 - (3 * timing::fetch(1) - DECISION_TO_START)) as u64;
    assert_eq!(cycles.dram, first, "{cycles:?}");
    counts::check("DRAM: first band", first);
    // With a latency of 200, the rows of the third band are asked for when the first ends, an
    // instruction before the second starts, and waited for when that ends. Meanwhile those of the
    // fourth come. So every other one waits.
    let fetch = timing::fetch(1);
    let first_slot = OUTPUTS_SEEN + timing::tile_setup(4) + 1 + timing::fold_ready(4, 1) + DECISION_TO_SLOT + 1;
    let band = first_slot + (9 * 8 - 1) + timing::drain(4, 4, 1) + ARRAY_SEEN + fetch;
    let bands = (4 * 8 + 2 * 8 + 200 - (3 * fetch - DECISION_TO_START)) + 3 * (3 * 8 + 200 - band - fetch);
    let bands = bands as u64;
    assert_eq!(waits(4, 200).dram, bands);
    counts::check("DRAM: bands", bands);
}

fn imagenet() -> AcceleratorConfig {
    AcceleratorConfig::read(&repository("configs/imagenet-32x32.toml")).expect("shipped")
}

/// Cycles of a synthetic network whose gates are open at one half.
fn cycles(name: &str, config: &AcceleratorConfig) -> u64 {
    let net = synthetic::network(name, true).expect("known");
    let rates = Rates { blocks: vec![0.5], channels: 0.5, seed: 3 };
    let decisions = synthetic::decisions(&net, &rates, 0, true);
    Simulator::new(&net, config).expect("fits").replay(&decisions, Mode::Gated).cycles
}

type Knob = (&'static str, fn(&mut AcceleratorConfig));

#[test]
fn every_parameter_changes_the_cycles() {
    let knobs: [Knob; 15] = [
        ("array.rows", |c| c.array.rows = 16),
        ("array.cols", |c| c.array.cols = 16),
        ("array.accumulator_depth", |c| c.array.accumulator_depth = 32),
        ("gate.macs", |c| c.gate.macs = 16),
        ("memory.instruction_words", |c| c.memory.instruction_words = 4),
        ("memory.weight_bytes", |c| c.memory.weight_bytes = 1 << 25),
        ("memory.gate_weight_bytes", |c| c.memory.gate_weight_bytes = 1 << 25),
        ("memory.stream_bytes", |c| c.memory.stream_bytes /= 2),
        ("memory.scratch_bytes", |c| c.memory.scratch_bytes /= 2),
        ("memory.image_bytes", |c| c.memory.image_bytes /= 2),
        ("dram.bytes_per_cycle", |c| c.dram.iter_mut().for_each(|d| d.bytes_per_cycle /= 2)),
        ("dram.latency_cycles", |c| c.dram.iter_mut().for_each(|d| d.latency_cycles += 1)),
        ("dram.burst_bytes", |c| c.dram.iter_mut().for_each(|d| d.burst_bytes = 256)),
        ("dram.prefetch", |c| c.dram.iter_mut().for_each(|d| d.prefetch = Prefetch::Speculative)),
        ("dram", |c| (c.memory.weight_bytes, c.memory.gate_weight_bytes, c.dram) = (1 << 25, 1 << 25, None)),
    ];
    let before = cycles("resnet50", &imagenet());
    for (key, change) in knobs {
        let mut config = imagenet();
        change(&mut config);
        config.validate("changed").expect("in range");
        assert_ne!(cycles("resnet50", &config), before, "{key} changes nothing");
    }
}

#[test]
fn memories_are_as_small_as_they_may_be() {
    let knobs: [Knob; 8] = [
        // Two bands of a row of 112 pixels and 64 channels take 28,672 bytes.
        ("memory.stream_bytes", |c| c.memory.stream_bytes = 28_000),
        ("memory.scratch_bytes", |c| c.memory.scratch_bytes = 28_000),
        ("memory.weight_bytes", |c| c.memory.weight_bytes /= 2),
        ("memory.gate_weight_bytes", |c| c.memory.gate_weight_bytes /= 2),
        ("memory.parameters", |c| c.memory.parameters /= 4),
        ("memory.gate_parameters", |c| c.memory.gate_parameters /= 4),
        ("memory.instructions", |c| c.memory.instructions /= 64),
        ("gate.channels", |c| c.gate.channels /= 2),
    ];
    let net = synthetic::network("resnet50", true).expect("known");
    for (key, change) in knobs {
        let mut config = imagenet();
        change(&mut config);
        let Err(error) = Simulator::new(&net, &config) else { panic!("{key}: it fits") };
        assert!(error.to_string().contains(key), "{key}: {error}");
    }
}
