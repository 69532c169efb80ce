//! How long each step of the machine takes: the only place where a latency stands.
//!
//! Unit: clock cycles, unless a name says otherwise. Each constant names its line of
//! docs/microarchitecture.md, whose tables `tests/tests/contract.rs` checks against this module.
//! Both engines, the parameters of the Verilog, the models that the emitted units are tested
//! against, and the energy of registers take their cycles from here. Only `tests/tests/cycles.rs`
//! repeats them as numbers, because it derives counts by hand.
//!
//! A *slot cycle* `t` is the cycle in which the streamer's slot register shows a slot ("Streamer").

/// Number of the cycle model: it grows whenever any network takes another number of cycles on any
/// accelerator.
///
/// Reports with the same number have cycles that can be compared, whatever versions of lcsim made
/// them. 1 is version 0.1.0; 2 came with 0.2.0 (registers between block memories and the units that
/// read them, folds that share taps, maps off chip).
pub const CYCLE_MODEL: u32 = 2;

/// Digest of [`CYCLE_MODEL`] and of the cycle counts that are derived by hand
/// (`tests/src/counts.rs`). Who changes the counts has to change the number, which
/// `tests/tests/cycle_model.rs` checks.
pub const CYCLE_COUNTS: &str = "452002fadc4e8e0225d63a70ee7b5408";

/// Streamer: from the decision about a slot to its slot cycle.
pub const DECISION_TO_SLOT: usize = 1;

/// Array: from the cycle in which a row addresses its bank to the one in which its first PE has the
/// operand. The bank answers into a register, and the register answers the PE.
pub const ROW_TO_PE: usize = 2;

/// Array: registers from a PE's operand to the partial sum that leaves it: the product, and the
/// sum.
pub const PE_STAGES: usize = 2;

/// Columns, E0: from the cycle that addresses an accumulator to the one that adds it.
pub const ACCUMULATOR_READ: usize = 1;

/// Columns: stages of a column, in their order. A column runs one in each cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnStage {
    /// E0: the accumulator is addressed.
    Address,
    /// E1: the array's sum and the accumulator are added.
    Add,
    /// E2: the bias is added in a tile's last fold; in others the accumulator is written.
    Bias,
    /// E3: shifted, saturated to 16 bits.
    Shift,
    /// E4: multiplied; the residual's bank is addressed.
    Scale,
    /// E5: rounded.
    Round,
    /// E6: saturated to 9 bits; the residual arrives.
    Saturate,
    /// E7: the residual is added, saturated to 8 bits.
    Residual,
    /// E8: written back, added to the pool sum.
    WriteBack,
}

/// Columns: from slot cycle to E0, beside the array's rows and a column's number.
const COLUMN_ENTRY: usize = ROW_TO_PE + PE_STAGES - 1 - ACCUMULATOR_READ;

/// Columns: from slot cycle to write-back, beside the array's rows and a column's number.
const COLUMN_TAIL: usize = COLUMN_ENTRY + ColumnStage::WriteBack as usize;

/// Columns: from slot cycle to `stage` in column `col`. From E4 on a column's hold comes on top.
pub const fn column_stage(rows: usize, col: usize, stage: ColumnStage) -> usize {
    rows + COLUMN_ENTRY + col + stage as usize
}

/// Columns, "flush": from the slot cycle of a tile's last pixel to the cycle in which the pool sum
/// of column `col` leaves.
pub const fn flush(rows: usize, col: usize, interval: usize) -> usize {
    column_stage(rows, col, ColumnStage::WriteBack) + interval
}

/// Columns: from the slot cycle of the last emitted pixel to the first one in which the array is
/// idle.
pub const fn drain(rows: usize, cols: usize, interval: usize) -> usize {
    rows + cols + COLUMN_TAIL + interval
}

/// Loader, "Column parameters": from the slot cycle in which a tile's first fold is taken to the
/// first one in which the other set of column parameters is free.
pub const fn parameters_free(rows: usize, cols: usize) -> usize {
    rows + cols + COLUMN_TAIL
}

/// From slot cycle until nothing of a slot is left in any register of any column, however long its
/// outputs are held.
pub const fn slot_ends(rows: usize, cols: usize) -> usize {
    rows + 2 * cols + COLUMN_TAIL + 2
}

/// Loader: cycles in SETTLE, in which the last column's group becomes known.
pub const SETTLE: usize = 1;

/// Loader, LOAD: from the cycle in which a filter word is issued to the one in which it is written
/// to the shadow weights.
pub const FILTER_STAGES: usize = 4;

/// Loader, "Ready": from a fold's first word to the first decision that may take it, where a row's
/// weights are one word.
pub const FOLD_READY: usize = 2;

/// Loader, LOAD: from the cycle in which a filter word is issued to the one in which it is
/// addressed.
pub const FILTER_ADDRESS: usize = 1;

/// Loader, SETUP: from a column's cycle to the one in which its parameter word is addressed.
pub const PARAMETER_ADDRESS: usize = 2;

/// Loader, "Shadow free": by so much words may be issued ahead of the swap that passes the last
/// column. A swap reaches column `c` `ROW_TO_PE + c` cycles behind its slot cycle, and a word needs
/// `FILTER_STAGES` cycles to get there.
pub const SHADOW_LEAD: usize = FILTER_STAGES + 1 - ROW_TO_PE;

/// Loader, "Shadow free": folds are taken at least so far apart.
pub const FOLD_DISTANCE: usize = DECISION_TO_SLOT + shadow_free(1) + FOLD_READY;

/// Loader: from the cycle in which TILE ends to the one in which FOLD looks at the tile's first
/// fold.
pub const fn tile_setup(columns: usize) -> usize {
    1 + columns + SETTLE
}

/// Loader, "Ready": from a fold's first word to the first decision cycle in which the streamer may
/// take it.
pub const fn fold_ready(rows: usize, groups: usize) -> usize {
    rows * (groups - 1) + FOLD_READY
}

/// Loader, "Shadow free": from a swap's slot cycle to the first one in which a word of the next
/// fold may be issued.
pub const fn shadow_free(cols: usize) -> usize {
    if cols > SHADOW_LEAD { cols - SHADOW_LEAD } else { 1 }
}

/// Streamer: from the decision of the last emitted pixel to the first one in which a fold that
/// emits may be taken, where columns of two tiles can want one bank.
pub const fn settled(cols: usize, interval: usize) -> usize {
    cols + interval - 2
}

/// Gate unit: stages of an input and of its group's outputs, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateStage {
    /// G0: the pool sum is addressed.
    Pool,
    /// G1: rounded; the weight word is addressed.
    Weight,
    /// G2: products.
    Multiply,
    /// G3: accumulated.
    Accumulate,
    /// P0: accumulators are copied to the output register.
    Copy,
    /// P1: the bias is added.
    Bias,
    /// P2: shifted, saturated; a logit leaves.
    Shift,
    /// P3: multiplied.
    Scale,
    /// P4: clamped, compared with the threshold.
    Clamp,
    /// P5: a score leaves.
    Score,
}

/// Gate unit: from the cycle in which a group's last input enters G0 to the one in which output `o`
/// of the group is in `stage`, which is P1 or one behind.
pub const fn gate_output(stage: GateStage, o: usize) -> usize {
    stage as usize + o
}

/// Gate unit: cycles that a group of outputs takes, of which `inputs` live inputs enter; no shorter
/// than its outputs take to leave.
pub const fn gate_period(inputs: usize, macs: usize) -> usize {
    let slots = if inputs > 1 { inputs } else { 1 };
    if slots > macs { slots } else { macs }
}

/// Program: from one instruction to the next at least, for each word that an instruction has in the
/// program memory.
pub const WORD_FETCH: usize = 2;

/// Program: from one instruction to the next at least.
pub const fn fetch(words: usize) -> usize {
    WORD_FETCH * words
}

/// Program, "image": from the cycle in which a word of the image is fetched to the one in which it
/// is written.
pub const IMAGE_WRITE: usize = 1;

/// Conventions: the controller sees the array through one register more than other units.
pub const ARRAY_SEEN: usize = 1;

/// Max pooling: from the last pixel's address to the end of its window: compared, and written.
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
            // The last column's swap is not overtaken by the first word that may follow it.
            assert!(shadow_free(cols) + FILTER_STAGES >= ROW_TO_PE + cols - 1);
        }
    }
}
