//! The number of the cycle model and the counts that are derived by hand change together, or not at
//! all.

use lcsim_spec::{CYCLE_COUNTS, CYCLE_MODEL};
use lcsim_tests::counts::{COUNTS, digest};
use std::collections::BTreeSet;

#[test]
fn counts_and_number_change_together() {
    assert_eq!(
        CYCLE_COUNTS,
        digest(),
        "\nThe number of the cycle model, {CYCLE_MODEL}, and the counts of tests/src/counts.rs are not those that CYCLE_COUNTS \
         was made of.\nIf a count has changed, whoever reads a report must be told: raise CYCLE_MODEL in \
         spec/src/timing.rs, list the change under \"Cycle counts\" in CHANGELOG.md, run this test again, and set \
         CYCLE_COUNTS to the digest on the right.\nIf only counts were added, set the digest alone."
    );
}

#[test]
fn every_count_is_one_that_a_test_derives() {
    let tests = [include_str!("cycles.rs"), include_str!("dram.rs")];
    for (name, _) in COUNTS {
        let (of, _) = name.split_once(':').unwrap_or((name, ""));
        assert!(tests.iter().any(|text| text.contains(&format!("\"{of}"))), "{name} is derived nowhere");
    }
    assert_eq!(COUNTS.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), COUNTS.len(), "a name twice");
}
