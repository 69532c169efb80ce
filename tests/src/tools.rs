//! Programs that tests need, and the files that they read.

use lcsim_hdl::Module;
use std::path::Path;
use std::process::Command;

/// Whether `program` is installed; if not, says that the test is skipped.
///
/// # Panics
/// Without it under `CI=true`, where a missing tool is a failure.
pub fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "{program} is not installed");
    if !found {
        eprintln!("skipped: {program} is not installed (scripts/test.sh installs it)");
    }
    found
}

/// Writes a file for each module; gives their names.
///
/// # Panics
/// If the folder cannot be written.
pub fn write(modules: &[Module], folder: &Path) -> Vec<String> {
    let file = |module: &Module| {
        let name = format!("{}.v", module.name);
        std::fs::write(folder.join(&name), &module.text).expect("written");
        name
    };
    modules.iter().map(file).collect()
}
