//! Cycle counts that are derived by hand, as numbers, in one place: by them a change of the cycle
//! model is noticed.

use lcsim_spec::CYCLE_MODEL;
use sha2::{Digest, Sha256};

/// Name and cycles. The terms behind each are in `tests/tests/cycles.rs` and `dram.rs`, which hold
/// the simulator to them.
pub const COUNTS: [(&str, u64); 34] = [
    ("one PE, one pixel", 36),
    ("skew: first column", 57),
    ("skew: last column", 60),
    ("skew: last pixel", 75),
    ("folds without a gap", 345),
    ("packed taps", 89),
    ("short folds", 60),
    ("chunks: first", 92),
    ("chunks: second", 99),
    ("second tile", 92),
    ("L-Net", 98),
    ("C-Net: channel 0", 98),
    ("C-Net: channel 2", 102),
    ("C-Net: channel 3", 103),
    ("C-Net: channel 4", 106),
    ("gated block: first convolution", 158),
    ("gated block: second convolution", 234),
    ("gated block: logit", 270),
    ("skipped block", 126),
    ("no live output", 177),
    ("no live input", 141),
    ("rest: 1 live", 352),
    ("rest: 2 live", 385),
    ("rest: 3 live", 450),
    ("rest: 4 live", 448),
    ("rest: 5 live", 640),
    ("rest: 6 live", 672),
    ("rest: 7 live", 736),
    ("turns: channel 0, pixel 0", 249),
    ("turns: channel 0, pixel 1", 251),
    ("turns: channel 4, pixel 0", 250),
    ("DRAM: first tile", 41),
    ("DRAM: first band", 48),
    ("DRAM: bands", 561),
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
