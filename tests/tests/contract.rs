//! The tables of docs/microarchitecture.md say what `spec::timing` says, those of
//! docs/instruction-words.md what the Verilog is made from.

use lcsim_spec::timing::{self, ColumnStage, GateStage};
use lcsim_tests::{repository, shipped};

const CONTRACT: &str = include_str!("../../docs/microarchitecture.md");

/// The terms that the contract uses, with values that no two sums share by chance.
const R: usize = 1_000;
const C: usize = 100_000;
const I: usize = 10_000_000;
/// A column, a column's hold, an output, a row.
const SMALL: [(&str, usize); 4] = [("c", 37), ("d", 53), ("o", 71), ("r", 89)];

/// The value of a sum such as `t + R + c + 6 + d`, without its first term, the cycle that it counts
/// from.
fn sum(text: &str) -> usize {
    let value = |term: &str| match term {
        "R" => R,
        "C" => C,
        "I" => I,
        _ => match SMALL.iter().find(|(name, _)| *name == term) {
            Some((_, value)) => *value,
            None => term.parse().unwrap_or_else(|_| panic!("`{term}` of `{text}` is no term of the contract")),
        },
    };
    text.split('+').skip(1).map(|term| value(term.trim())).sum()
}

fn small(name: &str) -> usize {
    SMALL.iter().find(|(of, _)| *of == name).expect("a term").1
}

/// The cycle of a stage in the table of a section.
fn cycle(section: &str, stage: &str) -> usize {
    let text = CONTRACT.split("\n## ").find(|part| part.starts_with(section)).expect("a section");
    let row = text.lines().find(|line| line.starts_with(&format!("| {stage} |"))).expect("a row");
    let cell = row.split('|').nth(2).expect("a cell").trim();
    sum(cell.split(',').next().expect("a sum"))
}

/// The contract without line breaks.
fn text() -> String {
    CONTRACT.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sum that stands in backticks behind `words`.
fn said(words: &str) -> usize {
    let text = text();
    let behind = text.split_once(words).unwrap_or_else(|| panic!("`{words}` is not in the contract")).1;
    sum(behind.split('`').nth(1).expect("a sum in backticks"))
}

#[test]
fn stages_of_a_column() {
    let c = small("c");
    let stages = [
        ("E0", ColumnStage::Address),
        ("E1", ColumnStage::Add),
        ("E2", ColumnStage::Sum),
        ("E3", ColumnStage::Bias),
        ("E4", ColumnStage::Part),
        ("E5", ColumnStage::Shift),
        ("E6", ColumnStage::Narrow),
        ("E7", ColumnStage::Scale),
        ("E8", ColumnStage::Round),
        ("E9", ColumnStage::Saturate),
        ("E10", ColumnStage::Residual),
        ("E11", ColumnStage::WriteBack),
    ];
    for (name, stage) in stages {
        let hold = if stage >= ColumnStage::Narrow { small("d") } else { 0 };
        assert_eq!(cycle("Columns", name), timing::column_stage(R, c, stage) + hold, "{name}");
    }
    assert_eq!(cycle("Columns", "flush"), timing::flush(R, c, I));
}

#[test]
fn stages_of_the_gate_unit() {
    let o = small("o");
    let stages = [
        ("G1", GateStage::Pool),
        ("G2", GateStage::Weight),
        ("G3", GateStage::Part),
        ("G4", GateStage::Round),
        ("G5", GateStage::Multiply),
        ("G6", GateStage::Accumulate),
        ("P0", GateStage::Copy),
        ("P1", GateStage::Parameters),
        ("P2", GateStage::Bias),
        ("P3", GateStage::Shift),
        ("P4", GateStage::Rest),
        ("P5", GateStage::Narrow),
        ("P6", GateStage::Scale),
        ("P7", GateStage::Clamp),
        ("P8", GateStage::Score),
    ];
    assert_eq!(cycle("Gate unit", "G0"), 0);
    for (name, stage) in stages {
        let o = if stage >= GateStage::Parameters { o } else { 0 };
        assert_eq!(cycle("Gate unit", name), timing::gate_output(stage, o), "{name}");
    }
}

#[test]
fn sums_in_the_text() {
    let (r, c) = (small("r"), small("c"));
    assert_eq!(said("The array is idle again from"), timing::drain(R, C, I));
    assert_eq!(said("the other set is free from"), timing::parameters_free(R, C));
    assert_eq!(said("PE (r, c) has the operand in"), r + timing::ROW_TO_PE + c);
    let bottom = timing::column_stage(R, c, ColumnStage::Add) - timing::SUM_TO_COLUMN - 1;
    assert_eq!(said("The sum of column c leaves the bottom, as int32, at the end of"), bottom);
}

#[test]
fn numbers_in_the_text() {
    use timing::{
        DECISION_TO_START, FILTER_ADDRESS, FILTER_STAGES, FOLD_DISTANCE, FOLD_READY, OUTPUTS_SEEN, SHADOW_LEAD,
        WORD_FETCH,
    };
    for words in [
        format!("`max(C - {SHADOW_LEAD}, 1)`"),
        format!("`rows * (groups - 1) + {FOLD_READY}`"),
        format!("at least {FOLD_DISTANCE} cycles apart"),
        format!("filter word in `y + {FILTER_ADDRESS}`"),
        format!("shadow weights written in `y + {FILTER_STAGES}`"),
        format!("at least {WORD_FETCH}F + {DECISION_TO_START} cycles after the one before"),
        format!("as they were {OUTPUTS_SEEN} cycles before"),
        format!("`P * T + {}`", timing::WINDOW_TAIL),
        format!("`P * T + {}`", timing::WINDOW_TAIL + timing::AVERAGE_STAGES),
    ] {
        assert!(text().contains(&words), "docs/microarchitecture.md does not say: {words}");
    }
}

#[test]
fn fields_of_instructions() {
    page("docs/instruction-words.md", &lcsim_hdl::tables(&shipped("4x4")));
}

#[test]
fn registers_and_memories() {
    page("docs/host.md", &lcsim_hdl::register_tables(&shipped("8x8")));
}

/// The tables of a page are written by its test, as snapshots are: with `INSTA_UPDATE=always`.
fn page(path: &str, tables: &[(&str, String)]) {
    let path = repository(path);
    let page = std::fs::read_to_string(&path).expect("a page");
    let mut expected = page.clone();
    for (name, table) in tables {
        let start = expected.find(&format!("\n## {name}\n")).unwrap_or_else(|| panic!("no section `{name}`"));
        let first = start + expected[start..].find("\n|").expect("a table") + 1;
        let length: usize =
            expected[first..].split_inclusive('\n').take_while(|l| l.starts_with('|')).map(str::len).sum();
        expected.replace_range(first..first + length, table);
    }
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &expected).expect("written");
    } else {
        let differs = page.lines().zip(expected.lines()).find(|(page, expected)| page != expected);
        assert_eq!(differs, None, "the page and the tables of hdl");
        assert_eq!(page.len(), expected.len(), "the page is not as long as with the tables of hdl");
    }
}
