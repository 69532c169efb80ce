//! Signals of a window of cycles as VCD, which GTKWave and Surfer open.

use super::{controller_state, loader_state};
use lcsim_sim::Cycle;
use lcsim_spec::escape::printable;
use lcsim_spec::schedule::Program;
use std::io;
use std::ops::Range;
use vcd::{IdCode, SimulationCommand, TimescaleUnit, Value, VarType, Writer};

/// Picoseconds, the unit of the file's time, in a period of 1 MHz.
const PICOSECONDS: f64 = 1e6;

/// A signal's value; nothing is shown as x.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Bits(Option<u64>),
    Text(&'static str),
}

/// A signal: unit, name, width in bits (of a text, 0), and where it comes from.
type Signal = (&'static str, &'static str, u32, fn(&Cycle) -> Shown);

/// All of them, unit by unit.
const SIGNALS: [Signal; 25] = [
    ("charge", "cycle", 64, |c| number(c.number)),
    ("charge", "layer", 16, |c| number(c.layer.index() as u64)),
    ("charge", "reason", 0, |c| Shown::Text(c.spent.name())),
    ("controller", "pc", 16, |c| number(c.pc as u64)),
    ("controller", "state", 0, |c| Shown::Text(controller_state(c.controller))),
    ("image_port", "busy", 1, |c| flag(c.image_port)),
    ("loader", "state", 0, |c| Shown::Text(loader_state(c.loader))),
    ("loader", "convolution", 16, |c| number(c.loads.0 as u64)),
    ("loader", "tile", 16, |c| number(c.loads.1.tile as u64)),
    ("loader", "chunk", 16, |c| number(c.loads.1.chunk as u64)),
    ("loader", "fold", 16, |c| number(c.loads.1.fold as u64)),
    ("streamer", "busy", 1, |c| flag(c.streaming)),
    ("slot", "valid", 1, |c| flag(c.slot_valid)),
    ("slot", "first", 1, |c| flag(c.slot_first)),
    ("slot", "last", 1, |c| flag(c.slot_last)),
    ("slot", "swap", 1, |c| flag(c.slot_swap)),
    ("slot", "pixel", 32, |c| Shown::Bits(c.pixel.map(|p| p as u64))),
    ("slot", "tile", 16, |c| Shown::Bits(c.place.map(|p| p.tile as u64))),
    ("slot", "chunk", 16, |c| Shown::Bits(c.place.map(|p| p.chunk as u64))),
    ("slot", "fold", 16, |c| Shown::Bits(c.place.map(|p| p.fold as u64))),
    ("gate_unit", "running", 1, |c| flag(c.gate.is_some())),
    ("gate_unit", "job", 16, |c| Shown::Bits(c.gate.map(|g| g as u64))),
    ("gate_unit", "lscore", 16, |c| Shown::Bits(c.lscore.map(|s| u64::from(s.to_bits())))),
    // Two's complement: viewers show them signed when told so.
    ("column0", "sum", 32, |c| number(u64::from(c.sum.cast_unsigned()))),
    ("column0", "output", 8, |c| number(u64::from(c.output.cast_unsigned()))),
];

fn number(n: u64) -> Shown {
    Shown::Bits(Some(n))
}

fn flag(on: bool) -> Shown {
    number(u64::from(on))
}

/// A VCD file in the making.
pub struct Wave {
    window: Range<u64>,
    clock: f64,
    writer: Writer<Vec<u8>>,
    ids: Vec<IdCode>,
    /// The last value of each signal.
    last: Vec<Option<Shown>>,
}

impl Wave {
    /// The head of the file. `about` becomes a comment, whose end a `$` in a name cannot be.
    ///
    /// # Errors
    /// None that can be provoked: the writer is memory.
    pub fn new(program: &Program, window: Range<u64>, about: &str) -> io::Result<Self> {
        let clock = program.config.clock_mhz;
        let mut writer = Writer::new(vec![]);
        writer.version(&format!("lcsim {}", env!("CARGO_PKG_VERSION")))?;
        writer.comment(&printable(about).replace('$', "_"))?;
        writer.timescale(1, TimescaleUnit::PS)?;
        writer.add_module("lcsim")?;
        let mut ids = vec![];
        let mut open = "";
        for (unit, name, width, _) in SIGNALS {
            if unit != open {
                if !open.is_empty() {
                    writer.upscope()?;
                }
                writer.add_module(unit)?;
                open = unit;
            }
            let kind = if width == 0 { VarType::String } else { VarType::Wire };
            ids.push(writer.add_var(kind, width.max(1), name, None)?);
        }
        writer.upscope()?;
        writer.upscope()?;
        writer.enddefinitions()?;
        Ok(Self { window, clock, writer, ids, last: vec![None; SIGNALS.len()] })
    }

    /// Takes in the next cycle: what has changed, if it is in the window.
    ///
    /// # Errors
    /// As [`Wave::new`].
    pub fn see(&mut self, cycle: &Cycle) -> io::Result<()> {
        if !self.window.contains(&cycle.number) {
            return Ok(());
        }
        let first = cycle.number == self.window.start;
        self.time(cycle.number)?;
        if first {
            self.writer.begin(SimulationCommand::Dumpvars)?;
        }
        for (at, (_, _, width, of)) in SIGNALS.into_iter().enumerate() {
            self.change(at, width, of(cycle))?;
        }
        if first {
            self.writer.end()?;
        }
        Ok(())
    }

    fn change(&mut self, at: usize, width: u32, value: Shown) -> io::Result<()> {
        if self.last[at].replace(value) == Some(value) {
            return Ok(());
        }
        let id = self.ids[at];
        match value {
            Shown::Text(text) => self.writer.change_string(id, text),
            Shown::Bits(Some(n)) if width == 1 => self.writer.change_scalar(id, n == 1),
            // Readers extend a short value to the left: with 0, or with x.
            Shown::Bits(Some(n)) => {
                let bits = (u64::BITS - n.leading_zeros()).max(1);
                self.writer.change_vector(id, (0..bits).rev().map(|bit| Value::from(n >> bit & 1 == 1)))
            }
            Shown::Bits(None) => self.writer.change_vector(id, [Value::X]),
        }
    }

    fn time(&mut self, cycle: u64) -> io::Result<()> {
        self.writer.timestamp((cycle as f64 * PICOSECONDS / self.clock).round() as u64)
    }

    /// The file's bytes; its time ends with the window, or with the image, of so many cycles.
    ///
    /// # Errors
    /// As [`Wave::new`].
    pub fn finish(mut self, cycles: u64) -> io::Result<Vec<u8>> {
        self.time(self.window.end.min(cycles))?;
        Ok(std::mem::take(self.writer.writer()))
    }
}
