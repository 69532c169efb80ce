//! The duration of each step of the machine. This is the only place that has latencies.
//!
//! The unit is clock cycles, unless a name says otherwise. Each constant names its line of
//! docs/microarchitecture.md; `tests/tests/contract.rs` compares the tables of that page with this
//! module. Both engines, the parameters of the Verilog, the models that test the emitted units, and
//! the energy of registers take their cycles from here. Only `tests/tests/cycles.rs` repeats them
//! as numbers, because it derives counts by hand.
//!
//! ```
//! use lcsim_spec::timing;
//!
//! // One more row delays each column by one cycle; so does one more column.
//! assert_eq!(timing::drain(9, 8, 1), timing::drain(8, 8, 1) + 1);
//! assert_eq!(timing::drain(8, 9, 1), timing::drain(8, 8, 1) + 1);
//! assert_eq!(timing::fetch(2), timing::fetch(1) + timing::WORD_FETCH);
//! ```
//!
//! A *slot cycle* `t` is the cycle in which the streamer's slot register shows a slot ("Streamer").

/// The number of the cycle model. It grows when any network takes another number of cycles on any
/// accelerator.
///
/// Reports with the same number have comparable cycles, even if different versions of lcsim wrote
/// them. Version 0.1.0 has number 1. Version 0.2.0 has number 2; it added registers between block
/// memories and the units that read them, folds in which taps share, and maps off chip. Number 3
/// came after it: further registers cut the longest ways of the core, for a faster clock.
pub const CYCLE_MODEL: u32 = 3;

/// Digest of [`CYCLE_MODEL`] and of the counts that we derived by hand (`tests/src/counts.rs`). If
/// the counts change, the number has to change too; `tests/tests/cycle_model.rs` checks this.
pub const CYCLE_COUNTS: &str = "e1d085e9ebe9cdd8d3e21c6e5e4ecc3a";

/// Streamer: from the decision about a slot to its slot cycle.
pub const DECISION_TO_SLOT: usize = 1;

/// Array: from the cycle in which a slot is at a row to the one in which the row addresses its
/// bank.
pub const ROW_ADDRESS: usize = 1;

/// Array: from the register of a bank to the register of a row.
pub const BANK_TO_ROW: usize = 1;

/// Array: from the cycle in which a slot is at a row to the one in which the row's first PE has the
/// operand. The bank answers into a register, that one into a register at the row, and that one the
/// PE.
pub const ROW_TO_PE: usize = ROW_ADDRESS + REGISTERED_ANSWER + BANK_TO_ROW;

/// Array: from the cycle in which a row addresses its bank to the one in which it hands the operand
/// to its first PE.
pub const ROW_FETCH: usize = ROW_TO_PE - ROW_ADDRESS - 1;

/// Array: registers from a PE's operand to the partial sum that leaves the PE. One holds the
/// product, and one the sum.
pub const PE_STAGES: usize = 2;

/// Columns: registers between the sum that leaves the array and the first one of a column.
pub const SUM_TO_COLUMN: usize = 1;

/// Columns, E0: from the cycle that addresses an accumulator to the cycle that adds it.
pub const ACCUMULATOR_READ: usize = 1;

/// Columns: the stages of a column in their order, one for each cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnStage {
    /// E0: the accumulator is addressed.
    Address,
    /// E1: the array's sum and the accumulator enter registers, in front of an adder.
    Add,
    /// E2: the sum enters a register.
    Sum,
    /// E3: in a tile's last fold, the bias is added. In other folds, the accumulator is written.
    Bias,
    /// E4: shifted by the larger part of the shift.
    Part,
    /// E5: shifted by the rest, and rounded.
    Shift,
    /// E6: saturated to 16 bits, after the column's hold.
    Narrow,
    /// E7: multiplied; the residual's bank is addressed.
    Scale,
    /// E8: rounded.
    Round,
    /// E9: saturated to 9 bits; the residual arrives.
    Saturate,
    /// E10: the residual is added, saturated to 8 bits.
    Residual,
    /// E11: written back, added to the pool sum.
    WriteBack,
}

/// Columns: from slot cycle to E0, without the delays of the array's rows and of the column's
/// number.
const COLUMN_ENTRY: usize = ROW_TO_PE + PE_STAGES - 1 + SUM_TO_COLUMN - ACCUMULATOR_READ;

/// Columns: from slot cycle to write-back, without the delays of the array's rows and of the
/// column's number.
const COLUMN_TAIL: usize = COLUMN_ENTRY + ColumnStage::WriteBack as usize;

/// Columns: from slot cycle to `stage` in column `col`. From E6 on, the column's hold is added.
pub const fn column_stage(rows: usize, col: usize, stage: ColumnStage) -> usize {
    rows + COLUMN_ENTRY + col + stage as usize
}

/// Columns, "flush": from the slot cycle of a tile's last pixel to the cycle in which the pool sum
/// of column `col` leaves.
pub const fn flush(rows: usize, col: usize, interval: usize) -> usize {
    column_stage(rows, col, ColumnStage::WriteBack) + interval
}

/// Columns: from the slot cycle of the last emitted pixel to the first cycle in which the array is
/// idle.
pub const fn drain(rows: usize, cols: usize, interval: usize) -> usize {
    rows + cols + COLUMN_TAIL + interval
}

/// Loader, "Column parameters": from the slot cycle in which a tile's first fold is taken to the
/// first cycle in which the other set of column parameters is free.
pub const fn parameters_free(rows: usize, cols: usize) -> usize {
    rows + cols + COLUMN_TAIL
}

/// From slot cycle to the cycle in which no register of any column holds anything of the slot. The
/// column's hold does not change it.
pub const fn slot_ends(rows: usize, cols: usize) -> usize {
    rows + 2 * cols + COLUMN_TAIL + 2
}

/// Loader, TILE: from the cycle in which the outputs of a convolution are known, or a live list
/// gets an entry or its end, to the one in which TILE acts on it. They enter registers, and then
/// those are compared.
pub const OUTPUTS_SEEN: usize = 2;

/// Loader: cycles of the state SETTLE, in which the group of the last column becomes known.
pub const SETTLE: usize = 2;

/// Loader, LOAD: from the cycle that issues a filter word to the cycle that writes it to the shadow
/// weights.
pub const FILTER_STAGES: usize = 7;

/// Memories that answer out of a register ("Memories"): from the cycle that addresses a word to the
/// one in which the memory shows it.
pub const REGISTERED_ANSWER: usize = 2;

/// Streamer: from the cycle in which the loader offers a fold to the first decision that may take
/// it.
pub const OFFER: usize = 1;

/// Loader, "Ready": from a fold's first word to the first decision that may take the fold, if the
/// weights of a row are one word. A swap must find the weights in the shadow registers.
pub const FOLD_READY: usize = FILTER_STAGES + 1 - ROW_TO_PE - DECISION_TO_SLOT;

/// Loader, LOAD: from the cycle that issues a filter word to the cycle that addresses it.
pub const FILTER_ADDRESS: usize = 2;

/// Loader, SETUP: from the cycle of a column to the cycle that addresses its parameter word.
pub const PARAMETER_ADDRESS: usize = 3;

/// Loader, "Shadow free": how many cycles before the swap passes the last column words may be
/// issued. A swap reaches column `c` `ROW_TO_PE + c` cycles after its slot cycle, and a word needs
/// `FILTER_STAGES` cycles to get there.
pub const SHADOW_LEAD: usize = FILTER_STAGES + 1 - ROW_TO_PE;

/// Loader, "Shadow free": the smallest number of cycles from taking one fold to taking the next.
pub const FOLD_DISTANCE: usize = DECISION_TO_SLOT + shadow_free(1) + FOLD_READY;

/// Loader: from the end of the state TILE to the cycle in which FOLD looks at the tile's first
/// fold.
pub const fn tile_setup(columns: usize) -> usize {
    1 + columns + SETTLE
}

/// Loader, "Ready": from a fold's first word to the first cycle in which the streamer may decide to
/// take the fold.
pub const fn fold_ready(rows: usize, groups: usize) -> usize {
    rows * (groups - 1) + FOLD_READY
}

/// Loader, "Shadow free": from a swap's slot cycle to the first cycle that may issue a word of the
/// next fold.
pub const fn shadow_free(cols: usize) -> usize {
    if cols > SHADOW_LEAD { cols - SHADOW_LEAD } else { 1 }
}

/// Streamer: from the decision of the last emitted pixel to the first cycle that may take a fold
/// that emits, if columns of two tiles can write to the same bank.
pub const fn settled(cols: usize, interval: usize) -> usize {
    cols + interval - 2
}

/// Gate unit: the stages of an input (G) and then of the outputs of its group (P), in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateStage {
    /// G0: the entry of the live list is read.
    Enter,
    /// G1: the pool sum is addressed; the entry names the channel.
    Pool,
    /// G2: the weight word is addressed.
    Weight,
    /// G3: the pool sum is shifted by the larger part of its shift.
    Part,
    /// G4: the pool sum is shifted by the rest, and rounded.
    Round,
    /// G5: products.
    Multiply,
    /// G6: accumulated.
    Accumulate,
    /// P0: accumulators are copied to the output register; the parameters are addressed.
    Copy,
    /// P1: the sum enters a register.
    Parameters,
    /// P2: the bias is added.
    Bias,
    /// P3: shifted by the larger part of the shift; a logit leaves.
    Shift,
    /// P4: shifted by the rest, and rounded.
    Rest,
    /// P5: saturated to 16 bits.
    Narrow,
    /// P6: multiplied.
    Scale,
    /// P7: clamped, compared with the threshold.
    Clamp,
    /// P8: a score leaves.
    Score,
}

/// Gate unit: from the cycle in which a group's last input enters G0 to the cycle in which output
/// `o` of the group is in `stage`. `stage` is P1 or a later one.
pub const fn gate_output(stage: GateStage, o: usize) -> usize {
    stage as usize + o
}

/// Gate unit: cycles of a group of outputs that `inputs` live inputs enter. A group takes at least
/// the cycles in which its outputs leave.
pub const fn gate_period(inputs: usize, macs: usize) -> usize {
    let slots = if inputs > 1 { inputs } else { 1 };
    if slots > macs { slots } else { macs }
}

/// Program: from the cycle in which the controller decides what becomes of an instruction to the
/// one in which it starts the instruction's unit, or asks for the next instruction.
pub const DECISION_TO_START: usize = 1;

/// Program: the cycles of each word of an instruction in the program memory.
pub const WORD_FETCH: usize = 2;

/// Program: the smallest number of cycles between two instructions of `words` words.
pub const fn fetch(words: usize) -> usize {
    DECISION_TO_START + WORD_FETCH * words
}

/// Program: from the start of an image to the decision about its first instruction.
pub const fn first_fetch(words: usize) -> usize {
    WORD_FETCH * words - 1
}

/// Program, "image": from the cycle that fetches a word of the image to the cycle that writes it.
pub const IMAGE_WRITE: usize = 1;

/// Conventions: the controller sees the state of the array one register later than other units.
pub const ARRAY_SEEN: usize = 1;

/// Poolings: from the address of the last pixel to the end of its window. In these cycles the pixel
/// joins its window and the result is written.
pub const WINDOW_TAIL: usize = 2;

/// Average pooling: stages in front of the write: multiplied by the reciprocal, rounded.
pub const AVERAGE_STAGES: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_contract() {
        let (rows, cols, col, interval) = (3, 7, 5, 2);
        assert_eq!(column_stage(rows, col, ColumnStage::Address), rows + col + COLUMN_ENTRY);
        assert_eq!(flush(rows, cols - 1, interval) + 1, drain(rows, cols, interval));
        assert_eq!(drain(rows, cols, 0), parameters_free(rows, cols));
        assert!(slot_ends(rows, cols) > flush(rows, cols - 1, cols));
        for cols in 1..10 {
            // The first word after the swap must not overtake the swap in the last column.
            assert!(shadow_free(cols) + FILTER_STAGES >= ROW_TO_PE + cols - 1);
        }
    }
}
