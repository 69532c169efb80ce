//! Cycle counts that are derived by hand, as numbers, in one place: by them a change of the cycle model is noticed.

use lcsim_spec::CYCLE_MODEL;
use sha2::{Digest, Sha256};

/// Name and cycles. The terms behind each are in `tests/tests/cycles.rs` and `dram.rs`, which hold the simulator to them.
pub const COUNTS: [(&str, u64); 0] = [];

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
         CYCLE_MODEL in spec/src/cycle_model.rs, and set CYCLE_COUNTS there to what tests/tests/cycle_model.rs says"
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
