//! `lcsim trace`: timeline and VCD.

use crate::{arg, lcsim, refused, repository, stdout};
use lcsim_spec::Report;
use lcsim_spec::report::{LayerKind, LayerReport};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

/// The small model with gates: a run of an image takes 32 thousand cycles.
fn model() -> String {
    arg(&repository("models/resnet8-lcnet.safetensors")).to_string()
}

fn report(offset: &str) -> Report {
    let args = ["run", "--model", &model(), "--images", "1", "--offset", offset, "--json", "-"];
    serde_json::from_str(&stdout(&args)).expect("a report")
}

fn trace(offset: &str) -> Value {
    let text = stdout(&["trace", "--model", &model(), "--offset", offset, "--out", "-"]);
    serde_json::from_str(&text).expect("JSON")
}

/// A span: its events' timestamps, and its arguments.
struct Span {
    name: String,
    begin: f64,
    end: f64,
    args: Value,
}

/// The spans of a track. Each begins before it ends, and no earlier than the one before it has
/// ended.
fn spans(trace: &Value, track: &str) -> Vec<Span> {
    let events = trace["traceEvents"].as_array().expect("events");
    let named = |e: &&Value| e["name"] == "thread_name" && e["args"]["name"] == track;
    let id = &events.iter().find(named).expect(track)["tid"];
    let own: Vec<&Value> = events.iter().filter(|e| e["tid"] == *id && e["ph"] != "M").collect();
    let spans: Vec<Span> = (own.chunks(2))
        .map(|pair| {
            assert_eq!((&pair[0]["ph"], &pair[1]["ph"]), (&"B".into(), &"E".into()));
            let at = |e: &Value| e["ts"].as_f64().expect("a time");
            let name = pair[0]["name"].as_str().expect("a name").to_string();
            Span { name, begin: at(pair[0]), end: at(pair[1]), args: pair[0]["args"].clone() }
        })
        .collect();
    assert!(spans.iter().all(|s| s.begin < s.end) && spans.windows(2).all(|s| s[0].end <= s[1].begin), "{track}");
    spans
}

fn cycles(span: &Span) -> u64 {
    span.args["cycles"].as_u64().expect("a count")
}

#[test]
fn each_cycle_of_the_array_is_in_one_span_and_the_sums_are_the_reports() {
    // The gates decide differently on these.
    for offset in ["0", "5"] {
        let (trace, report) = (trace(offset), report(offset));
        let array = spans(&trace, "array");
        assert_eq!(array[0].begin, 0.0);
        assert!(array.windows(2).all(|s| s[0].end == s[1].begin), "a gap");
        let clock = report.accelerator.clock_mhz;
        assert_eq!(array.last().map(|s| s.end), Some(report.cycles.total as f64 / clock));
        assert_eq!(trace["otherData"]["clock_mhz"].as_f64(), Some(clock));
        let (mut by, mut of) = (BTreeMap::new(), BTreeMap::new());
        for span in &array {
            assert_eq!(span.begin, span.args["cycle"].as_f64().expect("a cycle") / clock);
            *by.entry(span.args["reason"].as_str().expect("a reason")).or_insert(0) += cycles(span);
            *of.entry(span.args["layer"].as_str().expect("a layer")).or_insert(0) += cycles(span);
        }
        let c = &report.cycles;
        let mut expected: BTreeMap<&str, u64> = c.stall_by.iter().map(|(k, n)| (k.as_str(), *n)).collect();
        let own = [
            ("compute", c.compute),
            ("input", c.input),
            ("classifier", c.classifier),
            ("gate_exposed", c.gate_exposed),
        ];
        expected.extend(own);
        expected.retain(|_, n| *n > 0);
        assert_eq!(by, expected);
        for layer in &report.layers {
            assert_eq!(of.get(layer.name.as_str()).copied().unwrap_or(0), layer.cycles, "{}", layer.name);
        }
    }
}

#[test]
fn folds_come_in_order_and_units_run_what_the_report_says() {
    let (trace, report) = (trace("0"), report("0"));
    let array = spans(&trace, "array");
    let place = |s: &Span| ["tile", "chunk", "fold"].map(|key| s.args[key].as_u64().expect("a place"));
    let computing: Vec<&Span> = array.iter().filter(|s| s.args["reason"] == "compute").collect();
    for pair in computing.windows(2).filter(|pair| pair[0].name == pair[1].name) {
        assert!(place(pair[0]) <= place(pair[1]), "{}: {:?} {:?}", pair[0].name, place(pair[0]), place(pair[1]));
    }
    let stem = computing.iter().filter(|s| s.name == report.layers[1].name).map(|s| place(s)).max();
    let (cols, channels) = (report.accelerator.array.cols as u64, report.layers[1].channels);
    assert_eq!(stem.map(|place| place[0] + 1), Some(channels.div_ceil(cols)), "tiles of the stem");
    let loader = spans(&trace, "loader");
    for state in ["parameters", "filters"] {
        assert!(loader.iter().any(|s| s.name == state), "{state}");
    }
    // Of one image, a layer but an L-Net is skipped altogether or not at all: its rate is of its
    // block.
    let ran = report.layers.iter().filter(|l| l.kind == LayerKind::LNet || l.skip_rate == 0.0);
    let (on_gate_unit, elsewhere): (Vec<&LayerReport>, Vec<_>) =
        ran.partition(|l| matches!(l.kind, LayerKind::LNet | LayerKind::CNet | LayerKind::Classifier));
    let gates: Vec<String> = spans(&trace, "gate unit").into_iter().map(|s| s.name).collect();
    assert_eq!(gates, on_gate_unit.iter().map(|l| l.name.clone()).collect::<Vec<_>>());
    assert_eq!(spans(&trace, "image port").len(), 1);
    let controller = spans(&trace, "controller");
    assert!(controller.windows(2).all(|s| s[0].end == s[1].begin), "a gap");
    let started = controller.iter().filter(|s| s.args["does"] == "starts").count();
    assert_eq!(started, gates.len() + elsewhere.len());
}

/// Signals by their path, each with its changes; and the last timestamp.
type Changes = BTreeMap<String, Vec<(u64, vcd::Command)>>;

fn read(text: &[u8]) -> (Changes, u64) {
    let mut parser = vcd::Parser::new(text);
    let header = parser.parse_header().expect("a header");
    assert_eq!(header.timescale, Some((1, vcd::TimescaleUnit::PS)));
    let top = header.find_scope(&["lcsim"]).expect("the top");
    let mut names = BTreeMap::new();
    for item in &top.items {
        let vcd::ScopeItem::Scope(unit) = item else { continue };
        for item in &unit.items {
            if let vcd::ScopeItem::Var(var) = item {
                names.insert(var.code, format!("{}.{}", unit.identifier, var.reference));
            }
        }
    }
    let (mut changes, mut now) = (Changes::new(), 0);
    for command in parser.map(|c| c.expect("a command")) {
        match &command {
            vcd::Command::Timestamp(time) => {
                assert!(*time >= now);
                now = *time;
            }
            vcd::Command::ChangeScalar(id, _)
            | vcd::Command::ChangeVector(id, _)
            | vcd::Command::ChangeString(id, _) => {
                changes.entry(names[id].clone()).or_default().push((now, command));
            }
            _ => {}
        }
    }
    assert_eq!(changes.len(), names.len(), "each signal has a first value");
    (changes, now)
}

/// Picoseconds of a cycle at 100 MHz.
const PERIOD: u64 = 10_000;

#[test]
fn the_vcd_can_be_read_and_says_what_the_timeline_says() {
    let folder = tempfile::tempdir().expect("folder");
    let [out, wave] = ["trace.json", "wave.vcd"].map(|name| folder.path().join(name));
    let args = ["trace", "--model", &model(), "--out", arg(&out), "--vcd", arg(&wave)];
    let summary = stdout(&args);
    assert!(summary.starts_with("image 0 of cifar10-test: class ") && summary.contains(" cycles in "), "{summary}");
    let trace: Value = serde_json::from_str(&fs::read_to_string(out).expect("written")).expect("JSON");
    let (changes, end) = read(&fs::read(wave).expect("written"));
    let total = trace["otherData"]["cycles"].as_u64().expect("a count");
    assert_eq!(end, total * PERIOD);
    assert_eq!(changes["charge.cycle"].len() as u64, total);
    // A reason that changes is a span that begins, and each change of the loader's state as well.
    let mut reasons: Vec<(u64, String)> = vec![];
    for span in spans(&trace, "array") {
        let reason = span.args["reason"].as_str().expect("a reason").to_string();
        if reasons.last().is_none_or(|last| last.1 != reason) {
            reasons.push(((span.begin * 100.0).round() as u64 * PERIOD, reason));
        }
    }
    let text = |command: &vcd::Command| match command {
        vcd::Command::ChangeString(_, text) => text.clone(),
        other => panic!("{other:?}"),
    };
    let shown: Vec<(u64, String)> = changes["charge.reason"].iter().map(|(at, c)| (*at, text(c))).collect();
    assert_eq!(shown, reasons);
    let high = |name: &str| {
        let changes = &changes[name];
        let until = changes.iter().skip(1).map(|c| c.0).chain([end]);
        let on = |c: &vcd::Command| matches!(c, vcd::Command::ChangeScalar(_, vcd::Value::V1));
        changes.iter().zip(until).filter(|((_, c), _)| on(c)).map(|((from, _), to)| (to - from) / PERIOD).sum::<u64>()
    };
    let report = report("0");
    assert_eq!(high("slot.valid"), report.cycles.compute);
    let gates: u64 = spans(&trace, "gate unit").iter().map(cycles).sum();
    assert_eq!(high("gate_unit.running"), gates);
    for signal in ["slot.first", "slot.last", "slot.swap", "streamer.busy"] {
        assert!(high(signal) > 0, "{signal}");
    }
    for signal in ["controller.pc", "loader.state", "column0.sum", "column0.output", "gate_unit.lscore"] {
        assert!(changes[signal].len() > 1, "{signal}");
    }
}

#[test]
fn a_window_is_a_part_of_the_whole() {
    let vcd = |args: &[&str]| read(stdout(&[&["trace", "--model", &model(), "--vcd", "-"], args].concat()).as_bytes());
    let (whole, _) = vcd(&[]);
    let (part, end) = vcd(&["--window", "2000:2500"]);
    assert_eq!(end, 2500 * PERIOD);
    for (signal, changes) in &part {
        let later = |all: &[(u64, vcd::Command)]| -> Vec<String> {
            let inside = all.iter().filter(|(at, _)| (2001 * PERIOD..2500 * PERIOD).contains(at));
            inside.map(|change| format!("{change:?}")).collect()
        };
        assert_eq!(changes[0].0, 2000 * PERIOD, "{signal}");
        assert_eq!(later(changes), later(&whole[signal]), "{signal}");
    }
}

#[test]
fn traces_are_the_same_each_time() {
    let both = |option| [0, 1].map(|_| stdout(&["trace", "--model", &model(), option, "-"]));
    for [first, second] in [both("--out"), both("--vcd")] {
        assert!(first == second);
    }
}

#[test]
fn bad_windows_and_outputs_are_refused() {
    let model = model();
    for window in ["5:5", "9:3", "7", "a:b", "-1:4", ":"] {
        let window = format!("--window={window}");
        let args = ["trace", "--vcd", "-", &window];
        let output = lcsim(&args).output().expect("started");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("expected two whole numbers FROM:TO"), "{message}");
    }
    for args in [&["trace"][..], &["trace", "--out", "-", "--window", "1:2"]] {
        lcsim(args).assert().code(2);
    }
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("wave.vcd");
    let args = ["trace", "--model", &model, "--vcd", arg(&file), "--window", "10:99999999"];
    refused(&args, &["--window 10:99999999: expected an end of at most", "the cycles of image 0 of cifar10-test"]);
    assert!(!file.exists());
    let missing = folder.path().join("missing/trace.json");
    refused(&["trace", "--model", "missing.onnx", "--out", arg(&missing)], &["trace.json: cannot write", "no folder"]);
    refused(&["trace", "--model", &model, "--out", "-", "--vcd", "-"], &["stdout: two outputs"]);
    refused(&["trace", "--model", &model, "--out", "-", "--offset", "1000"], &["offset: expected below 1000"]);
}
