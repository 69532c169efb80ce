//! `lcsim topology`: the reports of SCALE-Sim 3.0.0, and what it refuses.

use crate::{arg, lcsim, refused, repository, stdout};
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

#[test]
fn what_our_accelerator_cannot_have_is_refused_by_layer() {
    let folder = tempfile::tempdir().expect("folder");
    let (cfg, csv, out) = (folder.path().join("a.cfg"), folder.path().join("a.csv"), folder.path().join("out"));
    let args = ["topology", "--gemm", "--config", arg(&cfg), "--topology", arg(&csv), "--out", arg(&out)];
    let config = read(&data("small/os.cfg"));
    for (height, layer, parts) in [
        ("8", "wide, 1, 1, 20000,", &["a.csv: line 2: layer `wide`", "at most 16384"][..]),
        ("8", "prime, 16411, 1, 1,", &["line 2: layer `prime`: M: expected a product of two numbers"]),
        ("512", "one, 1, 1, 1,", &["ArrayHeight: expected at most 256 without --compat, found 512"]),
    ] {
        let height = format!("ArrayHeight: {height}");
        let changed = config.lines().map(|l| if l.starts_with("ArrayHeight") { height.as_str() } else { l });
        fs::write(&cfg, changed.collect::<Vec<_>>().join("\n")).expect("written");
        fs::write(&csv, format!("Layer, M, N, K,\n{layer}\n")).expect("written");
        refused(&args, parts);
        assert!(!out.exists());
    }
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
        ("Layer name, IFMAP Height, IFMAP", "edge, 14, IFMAP", &["line 1: expected a header"]),
        (&conv, "Layer name, M, N, K,\n", &["bad.csv: no layers"]),
        (&conv, "", &["no layers"]),
        (&conv, "Layer, M, N, K,\na, 1, 2, 3,\n", &["line 2: expected 8 columns", "found 4", "--gemm"]),
    ] {
        fs::write(&bad, conv.replace(old, new)).expect("written");
        refused(&args, parts);
        assert!(!out.exists());
    }
    fs::write(&bad, &conv).expect("written");
    refused(
        &[&args[..], &["--gemm"]].concat(),
        &["bad.csv: line 2: expected 4 columns", "found 9", "leave --gemm out"],
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
