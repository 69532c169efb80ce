//! Units in rust-hdl's own simulator.

use super::array::Array;
use super::gate::Gate;
use super::image::ImagePort;
use super::pe::Pe;
use super::row::Row;
use super::streamer::Streamer;
use super::with_sums;
use crate::kind::Kind;
use crate::print::split;
use crate::signal::word::Word;
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use rust_hdl_core::atom::{Atom, AtomKind};
use rust_hdl_core::check_error::CheckError;
use rust_hdl_core::prelude::*;
use rust_hdl_core::synth::VCDValue;
use std::collections::BTreeMap;

/// The iterations after which signals that still change are a loop.
const MOST_ITERATIONS: usize = 1000;

/// A unit in rust-hdl's own simulator: a third witness beside the simulator of lcsim and the
/// emitted text.
pub struct Witness(Box<dyn Driven>);

impl Witness {
    /// Makes the unit `kind` of the accelerator `config`. `None` if the unit is not written in
    /// rust-hdl's language.
    ///
    /// # Panics
    /// Panics if rust-hdl finds an open signal, a loop, or an input that its own unit writes.
    pub fn new(config: &AcceleratorConfig, kind: Kind) -> Option<Self> {
        let s = &Sizes::new(config);
        let mut block: Box<dyn Driven> = match kind {
            Kind::Pe => with_sums!(s, |SUM| Box::new(Pe::<SUM>::default())),
            Kind::Array => with_sums!(s, |SUM| Box::new(Array::<SUM>::new(s.rows, s.cols))),
            Kind::Gate => Box::new(Gate::new(s)),
            Kind::Row => Box::new(Row::new(s)),
            Kind::Streamer => Box::new(Streamer::new(s)),
            Kind::Image => Box::new(ImagePort::new(s)),
            _ => return None,
        };
        block.connect_all();
        let checked = block.checked();
        assert!(checked.is_ok(), "{kind:?}: {checked:?}");
        Some(Self(block))
    }

    /// Drives the elements of an input, which are equal parts of its bits.
    ///
    /// # Panics
    /// Panics if the unit has no such input.
    pub fn drive(&mut self, port: &str, elements: &[u64]) {
        elements.iter().enumerate().for_each(|(index, value)| self.0.drive(port, index, *value));
    }

    /// The number of elements of a port, and the bits of each.
    ///
    /// # Panics
    /// Panics if the unit has no such port.
    pub fn shape(&self, port: &str) -> (usize, usize) {
        let values = &self.values()[port];
        (values.len(), values[0].len())
    }

    /// Lets all signals settle. Returns the bits of each output, the lowest first.
    ///
    /// # Panics
    /// Panics if the signals do not settle, which is a loop in the unit.
    pub fn settle(&mut self) -> BTreeMap<String, Vec<bool>> {
        self.update();
        let outputs = Values::of(self.0.as_ref(), AtomKind::OutputParameter);
        outputs.into_iter().map(|(name, elements)| (name, elements.concat())).collect()
    }

    /// Gives the clock a rising edge and a falling one.
    ///
    /// # Panics
    /// The panics of [`settle`](Self::settle).
    pub fn clock(&mut self) {
        for level in [true, false] {
            self.0.clock(level);
            self.update();
        }
    }

    fn update(&mut self) {
        assert!(self.0.settles(), "the signals of a unit do not settle");
    }

    fn values(&self) -> BTreeMap<String, Vec<Vec<bool>>> {
        let mut values = Values::of(self.0.as_ref(), AtomKind::OutputParameter);
        values.extend(Values::of(self.0.as_ref(), AtomKind::InputParameter));
        values
    }
}

/// The values of the ports of one direction, element by element.
struct Values {
    kind: AtomKind,
    depth: usize,
    ports: BTreeMap<String, Vec<Vec<bool>>>,
}

impl Values {
    fn of(block: &dyn Driven, kind: AtomKind) -> BTreeMap<String, Vec<Vec<bool>>> {
        let mut values = Self { kind, depth: 0, ports: BTreeMap::new() };
        block.accept("unit", &mut values);
        values.ports
    }
}

impl Probe for Values {
    fn visit_start_scope(&mut self, _: &str, _: &dyn Block) {
        self.depth += 1;
    }

    fn visit_atom(&mut self, name: &str, signal: &dyn Atom) {
        if self.depth == 1 && signal.kind() == self.kind {
            self.ports.entry(split(name).0).or_default().push(bits(&signal.vcd()));
        }
    }

    fn visit_end_scope(&mut self, _: &str, _: &dyn Block) {
        self.depth -= 1;
    }
}

/// The bits of a value, the lowest first. rust-hdl gives the highest first.
fn bits(value: &VCDValue) -> Vec<bool> {
    match value {
        VCDValue::Single(bit) => vec![format!("{bit}") == "1"],
        VCDValue::Vector(bits) => bits.iter().rev().map(|bit| format!("{bit}") == "1").collect(),
        VCDValue::String(_) | VCDValue::Composite(_) => unreachable!("ports are numbers"),
    }
}

/// A block whose inputs are set by name.
trait Driven: Block {
    /// Sets the element `index` of an input.
    fn drive(&mut self, port: &str, index: usize, value: u64);
    /// Sets the clock.
    fn clock(&mut self, level: bool);
    /// Lets all signals settle, if they do.
    fn settles(&mut self) -> bool;
    /// Makes rust-hdl's own checks: open signals, loops, and inputs that are written.
    fn checked(&self) -> Result<(), CheckError>;
}

/// A value from its bits.
trait Value {
    fn of(bits: u64) -> Self;
}

impl Value for Word {
    fn of(bits: u64) -> Self {
        Self::literal(bits)
    }
}

impl Value for Bit {
    fn of(bits: u64) -> Self {
        bits & 1 == 1
    }
}

impl<const N: usize> Value for Bits<N> {
    fn of(value: u64) -> Self {
        value.into()
    }
}

impl<const N: usize> Value for Signed<N> {
    fn of(value: u64) -> Self {
        signed::<N>(((value << (64 - N)) as i64) >> (64 - N))
    }
}

/// Sets the inputs of a block by their names: single ones, and vectors.
macro_rules! driven {
    (($($generics:tt)*) $block:ty, [$($single:ident),* $(,)?], [$($vector:ident),*]) => {
        impl $($generics)* Driven for $block {
            fn drive(&mut self, port: &str, index: usize, value: u64) {
                match port {
                    $(stringify!($single) => self.$single.next = Value::of(value),)*
                    $(stringify!($vector) => self.$vector[index].next = Value::of(value),)*
                    _ => panic!("no input `{port}`, element {index}"),
                }
            }
            fn clock(&mut self, level: bool) {
                self.clock.next = Clock { clk: level };
            }
            fn settles(&mut self) -> bool {
                simulate(self, MOST_ITERATIONS)
            }
            fn checked(&self) -> Result<(), CheckError> {
                check_all(self)
            }
        }
    };
}

driven!((<const S: usize>) Pe<S>, [reset, i_operand, i_swap, i_sum, i_load, i_weight], []);
driven!((<const S: usize>) Array<S>, [reset, i_load_row], [i_operand, i_swap, i_load, i_weights]);
driven!(
    () Gate,
    [
        reset,
        i_start,
        i_job_purpose,
        i_job_inputs,
        i_job_outputs,
        i_job_list_on,
        i_job_in_list,
        i_job_out_list,
        i_job_pool_region,
        i_job_pool_shift,
        i_job_threshold,
        i_job_step,
        i_job_weight_base,
        i_job_param_base,
        i_forced_open,
        i_channel0,
        i_channel1,
        i_pool,
        i_bias,
        i_multiplier,
        i_shift,
    ],
    [i_weights]
);
driven!(
    () Row,
    [
        reset,
        i_index,
        i_slot_valid,
        i_slot_swap,
        i_slot_rows,
        i_slot_bank,
        i_slot_y,
        i_slot_x,
        i_slot_address,
        i_height,
        i_width,
        i_relu,
        i_tap_load,
        i_tap_row,
        i_tap_y,
        i_tap_x,
        i_tap_offset,
    ],
    [i_data]
);
driven!(
    () Streamer,
    [
        reset,
        i_job_last_column,
        i_job_stride_y,
        i_job_stride_x,
        i_job_stride_line,
        i_job_corner_y,
        i_job_corner_x,
        i_job_corner_line,
        i_job_natural,
        i_job_dst_copies,
        i_job_out_list_on,
        i_ready,
        i_fold_first,
        i_fold_last,
        i_fold_closes,
        i_fold_chunk,
        i_fold_parity,
        i_fold_rows,
        i_fold_cols,
        i_fold_interval,
        i_fold_bank,
        i_fold_word,
        i_fold_pixels,
    ],
    []
);
driven!(() ImagePort, [reset, i_start, i_pixels, i_words, i_base], []);
