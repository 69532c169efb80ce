//! Cycle counts that are derived by hand, as numbers, in one place: by them a change of the cycle
//! model is noticed.

use lcsim_spec::CYCLE_MODEL;
use sha2::{Digest, Sha256};

/// Name and cycles. The terms behind each are in `tests/tests/cycles.rs` and `dram.rs`, which hold
/// the simulator to them.
pub const COUNTS: [(&str, u64); 34] = [
    ("one PE, one pixel", 32),
    ("skew: first column", 53),
    ("skew: last column", 56),
    ("skew: last pixel", 71),
    ("folds without a gap", 341),
    ("packed taps", 85),
    ("short folds", 56),
    ("chunks: first", 88),
    ("chunks: second", 95),
    ("second tile", 87),
    ("L-Net", 93),
    ("C-Net: channel 0", 93),
    ("C-Net: channel 2", 97),
    ("C-Net: channel 3", 98),
    ("C-Net: channel 4", 101),
    ("gated block: first convolution", 149),
    ("gated block: second convolution", 221),
    ("gated block: logit", 256),
    ("skipped block", 116),
    ("no live output", 166),
    ("no live input", 131),
    ("rest: 1 live", 341),
    ("rest: 2 live", 374),
    ("rest: 3 live", 439),
    ("rest: 4 live", 437),
    ("rest: 5 live", 629),
    ("rest: 6 live", 661),
    ("rest: 7 live", 725),
    ("turns: channel 0, pixel 0", 237),
    ("turns: channel 0, pixel 1", 239),
    ("turns: channel 4, pixel 0", 238),
    ("DRAM: first tile", 41),
    ("DRAM: first band", 50),
    ("DRAM: bands", 575),
];

/// Holds a count, as it is derived, to the number that is kept under its name.
///
/// # Panics
/// They differ, or there is none of that name.
pub fn check(name: &str, derived: u64) {
    let kept = COUNTS.iter().find(|(of, _)| *of == name).map(|(_, cycles)| *cycles);
    assert_eq!(
        kept,
        Some(derived),
        "{name}: another number of cycles is another cycle model: change the number in tests/src/counts.rs, raise \
         CYCLE_MODEL in spec/src/timing.rs, and set CYCLE_COUNTS there to what tests/tests/cycle_model.rs says"
    );
}

/// Of the number of the cycle model and all counts.
pub fn digest() -> String {
    let mut text = format!("cycle model {CYCLE_MODEL}\n");
    for (name, cycles) in COUNTS {
        text += &format!("{name}\t{cycles}\n");
    }
    Sha256::digest(text)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
