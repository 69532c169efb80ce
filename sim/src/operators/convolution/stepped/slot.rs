//! Slots: what the streamer issues in one cycle, on its way through rows and columns.

/// The content of the streamer's output register in one cycle. A slot without pixel is a bubble.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slot {
    /// Carries a pixel.
    pub valid: bool,
    /// A bubble between two pixels, while columns take their turns at the banks.
    pub waits: bool,
    /// The fold after this one becomes active behind this slot.
    pub swap: bool,
    /// First and last fold over a pixel: overwrite the accumulator, emit the output.
    pub first: bool,
    pub last: bool,
    /// First and last pixel of a tile.
    pub opens_tile: bool,
    pub closes_tile: bool,
    /// Which of the two sets of column parameters applies.
    pub parity: usize,
    /// Rows and columns that take part.
    pub rows: usize,
    pub cols: usize,
    /// Bank of row 0, and word of the entry at pixel 0.
    pub bank: usize,
    pub word: usize,
    /// Position of the kernel's upper left corner in the input map, the first tap, and how many
    /// rows each tap has.
    pub corner: [isize; 2],
    pub tap: usize,
    pub tap_rows: usize,
    /// Rows in front that take no part.
    pub idle_rows: usize,
    /// Output pixel, and its word in the accumulators.
    pub pixel: usize,
    pub acc: usize,
}

/// The slots of the last cycles: the shift registers along rows and columns.
#[derive(Debug, Clone)]
pub(crate) struct SlotHistory {
    slots: Vec<Slot>,
}

impl SlotHistory {
    /// Remembers at least `depth` cycles.
    pub fn new(depth: usize) -> Self {
        Self { slots: vec![Slot::default(); (depth + 2).next_power_of_two()] }
    }

    /// The slot of cycle `now - age`.
    pub fn at(&self, now: u64, age: usize) -> &Slot {
        &self.slots[(now.wrapping_sub(age as u64)) as usize & (self.slots.len() - 1)]
    }

    /// Sets the slot register's value in cycle `cycle`.
    pub fn set(&mut self, cycle: u64, slot: Slot) {
        let mask = self.slots.len() - 1;
        self.slots[cycle as usize & mask] = slot;
    }
}
