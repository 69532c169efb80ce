//! Compares the formulas and the emulated memories with models that are as slow and as plain as
//! SCALE-Sim's own.

use super::buffers::{ReadBuffer, WriteBuffer};
use super::config::{Dataflow, ScaleConfig};
use super::demand::{Addresses, Demand, Operand, Stream};
use super::mapping::Mapping;
use super::memory::{Budget, LIMIT};
use super::run::{self, LayerReport};
use super::shape::Shape;
use proptest::prelude::*;
use std::collections::HashSet;

/// A small array with its memories.
pub(super) fn config(rows: usize, cols: usize) -> ScaleConfig {
    ScaleConfig {
        rows,
        cols,
        ifmap_words: 1024,
        filter_words: 1024,
        ofmap_words: 1024,
        dataflow: Dataflow::WeightStationary,
    }
}

/// A matrix product.
pub(super) fn gemm(m: usize, n: usize, k: usize) -> Shape {
    Shape { height: m, width: k, filter_height: 1, filter_width: k, channels: 1, filters: n, stride: 1 }
}

fn run(config: &ScaleConfig, shape: &Shape) -> anyhow::Result<LayerReport> {
    run::run(config, shape, &Budget::new(LIMIT), |_| ())
}

/// A line of the matrix has the element that each lane takes in one cycle.
type Matrix = Vec<Vec<Option<(usize, usize)>>>;

fn idle(lines: usize, lanes: usize) -> Matrix {
    vec![vec![None; lanes]; lines]
}

/// Adds empty lanes to `matrix` until it has `lanes`.
fn widened(mut matrix: Matrix, lanes: usize) -> Matrix {
    matrix.iter_mut().for_each(|line| line.resize(lanes, None));
    matrix
}

/// Delays each lane by one cycle more than the lane before it.
fn skewed(matrix: &Matrix, lanes: usize) -> Matrix {
    let mut result = idle(matrix.len() + lanes - 1, lanes);
    for (i, line) in matrix.iter().enumerate() {
        for (lane, element) in line.iter().enumerate() {
            result[i + lane][lane] = *element;
        }
    }
    result
}

/// Makes the lines `0..lines` of the lanes `0..lanes`, element by element.
fn matrix(lines: usize, lanes: usize, element: impl Fn(usize, usize) -> (usize, usize)) -> Matrix {
    (0..lines).map(|line| (0..lanes).map(|lane| Some(element(line, lane))).collect()).collect()
}

/// The requests of a fold, built as SCALE-Sim builds them: matrices that are padded, reversed,
/// joined and skewed. Returns those of inputs, weights and outputs. Outputs are (word, lane) of
/// their fold.
fn fold_by_hand(m: &Mapping, r0: usize, rows: usize, c0: usize, cols: usize) -> [Matrix; 3] {
    let outputs = |lines| widened(matrix(lines, cols, |word, lane| (word, lane)), m.cols);
    let held = |element: &dyn Fn(usize, usize) -> (usize, usize)| {
        let mut lines = widened(matrix(rows, cols, element), m.cols);
        lines.resize(m.rows, vec![None; m.cols]);
        lines.reverse();
        [lines, idle(m.rows + m.cols + m.t - 2, m.cols)].concat()
    };
    let moving = |element: &dyn Fn(usize, usize) -> (usize, usize)| {
        let lines = widened(matrix(m.t, rows, element), m.rows);
        skewed(&[idle(m.rows, m.rows), lines, idle(m.cols - 1, m.rows)].concat(), m.rows)
    };
    let sums = || skewed(&[idle(2 * m.rows - 1, m.cols), outputs(m.t)].concat(), m.cols);
    match m.dataflow {
        Dataflow::OutputStationary => {
            let inputs = widened(matrix(m.t, rows, |t, lane| (r0 + lane, t)), m.rows);
            let weights = widened(matrix(m.t, cols, |t, lane| (t, c0 + lane)), m.cols);
            let mut results = outputs(rows);
            results.resize(m.rows, vec![None; m.cols]);
            results.reverse();
            [
                skewed(&[inputs, idle(m.cols - 1, m.rows)].concat(), m.rows),
                skewed(&[weights, idle(m.rows - 1, m.cols)].concat(), m.cols),
                skewed(&[idle(m.t - 1, m.cols), results].concat(), m.cols),
            ]
        }
        Dataflow::WeightStationary => {
            [moving(&|t, lane| (t, r0 + lane)), held(&|row, lane| (r0 + row, c0 + lane)), sums()]
        }
        Dataflow::InputStationary => {
            [held(&|row, lane| (c0 + lane, r0 + row)), moving(&|t, lane| (r0 + lane, t)), sums()]
        }
    }
}

fn shapes() -> impl Strategy<Value = Shape> {
    let side = || (1usize..9).prop_flat_map(|input| (Just(input), 1..=input.min(4)));
    (side(), side(), 1usize..5, 1usize..12, 1usize..4).prop_map(
        |((height, filter_height), (width, filter_width), channels, filters, stride)| Shape {
            height,
            width,
            filter_height,
            filter_width,
            channels,
            filters,
            stride,
        },
    )
}

fn configs() -> impl Strategy<Value = ScaleConfig> {
    let dataflow = prop_oneof![
        Just(Dataflow::OutputStationary),
        Just(Dataflow::WeightStationary),
        Just(Dataflow::InputStationary)
    ];
    (1usize..9, 1usize..9, dataflow).prop_map(|(rows, cols, dataflow)| ScaleConfig {
        rows,
        cols,
        ifmap_words: 1024,
        filter_words: 1024,
        ofmap_words: 1024,
        dataflow,
    })
}

fn asked(operand: &Operand, cycle: usize) -> Vec<(usize, usize)> {
    operand.elements(cycle).collect()
}

fn words(stream: &Stream, cycle: usize) -> usize {
    stream.lanes(cycle).len()
}

proptest! {
    #[test]
    fn formulas_equal_folds_made_by_hand(shape in shapes(), config in configs()) {
        let m = Mapping::new(&config, &shape);
        let (mut cycles, mut folds, mut counts) = (0, 0, [0; 3]);
        let (mut mapped, mut computing) = (0.0, 0.0);
        let mut order = m.folds();
        for c0 in (0..m.sc).step_by(m.cols) {
            for r0 in (0..m.sr).step_by(m.rows) {
                let (rows, cols) = (m.rows.min(m.sr - r0), m.cols.min(m.sc - c0));
                let by_hand = fold_by_hand(&m, r0, rows, c0, cols);
                let fold = order.next().expect("as many folds");
                let demand = Demand::new(&m, &fold);
                let lines = by_hand.each_ref().map(Vec::len);
                prop_assert_eq!(lines, [m.fold_cycles() as usize; 3]);
                for cycle in 0..lines[0] {
                    let [inputs, weights, outputs] =
                        by_hand.each_ref().map(|matrix| matrix[cycle].iter().copied().flatten().collect::<Vec<_>>());
                    prop_assert_eq!(asked(&demand.ifmap, cycle), inputs.clone());
                    prop_assert_eq!(asked(&demand.filter, cycle), weights.clone());
                    prop_assert_eq!(words(&demand.ofmap, cycle), outputs.len());
                    counts = [counts[0] + inputs.len(), counts[1] + weights.len(), counts[2] + outputs.len()];
                }
                if m.dataflow == Dataflow::OutputStationary {
                    counts[2] += m.rows + m.cols;
                }
                let skew = if m.dataflow == Dataflow::OutputStationary { 0 } else { m.cols - 1 };
                mapped += (rows * cols) as f64 / (m.rows * m.cols) as f64;
                computing += (rows * cols * m.t) as f64 / (m.rows * m.cols * (lines[0] + skew)) as f64;
                (cycles, folds) = (cycles + lines[0], folds + 1);
            }
        }
        prop_assert!(order.next().is_none());
        let (row_folds, col_folds) = m.fold_counts();
        prop_assert_eq!((m.cycles(), row_folds * col_folds), (Some(cycles as u64), folds));
        let sram = m.sram();
        prop_assert_eq!([sram.ifmap, sram.filter, sram.ofmap], counts.map(|n| n as u64));
        prop_assert_eq!(m.utilization(), (mapped / folds as f64, computing / folds as f64));
        prop_assert_eq!(m.macs(), Some((shape.pixels() * shape.window() * shape.filters) as u64));
        if cycles > 1 {
            let report = run(&config, &shape).expect("runs");
            prop_assert_eq!(report.total_cycles, cycles as u64 - 1);
            prop_assert!(report.sram.iter().chain(&report.dram).all(|a| a.start <= a.stop && a.count > 0));
        }
    }

    #[test]
    fn inputs_lie_where_a_loop_over_the_windows_finds_them(shape in shapes()) {
        let addresses = Addresses::new(&shape).expect("small");
        let (height, width) = shape.output();
        let mut pixel = 0;
        for row in 0..height {
            for col in 0..width {
                let mut place = 0;
                for i in row * shape.stride..row * shape.stride + shape.filter_height {
                    for j in col * shape.stride..col * shape.stride + shape.filter_width {
                        for channel in 0..shape.channels {
                            let inside = i < shape.height && j < shape.width;
                            let address = inside.then_some((i * shape.width + j) * shape.channels + channel);
                            prop_assert_eq!(addresses.input((pixel, place)), address);
                            place += 1;
                        }
                    }
                }
                prop_assert_eq!(place, shape.window());
                pixel += 1;
            }
        }
        prop_assert_eq!(pixel, shape.pixels());
    }

    #[test]
    fn a_read_memory_equals_one_that_keeps_its_sets(reads in prop::collection::vec(0usize..900, 1..6000), first in 0i64..9) {
        let mut buffer = ReadBuffer::new(1024, 900).expect("small");
        let mut plain = PlainSets::default();
        for (cycle, address) in (first..).zip(&reads) {
            buffer.read(cycle, *address).expect("a read a cycle");
            plain.read(*address);
        }
        let fetched = buffer.finish().expect("fetched");
        prop_assert_eq!(fetched.count as usize, plain.new_addresses);
        // What fits in half of the memory is fetched before the layer starts.
        if plain.full.len() < 50 {
            prop_assert_eq!(fetched.stop, -1);
        } else {
            let sets_fetched_first = 50 * 10 / 10;
            prop_assert_eq!(fetched.start, first - 1 - sets_fetched_first + 1);
        }
    }

    #[test]
    fn a_write_memory_drains_every_word_or_counts_more(writes in prop::collection::vec(0usize..=7, 1..2000)) {
        let mut buffer = WriteBuffer::new(1024, 7);
        let words: usize = writes.iter().sum();
        for (cycle, n) in (0..).zip(&writes) {
            buffer.write(cycle, *n);
        }
        let drained = buffer.finish(writes.len() as i64 - 1);
        // Lines that a drain has closed early count as full.
        let drains = words / 512 + 1;
        prop_assert!((words..=words + 6 * drains).contains(&(drained.count as usize)));
        prop_assert!(words > 512 || drained.count as usize == words);
    }
}

/// Sets of 10 addresses. The last full sets of two halves are kept.
#[derive(Default)]
struct PlainSets {
    full: Vec<HashSet<usize>>,
    filling: HashSet<usize>,
    new_addresses: usize,
}

impl PlainSets {
    fn read(&mut self, address: usize) {
        let kept = self.full.len() / 50 * 50;
        if self.full[kept..].iter().any(|set| set.contains(&address)) || !self.filling.insert(address) {
            return;
        }
        self.new_addresses += 1;
        if self.filling.len() == 10 {
            self.full.push(std::mem::take(&mut self.filling));
        }
    }
}

#[test]
fn what_scale_sim_divides_by_zero_is_an_error() {
    let shape = Shape { height: 1, width: 1, filter_height: 1, filter_width: 1, channels: 1, filters: 1, stride: 1 };
    let mut config = ScaleConfig {
        rows: 1,
        cols: 1,
        ifmap_words: 1024,
        filter_words: 1024,
        ofmap_words: 1024,
        dataflow: Dataflow::OutputStationary,
    };
    let error = run(&config, &shape).expect_err("refused").to_string();
    assert!(error.starts_with("is over in its first cycle"), "{error}");
    (config.rows, config.cols, config.dataflow) = (2048, 2048, Dataflow::WeightStationary);
    let large = Shape { height: 1, width: 2048, filter_width: 2048, filters: 2048, ..shape };
    let error = format!("{:#}", run(&config, &large).expect_err("refused"));
    assert!(error.starts_with("FilterSramSzkB: half of the memory is filled twice in a cycle"), "{error}");
}
