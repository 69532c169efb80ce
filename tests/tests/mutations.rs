//! The tests of units can fail: each of these faults, written into the emitted text, is found.

use lcsim_hdl::Part;
use lcsim_spec::AcceleratorConfig;
use lcsim_tests::bench::{Bench, Script, Simulator};
use lcsim_tests::{tiny, units};

type Test = fn(&AcceleratorConfig) -> (Part, Script);

const PE: Test = |config| units::pe(config, 200, 1);
const ROW: Test = |config| units::row(config, 1, 200, 2);
const COLUMN: Test = |config| units::column(config, 2, 20, 3);
const GATE: Test = |config| units::gate(config, 40, 4);
/// The shadow weights of seven columns are free later than a cycle after the swap.
const LOADER: Test = |_| units::loader(&tiny::array(3, 7, 3), 10, 5);
const STREAMER: Test = |config| units::streamer(config, 40, 6);
const CONTROLLER: Test = |config| units::controller(config, 10, 7);

const WORDS: Test = |config| {
    let mut config = config.clone();
    config.memory.instruction_words = 9;
    units::controller(&config, 10, 8)
};

/// Taps share folds of a rest where the rows are a power of two and the columns fit them.
const RESTS: Test = |_| units::loader(&tiny::array(4, 8, 3), 100, 9);

/// A fault, the test that finds it, and how it reads.
const FAULTS: [(&str, Test, &str, &str); 16] = [
    ("products without sign extension", PE, "{{2{product_r[15]}}, product_r}", "{2'd0, product_r}"),
    ("weights become active a cycle late", PE, "if (i_swap) begin", "if (swap_r) begin"),
    ("a row below the map is inside", ROW, "(y_r[16:0] < {1'd0, i_height})", "(y_r[16:0] <= {1'd0, i_height})"),
    ("outputs are rounded down", COLUMN, "product_r[REQUANT_SHIFT-1]}", "1'b0}"),
    ("outputs saturate at 126", COLUMN, "{below, {7{!below}}}", "{below, {6{!below}}, below}"),
    ("sums overflow when no shift is left", COLUMN, "(by1[16] != e5_negative_r)", "1'b0"),
    (
        "a column whose turn is now waits for another",
        COLUMN,
        "{COUNT{later_r[COUNT]}}",
        "{COUNT{later_r[COUNT] || (later_r == 0)}}",
    ),
    ("scores of 1 and more are lost", GATE, "score_r <= 16'h8000", "score_r <= 16'd0"),
    ("scores are rounded down", GATE, "{15'd0, scaled_r[11]}", "16'd0"),
    ("scores of 0 are listed", GATE, "((gate_score_o_score != 16'd0) | i_forced_open)", "1'b1"),
    ("shadow weights are freed a cycle early", LOADER, "!pending_r && (shadow_busy_r == ONE_COLUMN)", "i_taken"),
    ("entries before the rest are copied", RESTS, "(s1_position_r[15:REST] == i_rest_begins)", "1'b1"),
    (
        "a later tap of the rest has its first tap's entries",
        RESTS,
        "next_last_channel) ? alone_r",
        "next_last_channel) ? 16'd0",
    ),
    (
        "outputs of two tiles meet at a bank",
        STREAMER,
        "(COLUMNS + next_interval) - 4'd2",
        "(COLUMNS + next_interval) - 4'd3",
    ),
    ("forced open gates skip", CONTROLLER, " && !i_forced_open", ""),
    (
        "an instruction starts before its last word",
        WORDS,
        "complete = (left_r == {LEFT{1'b0}})",
        "complete = (left_r <= ONE_LEFT)",
    ),
];

#[test]
fn every_fault_is_found() {
    if !Simulator::Icarus.installed() {
        return;
    }
    let config = tiny::array(3, 5, 3);
    for (fault, test, from, to) in FAULTS {
        let (part, script) = test(&config);
        let mut bench = Bench::default();
        bench.add(&part, script);
        bench.run(Simulator::Icarus).unwrap_or_else(|mismatch| panic!("without {fault}: {mismatch}"));
        bench.mutate(from, to);
        assert!(bench.run(Simulator::Icarus).is_err(), "not found: {fault}");
    }
}
