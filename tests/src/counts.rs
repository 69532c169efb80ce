//! Cycle counts that are derived by hand, as numbers, in one place: by them a change of the cycle
//! model is noticed.

use lcsim_spec::CYCLE_MODEL;
use sha2::{Digest, Sha256};

/// Name and cycles. The terms behind each are in `tests/tests/cycles.rs` and `dram.rs`, which hold
/// the simulator to them.
pub const COUNTS: [(&str, u64); 34] = [
    ("one PE, one pixel", 33),
    ("skew: first column", 54),
    ("skew: last column", 57),
    ("skew: last pixel", 72),
    ("folds without a gap", 342),
    ("packed taps", 86),
    ("short folds", 57),
    ("chunks: first", 89),
    ("chunks: second", 96),
    ("second tile", 89),
    ("L-Net", 94),
    ("C-Net: channel 0", 94),
    ("C-Net: channel 2", 98),
    ("C-Net: channel 3", 99),
    ("C-Net: channel 4", 102),
    ("gated block: first convolution", 151),
    ("gated block: second convolution", 224),
    ("gated block: logit", 259),
    ("skipped block", 117),
    ("no live output", 168),
    ("no live input", 133),
    ("rest: 1 live", 344),
    ("rest: 2 live", 377),
    ("rest: 3 live", 442),
    ("rest: 4 live", 440),
    ("rest: 5 live", 632),
    ("rest: 6 live", 664),
    ("rest: 7 live", 728),
    ("turns: channel 0, pixel 0", 241),
    ("turns: channel 0, pixel 1", 243),
    ("turns: channel 4, pixel 0", 242),
    ("DRAM: first tile", 41),
    ("DRAM: first band", 50),
    ("DRAM: bands", 572),
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
