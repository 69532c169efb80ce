//! What a unit is given and what it must answer.

use super::layout::{Bits, Layout, Line};
use crate::random::Rng;
use lcsim_hdl::{Part, Witness};
use std::collections::BTreeMap;
use std::fmt;

/// Cycles of reset at the beginning of a script.
const RESET: usize = 2;

/// Inputs and expected outputs of a unit, cycle by cycle.
#[derive(Debug)]
pub struct Script {
    name: String,
    pub(super) inputs: Layout,
    pub(super) outputs: Layout,
    noise: Rng,
    quiet: Vec<Bits>,
    held: Vec<(Bits, u64)>,
    lines: Vec<Line>,
    silent: Vec<String>,
    expected: BTreeMap<(usize, String), u64>,
    streams: BTreeMap<String, Vec<Event>>,
}

/// What must be seen when a valid flag is up.
#[derive(Debug)]
struct Event {
    window: (usize, usize),
    fields: Vec<(String, u64)>,
}

/// The first output that is not what it must be.
#[derive(Debug)]
pub struct Mismatch(String);

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Script {
    /// A script whose inputs are noise, but for `quiet` ones, which are 0, in cycles that do not
    /// drive them. The outputs `silent` must be 0 in cycles that do not expect anything else.
    /// Begins with a reset.
    pub fn new(name: &str, part: &Part, seed: u64, quiet: &[&str], silent: &[&str]) -> Self {
        let inputs = Layout::new(part, false);
        let reset = inputs.has("reset").then_some(&"reset");
        let quiet = quiet.iter().chain(reset).map(|port| inputs.find(port)).collect();
        let mut script = Self {
            name: name.into(),
            quiet,
            inputs,
            outputs: Layout::new(part, true),
            noise: Rng::new(seed),
            held: vec![],
            lines: vec![],
            silent: silent.iter().map(|s| (*s).to_string()).collect(),
            expected: BTreeMap::new(),
            streams: BTreeMap::new(),
        };
        for cycle in (0..RESET).filter(|_| reset.is_some()) {
            script.drive(cycle, "reset", 1);
        }
        script
    }

    /// First cycle behind the reset.
    pub fn start(&self) -> usize {
        RESET
    }

    /// Cycles that have been driven.
    pub fn cycles(&self) -> usize {
        self.lines.len()
    }

    fn extend(&mut self, cycle: usize) {
        while self.lines.len() <= cycle {
            let words = self.inputs.width / 32;
            let mut line = Line((0..words).map(|_| self.noise.bits() as u32).collect());
            self.quiet.iter().for_each(|bits| line.set(*bits, 0));
            self.held.iter().for_each(|(bits, value)| line.set(*bits, *value));
            self.lines.push(line);
        }
    }

    /// Drives an input for one cycle. Names are `port`, `port.field` or `port[lane/lanes]`.
    pub fn drive(&mut self, cycle: usize, name: &str, value: i64) {
        self.extend(cycle);
        self.lines[cycle].set(self.inputs.find(name), value as u64);
    }

    /// Drives an input in all cycles that no call has reached yet.
    pub fn hold(&mut self, name: &str, value: i64) {
        let bits = self.inputs.find(name);
        self.held.retain(|(b, _)| *b != bits);
        self.held.push((bits, value as u64));
    }

    /// Another output that must be 0 in cycles that do not expect anything else.
    pub fn silence(&mut self, name: &str) {
        self.silent.push(name.into());
    }

    /// An output must show this value in this cycle.
    pub fn expect(&mut self, cycle: usize, name: &str, value: i64) {
        self.extend(cycle);
        let value = self.cut(name, value);
        let before = self.expected.insert((cycle, name.to_string()), value);
        assert!(before.is_none_or(|v| v == value), "{}: two expectations of {name} in cycle {cycle}", self.name);
    }

    /// The next time that the output `valid` is 1 must be from one cycle to another, both included,
    /// and show these values. For what the contract orders but does not date.
    pub fn expect_event(&mut self, valid: &str, window: (usize, usize), fields: &[(&str, i64)]) {
        self.extend(window.1);
        let fields = fields.iter().map(|(name, value)| ((*name).to_string(), self.cut(name, *value))).collect();
        self.streams.entry(valid.into()).or_default().push(Event { window, fields });
    }

    /// Bits of an output or its field.
    pub fn output_width(&self, name: &str) -> usize {
        self.outputs.find(name).width
    }

    /// Bits of an input or its field.
    pub fn width(&self, name: &str) -> usize {
        self.inputs.find(name).width
    }

    fn cut(&self, name: &str, value: i64) -> u64 {
        let width = self.output_width(name);
        if width < 64 { value as u64 & ((1 << width) - 1) } else { value as u64 }
    }

    /// The line of a cycle; 0 behind the end.
    pub(super) fn line(&self, cycle: usize) -> String {
        self.lines.get(cycle).map_or_else(|| "0".repeat(self.inputs.width / 4), Line::hex)
    }

    /// Runs the script in rust-hdl's own simulator.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub fn run_witness(&self, witness: &mut Witness) -> Result<(), Mismatch> {
        let mut printed = vec![];
        let shapes: Vec<(usize, usize)> = self.inputs.ports.iter().map(|(port, _)| witness.shape(port)).collect();
        for line in &self.lines {
            for ((port, bits), &(elements, width)) in self.inputs.ports.iter().zip(&shapes) {
                let element = |i| Bits { low: bits.low + i * width, width };
                let values: Vec<u64> = (0..elements).map(|i| line.get(element(i))).collect();
                witness.drive(port, &values);
            }
            let outputs = witness.settle();
            let digits = self.outputs.ports.iter().rev().flat_map(|(port, _)| outputs[port].iter().rev());
            let digits: String = digits.map(|bit| if *bit { '1' } else { '0' }).collect();
            printed.push(format!("{digits:0>width$}", width = self.outputs.width));
            witness.clock();
        }
        self.compare(&printed.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Compares what a simulator printed for this unit, a line a cycle, with what was expected.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    pub(super) fn compare(&self, printed: &[&str]) -> Result<(), Mismatch> {
        for (cycle, text) in printed.iter().enumerate().take(self.lines.len()).skip(RESET) {
            let silent = self.silent.iter().map(|name| (name, 0));
            let silent = silent.filter(|(name, _)| !self.expected.contains_key(&(cycle, (*name).clone())));
            let range = (cycle, String::new())..(cycle + 1, String::new());
            let loud = self.expected.range(range).map(|((_, name), value)| (name, *value));
            for (name, value) in silent.chain(loud) {
                self.check(text, cycle, name, value)?;
            }
        }
        self.streams.iter().try_for_each(|(valid, events)| self.compare_stream(printed, valid, events))
    }

    fn compare_stream(&self, printed: &[&str], valid: &str, events: &[Event]) -> Result<(), Mismatch> {
        let flag = self.outputs.find(valid);
        let mut left = events.iter();
        for (cycle, text) in printed.iter().enumerate().take(self.lines.len()).skip(RESET) {
            if read(text, flag) == Some(0) {
                continue;
            }
            let Some(event) = left.next() else { return Err(self.mismatch(cycle, &format!("{valid} once too often"))) };
            if !(event.window.0..=event.window.1).contains(&cycle) {
                return Err(self.mismatch(cycle, &format!("{valid} not within {:?}", event.window)));
            }
            event.fields.iter().try_for_each(|(name, value)| self.check(text, cycle, name, *value))?;
        }
        match left.next() {
            Some(event) => {
                Err(self.mismatch(event.window.1, &format!("{valid} has not come since {}", event.window.0)))
            }
            None => Ok(()),
        }
    }

    fn check(&self, text: &str, cycle: usize, name: &str, value: u64) -> Result<(), Mismatch> {
        let seen = read(text, self.outputs.find(name));
        if seen == Some(value) {
            return Ok(());
        }
        let seen = seen.map_or("unknown".to_string(), |v| format!("{v:#x}"));
        Err(self.mismatch(cycle, &format!("{name} is {seen}, not {value:#x}")))
    }

    fn mismatch(&self, cycle: usize, what: &str) -> Mismatch {
        Mismatch(format!("{}, cycle {cycle}: {what}\n{}", self.name, self.context(cycle)))
    }

    /// What was driven in a cycle.
    fn context(&self, cycle: usize) -> String {
        let port = |(name, bits): &(String, Bits)| match bits.width {
            0..=64 => Some(format!("  {name} = {:#x}", self.lines[cycle].get(*bits))),
            _ => None,
        };
        self.inputs.ports.iter().filter_map(port).collect::<Vec<_>>().join("\n")
    }
}

/// A number in a line of binary digits; nothing if one of them is unknown.
fn read(text: &str, bits: Bits) -> Option<u64> {
    let digits = &text[text.len() - bits.low - bits.width..text.len() - bits.low];
    digits.chars().try_fold(0, |value, digit| Some(value << 1 | u64::from(digit.to_digit(2)?)))
}
