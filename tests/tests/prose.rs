//! Comments and documents are at most 100 columns wide.

use lcsim_tests::repository;
use std::path::{Path, PathBuf};
use std::{fs, iter};

const WIDEST: usize = 100;

/// Folders of what is not ours, or not text.
const LEFT_OUT: [&str; 8] = [".git", "target", "data", "runs", "v", "node_modules", "snapshots", "checkpoints"];

/// The files of a folder and its folders, but for what `lcsim verilog` wrote.
fn files(folder: &Path) -> Vec<PathBuf> {
    if folder.join("lcsim.sha256").exists() {
        return vec![];
    }
    let entries = fs::read_dir(folder).expect("readable").map(|entry| entry.expect("an entry").path());
    entries
        .filter(|path| path.file_name().is_some_and(|name| !LEFT_OUT.iter().any(|left_out| name == *left_out)))
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// Lines of prose, with their numbers: comments of Rust, or Markdown, both without code and tables.
fn prose(path: &Path) -> Vec<(usize, String)> {
    let Ok(text) = fs::read_to_string(path) else { return vec![] };
    let ending = path.extension().and_then(|e| e.to_str());
    let mut code = false;
    let lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    let prose: Box<dyn Iterator<Item = (usize, &str)>> = match ending {
        Some("rs") => Box::new(lines.filter(move |(_, line)| {
            let comment = line.trim_start();
            let fence = comment.trim_start_matches(['/', '!']).trim_start().starts_with("```");
            code = comment.starts_with("//") && code ^ fence;
            comment.starts_with("//") && !code && !fence
        })),
        Some("md") => Box::new(lines.filter(move |(_, line)| {
            let fence = line.trim_start().starts_with("```");
            code ^= fence;
            !code && !fence && !line.trim_start().starts_with('|') && !line.starts_with("    ")
        })),
        _ => Box::new(iter::empty()),
    };
    // A table in a comment, and what cannot be broken: an address, a command in backticks.
    let long = |text: &str| text.len() >= 60;
    let breaks = |line: &str| {
        let unbroken = line.split_whitespace().any(long) || line.split('`').skip(1).step_by(2).any(long);
        !line.contains("| ") && !unbroken
    };
    prose.filter(|(_, line)| breaks(line)).map(|(n, line)| (n, line.to_owned())).collect()
}

#[test]
fn no_line_of_prose_is_wider_than_100_columns() {
    let root = repository("");
    let mut wide = vec![];
    let mut seen = 0;
    for path in files(&root) {
        for (number, line) in prose(&path) {
            seen += 1;
            if line.chars().count() > WIDEST {
                wide.push(format!("{}:{number}: {line}", path.strip_prefix(&root).unwrap_or(&path).display()));
            }
        }
    }
    assert!(seen > 5000, "only {seen} lines of prose found");
    assert!(wide.is_empty(), "wider than {WIDEST} columns:\n{}", wide.join("\n"));
}
