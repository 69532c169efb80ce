//! `lcsim compare`.

use crate::{arg, refused, stdout};
use std::fs;

#[test]
fn what_changed_is_marked_and_what_did_not_is_not() {
    let folder = tempfile::tempdir().expect("folder");
    let [a, b, csv] = ["a.json", "b.json", "d.csv"].map(|name| folder.path().join(name));
    for (config, file) in [("8x8", &a), ("16x16", &b)] {
        stdout(&["run", "--images", "2", "--quiet", "--config", config, "--json", arg(file)]);
    }
    let text = stdout(&["compare", arg(&a), arg(&b), "--csv", arg(&csv)]);
    assert!(text.contains("accelerator: 8x8: 8x8 PEs, 8 gate MACs, 100 MHz | 16x16: 16x16 PEs"), "{text}");
    let mut rows = csv::Reader::from_path(&csv).expect("a table");
    let rows: Vec<[String; 4]> = rows.deserialize().collect::<Result<_, _>>().expect("rows");
    let row = |of: &str, figure: &str| rows.iter().find(|r| r[0] == of && r[1] == figure).expect("a figure");
    let value = |text: &str| text.parse::<f64>().expect("a number");
    let cycles = row("all", "cycles");
    assert!(value(&cycles[2]) > 3.0 * value(&cycles[3]), "{cycles:?}");
    assert_eq!(row("all", "MACs")[2], row("all", "MACs")[3]);
    let changed = stdout(&["compare", arg(&a), arg(&b), "--changed", "--csv", "-"]);
    assert!(changed.contains("\nall,cycles,") && !changed.contains("\nall,MACs,"), "{changed}");
    assert!(stdout(&["compare", arg(&a), arg(&a), "--changed"]).contains("no figure differs"));
}

#[test]
fn reports_of_different_cycle_models_say_so() {
    let folder = tempfile::tempdir().expect("folder");
    let [new, old, older] = ["new.json", "old.json", "older.json"].map(|name| folder.path().join(name));
    stdout(&["run", "--images", "1", "--quiet", "--json", arg(&new)]);
    let mut report: serde_json::Value = serde_json::from_slice(&fs::read(&new).expect("written")).expect("JSON");
    assert_eq!(report["cycle_model"], lcsim_spec::CYCLE_MODEL);
    report["cycle_model"] = 1.into();
    fs::write(&old, report.to_string()).expect("written");
    // Version 0.1.0 did not write the field.
    report.as_object_mut().expect("a report").remove("cycle_model");
    fs::write(&older, report.to_string()).expect("written");
    let model = lcsim_spec::CYCLE_MODEL;
    assert!(stdout(&["compare", arg(&old), arg(&new)]).contains(&format!("cycle model: 1 | {model}: the machine was")));
    let text = stdout(&["compare", arg(&older), arg(&new)]);
    assert!(text.contains(&format!("cycle model: not told | {model}")), "{text}");
    assert!(!stdout(&["compare", arg(&older), arg(&older)]).contains("cycle model"));
    // What was not told is not made up.
    let again = stdout(&["report", arg(&older), "--markdown", "-"]);
    assert!(!again.contains("cycle model"), "{again}");
    assert!(stdout(&["report", arg(&new), "--markdown", "-"]).contains(&format!("cycle model {model}")));
}

#[test]
fn what_is_no_report_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("a.json");
    for (text, parts) in [
        ("{", &["a.json: no JSON", "line 1 column 1"][..]),
        ("{}", &["a.json: schema: expected lcsim.report/2, found none; reports are written by `lcsim run --json`"]),
        (
            r#"{"schema": "lcsim.curve/1"}"#,
            &[
                "a.json: schema: expected lcsim.report/2, found lcsim.curve/1; reports are written by `lcsim run --json`",
            ],
        ),
        (r#"{"schema": "lcsim.report/2"}"#, &["a.json: no report", "missing field `version`"]),
    ] {
        fs::write(&file, text).expect("written");
        refused(&["compare", arg(&file), arg(&file)], parts);
    }
    refused(&["compare", "no.json", "no.json"], &["no.json: cannot read"]);
}

#[test]
fn a_report_without_accuracy_does_not_differ_from_itself() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("timing.json");
    stdout(&["run", "--synthetic", "resnet20", "--images", "2", "--quiet", "--json", arg(&file)]);
    assert!(stdout(&["compare", arg(&file), arg(&file), "--changed"]).contains("no figure differs"));
    assert!(!stdout(&["compare", arg(&file), arg(&file)]).contains("NaN"));
}
