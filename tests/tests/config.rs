//! Accelerator configurations: what is refused, and that the message says where and why.

use lcsim_spec::AcceleratorConfig;
use lcsim_spec::config::ConfigError;
use lcsim_tests::repository;
use std::path::Path;

const GOOD: &str = include_str!("../../configs/8x8.toml");
const FILE: &str = "some/8x8.toml";

fn parse(text: &str) -> Result<AcceleratorConfig, ConfigError> {
    AcceleratorConfig::parse(text, FILE)
}

/// `GOOD` with the line of `key` replaced, and that line's number from 1.
fn with_line(key: &str, line: &str) -> (String, usize) {
    let is_key = |l: &str| l.split('=').next().is_some_and(|k| k.trim() == key);
    let at = GOOD.lines().position(is_key).expect("the key exists");
    let lines: Vec<&str> = GOOD.lines().enumerate().map(|(i, l)| if i == at { line } else { l }).collect();
    (lines.join("\n"), at + 1)
}

fn refused(text: &str) -> String {
    parse(text).expect_err("refused").to_string()
}

#[test]
fn the_configurations_that_come_along_are_valid() {
    let folder = repository("configs");
    let files = std::fs::read_dir(folder).expect("configs");
    let paths: Vec<_> = files.map(|f| f.expect("an entry").path()).collect();
    assert!(paths.len() >= 4, "{paths:?}");
    for path in paths {
        let config = AcceleratorConfig::read(&path).expect("valid");
        assert_eq!(Some(config.name.as_str()), path.file_stem().and_then(|s| s.to_str()));
        // A prefix names the part that it is for.
        assert!(config.name.ends_with(&format!("{}x{}", config.array.rows, config.array.cols)), "{}", config.name);
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let message = AcceleratorConfig::read(Path::new("no/such.toml")).expect_err("refused").to_string();
    assert!(message.starts_with("no/such.toml: cannot read: "), "{message}");
}

#[test]
fn an_unknown_key_suggests_the_nearest_one() {
    for (key, wrong, nearest) in [
        ("clock_mhz", "clock_mhx", "clock_mhz"),
        ("cols", "colls", "cols"),
        ("accumulator_depth", "acumulator_depth", "accumulator_depth"),
        ("stream_bytes", "stream_byte", "stream_bytes"),
        ("gate_weight_bytes", "gate_weights_bytes", "gate_weight_bytes"),
        ("channels", "channel", "channels"),
    ] {
        let (text, line) = with_line(key, &format!("{wrong} = 8"));
        let expected = format!("{FILE}:{line}: unknown key `{wrong}`, did you mean `{nearest}`?");
        assert_eq!(refused(&text), expected);
    }
}

#[test]
fn a_key_like_no_other_suggests_nothing() {
    let message = refused(&format!("{GOOD}\nzzqqyy = 1\n"));
    let line = GOOD.lines().count() + 2;
    assert_eq!(message, format!("{FILE}:{line}: unknown key `zzqqyy`"));
}

#[test]
fn an_unknown_table_is_refused() {
    let message = refused(&format!("{GOOD}\n[memori]\nstream_bytes = 1\n"));
    let line = GOOD.lines().count() + 2;
    assert_eq!(message, format!("{FILE}:{line}: unknown key `memori`, did you mean `memory`?"));
}

#[test]
fn zero_and_absurd_sizes_are_refused() {
    let tables = [
        ("array", "rows", 257),
        ("array", "cols", 257),
        ("array", "accumulator_depth", (1 << 20) + 1),
        ("memory", "stream_bytes", (1 << 30) + 1),
        ("memory", "scratch_bytes", (1 << 30) + 1),
        ("memory", "weight_bytes", (1 << 30) + 1),
        ("memory", "gate_weight_bytes", (1 << 30) + 1),
        ("memory", "image_bytes", (1 << 30) + 1),
        ("memory", "parameters", (1 << 16) + 1),
        ("memory", "gate_parameters", (1 << 16) + 1),
        ("memory", "instructions", (1 << 16) + 1),
        ("memory", "instruction_words", 33),
        ("gate", "macs", 257),
        ("gate", "channels", (1 << 14) + 1),
    ];
    for (table, key, first_above) in tables {
        for value in [0, first_above, i64::MAX] {
            let message = refused(&with_line(key, &format!("{key} = {value}")).0);
            assert!(message.starts_with(&format!("{FILE}: `{table}.{key}`: expected ")), "{message}");
            assert!(message.ends_with(&format!(", found {value}")), "{message}");
        }
    }
}

#[test]
fn the_ends_of_a_range_are_accepted() {
    for (key, ends) in [
        ("accumulator_depth", [1, 1 << 20]),
        ("stream_bytes", [8, 1 << 30]), // 8 banks
        ("weight_bytes", [8, 1 << 30]), // 8 columns
        ("gate_weight_bytes", [8, 1 << 30]),
        ("image_bytes", [8, 1 << 30]),
        ("parameters", [1, 1 << 16]),
        ("instructions", [1, 1 << 16]),
        ("instruction_words", [1, 32]),
        ("macs", [1, 256]),
        ("channels", [1, 1 << 14]),
    ] {
        for value in ends {
            let parsed = parse(&with_line(key, &format!("{key} = {value}")).0);
            assert!(parsed.is_ok(), "{key} = {value}: {parsed:?}");
        }
    }
}

#[test]
fn less_than_a_byte_a_bank_is_refused() {
    let message = refused(&with_line("scratch_bytes", "scratch_bytes = 7").0);
    assert_eq!(message, format!("{FILE}: `memory.scratch_bytes`: expected 8 to 1073741824, found 7"));
}

#[test]
fn a_clock_is_a_number_above_0() {
    for value in ["0.0", "-1.0", "nan", "inf", "10000.1"] {
        let message = refused(&with_line("clock_mhz", &format!("clock_mhz = {value}")).0);
        assert!(
            message.starts_with(&format!("{FILE}: `clock_mhz`: expected above 0, at most 10000, found ")),
            "{message}"
        );
    }
}

#[test]
fn a_missing_key_is_named() {
    let lines = GOOD.lines().filter_map(|l| l.split_once('=')).map(|(key, _)| key.trim());
    let keys: Vec<&str> = lines.filter(|key| *key != "instruction_words").collect();
    assert_eq!(keys.len(), 15, "{keys:?}");
    for key in keys {
        let message = refused(&with_line(key, "").0);
        assert!(message.starts_with(FILE) && message.contains(&format!("missing field `{key}`")), "{message}");
    }
}

#[test]
fn a_value_of_another_type_is_shown_with_its_line() {
    for (key, value) in [("rows", "\"8\""), ("rows", "-1"), ("rows", "8.5"), ("channels", "true"), ("name", "8")] {
        let written = format!("{key} = {value}");
        let (text, line) = with_line(key, &written);
        let message = refused(&text);
        assert!(message.starts_with(&format!("{FILE}:{line}: invalid ")), "{message}");
        assert!(message.ends_with(&format!("(line: `{written}`)")), "{message}");
    }
}

#[test]
fn what_is_not_toml_is_refused_at_its_line() {
    let (text, line) = with_line("rows", "rows 8");
    let message = refused(&text);
    assert!(message.starts_with(&format!("{FILE}:{line}: ")), "{message}");
    assert!(message.ends_with("(line: `rows 8`)"), "{message}");
}
