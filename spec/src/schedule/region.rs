//! Places in the activation memories.

/// One of the two activation memories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// The residual stream.
    Stream,
    /// Maps inside a block, and the image.
    Scratch,
}

/// A place of a map, or of rows of one, in a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// The memory that has it.
    pub memory: Memory,
    /// First word in every bank.
    pub base: usize,
    /// Words from an entry to the next one in the same bank. This is the number of pixels at the
    /// place.
    pub plane: usize,
    /// Whether the place is at the high end of its memory.
    pub high: bool,
}

/// The number of the pool memory's region for a map. The stream has one region, and each end of the
/// scratch memory has one.
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
