//! Writes the signals of a range of cycles as VCD, which GTKWave and Surfer open.
//!
//! ```
//! use lcsim_report::timeline::wave::Wave;
//! use lcsim_sim::{Mode, Simulator};
//! # use lcsim_tests::tiny;
//! # let net = tiny::network(tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3), vec![], 3);
//! # let simulator = Simulator::new(&net, &tiny::array(2, 2, 1))?;
//!
//! let mut wave = Wave::new(simulator.program(), 0..50, "the first 50 cycles")?;
//! let mut seen = Ok(());
//! let outcome = simulator.watch(&[1; 16], Mode::Gated, |cycle| {
//!     if seen.is_ok() {
//!         seen = wave.see(cycle);
//!     }
//! });
//! seen?;
//! let file = String::from_utf8(wave.finish(outcome.cycles)?)?;
//! assert!(file.contains("$enddefinitions") && file.contains("#0\n"));
//! # Ok::<(), anyhow::Error>(())
//! ```

use super::{controller_state, loader_state};
use lcsim_sim::Cycle;
use lcsim_spec::escape::printable;
use lcsim_spec::schedule::Program;
use std::io;
use std::ops::Range;
use vcd::{IdCode, SimulationCommand, TimescaleUnit, Value, VarType, Writer};

/// Picoseconds in a period at 1 MHz. The file's unit of time is a picosecond.
const PICOSECONDS: f64 = 1e6;

/// The value of a signal. Viewers show a missing value as x.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Bits(Option<u64>),
    Text(&'static str),
}

/// A signal: its unit, its name, its width in bits (0 for a text), and its value in a cycle.
type Signal = (&'static str, &'static str, u32, fn(&Cycle) -> Shown);

/// All signals, unit by unit.
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
    // In two's complement. Viewers show them as signed numbers if the user chooses so.
    ("column0", "sum", 32, |c| number(u64::from(c.sum.cast_unsigned()))),
    ("column0", "output", 8, |c| number(u64::from(c.output.cast_unsigned()))),
];

fn number(n: u64) -> Shown {
    Shown::Bits(Some(n))
}

fn flag(on: bool) -> Shown {
    number(u64::from(on))
}

/// A VCD file that is being written.
pub struct Wave {
    window: Range<u64>,
    clock: f64,
    writer: Writer<Vec<u8>>,
    ids: Vec<IdCode>,
    /// The last value of each signal. Only changes are written.
    last: Vec<Option<Shown>>,
}

impl Wave {
    /// Writes the head of the file. `about` becomes a comment. A `$` would end the comment, so it
    /// is replaced.
    ///
    /// # Errors
    /// No input makes this fail, because the writer is memory.
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

    /// Writes what has changed in the next cycle, if the cycle is in the window.
    ///
    /// # Errors
    /// The errors of [`Wave::new`].
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
            // Readers extend a short value to the left with 0 or with x.
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

    /// Ends the file with the window, or with the image if it has fewer cycles. `cycles` are those
    /// of the image. Returns the bytes.
    ///
    /// # Errors
    /// The errors of [`Wave::new`].
    pub fn finish(mut self, cycles: u64) -> io::Result<Vec<u8>> {
        self.time(self.window.end.min(cycles))?;
        Ok(std::mem::take(self.writer.writer()))
    }
}
