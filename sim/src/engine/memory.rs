//! The activation memories. Each bank has one read port and one write port, and one more of both
//! for moves from and to DRAM.

use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::Memory;

/// The unit that accesses a memory. Each of the two has its own ports.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Port {
    /// The array, the image port and the pooling unit.
    Array = 0,
    /// Moves from and to DRAM.
    Move = 1,
}

/// A memory of banks of the same depth.
#[derive(Debug, Clone)]
pub(crate) struct Banked {
    depth: usize,
    words: Vec<i8>,
    /// The cycle of the last access to each port of each bank. A second access in the same cycle
    /// would need another port, so it stops the simulation.
    read_at: [Vec<u64>; 2],
    write_at: [Vec<u64>; 2],
}

impl Banked {
    pub fn new(banks: usize, depth: usize) -> Self {
        let never = || [vec![u64::MAX; banks], vec![u64::MAX; banks]];
        Self { depth, words: vec![0; banks * depth], read_at: never(), write_at: never() }
    }

    pub fn read(&mut self, now: u64, bank: usize, word: usize) -> i8 {
        self.read_by(Port::Array, now, bank, word)
    }

    pub fn write(&mut self, now: u64, bank: usize, word: usize, value: i8) {
        self.write_by(Port::Array, now, bank, word, value);
    }

    pub fn read_by(&mut self, port: Port, now: u64, bank: usize, word: usize) -> i8 {
        let read_at = &mut self.read_at[port as usize][bank];
        assert_ne!(*read_at, now, "bank {bank} is read twice in one cycle");
        *read_at = now;
        self.words[bank * self.depth + word]
    }

    pub fn write_by(&mut self, port: Port, now: u64, bank: usize, word: usize, value: i8) {
        let write_at = &mut self.write_at[port as usize][bank];
        assert_ne!(*write_at, now, "bank {bank} is written twice in one cycle");
        *write_at = now;
        self.words[bank * self.depth + word] = value;
    }

    /// Reads a word for an observer, without using a port.
    pub fn peek(&self, bank: usize, word: usize) -> i8 {
        self.words[bank * self.depth + word]
    }
}

/// The stream memory and the scratch memory.
#[derive(Debug)]
pub(crate) struct Memories {
    pub stream: Banked,
    pub scratch: Banked,
}

impl Memories {
    pub fn new(config: &AcceleratorConfig) -> Self {
        let [stream, scratch] = [config.stream_depth(), config.scratch_depth()].map(|d| Banked::new(config.banks(), d));
        Self { stream, scratch }
    }

    pub fn of(&self, memory: Memory) -> &Banked {
        match memory {
            Memory::Stream => &self.stream,
            Memory::Scratch => &self.scratch,
        }
    }

    pub fn of_mut(&mut self, memory: Memory) -> &mut Banked {
        match memory {
            Memory::Stream => &mut self.stream,
            Memory::Scratch => &mut self.scratch,
        }
    }
}
