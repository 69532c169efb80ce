//! Cycle counts that are derived by hand, as numbers, in one place: by them a change of the cycle
//! model is noticed.

use lcsim_spec::CYCLE_MODEL;
use sha2::{Digest, Sha256};

/// Name and cycles. The terms behind each are in `tests/tests/cycles.rs` and `dram.rs`, which hold
/// the simulator to them.
pub const COUNTS: [(&str, u64); 34] = [
    ("one PE, one pixel", 26),
    ("skew: first column", 47),
    ("skew: last column", 50),
    ("skew: last pixel", 65),
    ("folds without a gap", 335),
    ("packed taps", 79),
    ("short folds", 50),
    ("chunks: first", 82),
    ("chunks: second", 89),
    ("second tile", 75),
    ("L-Net", 81),
    ("C-Net: channel 0", 81),
    ("C-Net: channel 2", 85),
    ("C-Net: channel 3", 86),
    ("C-Net: channel 4", 89),
    ("gated block: first convolution", 125),
    ("gated block: second convolution", 185),
    ("gated block: logit", 216),
    ("skipped block", 100),
    ("no live output", 144),
    ("no live input", 113),
    ("rest: 1 live", 317),
    ("rest: 2 live", 350),
    ("rest: 3 live", 415),
    ("rest: 4 live", 413),
    ("rest: 5 live", 605),
    ("rest: 6 live", 637),
    ("rest: 7 live", 701),
    ("turns: channel 0, pixel 0", 207),
    ("turns: channel 0, pixel 1", 209),
    ("turns: channel 4, pixel 0", 208),
    ("DRAM: first tile", 42),
    ("DRAM: first band", 50),
    ("DRAM: bands", 593),
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
