//! Runs the layers of a topology on our accelerator. It has the PEs of SCALE-Sim's array, and
//! memories that hold the layer.
//!
//! ```
//! use lcsim_scalesim::memory::{Budget, LIMIT};
//! use lcsim_scalesim::ours::compare;
//! use lcsim_scalesim::shape::{Format, Shape};
//! use lcsim_scalesim::{Dataflow, ScaleConfig};
//!
//! let dataflow = Dataflow::WeightStationary;
//! let config = ScaleConfig { rows: 4, cols: 4, ifmap_words: 1024, filter_words: 1024, ofmap_words: 1024, dataflow };
//! let gemm = Shape { height: 16, width: 8, filter_height: 1, filter_width: 8, channels: 1, filters: 4, stride: 1 };
//! let found = compare(&config, Format::Gemm, &gemm, &Budget::new(LIMIT))?;
//! assert_eq!(found.scale_sim, 2 * (2 * 4 + 4 + 16 - 2) - 1);
//! assert!(found.explanation.starts_with("compute 32: 2 folds of 16 pixels"));
//! # Ok::<(), anyhow::Error>(())
//! ```

use super::config::{Dataflow, ScaleConfig};
use super::mapping::Mapping;
use super::memory::{Budget, table};
use super::parts::{Part, parts};
use super::shape::{Format, Shape as Layer};
use anyhow::{Context, Result, bail, ensure};
use lcsim_sim::{CycleCounters, LayerCount, Mode, Simulator};
use lcsim_spec::config::{ArrayConfig, GateConfig, MemoryConfig};
use lcsim_spec::naming::Name;
use lcsim_spec::number::POOL_SHIFT_MAX;
use lcsim_spec::{AcceleratorConfig, Conv, Fc, InputSpec, Layer as Step, QuantNetwork, Shape};
use serde::Serialize;
use std::iter::repeat_n;

/// The largest number of elements of an input, and of the weights of a layer. The product of two
/// such numbers can be counted.
pub const MAX_ELEMENTS: usize = 1 << 48;
/// Words of a column's accumulator memory, as in the embedded accelerators.
const ACCUMULATOR_DEPTH: usize = 1024;
/// The largest number of rows or columns of an accelerator.
const MAX_SIDE: usize = 256;
/// How many copies of the weights are in memory: in the network, in the simulator's network, and in
/// its program.
const COPIES: u64 = 3;
/// Bytes that the simulator may need for each wait of the array, in a vector that grows.
const WAIT_BYTES: u64 = 64;
/// From this number of pixels on, the array never waits for a fold.
const NO_WAITS: usize = 3 * MAX_SIDE;
const NAME: &str = "layer";

/// The cycles of a layer on both machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// What SCALE-Sim reports as `Total Cycles` with the dataflow of its configuration: the number
    /// of the last cycle, counted from 0.
    #[serde(rename = "scale_sim_cycles")]
    pub scale_sim: u64,
    /// The cycles of the layer on our accelerator, which is weight stationary.
    #[serde(rename = "cycles")]
    pub ours: u64,
    /// Where the cycles of both go, from their counts.
    pub explanation: String,
}

/// Checks that our accelerator can have the array.
///
/// # Errors
/// Fails if the array has too many rows or columns.
pub fn check(config: &ScaleConfig) -> Result<()> {
    for (key, side) in [("ArrayHeight", config.rows), ("ArrayWidth", config.cols)] {
        ensure!(side <= MAX_SIDE, "{key}: expected at most {MAX_SIDE} without {}, found {side}", Name::Compat);
    }
    Ok(())
}

/// Runs a layer of a topology, which has this format. If the accelerator cannot hold the layer, it
/// runs in parts. The memory of its tables comes from `budget`.
///
/// # Errors
/// Fails if no cut makes the layer fit; the error names the size, the limit and what was found.
/// Fails also if its tables need more than the budget or the system has.
pub fn compare(config: &ScaleConfig, format: Format, layer: &Layer, budget: &Budget) -> Result<Comparison> {
    let Some(scale_sim) = Mapping::new(config, layer).cycles() else { bail!("too large to count its cycles") };
    let parts = parts(config, format, layer)?;
    let counts = parts.iter().map(|part| count(config, part, budget)).collect::<Result<Vec<_>>>()?;
    let (ours, mut reasons) = match (&parts[..], &counts[..]) {
        ([part], [count]) if part.times == 1 => (count.cycles.total(), explain(config, layer, part, count)),
        _ => sum(&parts, &counts).context("too large to count its cycles")?,
    };
    reasons.push(theirs(&Mapping::new(config, layer)));
    Ok(Comparison { scale_sim: scale_sim - 1, ours, explanation: reasons.join("; ") })
}

/// Counts a part on an accelerator of its own.
fn count(config: &ScaleConfig, part: &Part, budget: &Budget) -> Result<LayerCount> {
    let tiles = part.output.channels.div_ceil(config.cols);
    let window = part.input.channels * part.kernel[0] * part.kernel[1];
    let (pixels, folds) =
        (part.output.pixels(), part.kernel[0] * part.kernel[1] * part.input.channels.div_ceil(config.rows));
    let rest = pixels % ACCUMULATOR_DEPTH;
    let waits = pixels.div_ceil(ACCUMULATOR_DEPTH) * 4 + if (1..NO_WAITS).contains(&rest) { folds } else { 0 };
    let _share = budget.take((window * part.output.channels) as u64 * COPIES + (tiles * waits) as u64 * WAIT_BYTES)?;
    let conv = convolution(part)?;
    let accelerator = accelerator(config, &conv);
    let simulator = Simulator::new(&network(conv), &accelerator)?;
    let outcome = simulator.replay(&[], Mode::Gated);
    let line = simulator.program().layers.iter().position(|l| l.name == NAME).context("the layer has no line")?;
    outcome.layers.into_iter().nth(line).context("the layer has no counts")
}

fn convolution(part: &Part) -> Result<Conv> {
    let Part { input, output, kernel, stride, .. } = *part;
    let weights = input.channels * kernel[0] * kernel[1] * output.channels;
    Ok(Conv {
        name: NAME.into(),
        input,
        output,
        kernel,
        stride,
        pad: [0; 2],
        relu: false,
        depthwise: false,
        // Cycles do not depend on the weights, so they are all 0.
        weights: table(weights, repeat_n(0, weights))?,
        bias: vec![0; output.channels],
        multiplier: vec![1 << 14; output.channels],
        shift: vec![0; output.channels],
    })
}

/// Makes a network of the layer and the smallest classifier that can follow it.
fn network(conv: Conv) -> QuantNetwork {
    let (inputs, shape) = (conv.output.channels, conv.input);
    let classifier = Fc {
        name: "classifier".into(),
        inputs,
        outputs: 1,
        weights: vec![0; inputs],
        bias: vec![0],
        multiplier: vec![],
        shift: vec![],
        pool_shift: POOL_SHIFT_MAX,
    };
    QuantNetwork {
        name: NAME.into(),
        input: InputSpec { shape, mean: vec![0.0; shape.channels], std: vec![1.0; shape.channels], scale: 1.0 },
        layers: vec![Step::Conv(conv)],
        classifier,
        logit_scale: 1.0,
    }
}

/// Makes an accelerator with SCALE-Sim's array, and memories that are large enough for the layer.
fn accelerator(config: &ScaleConfig, conv: &Conv) -> AcceleratorConfig {
    let (rows, cols) = (config.rows, config.cols);
    let banks = rows * cols.div_ceil(rows);
    let map = |s: Shape| s.channels.div_ceil(banks) * banks * s.pixels();
    let outputs = conv.output.channels;
    AcceleratorConfig {
        name: format!("{rows}x{cols}"),
        clock_mhz: 1.0,
        array: ArrayConfig { rows, cols, accumulator_depth: ACCUMULATOR_DEPTH },
        memory: MemoryConfig {
            stream_bytes: map(conv.output),
            scratch_bytes: map(conv.input),
            weight_bytes: outputs.div_ceil(cols) * cols * conv.input.channels * conv.taps(),
            gate_weight_bytes: outputs,
            image_bytes: map(conv.input),
            parameters: outputs,
            gate_parameters: 1,
            // The image, the layer, the classifier and the stop.
            instructions: 4,
            instruction_words: 1,
        },
        gate: GateConfig { macs: 1, channels: outputs },
        dram: None,
    }
}

/// Explains the cycles of a layer that runs in one part. Folds and words come from what was
/// counted, and not from what was expected. No reason contains a comma, because the reasons are a
/// field of a CSV report.
fn explain(config: &ScaleConfig, layer: &Layer, part: &Part, count: &LayerCount) -> Vec<String> {
    let (cycles, pixels) = (count.cycles, part.output.pixels() as u64);
    let folds = cycles.compute / pixels;
    let mut reasons = vec![format!("compute {}: {folds} folds of {pixels} pixels", cycles.compute)];
    let tiles = part.output.channels.div_ceil(config.cols);
    let taps = part.kernel[0] * part.kernel[1];
    let alone = (tiles * taps * part.input.channels.div_ceil(config.rows)) as u64;
    if folds < alone {
        reasons.push(format!("taps share folds: {alone} -> {folds} folds"));
    }
    let (row_folds, col_folds) =
        Mapping::new(&ScaleConfig { dataflow: Dataflow::WeightStationary, ..*config }, layer).fold_counts();
    let full = (row_folds * col_folds) as u64;
    if folds > full {
        reasons.push(format!("rows that a tap's last channels leave idle: {full} -> {folds} folds"));
    }
    let words = count.activity.filter_read / config.cols as u64;
    let chunks = pixels.div_ceil(ACCUMULATOR_DEPTH as u64);
    if chunks > 1 {
        reasons.push(format!("accumulator chunks {chunks}: filters are loaded for each, {words} words"));
    }
    let load = words / (folds * chunks);
    let slow = if load + 1 > pixels.min(ACCUMULATOR_DEPTH as u64) {
        format!(" (on average {} cycles a fold and more than its pixels)", load + 1)
    } else {
        String::new()
    };
    let weights = format!("weights {}: waited for parameters and {words} words of filters{slow}", cycles.weights);
    reasons.extend(waits(&cycles, weights));
    reasons
}

/// Adds the cycles of a layer that runs in several parts, and explains them. `None` if the number
/// is too large.
fn sum(parts: &[Part], counts: &[LayerCount]) -> Option<(u64, Vec<String>)> {
    let mut cycles = CycleCounters::default();
    for (part, count) in parts.iter().zip(counts) {
        let found = count.cycles;
        for (sum, n) in [
            (&mut cycles.compute, found.compute),
            (&mut cycles.weights, found.weights),
            (&mut cycles.drain, found.drain),
            (&mut cycles.bank_conflict, found.bank_conflict),
            (&mut cycles.control, found.control),
        ] {
            *sum = sum.checked_add(n.checked_mul(part.times)?)?;
        }
    }
    let total = [cycles.weights, cycles.drain, cycles.bank_conflict, cycles.control]
        .iter()
        .try_fold(cycles.compute, |total, n| total.checked_add(*n))?;
    let one = |part: &Part| {
        let (filters, pixels) = (part.output.channels, part.output.pixels());
        format!("{} of {filters} filters and {pixels} pixels", part.times)
    };
    let all: Vec<String> = parts.iter().map(one).collect();
    let mut reasons =
        vec![format!("parts one after the other: {}", all.join(" + ")), format!("compute {}", cycles.compute)];
    reasons.extend(waits(&cycles, format!("weights {}: waited for parameters and filters", cycles.weights)));
    Some((total, reasons))
}

/// Lists the cycles in which the array does not compute. `weights` describes the wait for filters.
fn waits(cycles: &CycleCounters, weights: String) -> impl Iterator<Item = String> + use<> {
    let waits = [
        (cycles.weights, weights),
        (cycles.drain, format!("drain {}", cycles.drain)),
        (cycles.bank_conflict, format!("bank conflicts {}", cycles.bank_conflict)),
        (cycles.control, format!("control {}", cycles.control)),
    ];
    waits.into_iter().filter(|(n, _)| *n > 0).map(|(_, text)| text)
}

/// Explains SCALE-Sim's cycles.
fn theirs(m: &Mapping) -> String {
    let (row_folds, col_folds) = m.fold_counts();
    let stream = match m.dataflow {
        Dataflow::OutputStationary => "products of an output",
        Dataflow::WeightStationary => "pixels",
        Dataflow::InputStationary => "filters",
    };
    let around = m.fold_cycles() - m.t as u64;
    format!(
        "SCALE-Sim {}: {} folds of {} {stream} and {around} cycles to fill and drain each",
        m.dataflow.name(),
        row_folds * col_folds,
        m.t
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::LIMIT;
    use crate::tests::{config, gemm};

    fn compared(format: Format, layer: &Layer) -> Comparison {
        compare(&config(4, 4), format, layer, &Budget::new(LIMIT)).expect("runs")
    }

    #[test]
    fn cycles_of_a_product_are_those_of_the_contract_page() {
        // One tile of 4 outputs, and 2 folds of 16 pixels. The start, two cycles of TILE, a cycle
        // for each column, two of SETTLE, FOLD; 5 cycles to the first slot; the slots; R + C + 16 +
        // 1 until the last output is written, and 1 until the controller sees it.
        let found = compared(Format::Gemm, &gemm(16, 4, 8));
        assert_eq!(found.ours, (1 + 2 + 1 + 4 + 3) + 5 + (2 * 16 - 1) + (4 + 4 + 16 + 1) + 1);
        // 2 folds of 2R + C + T - 2 cycles. The number of the last cycle counts from 0.
        assert_eq!(found.scale_sim, 2 * (8 + 4 + 16 - 2) - 1);
        assert!(found.explanation.starts_with("compute 32: 2 folds of 16 pixels; weights"), "{}", found.explanation);
        assert!(found.explanation.ends_with("SCALE-Sim ws: 2 folds of 16 pixels and 10 cycles to fill and drain each"));
    }

    #[test]
    fn taps_of_few_channels_share_folds_and_maps_are_cut_in_chunks() {
        let layer =
            Layer { height: 52, width: 42, filter_height: 3, filter_width: 3, channels: 1, filters: 4, stride: 1 };
        let found = compared(Format::Conv, &layer).explanation;
        // 9 taps, 4 in each fold. 2000 pixels in chunks of 1024, and each chunk loads the 9 words.
        assert!(found.starts_with("compute 6000: 3 folds of 2000 pixels; taps share folds: 9 -> 3 folds; "), "{found}");
        assert!(found.contains("; accumulator chunks 2: filters are loaded for each, 18 words; "), "{found}");
    }

    #[test]
    fn a_layer_in_parts_names_them_and_its_reasons_add_up() {
        let Comparison { ours, explanation, .. } = compared(Format::Gemm, &gemm(3, 16390, 4));
        let parts = "parts one after the other: 1 of 16384 filters and 3 pixels + 1 of 6 filters and 3 pixels; ";
        assert!(explanation.starts_with(parts), "{explanation}");
        let number = |reason: &str| -> u64 {
            let found = explanation.split("; ").find_map(|part| part.strip_prefix(reason)).unwrap_or("0");
            found.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
        };
        let reasons = ["compute ", "weights ", "drain ", "bank conflicts ", "control "];
        assert_eq!(reasons.map(number).iter().sum::<u64>(), ours, "{explanation}");
        assert_eq!(number("compute "), 3 * (16384 / 4 + 2));
    }
}
