//! ARCHITECTURE.md says which crates depend on which, and so does Cargo.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

const PAGE: &str = include_str!("../../ARCHITECTURE.md");

type Graph = BTreeMap<String, BTreeSet<String>>;

/// The table of crates: folder, and what it may depend on.
fn documented() -> Graph {
    let table = PAGE.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let graph: Graph = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').collect();
            (names(cells[1])[0].clone(), names(cells[3]).into_iter().collect())
        })
        .collect();
    assert!(graph.len() > 5, "no table of crates");
    graph
}

/// What the manifests say, tests aside.
fn built() -> Graph {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = ["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path", root];
    let output = Command::new(env!("CARGO")).args(metadata).output().expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let folder = |path: &Value| path.as_str().and_then(|p| p.rsplit('/').next()).unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .map(|package| {
            let path = package["manifest_path"].as_str().expect("a path").trim_end_matches("/Cargo.toml");
            let used = package["dependencies"].as_array().expect("dependencies").iter();
            let used = used.filter(|d| d["kind"].is_null() && d["path"].is_string()).map(|d| folder(&d["path"]));
            (folder(&path.into()), used.collect())
        })
        .collect()
}

#[test]
fn the_page_has_the_crates_and_what_they_depend_on() {
    let (page, mut cargo) = (documented(), built());
    let names = |graph: &Graph| graph.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&page), names(&cargo));
    // Their rows say so in words.
    for (name, but) in [("cli", "all but `tests`"), ("tests", "all")] {
        assert!(PAGE.contains(&format!("| {but} |")), "{name}");
        cargo.remove(name);
    }
    for (name, used) in cargo {
        assert_eq!(page[&name], used, "{name}: ARCHITECTURE.md on the left, Cargo.toml on the right");
    }
}
