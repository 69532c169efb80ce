//! Which cycles are counted: the version of the simulated machine's timing.

/// Number of the cycle model: it grows whenever any network takes another number of cycles on any accelerator.
///
/// Two reports of one number have cycles that can be compared, whatever versions of lcsim made them. 1 is version 0.1.0;
/// 2 came with 0.2.0 (registers between block memories and the units that read them, folds that share taps, maps off chip).
pub const CYCLE_MODEL: u32 = 2;

/// Digest of [`CYCLE_MODEL`] and of the cycle counts that are derived by hand (`tests/src/counts.rs`): who changes the
/// counts has to change the number, which `tests/tests/cycle_model.rs` checks.
pub const CYCLE_COUNTS: &str = "452002fadc4e8e0225d63a70ee7b5408";
