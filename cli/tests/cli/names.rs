//! Names in files may hold anything; whoever shows one shows it, and does not do what it says.

use crate::{arg, embedded_config, lcsim, repository};
use lcsim_golden::container;
use lcsim_spec::{Gate, Head, Layer};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Steers a terminal, ends lines, turns text around, is markup, and ends comments.
const HOSTILE: &str = "=1+1\u{1b}[31m\u{1b}]0;t\u{7}\0\r\nx\u{202e}y\u{9b}<script>&\"'|`*/ $end\u{ffff}";

/// The smallest shipped model with names of that kind, an accelerator of such a name, and an empty
/// folder.
fn hostile() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut net = container::load(&repository("models/resnet8-lcnet.safetensors")).expect("shipped");
    net.name = format!("{HOSTILE}net");
    for (i, layer) in net.layers.iter_mut().enumerate() {
        match layer {
            Layer::Conv(c) => c.name = format!("{HOSTILE}{i}"),
            Layer::Block(b) => {
                b.name = format!("{HOSTILE}block{i}");
                if let Some(Gate { head: Head::OneLayer(fc), .. }) = &mut b.lnet {
                    fc.name = format!("{HOSTILE}lnet{i}");
                }
                b.convs[0].conv.name = format!("{HOSTILE}{i}.conv1");
            }
            Layer::Pool(_) => {}
        }
    }
    let (model, config) = (folder.path().join("m.safetensors"), folder.path().join("a.toml"));
    fs::write(&model, container::save(&net).expect("valid")).expect("written");
    let name = "name = \"8x8\"";
    let text = embedded_config("8x8");
    assert!(text.contains(name), "{text}");
    let hostile = "name = \"=a\\u001b[1m\\n\\u202e<script>*/`|\"";
    fs::write(&config, text.replacen(name, hostile, 1)).expect("written");
    (folder, model, config)
}

/// Text that only its own lines divide.
#[track_caller]
fn is_tame(what: &str, bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let bad = |c: &char| {
        c.is_control() && *c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{ffff}')
    };
    assert_eq!(text.chars().find(bad), None, "{what}");
    // In a page or a picture a line end is a space.
    assert!(
        what.ends_with("html") || what.ends_with("svg") || !text.contains("\nx"),
        "{what}: a name ends a line: {text}"
    );
    text
}

fn ran(args: &[&str]) -> String {
    let output = lcsim(args).assert().success().get_output().clone();
    is_tame("stderr", &output.stderr);
    is_tame("stdout", &output.stdout)
}

fn read(path: &Path) -> String {
    is_tame(arg(path), &fs::read(path).expect("written"))
}

fn is_xml(what: &str, text: &str) {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let parsed =
        roxmltree::Document::parse_with_options(text, options).unwrap_or_else(|e| panic!("{what}: {e}: {text}"));
    assert!(!parsed.descendants().any(|node| node.has_tag_name("script")), "{what}");
}

#[test]
fn a_run_and_its_report_show_names_and_obey_none() {
    let (folder, model, config) = hostile();
    let at = |name: &str| folder.path().join(name);
    let [json, csv, markdown, html] = ["r.json", "r.csv", "r.md", "r.html"].map(at);
    let inputs = ["run", "--images", "2", "--model", arg(&model), "--config", arg(&config)];
    let text = ran(&inputs);
    assert!(text.contains("\\u{1b}[31m") && text.contains("\\u{202e}"), "{text}");
    let outputs = ["--json", arg(&json), "--csv", arg(&csv), "--markdown", arg(&markdown), "--html", arg(&html)];
    ran(&[&inputs[..], &outputs].concat());
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&json).expect("written")).expect("JSON");
    assert_eq!(report["model"], format!("{HOSTILE}net"), "JSON holds the name itself");
    is_xml("HTML", &read(&html));
    let markdown = read(&markdown);
    assert!(!markdown.contains("<script>") || markdown.contains("\\<script\\>"), "{markdown}");
    assert!(markdown.lines().filter(|l| l.starts_with('|')).all(|l| l.ends_with('|')), "{markdown}");
    let table = read(&csv);
    let names: Vec<String> =
        csv::Reader::from_reader(table.as_bytes()).records().map(|r| r.expect("a record")[0].to_string()).collect();
    assert!(names.iter().any(|name| name.starts_with("'=1+1")), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with('=')), "{names:?}");
    ran(&["report", arg(&json)]);
    let other = at("other.json");
    ran(&["run", "--quiet", "--images", "1", "--json", arg(&other)]);
    ran(&["compare", arg(&json), arg(&other)]);
    let difference = at("difference.csv");
    ran(&["compare", arg(&json), arg(&other), "--csv", arg(&difference)]);
    assert!(!read(&difference).lines().any(|line| line.starts_with('=')));
}

#[test]
fn pictures_are_well_formed() {
    let (folder, model, config) = hostile();
    let [curve, plot] = ["curve", "plot"].map(|name| folder.path().join(name));
    let inputs = ["--images", "4", "--config", arg(&config)];
    ran(&[&["curve", arg(&model), "--out", arg(&curve)], &inputs[..]].concat());
    is_xml("curve.svg", &read(&curve.join("curve.svg")));
    assert!(read(&curve.join("curve.csv")).lines().all(|line| !line.starts_with('=')));
    let classes = format!("{}{}", &HOSTILE.replace('\0', ""), ",b,c,d,e,f,g,h,i,j");
    ran(&[&["plot", "--model", arg(&model), "--out", arg(&plot), "--classes", &classes], &inputs[..]].concat());
    for name in ["cycles.svg", "blocks.svg", "channels.svg"] {
        is_xml(name, &read(&plot.join(name)));
    }
}

#[test]
fn timelines_and_verilog_keep_names_in_their_places() {
    let (folder, model, config) = hostile();
    let [vcd, trace, rtl] = ["w.vcd", "t.json", "rtl"].map(|name| folder.path().join(name));
    let inputs = ["--model", arg(&model), "--config", arg(&config)];
    ran(&[&["trace", "--vcd", arg(&vcd), "--window", "0:10", "--out", arg(&trace)], &inputs[..]].concat());
    let wave = read(&vcd);
    assert!(wave.contains("*/ _end") && !wave.contains("*/ $end"), "a name ends the comment: {wave}");
    serde_json::from_slice::<serde_json::Value>(&fs::read(&trace).expect("written")).expect("JSON");
    ran(&[&["verilog", "--images", "1", "--out", arg(&rtl)], &inputs[..]].concat());
    let readme = read(&rtl.join("README.md"));
    assert!(readme.contains("\\<script\\>"), "{readme}");
    for entry in fs::read_dir(&rtl).expect("a folder") {
        read(&entry.expect("an entry").path());
    }
}

#[test]
fn errors_quote_names_on_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("bad\u{1b}[31m\u{202e}.toml");
    fs::write(&config, "name = \"a\"\n\"k\\u001b\\n\" = 1\n").expect("written");
    let output = lcsim(&["run", "--config", arg(&config)]).output().expect("started");
    assert_eq!(output.status.code(), Some(2));
    let message = is_tame("stderr", &output.stderr);
    assert!(message.contains("bad\\u{1b}[31m\\u{202e}.toml") && message.lines().count() == 1, "{message}");
}
