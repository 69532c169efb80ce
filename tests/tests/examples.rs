//! Each public module of a library has an example in its documentation.

use lcsim_tests::repository;
use std::fs;
use std::path::{Path, PathBuf};

const LIBRARIES: [&str; 10] =
    ["spec", "golden", "sim", "hdl", "input", "output", "report", "explore", "scalesim", "cli"];

/// Public modules that a library's root declares.
fn public_modules(root: &str) -> Vec<&str> {
    root.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect()
}

/// The files of a module: one of its name, and those of the folder of its name.
fn files(folder: &Path, module: &str) -> Vec<PathBuf> {
    let mut files = vec![folder.join(format!("{module}.rs"))];
    files.retain(|file| file.is_file());
    let mut folders = vec![folder.join(module)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.expect("readable").path()) {
            let to = if entry.is_dir() { &mut folders } else { &mut files };
            to.push(entry);
        }
    }
    files
}

/// Whether the documentation in a source has a block of code that `cargo test --doc` runs.
fn has_example(source: &str) -> bool {
    let mut inside = false;
    source.lines().any(|line| {
        let line = line.trim_start();
        let text = line.strip_prefix("//!").or_else(|| line.strip_prefix("///"));
        let Some(fence) = text.and_then(|text| text.trim_start().strip_prefix("```")) else { return false };
        inside = !inside;
        inside && matches!(fence.trim(), "" | "rust")
    })
}

#[test]
fn every_public_module_has_an_example() {
    let mut lacking = vec![];
    let mut seen = 0;
    for library in LIBRARIES {
        let folder = repository(library).join("src");
        let root = fs::read_to_string(folder.join("lib.rs")).expect("a library");
        let modules = public_modules(&root);
        // A library without public modules has its example at the root.
        if modules.is_empty() && !has_example(&root) {
            lacking.push(format!("{library}/src/lib.rs"));
        }
        for module in modules {
            seen += 1;
            let files = files(&folder, module);
            assert!(!files.is_empty(), "{library}: no file of module {module}");
            if !files.iter().any(|file| has_example(&fs::read_to_string(file).expect("text"))) {
                lacking.push(format!("{library}/src/{module}"));
            }
        }
    }
    assert!(seen > 30, "only {seen} public modules found");
    assert!(lacking.is_empty(), "modules without an example in their documentation: {lacking:#?}");
}

#[test]
fn examples_are_found() {
    assert!(has_example("//! About.\n//!\n//! ```\n//! assert!(true);\n//! ```\n"));
    assert!(has_example("    /// ```text\n    /// a\n    /// ```\n    /// ```rust\n    /// ```\n"));
    assert!(!has_example("//! ```text\n//! a\n//! ```\n"));
    assert!(!has_example("//! ```no_run\n//! a()\n//! ```\n// ```\n"));
    assert_eq!(public_modules("mod a;\npub mod b;\npub use b::C;\n"), ["b"]);
}
