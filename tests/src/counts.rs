//! Cycle counts that are derived by hand, as numbers, in one place: by them a change of the cycle
//! model is noticed.

use lcsim_spec::CYCLE_MODEL;
use sha2::{Digest, Sha256};

/// Name and cycles. The terms behind each are in `tests/tests/cycles.rs` and `dram.rs`, which hold
/// the simulator to them.
pub const COUNTS: [(&str, u64); 34] = [
    ("one PE, one pixel", 37),
    ("skew: first column", 58),
    ("skew: last column", 61),
    ("skew: last pixel", 76),
    ("folds without a gap", 346),
    ("packed taps", 90),
    ("short folds", 61),
    ("chunks: first", 93),
    ("chunks: second", 100),
    ("second tile", 94),
    ("L-Net", 99),
    ("C-Net: channel 0", 99),
    ("C-Net: channel 2", 103),
    ("C-Net: channel 3", 104),
    ("C-Net: channel 4", 107),
    ("gated block: first convolution", 160),
    ("gated block: second convolution", 237),
    ("gated block: logit", 273),
    ("skipped block", 127),
    ("no live output", 179),
    ("no live input", 143),
    ("rest: 1 live", 355),
    ("rest: 2 live", 388),
    ("rest: 3 live", 453),
    ("rest: 4 live", 451),
    ("rest: 5 live", 643),
    ("rest: 6 live", 675),
    ("rest: 7 live", 739),
    ("turns: channel 0, pixel 0", 253),
    ("turns: channel 0, pixel 1", 255),
    ("turns: channel 4, pixel 0", 254),
    ("DRAM: first tile", 41),
    ("DRAM: first band", 48),
    ("DRAM: bands", 558),
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
