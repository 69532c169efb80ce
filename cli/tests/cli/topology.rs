//! `lcsim topology`: the reports of SCALE-Sim 3.0.0, and what it refuses.

use crate::{arg, lcsim, refused, repository, stdout};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const REPORTS: [&str; 3] = ["COMPUTE_REPORT.csv", "BANDWIDTH_REPORT.csv", "DETAILED_ACCESS_REPORT.csv"];
const COMPAT: [&str; 2] = ["--compat", "scalesim-3.0.0"];

fn data(path: &str) -> PathBuf {
    repository("tests/data/scalesim").join(path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Runs a topology, and returns what is printed.
fn topology(config: &Path, layers: &Path, out: &Path, more: &[&str]) -> String {
    let args = ["topology", "--config", arg(config), "--topology", arg(layers), "--out", arg(out)];
    stdout(&[&args, &COMPAT[..], more].concat())
}

/// Columns of a CSV file, as they are named in its header.
fn columns<const N: usize>(text: &str, names: [&str; N]) -> Vec<[u64; N]> {
    let mut lines = text.lines().map(|line| line.split(',').map(str::trim).collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let places = names.map(|name| header.iter().position(|n| *n == name).unwrap_or_else(|| panic!("no column {name}")));
    lines.map(|line| places.map(|i| line[i].parse().expect("a number"))).collect()
}

#[test]
fn the_layers_of_resnet18_have_the_cycles_of_scale_sim() {
    let folder = tempfile::tempdir().expect("folder");
    let reference = read(&data("resnet18_32x32_scalesim3.csv"));
    for dataflow in ["os", "ws"] {
        let out = folder.path().join(dataflow);
        let config = data(&format!("scale_32x32_{dataflow}.cfg"));
        topology(&config, &data("resnet18_topology.csv"), &out, &[]);
        let report = read(&out.join("COMPUTE_REPORT.csv"));
        let names = [format!("{dataflow}_incl_prefetch"), format!("{dataflow}_total_cycles")];
        let expected = columns(&reference, [names[0].as_str(), names[1].as_str()]);
        assert_eq!(expected.len(), 21);
        assert_eq!(columns(&report, ["Total Cycles (incl. prefetch)", "Total Cycles"]), expected, "{dataflow}");
    }
}

#[test]
fn all_reports_of_small_layers_are_those_of_scale_sim_byte_by_byte() {
    let folder = tempfile::tempdir().expect("folder");
    for dataflow in ["os", "ws", "is"] {
        for (kind, more) in [("conv", &[][..]), ("gemm", &["--gemm"])] {
            let name = format!("{dataflow}-{kind}");
            let out = folder.path().join(&name);
            let config = data(&format!("small/{dataflow}.cfg"));
            let printed = topology(&config, &data(&format!("small/{kind}.csv")), &out, more);
            assert!(printed.contains(arg(&out)) && printed.contains(" layers, "), "{printed}");
            for report in REPORTS {
                let expected = read(&data(&format!("small/{name}/{report}")));
                assert_eq!(read(&out.join(report)), expected, "{name}: {report}");
            }
            assert_eq!(fs::read_dir(&out).expect("readable").count(), 3, "nothing else is left");
        }
    }
}

#[test]
fn commas_at_the_end_blank_lines_and_threads_change_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let (bare, out) = (folder.path().join("bare.csv"), folder.path().join("out"));
    let text = read(&data("small/conv.csv"));
    let lines = text.lines().map(|line| line.trim_end_matches(',').trim_end_matches(", 1:1"));
    fs::write(&bare, lines.collect::<Vec<_>>().join("\r\n \r\n")).expect("written");
    fs::create_dir(&out).expect("made");
    fs::write(out.join(REPORTS[0]), "old").expect("written");
    let printed = topology(&data("small/os.cfg"), &bare, &out, &["--quiet", "--threads", "1"]);
    assert_eq!(printed, "");
    for report in REPORTS {
        assert_eq!(read(&out.join(report)), read(&data(&format!("small/os-conv/{report}"))));
    }
}

#[test]
fn another_simulator_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let (config, layers, out) = (data("small/os.cfg"), data("small/conv.csv"), folder.path().join("out"));
    let args = ["topology", "--config", arg(&config), "--topology", arg(&layers), "--out", arg(&out)];
    lcsim(&[&args[..], &["--compat", "scalesim-2"]].concat()).assert().code(2);
    assert!(!out.exists());
}

#[test]
fn without_compat_our_cycles_stand_beside_those_of_scale_sim() {
    let folder = tempfile::tempdir().expect("folder");
    for (dataflow, kind, more) in [("os", "conv", &[][..]), ("ws", "conv", &[]), ("is", "gemm", &["--gemm"])] {
        let out = folder.path().join(format!("{dataflow}-{kind}"));
        let (config, layers) = (data(&format!("small/{dataflow}.cfg")), data(&format!("small/{kind}.csv")));
        let args = ["topology", "--config", arg(&config), "--topology", arg(&layers), "--out", arg(&out)];
        let printed = stdout(&[&args[..], more].concat());
        assert!(printed.contains("COMPARISON_REPORT.csv; ") && printed.contains(dataflow), "{printed}");
        let report = read(&out.join("COMPARISON_REPORT.csv"));
        let theirs = read(&data(&format!("small/{dataflow}-{kind}/COMPUTE_REPORT.csv")));
        let theirs = columns(&theirs, ["LayerID", "Total Cycles"]);
        let total = format!("SCALE-Sim Total Cycles ({dataflow})");
        assert_eq!(columns(&report, ["LayerID", total.as_str()]), theirs);
        for line in report.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            assert_eq!(fields.len(), 6, "five fields and the comma at the end: {line}");
            let [scale_sim, ours, difference] = [1, 2, 3].map(|i| fields[i].parse::<i64>().expect("a number"));
            assert_eq!(difference, ours - scale_sim);
            // What the explanation names adds up to our cycles.
            let named = ["compute ", "weights ", "drain ", "bank conflicts ", "control "].map(|reason| {
                let part = fields[4].split("; ").find_map(|part| part.strip_prefix(reason));
                let digits = part.map_or("0", |p| p.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
                digits.parse::<i64>().expect("a number")
            });
            assert_eq!(named.iter().sum::<i64>(), ours, "{line}");
        }
        assert_eq!(fs::read_dir(&out).expect("readable").count(), 1, "nothing else is left");
    }
}

/// Runs a topology of that text on an accelerator of ours, and returns the lines of the report,
/// without the header.
fn compared(folder: &Path, text: &str, more: &[&str]) -> Vec<Vec<String>> {
    let (csv, out) = (folder.join("a.csv"), folder.join("compared"));
    fs::write(&csv, text).expect("written");
    let config = data("small/ws.cfg");
    let args = ["topology", "--config", arg(&config), "--topology", arg(&csv), "--out", arg(&out), "--quiet"];
    stdout(&[&args[..], more].concat());
    let report = read(&out.join("COMPARISON_REPORT.csv"));
    report.lines().skip(1).map(|line| line.split(',').map(|field| field.trim().to_string()).collect()).collect()
}

#[test]
fn a_layer_of_any_size_runs_in_parts_that_add_up() {
    let folder = tempfile::tempdir().expect("folder");
    let cycles = |text: &str| -> Vec<u64> {
        let lines = compared(folder.path(), &format!("Layer, M, N, K,\n{text}"), &["--gemm"]);
        lines.iter().map(|line| line[2].parse().expect("cycles")).collect()
    };
    // More filters than a map has channels, and a prime number of pixels that is more than an axis.
    let found = cycles("lm_head, 1, 32000, 4096,\nfirst, 1, 16384, 4096,\nsecond, 1, 15616, 4096,\n");
    assert_eq!(found[0], found[1] + found[2]);
    let found = cycles("prime, 16411, 3, 5,\nfirst, 16384, 3, 5,\nsecond, 27, 3, 5,\n");
    assert_eq!(found[0], found[1] + found[2]);
    // More channels than a map has: three columns of 1667 folds of 8 rows, 5 pixels each.
    let lines = compared(folder.path(), "Layer, M, N, K,\ndeep, 5, 3, 40000,\n", &["--gemm"]);
    assert!(lines[0][4].starts_with("compute 25005: 5001 folds of 5 pixels; "), "{lines:?}");
    let conv = "name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n\
                whole, 20003, 5, 3, 2, 4, 7, 2,\nfirst, 16383, 5, 3, 2, 4, 7, 2,\nsecond, 3621, 5, 3, 2, 4, 7, 2,\n";
    let found: Vec<u64> =
        compared(folder.path(), conv, &[]).iter().map(|line| line[2].parse().expect("cycles")).collect();
    assert_eq!(found[0], found[1] + found[2]);
}

#[test]
fn a_layer_that_cannot_run_leaves_the_others_their_lines() {
    let folder = tempfile::tempdir().expect("folder");
    let (csv, out) = (folder.path().join("a.csv"), folder.path().join("out"));
    let header = "name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n";
    let (wide, small) = ("wide, 1, 20000, 1, 20000, 1, 1, 1,\n", "small, 5, 5, 3, 3, 4, 7, 1,\n");
    fs::write(&csv, [header, wide, small].concat()).expect("written");
    let config = data("small/ws.cfg");
    let args = ["topology", "--config", arg(&config), "--topology", arg(&csv), "--out", arg(&out)];
    refused(
        &[&args[..], &["--quiet"]].concat(),
        &["a.csv: 1 of 2 layers cannot run", "line 2: layer `wide`: filter width: expected at most 16384 taps"],
    );
    let report = read(&out.join("COMPARISON_REPORT.csv"));
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines[1], "0, , , , cannot run: filter width: expected at most 16384 taps; found 20000,");
    let alone = compared(folder.path(), &[header, small].concat(), &[]);
    assert_eq!(lines[2].split(", ").collect::<Vec<_>>()[1..4], alone[0][1..4]);
}

#[test]
fn what_our_accelerator_cannot_have_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let (cfg, out) = (folder.path().join("a.cfg"), folder.path().join("out"));
    let (config, layers) = (read(&data("small/os.cfg")), data("small/gemm.csv"));
    let changed = config.lines().map(|l| if l.starts_with("ArrayHeight") { "ArrayHeight: 512" } else { l });
    fs::write(&cfg, changed.collect::<Vec<_>>().join("\n")).expect("written");
    let args = ["topology", "--gemm", "--config", arg(&cfg), "--topology", arg(&layers), "--out", arg(&out)];
    refused(&args, &["a.cfg: ArrayHeight: expected at most 256 without --compat, found 512"]);
    assert!(!out.exists());
}

/// The reports of a topology of that text, and what is said on stderr.
fn reports_of(folder: &Path, text: &str, more: &[&str]) -> ([String; 3], String) {
    let (csv, out) = (folder.join("a.csv"), folder.join("out"));
    fs::write(&csv, text).expect("written");
    let config = data("small/os.cfg");
    let args = ["topology", "--config", arg(&config), "--topology", arg(&csv), "--out", arg(&out)];
    let output = lcsim(&[&args[..], &COMPAT[..], more].concat()).assert().success().get_output().clone();
    (REPORTS.map(|report| read(&out.join(report))), String::from_utf8(output.stderr).expect("UTF-8"))
}

#[test]
fn columns_are_read_by_their_names_and_by_place_without() {
    let folder = tempfile::tempdir().expect("folder");
    let usual = reports_of(folder.path(), "Layer, M, N, K,\na, 20, 9, 7,\nb, 3, 5, 30,\n", &["--gemm"]);
    assert_eq!(usual.1, "");
    let (reports, said) = reports_of(folder.path(), "Layer, M, K, N,\na, 20, 7, 9,\nb, 3, 30, 5,\n", &["--gemm"]);
    assert_eq!(reports, usual.0);
    assert!(said.starts_with("note: ") && said.contains("would take K as N"), "{said}");
    let (reports, said) = reports_of(folder.path(), "a, 20, 9, 7,\nb, 3, 5, 30,\n", &["--gemm"]);
    assert_eq!(reports, usual.0);
    assert!(said.starts_with("note: ") && said.contains("SCALE-Sim skips it"), "{said}");
    for text in [
        "Layer\tM\tN\tK\na\t20\t9\t7\nb\t3\t5\t30\n",
        "layer name;m;n;k;\na;20;9;7;\nb;3;5;30;\n",
        "Layer, M, N, K,\na, 20, 9, 7,# first\nb, 3, 5, 30\n",
        "Layer, M, N, K, Batch Size,\na, 20, 9, 7, 1,\nb, 3, 5, 30, 1,\n",
    ] {
        assert_eq!(reports_of(folder.path(), text, &["--gemm"]), usual, "{text}");
    }
}

#[test]
fn a_claimed_size_is_refused_before_there_is_a_table_of_it() {
    let folder = tempfile::tempdir().expect("folder");
    let (csv, out) = (folder.path().join("a.csv"), folder.path().join("out"));
    fs::write(&csv, "Layer, M, N, K,\nsmall, 3, 4, 5,\nup, 16384, 32768, 32768,\n").expect("written");
    let config = data("small/ws.cfg");
    let args = ["topology", "--gemm", "--config", arg(&config), "--topology", arg(&csv), "--out", arg(&out)];
    let message = "a.csv: line 3: layer `up`: needs tables of 6444 MB, and a layer may have at most 2148 MB";
    refused(&[&args[..], &COMPAT[..]].concat(), &[message]);
    assert!(!out.exists());
}

#[test]
fn the_figures_are_written_as_json_too() {
    let folder = tempfile::tempdir().expect("folder");
    let (config, layers) = (data("small/ws.cfg"), data("small/gemm.csv"));
    let (out, json) = (folder.path().join("out"), folder.path().join("a.json"));
    let args = ["topology", "--gemm", "--config", arg(&config), "--topology", arg(&layers), "--out", arg(&out)];
    let found: Value = serde_json::from_str(&stdout(&[&args[..], &["--json", "-"]].concat())).expect("JSON alone");
    assert_eq!((found["schema"].as_str(), &found["compat"]), (Some("lcsim.topology/1"), &Value::Null));
    let report = columns(&read(&out.join("COMPARISON_REPORT.csv")), ["SCALE-Sim Total Cycles (ws)", "Cycles (ws)"]);
    for (line, layer) in report.iter().zip(found["layers"].as_array().expect("layers")) {
        assert_eq!(["scale_sim_cycles", "cycles"].map(|key| layer[key].as_u64()), line.map(Some));
    }
    assert_eq!(stdout(&[&args[..], &COMPAT[..], &["--quiet", "--json", arg(&json)]].concat()), "");
    let found: Value = serde_json::from_str(&read(&json)).expect("JSON");
    assert_eq!(found["compat"], "scalesim-3.0.0");
    let report = columns(&read(&out.join(REPORTS[0])), ["Total Cycles"]);
    let layers = found["layers"].as_array().expect("layers");
    assert_eq!(layers.len(), report.len());
    assert_eq!(layers[1]["total_cycles"], report[1][0]);
    assert_eq!((&layers[0]["name"], &layers[0]["line"]), (&"square".into(), &2.into()));
}

#[test]
fn errors_name_file_line_and_column_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("folder");
    let (bad, out) = (folder.path().join("bad.csv"), folder.path().join("out"));
    let (config, conv) = (data("small/os.cfg"), read(&data("small/conv.csv")));
    let args =
        [&["topology", "--config", arg(&config), "--topology", arg(&bad), "--out", arg(&out)], &COMPAT[..]].concat();
    for (old, new, parts) in [
        ("9, 9, 2", "9, nine, 2", &["bad.csv: line 3: column 3 (IFMAP width)", "from 1 to", "found `nine`"][..]),
        ("9, 9, 2", "9, 0, 2", &["line 3: column 3 (IFMAP width)", "found `0`"]),
        ("9, 9, 2", "1, 9, 2", &["line 3: filter height: expected at most the input's 1, found 2"]),
        ("9, 9, 2, 4", "9", &["line 3: expected 8 columns (layer name, IFMAP height", "found 6"]),
        ("2:4", "2", &["line 3: column 9 (sparsity): expected N:M, found `2`"]),
        ("9, 9, 2", "4000000000, 4000000000, 2", &["line 3: input: expected at most 1073741824 elements"]),
        (
            "Layer name, IFMAP Height, IFMAP",
            "edge, 14, IFMAP",
            &["line 1: expected a header", "found `edge` as name of column 1"],
        ),
        ("Filter Width", "Dilation", &["line 1: expected a header", "found `Dilation` as name of column 5"]),
        ("Filter Width, ", "", &["line 1: expected a header", "found none named `filter width`"]),
        ("Filter Width", "Filter Height", &["line 1: two columns are named `Filter Height`: expected one"]),
        ("Sparsity", "Batch Size", &["line 2: column 9 (Batch Size): expected 1", "found `1:1`"]),
        (
            &conv,
            "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Filters, Stride\n",
            &["bad.csv: no layers"],
        ),
        (&conv, "", &["no layers"]),
        (
            &conv,
            "Layer, M, N, K,\na, 1, 2, 3,\n",
            &["line 1: expected a header of the columns layer name", "add --gemm"],
        ),
    ] {
        fs::write(&bad, conv.replace(old, new)).expect("written");
        refused(&args, parts);
        assert!(!out.exists());
    }
    fs::write(&bad, &conv).expect("written");
    refused(
        &[&args[..], &["--gemm"]].concat(),
        &["bad.csv: line 1: expected a header of the columns layer name, M, N, K, found", "leave --gemm out"],
    );
    let (cfg, text) = (folder.path().join("bad.cfg"), read(&config));
    fs::write(&cfg, text.replace("Dataflow : os", "Dataflow : rs")).expect("written");
    let args =
        [&["topology", "--config", arg(&cfg), "--topology", arg(&bad), "--out", arg(&out)], &COMPAT[..]].concat();
    refused(&args, &["bad.cfg: line 14: Dataflow: expected os, ws or is, found `rs`"]);
    let missing = folder.path().join("missing.cfg");
    let args =
        [&["topology", "--config", arg(&missing), "--topology", arg(&bad), "--out", arg(&out)], &COMPAT[..]].concat();
    refused(&args, &["missing.cfg: cannot read"]);
    assert!(!out.exists());
}

#[test]
fn an_output_that_cannot_be_written_is_refused_before_the_work() {
    let folder = tempfile::tempdir().expect("folder");
    let (file, out) = (folder.path().join("file"), folder.path().join("out"));
    fs::write(&file, "mine").expect("written");
    fs::create_dir_all(out.join(REPORTS[2])).expect("made");
    for out in [&file, &out] {
        // The configuration does not exist either: the output is looked at first.
        let args = ["topology", "--config", "missing.cfg", "--topology", "missing.csv", "--out", arg(out)];
        refused(&[&args, &COMPAT[..]].concat(), &["cannot write"]);
    }
    assert!(!out.join(REPORTS[0]).exists());
}
