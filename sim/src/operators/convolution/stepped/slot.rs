//! Slots: what the streamer issues in one cycle. A slot moves along the rows and the columns.

/// The value of the streamer's output register in one cycle. A slot without a pixel is a bubble.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slot {
    /// Whether it has a pixel.
    pub valid: bool,
    /// Whether it is a bubble between two pixels, in which columns take their turns at the banks.
    pub waits: bool,
    /// Whether the next fold becomes active after this slot.
    pub swap: bool,
    /// Whether this is the first fold over the pixel, which overwrites the accumulator. Whether it
    /// is the last one, which emits the output.
    pub first: bool,
    pub last: bool,
    /// Whether this is the first, or the last, pixel of a tile.
    pub opens_tile: bool,
    pub closes_tile: bool,
    /// Which of the two sets of column parameters is used.
    pub parity: usize,
    /// The number of rows, and of columns, that take part.
    pub rows: usize,
    pub cols: usize,
    /// The bank of row 0, and the word of the entry at pixel 0.
    pub bank: usize,
    pub word: usize,
    /// The position of the kernel's upper left corner in the input map, the first tap, and the
    /// number of rows for each tap.
    pub corner: [isize; 2],
    pub tap: usize,
    pub tap_rows: usize,
    /// The number of rows above these that take no part.
    pub idle_rows: usize,
    /// The output pixel, and its word in the accumulators.
    pub pixel: usize,
    pub acc: usize,
}

/// The slots of the last cycles. They stand for the shift registers along rows and columns.
#[derive(Debug, Clone)]
pub(crate) struct SlotHistory {
    slots: Vec<Slot>,
}

impl SlotHistory {
    /// Makes a history of at least `depth` cycles.
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
