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
fn without_compat_there_is_nothing_to_do_yet() {
    let folder = tempfile::tempdir().expect("folder");
    let (config, layers, out) = (data("small/os.cfg"), data("small/conv.csv"), folder.path().join("out"));
    let args = ["topology", "--config", arg(&config), "--topology", arg(&layers), "--out", arg(&out)];
    refused(&args, &["only `--compat scalesim-3.0.0` exists so far"]);
    lcsim(&[&args[..], &["--compat", "scalesim-2"]].concat()).assert().code(2);
    assert!(!out.exists());
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
