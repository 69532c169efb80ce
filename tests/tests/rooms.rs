//! Each operator has a room in each crate, and nothing else tells operators apart.

use lcsim_spec::operators::Operator;
use std::fs;
use std::path::{Path, PathBuf};

/// The files that a room has in a crate.
const FACES: [(&str, &[&str]); 3] = [
    ("golden", &["import", "float", "integer", "quantise"]),
    ("sim", &["stepped", "fast", "counts"]),
    // One file: the unit, or the refusal.
    ("hdl", &[""]),
];

/// Faces that an operator has no use for, and why.
const NONE: [(Operator, &str, &str); 1] =
    [(Operator::Move, "golden", "networks know no memory that could be too small")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

/// Whether a module of this name is in a folder: a file, or a folder of files.
fn is_module(folder: &Path, name: &str) -> bool {
    folder.join(format!("{name}.rs")).is_file() || folder.join(name).join("mod.rs").is_file()
}

#[test]
fn every_operator_has_every_face() {
    let mut lacks = vec![];
    for operator in Operator::ALL {
        for (name, faces) in FACES {
            if NONE.iter().any(|(of, none, _)| (of, *none) == (operator, name)) {
                continue;
            }
            let rooms = root().join(name).join("src/operators");
            let (room, one_file) = (rooms.join(operator.room()), faces == [""]);
            let there =
                |face: &&&str| if one_file { is_module(&rooms, operator.room()) } else { is_module(&room, face) };
            let missing = faces.iter().filter(|face| !there(face));
            lacks.extend(missing.map(|face| format!("{operator:?}: {name}/src/operators/{}/{face}", operator.room())));
        }
    }
    assert!(lacks.is_empty(), "operators without a face: {lacks:#?}");
}

/// The arms of matches on operators in a source.
fn arms(source: &str) -> Vec<&str> {
    let told_apart = ["Unit::LoadImage", "Unit::Conv(", "Unit::Gate(", "Unit::Pool(", "Unit::Move(", "Pooling::"];
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter(|line| {
        let pattern = line.split("=>").next().unwrap_or_default();
        (line.contains("=>") || line.contains("matches!") || line.contains("if let"))
            && told_apart.iter().any(|name| pattern.contains(name))
    })
    .collect()
}

#[test]
fn only_the_edges_tell_operators_apart() {
    let mut found = vec![];
    let crates = ["golden", "sim", "hdl", "input", "output", "report", "explore", "scalesim", "cli"];
    let mut folders: Vec<PathBuf> = crates.iter().map(|name| root().join(name).join("src")).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("readable").map(|entry| entry.expect("readable").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ext| ext == "rs") {
                let source = fs::read_to_string(&entry).expect("text");
                let edge = entry.components().any(|part| part.as_os_str() == "operators");
                found.extend(arms(&source).iter().filter(|_| !edge).map(|arm| format!("{}: {arm}", entry.display())));
            }
        }
    }
    assert!(found.is_empty(), "move these into a room, or behind an edge in `operators`: {found:#?}");
}

#[test]
fn arms_are_found() {
    assert_eq!(arms("match unit {\n    Unit::Gate(g) => 1,\n    // Unit::Gate(g) => 2,\n    _ => 3,\n}").len(), 1);
    assert_eq!(arms("if let Unit::Move(job) = op.unit {\n}").len(), 1);
    assert!(arms("let pool = Pool { pooling: Pooling::Max(MaxPool), ..pool };").is_empty());
}
