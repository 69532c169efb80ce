//! Where things stand in the activation memories.

/// One of the two activation memories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// The residual stream.
    Stream,
    /// Maps inside a block, and the image.
    Scratch,
}

/// A map in a memory, or rows of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// In which memory.
    pub memory: Memory,
    /// First word in every bank.
    pub base: usize,
    /// Words from an entry to the one that stands behind it in the same bank: pixels of what stands
    /// there.
    pub plane: usize,
    /// The map is one of those at the high end.
    pub high: bool,
}

/// Number of the region of the pool memory that belongs to a map: the stream, or an end of the
/// scratch memory.
pub fn pool_region(region: Region) -> usize {
    region_at(region.memory, region.high)
}

pub(super) fn region_at(memory: Memory, high: bool) -> usize {
    match (memory, high) {
        (Memory::Stream, _) => 0,
        (Memory::Scratch, false) => 1,
        (Memory::Scratch, true) => 2,
    }
}
