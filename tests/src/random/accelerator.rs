//! Random accelerators.

use lcsim_spec::config::{ArrayConfig, DramConfig, GateConfig, MemoryConfig, Prefetch};
use lcsim_spec::schedule::{Capacity, Program, ScheduleError, Shortage};
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use proptest::prelude::*;

/// Accelerators of [`accelerator`] with a DRAM.
pub fn accelerator_with_dram() -> impl Strategy<Value = AcceleratorConfig> {
    let prefetch = prop_oneof![Just(Prefetch::Gated), Just(Prefetch::Speculative)];
    (accelerator(), 1usize..=40, 8usize..=90, 1usize..=70, prefetch).prop_map(
        |(config, bytes_per_cycle, latency_cycles, burst_bytes, prefetch)| {
            let dram = DramConfig { bytes_per_cycle, latency_cycles, burst_bytes, prefetch };
            AcceleratorConfig { dram: Some(dram), ..config }
        },
    )
}

/// An accelerator with a DRAM whose memories hold of `net` no more than they must: filters of two
/// tiles if `filters`, the weights of a gate if `gates`.
pub fn starved(net: &QuantNetwork, mut config: AcceleratorConfig, filters: bool, gates: bool) -> AcceleratorConfig {
    let (cols, macs) = (config.array.cols, config.gate.macs);
    if filters {
        let tiles = net.convs().map(|c| 2 * c.taps() * c.fan_in() * cols);
        config.memory.weight_bytes = tiles.max().unwrap_or(cols);
    }
    if gates {
        let all = net.gates().flat_map(|(gate, _)| gate.head.layers()).chain([&net.classifier]);
        let words = all.map(|fc| fc.inputs * fc.outputs.next_multiple_of(macs));
        config.memory.gate_weight_bytes = words.max().unwrap_or(macs);
    }
    config
}

/// The same with so many bytes for residual stream, maps inside blocks and the image that waits, or
/// as few more as `net` needs with those.
///
/// # Panics
/// If `net` does not fit, whatever these sizes.
pub fn cramped(
    net: &QuantNetwork,
    mut config: AcceleratorConfig,
    [stream, scratch, image]: [usize; 3],
) -> AcceleratorConfig {
    let memory = &mut config.memory;
    (memory.stream_bytes, memory.scratch_bytes, memory.image_bytes) = (stream, scratch, image);
    memory.instructions = 1 << 16;
    match Program::new(net, &config) {
        Ok(_) => {}
        Err(ScheduleError::Capacity(misfit)) => {
            for Shortage { capacity, needed, .. } in misfit.shortages {
                assert!(matches!(capacity, Capacity::Stream | Capacity::Scratch), "{} is too small", capacity.key());
                *capacity.of(&mut config) = needed;
            }
        }
        Err(other) => panic!("{other}"),
    }
    config
}

/// Accelerators from 1x1 to 16x16 with memories that hold any network of [`plan`](super::plan).
pub fn accelerator() -> impl Strategy<Value = AcceleratorConfig> {
    let depth = prop_oneof![1usize..=9, Just(64)];
    let words = prop_oneof![3 => Just(1), 1 => 2usize..=32];
    // Taps of a rest share folds on arrays of powers of two only.
    let power = || prop_oneof![Just(2usize), Just(4), Just(8), Just(16)];
    let shape = prop_oneof![2 => (1usize..=16, 1usize..=16), 1 => (power(), power())];
    (shape, depth, 1usize..=9, words).prop_map(|((rows, cols), depth, macs, words)| AcceleratorConfig {
        name: format!("{rows}x{cols}"),
        clock_mhz: 100.0,
        array: ArrayConfig { rows, cols, accumulator_depth: depth },
        memory: MemoryConfig {
            stream_bytes: 1 << 16,
            scratch_bytes: 1 << 16,
            weight_bytes: 1 << 20,
            gate_weight_bytes: 1 << 16,
            image_bytes: 1 << 14,
            parameters: 1 << 9,
            gate_parameters: 1 << 9,
            instructions: 64,
            instruction_words: words,
        },
        gate: GateConfig { macs, channels: 16 },
        dram: None,
    })
}
