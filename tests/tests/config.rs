//! Accelerator configurations: what is refused, and that the message says where and why.

use lcsim_spec::AcceleratorConfig;
use lcsim_spec::config::ConfigError;
use lcsim_tests::repository;
use std::path::Path;

const GOOD: &str = include_str!("../../input/configs/8x8.toml");
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
        // A prefix names the part that it is for, a suffix the network.
        let size = format!("{}x{}", config.array.rows, config.array.cols);
        assert!(config.name.split('-').any(|word| word == size), "{}", config.name);
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
fn a_clock_is_a_number_in_its_range() {
    for value in ["0.0", "1e-308", "1e308", "-1.0", "nan", "inf", "10000.1"] {
        let message = refused(&with_line("clock_mhz", &format!("clock_mhz = {value}")).0);
        assert!(
            message.starts_with(&format!("{FILE}: `clock_mhz`: expected 0.001 to 10000, found "))
                && message.len() < 100,
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

/// What `--set` makes of an accelerator that is known by a name.
fn set(name: &str, set: &[&str]) -> Result<AcceleratorConfig, String> {
    let library = [("8x8", GOOD), ("imagenet", include_str!("../../input/configs/imagenet-32x32.toml"))];
    let set: Vec<String> = set.iter().map(ToString::to_string).collect();
    AcceleratorConfig::load(name, &library, &set).map_err(|e| e.to_string())
}

#[test]
fn what_is_set_replaces_what_was_there_and_shows_in_the_name() {
    let plain = parse(GOOD).expect("valid");
    let mut expected = plain.clone();
    expected.array.rows = 4;
    expected.memory.weight_bytes = 1 << 16;
    expected.name = "8x8, array.rows=4, memory.weight_bytes=65_536".into();
    assert_eq!(set("8x8", &["array.rows=4", "memory.weight_bytes=65_536"]), Ok(expected.clone()));
    // The last one counts.
    assert_eq!(
        set("8x8", &["array.rows=2", "memory.weight_bytes=65_536", "array.rows=4"]).expect("valid").array.rows,
        4
    );
    expected.name = "mine".into();
    assert_eq!(set("8x8", &["array.rows=4", "name=mine", "memory.weight_bytes = 65_536"]), Ok(expected));
    assert_eq!(set("8x8", &[]), Ok(plain));
    let dram = set("imagenet", &["dram.prefetch=speculative"]).expect("a text needs no quotes");
    assert_eq!(dram, set("imagenet", &["dram.prefetch=\"speculative\""]).expect("valid"));
    assert_eq!(dram.name, "imagenet-32x32, dram.prefetch=speculative");
}

#[test]
fn what_cannot_be_set_is_refused_by_what_was_typed() {
    for (wrong, message) in [
        ("array.rosw=8", "set array.rosw=8: unknown key `rosw`, did you mean `rows`?"),
        ("rows=8", "set rows=8: unknown key `rows`, did you mean `array.rows`?"),
        ("aray.rows=8", "set aray.rows=8: unknown key `aray`, did you mean `array`?"),
        ("array.rows=300", "set array.rows=300: `array.rows`: expected 1 to 256, found 300"),
        ("array.rows", "set array.rows: expected KEY=VALUE, as in array.rows=8"),
        ("base=8x8", "set base=8x8: base: only a file has one: accelerator takes the accelerator to start from"),
    ] {
        assert_eq!(set("8x8", &[wrong]), Err(message.into()));
    }
    for (wrong, parts) in [
        ("array.rows=8x", ["set array.rows=8x: invalid type: string", "8x"]),
        ("array.rows=", ["set array.rows=: invalid type: string", "expected a whole number"]),
        ("array.rows=[8]", ["`array.rows` takes one value", "array"]),
        ("array=8", ["`array`: expected a table of rows, cols, accumulator_depth", "integer"]),
        ("array rows=8", ["set array rows=8: ", ""]),
        (
            "dram.latency_cycles=20",
            [
                "8x8: has no DRAM, only its latency_cycles: expected all of `dram`: bytes_per_cycle, latency_cycles, burst_bytes, prefetch",
                "",
            ],
        ),
        ("memory.stream_bytes=7", ["set memory.stream_bytes=7: `memory.stream_bytes`: expected 8 to", "found 7"]),
    ] {
        let message = set("8x8", &[wrong]).expect_err("refused");
        assert!(parts.iter().all(|part| message.contains(part)), "{wrong}: {message}");
    }
}

#[test]
fn a_file_may_say_only_what_differs() {
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let write = |name: &str, text: &str| std::fs::write(path(name), text).expect("written");
    write("one.toml", "base = \"8x8\"\ngate.macs = 4\n[array]\nrows = 4\n");
    let one = set(&path("one.toml"), &[]).expect("valid");
    assert_eq!(
        (one.name.as_str(), one.array.rows, one.array.cols, one.gate.macs),
        ("8x8, gate.macs=4, array.rows=4", 4, 8, 4)
    );
    // A base may be a file, beside the one that names it, and have a base.
    std::fs::create_dir(path("inner")).expect("made");
    write("inner/two.toml", "base = \"../one.toml\"\nname = \"two\"\nclock_mhz = 50\n");
    let two = set(&path("inner/two.toml"), &["array.rows=2"]).expect("valid");
    assert_eq!((two.name.as_str(), two.array.rows, two.gate.macs, two.clock_mhz), ("two, array.rows=2", 2, 4, 50.0));
}

#[test]
fn a_base_that_is_none_is_refused_at_its_line() {
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let write = |name: &str, text: &str| std::fs::write(path(name), text).expect("written");
    let refused = |name: &str| set(&path(name), &[]).expect_err("refused");
    write("a.toml", "# mine\nbase = \"17x17\"\n");
    let expected = format!(
        "{}:2: base: `17x17` is neither a file ({}) nor an embedded accelerator (8x8, imagenet)",
        path("a.toml"),
        path("17x17")
    );
    assert_eq!(refused("a.toml"), expected);
    write("a.toml", "base = 8\n");
    assert_eq!(refused("a.toml"), format!("{}:1: base: expected a name or a file, found integer", path("a.toml")));
    write("a.toml", "base = \"b.toml\"\n");
    write("b.toml", "base = \"a.toml\"\n");
    let chain = |names: &[&str]| names.iter().map(|name| path(name)).collect::<Vec<_>>().join(" on ");
    let cycle = |at: &str, names: &[&str]| {
        let at = path(at);
        format!("{at}:1: base: expected an accelerator that is not based on itself, found a cycle: {}", chain(names))
    };
    assert_eq!(refused("a.toml"), cycle("b.toml", &["a.toml", "b.toml", "a.toml"]));
    // Whatever the file is called.
    write("own.toml", "base = \"./own.toml\"\n");
    assert_eq!(refused("own.toml"), cycle("own.toml", &["own.toml", "./own.toml"]));
    for i in 0..9 {
        write(&format!("{i}.toml"), &format!("base = \"{}.toml\"\n", i + 1));
    }
    write("9.toml", "base = \"8x8\"\n");
    assert!(refused("0.toml").contains("base: expected at most 8 accelerators based on each other, found "));
    // What is wrong in a base is told at its own place.
    write("b.toml", "base = \"8x8\"\n[array]\nrows = true\n");
    let message = refused("a.toml");
    assert!(message.starts_with(&format!("{}:3: invalid type: boolean", path("b.toml"))), "{message}");
    assert!(message.ends_with("(line: `rows = true`)"), "{message}");
    write("b.toml", "base = \"8x8\"\n[array]\nrows = 0\n");
    assert_eq!(refused("a.toml"), format!("{}: `array.rows`: expected 1 to 256, found 0", path("b.toml")));
    write("b.toml", "name = \"b\"\n");
    assert!(refused("a.toml").starts_with(&format!("{}: missing field `clock_mhz`: `base", path("a.toml"))));
}

#[test]
fn what_is_written_out_is_read_back() {
    for text in [GOOD, include_str!("../../input/configs/imagenet-32x32.toml")] {
        let config = parse(text).expect("valid");
        assert_eq!(parse(&toml::to_string(&config).expect("TOML")).expect("valid"), config);
    }
}

/// The keys that are recognised are those that there are.
#[test]
fn every_parameter_can_be_set() {
    let config = set("imagenet", &[]).expect("valid");
    let all = toml::Table::try_from(&config).expect("a table");
    let mut count = 0;
    for (name, value) in &all {
        let inner = value.as_table().map(|t| t.iter().map(|(key, v)| (format!("{name}.{key}"), v)).collect());
        for (key, value) in inner.unwrap_or_else(|| vec![(name.clone(), value)]) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let mut same = set("imagenet", &[&format!("{key}={text}")]).expect("as it was");
            same.name.clone_from(&config.name);
            assert_eq!(same, config, "{key}");
            count += 1;
        }
    }
    assert_eq!(count, 20);
}
