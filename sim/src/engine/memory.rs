//! The activation memories: banks of bytes, one read and one write port each.

/// A memory of banks that all have the same depth.
#[derive(Debug, Clone)]
pub(crate) struct Banked {
    depth: usize,
    words: Vec<i8>,
    /// Cycle of the last access to each bank's port; two in one cycle would need another port.
    read_at: Vec<u64>,
    write_at: Vec<u64>,
}

impl Banked {
    pub fn new(banks: usize, depth: usize) -> Self {
        let never = vec![u64::MAX; banks];
        Self { depth, words: vec![0; banks * depth], read_at: never.clone(), write_at: never }
    }

    pub fn read(&mut self, now: u64, bank: usize, word: usize) -> i8 {
        assert_ne!(self.read_at[bank], now, "bank {bank} is read twice in one cycle");
        self.read_at[bank] = now;
        self.words[bank * self.depth + word]
    }

    pub fn write(&mut self, now: u64, bank: usize, word: usize, value: i8) {
        assert_ne!(self.write_at[bank], now, "bank {bank} is written twice in one cycle");
        self.write_at[bank] = now;
        self.words[bank * self.depth + word] = value;
    }

    /// What stands in a word, for the observer: no port is used.
    pub fn peek(&self, bank: usize, word: usize) -> i8 {
        self.words[bank * self.depth + word]
    }
}
