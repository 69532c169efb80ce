//! Where ports and their fields are in a line of vectors.

use lcsim_hdl::Part;
use std::collections::BTreeMap;

/// Neighbouring bits of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bits {
    pub low: usize,
    pub width: usize,
}

/// All inputs or all outputs of a unit.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub ports: Vec<(String, Bits)>,
    names: BTreeMap<String, Bits>,
    /// Multiple of 32.
    pub width: usize,
}

impl Layout {
    pub fn new(part: &Part, outputs: bool) -> Self {
        let mut layout = Self { ports: vec![], names: BTreeMap::new(), width: 0 };
        for port in part.ports.iter().filter(|p| p.output == outputs && p.name != "clock") {
            let bits = Bits { low: layout.width, width: port.width };
            layout.ports.push((port.name.clone(), bits));
            layout.names.insert(port.name.clone(), bits);
            let mut high = bits.low + port.width;
            for (field, width) in &port.fields {
                high -= width;
                layout.names.insert(format!("{}.{field}", port.name), Bits { low: high, width: *width });
            }
            layout.width += port.width;
        }
        // Four words at least: verilator has another type for narrow ports.
        layout.width = layout.width.next_multiple_of(32).max(128);
        layout
    }

    /// Bits behind the last port, up to the width.
    pub fn rest(&self) -> Bits {
        let low = self.ports.iter().map(|(_, bits)| bits.width).sum();
        Bits { low, width: self.width - low }
    }

    /// Whether there is such a port.
    pub fn has(&self, port: &str) -> bool {
        self.names.contains_key(port)
    }

    /// Bits of `port` or `port.field`, or, as `port[i/n]`, of the i-th of n equal lanes of a port.
    pub fn find(&self, name: &str) -> Bits {
        let (name, lane) = match name.split_once('[') {
            Some((port, lane)) => (port, lane.trim_end_matches(']').split_once('/')),
            None => (name, None),
        };
        let bits = *self.names.get(name).unwrap_or_else(|| panic!("no port {name}"));
        let Some((index, lanes)) = lane else { return bits };
        let number = |text: &str| text.parse::<usize>().expect("a number");
        let width = bits.width / number(lanes);
        Bits { low: bits.low + number(index) * width, width }
    }
}

/// A line of vectors, least significant word first.
#[derive(Debug, Clone)]
pub(super) struct Line(pub Vec<u32>);

impl Line {
    pub fn set(&mut self, bits: Bits, value: u64) {
        for i in 0..bits.width {
            let (word, bit) = ((bits.low + i) / 32, (bits.low + i) % 32);
            let one = (value >> i.min(63)) as u32 & 1;
            self.0[word] = self.0[word] & !(1 << bit) | one << bit;
        }
    }

    pub fn get(&self, bits: Bits) -> u64 {
        (0..bits.width).map(|i| u64::from(self.0[(bits.low + i) / 32] >> ((bits.low + i) % 32) & 1) << i).sum()
    }

    pub fn hex(&self) -> String {
        self.0.iter().rev().map(|word| format!("{word:08x}")).collect()
    }
}
