//! `lcsim report`, and `lcsim run --markdown --html`.

use crate::{arg, refused, stdout};
use lcsim_spec::Report;
use lcsim_spec::report::LayerKind;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A report of three images, in a folder of its own.
fn report() -> (TempDir, PathBuf, Value) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("report.json");
    let json = stdout(&["run", "--images", "3", "--config", "8x8", "--json", "-"]);
    fs::write(&path, &json).expect("written");
    (folder, path, serde_json::from_str(&json).expect("JSON"))
}

/// What `lcsim report` makes of `value`.
fn rendered(value: &Value, option: &str) -> String {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("report.json");
    fs::write(&path, value.to_string()).expect("written");
    stdout(&["report", arg(&path), option, "-"])
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).expect("well-formed")
}

fn text(node: Node) -> String {
    node.descendants().filter_map(|n| n.text().filter(|_| n.is_text())).collect()
}

/// Cells of the table whose heading begins with `first`.
fn table(page: &Document, first: &str) -> Vec<Vec<String>> {
    let is_it = |n: &Node| n.has_tag_name("table") && text(*n).starts_with(first);
    let table = page.descendants().find(is_it).expect(first);
    let rows = table.descendants().filter(|n| n.has_tag_name("tr"));
    rows.skip(1).map(|row| row.children().map(text).collect()).collect()
}

fn number(text: &str) -> f64 {
    text.replace(',', "").parse().expect("a number")
}

#[test]
fn the_page_has_the_reports_figures() {
    let (_folder, path, value) = report();
    let page = stdout(&["report", arg(&path), "--html", "-"]);
    let page = parse(&page);
    let report: Report = serde_json::from_value(value).expect("a report");
    let images = report.images as f64;
    let layers = table(&page, "layer");
    assert_eq!(layers.len(), report.layers.len());
    for (cells, layer) in layers.iter().zip(&report.layers) {
        assert_eq!(cells[0], layer.name);
        assert_eq!(number(&cells[2]), (layer.cycles as f64 / images).round(), "{}", layer.name);
        assert_eq!(number(&cells[4]), (layer.macs_executed as f64 / images).round(), "{}", layer.name);
        assert_eq!(cells[9], format!("{:.1}", layer.energy_pj.total / images / 1000.0), "{}", layer.name);
    }
    let figures: Vec<String> = page.descendants().filter(|n| n.has_tag_name("strong")).map(text).collect();
    assert_eq!(number(&figures[1]), report.cycles.mean.round());
    assert_eq!(figures[6], format!("{:.3}x", report.speedup));
    let rows = table(&page, "parameter");
    assert!(rows.contains(&vec!["array.rows".into(), "8".into()]), "{rows:?}");
    assert_eq!(table(&page, "figure").len(), report.energy_table.sources.len());
}

#[test]
fn bars_are_as_long_as_their_figures() {
    let (_folder, path, value) = report();
    let page = stdout(&["report", arg(&path), "--html", "-"]);
    let page = parse(&page);
    let chart = |label: &str| {
        let chart = page.descendants().find(|n| n.attribute("aria-label") == Some(label)).expect(label);
        chart.children().collect::<Vec<_>>()
    };
    let lengths = |bar: &Node| -> Vec<f64> {
        let parts = bar.descendants().filter(|n| n.has_tag_name("rect") && n.attribute("class") != Some("track"));
        parts.map(|part| part.attribute("width").expect("as wide").parse().expect("a number")).collect()
    };
    let report: Report = serde_json::from_value(value).expect("a report");
    let (cycles, energy) = (chart("Cycles by layer"), chart("Energy by layer"));
    assert_eq!((cycles.len(), energy.len()), (report.layers.len(), report.layers.len()));
    let longest = report.layers.iter().map(|l| l.cycles).max().expect("a layer") as f64;
    let dearest = report.layers.iter().map(|l| l.energy_pj.total).fold(0.0, f64::max);
    for ((cycles, energy), layer) in cycles.iter().zip(&energy).zip(&report.layers) {
        let all = lengths(cycles).iter().sum::<f64>() / 100.0 * longest;
        assert_eq!(all.round() as u64, layer.cycles, "{}", layer.name);
        let compute = lengths(cycles)[0] / 100.0 * longest;
        assert!(layer.compute_cycles == 0 || compute.round() as u64 == layer.compute_cycles, "{}", layer.name);
        let all = lengths(energy).iter().sum::<f64>() / 100.0 * dearest;
        assert!(
            (all - layer.energy_pj.total).abs() <= 1e-9 * layer.energy_pj.total,
            "{}: a component has no bar",
            layer.name
        );
    }
    let gates = report.layers.iter().filter(|l| matches!(l.kind, LayerKind::LNet | LayerKind::CNet));
    assert_eq!(chart("Gates").len(), gates.count());
    // All of the time, and a mark at each wait, where the lines before it end.
    let strips = chart("Gate timeline");
    assert!((lengths(&strips[0]).iter().sum::<f64>() - 100.0).abs() < 1e-6, "{:?}", lengths(&strips[0]));
    let marks = strips[1].descendants().filter(|n| n.has_tag_name("rect") && n.attribute("class") != Some("track"));
    let marks: Vec<f64> = marks.map(|m| m.attribute("x").expect("placed").parse().expect("a number")).collect();
    let waits: Vec<usize> = (0..report.layers.len()).filter(|i| report.layers[*i].gate_cycles > 0).collect();
    assert_eq!(marks.len(), waits.len());
    let before: u64 = report.layers[..waits[0]].iter().map(|l| l.cycles).sum();
    assert!((marks[0] - 100.0 * before as f64 / report.cycles.total as f64).abs() < 1e-6, "{marks:?}");
    assert!(marks.is_sorted());
    let points = page.descendants().filter(|n| n.has_tag_name("circle")).count();
    let executed = |l: &&lcsim_spec::report::LayerReport| l.kind == LayerKind::Conv || l.kind == LayerKind::Shortcut;
    assert_eq!(points, report.layers.iter().filter(executed).filter(|l| l.macs_executed > 0).count());
}

/// No layer moves more bytes than the ports that the roof is made of.
#[test]
fn no_layer_is_above_the_roof() {
    let (_folder, _, value) = report();
    let report: Report = serde_json::from_value(value).expect("a report");
    let c = &report.accelerator;
    let ports = (4 * c.banks() + 9 * c.array.cols) as u64;
    for layer in report.layers.iter().filter(|l| matches!(l.kind, LayerKind::Conv | LayerKind::Shortcut)) {
        assert_eq!(layer.bytes > 0, layer.macs_executed > 0, "{}", layer.name);
        assert!(layer.bytes <= ports * layer.cycles, "{}: {} bytes", layer.name, layer.bytes);
    }
}

#[test]
fn what_comes_from_dram_has_a_roof_and_a_ring_for_each_convolution() {
    let run = ["run", "--synthetic", "resnet18", "--gate-rate", "1", "--images", "1"];
    let page = stdout(&[&run[..], &["--html", "-"]].concat());
    let report: Report = serde_json::from_str(&stdout(&[&run[..], &["--json", "-"]].concat())).expect("a report");
    let page = parse(&page);
    let of_class = |class: &str| -> Vec<Node> {
        let is_it = |n: &Node| n.attribute("class").is_some_and(|all| all.split(' ').any(|c| c == class));
        page.descendants().filter(is_it).collect()
    };
    let fetched = |l: &&lcsim_spec::report::LayerReport| {
        matches!(l.kind, LayerKind::Conv | LayerKind::Shortcut) && l.dram_bytes > 0
    };
    let fetching = report.layers.iter().filter(fetched);
    let rings = fetching.map(|l| {
        let intensity = l.macs_executed as f64 / l.dram_bytes as f64;
        format!("{}: {intensity:.3} MACs per byte of DRAM", l.name)
    });
    let found: Vec<String> = of_class("ring").into_iter().map(text).collect();
    assert_eq!(found, rings.collect::<Vec<_>>());
    assert!(!found.is_empty());
    let roofs: Vec<String> = of_class("dram").into_iter().map(text).collect();
    assert_eq!(roofs, ["the DRAM moves 16 bytes a cycle"]);
    let (_folder, path, _) = self::report();
    assert!(!stdout(&["report", arg(&path), "--html", "-"]).contains("the DRAM moves"));
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let (_folder, path, _) = report();
    let page = stdout(&["report", arg(&path), "--html", "-"]);
    assert!(!page.contains("http") && !page.contains("url(") && !page.contains("@import"));
    let page = parse(&page);
    for node in page.descendants() {
        assert!(!["script", "link", "img", "iframe", "object"].contains(&node.tag_name().name()), "{node:?}");
        assert!(node.attribute("src").is_none() && node.attribute("href").is_none(), "{node:?}");
    }
}

#[test]
fn names_from_a_file_stay_text() {
    let (_folder, _, mut value) = report();
    let hostile = "<script>alert(1)</script>\"'&|x\n# y";
    for field in ["model", "data"] {
        value[field] = hostile.into();
    }
    value["accelerator"]["name"] = hostile.into();
    value["energy_table"]["name"] = hostile.into();
    value["energy_table"]["sources"]["sram"] = hostile.into();
    value["layers"][1]["name"] = hostile.into();
    let page = rendered(&value, "--html");
    assert!(!page.contains("<script"), "{page}");
    let page = parse(&page);
    assert_eq!(table(&page, "layer")[1][0], hostile);
    assert!(table(&page, "figure").contains(&vec!["sram".into(), hostile.into()]));
    let text = rendered(&value, "--markdown");
    assert!(text.contains(r"\<script\>alert(1)\</script\>") && !text.replace(r"\<", "").contains('<'), "{text}");
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows: Vec<&str> =
        text.lines().skip_while(|l| !l.starts_with("| layer")).take_while(|l| !l.is_empty()).collect();
    assert_eq!(rows.len(), value["layers"].as_array().expect("layers").len() + 2);
    assert!(rows.iter().all(|row| columns(row) == columns(rows[0])), "{rows:#?}");
}

#[test]
fn markdown_has_the_reports_figures() {
    let (_folder, path, value) = report();
    let text = stdout(&["report", arg(&path), "--markdown", "-"]);
    let report: Report = serde_json::from_value(value).expect("a report");
    let row = |name: &str| -> Vec<String> {
        let line = text.lines().find(|l| l.starts_with(&format!("| {name} |"))).expect(name);
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_string()).collect()
    };
    assert_eq!(number(&row("compute")[1]), (report.cycles.compute as f64 / 3.0).round());
    assert_eq!(row("SRAM reads")[1], format!("{:.1}", report.energy_pj.sram_read / 3000.0));
    assert_eq!(row("speed-up")[1], format!("{:.3}x", report.speedup));
    assert_eq!(number(&row(&report.layers[1].name)[2]), (report.layers[1].cycles as f64 / 3.0).round());
}

#[test]
fn a_run_writes_what_its_report_is_rendered_to() {
    let (folder, path, _) = report();
    let [html, markdown, csv] = ["r.html", "r.md", "r.csv"].map(|name| folder.path().join(name));
    let outputs = ["--html", arg(&html), "--markdown", arg(&markdown), "--csv", arg(&csv)];
    let run = ["run", "--images", "3", "--config", "8x8", "--quiet"];
    assert_eq!(stdout(&[&run[..], &outputs].concat()), "");
    for (option, file) in [("--html", html), ("--markdown", markdown), ("--csv", csv)] {
        let written = fs::read_to_string(file).expect("written");
        assert_eq!(written, stdout(&["report", arg(&path), option, "-"]), "{option}");
    }
    assert_eq!(stdout(&["report", arg(&path)]), stdout(&["run", "--images", "3", "--config", "8x8"]));
}

#[test]
fn reports_without_bytes_have_no_roofline() {
    let (_folder, _, mut value) = report();
    assert!(rendered(&value, "--html").contains("Roofline"));
    for layer in value["layers"].as_array_mut().expect("layers") {
        layer.as_object_mut().expect("a layer").remove("bytes");
    }
    assert!(!rendered(&value, "--html").contains("Roofline"));
}

#[test]
fn what_is_no_report_is_refused() {
    let (folder, path, mut value) = report();
    refused(&["report", "no.json", "--html", "-"], &["no.json: cannot read"]);
    refused(&["report", arg(&path), "--html", arg(folder.path())], &["cannot write", "is a folder"]);
    refused(&["report", arg(&path), "--html", "-", "--csv", "-"], &["stdout: two outputs"]);
    value["accelerator"]["array"]["rows"] = 0.into();
    fs::write(&path, value.to_string()).expect("written");
    refused(&["report", arg(&path)], &["accelerator: `array.rows`: expected 1 to 256, found 0"]);
    value["accelerator"]["array"]["rows"] = 8.into();
    value["image_cycles"] = vec![1].into();
    fs::write(&path, value.to_string()).expect("written");
    refused(&["report", arg(&path)], &["image_cycles: expected 3, as many as images, found 1"]);
    value["cycles"]["total"] = 0.into();
    fs::write(&path, value.to_string()).expect("written");
    refused(&["report", arg(&path)], &["cycles.total: expected at least 1, found 0"]);
}
