//! Makes labels that tell networks apart.
//!
//! ```
//! use lcsim_explore::curve::names::labels;
//! use std::path::Path;
//!
//! let paths = ["old/net.onnx", "new/net.onnx", "b.onnx"].map(Path::new);
//! let models = [("net", paths[0]), ("net", paths[1]), ("other", paths[2])];
//! assert_eq!(labels(&models), ["net, old", "net, new", "other"]);
//! ```

use std::path::{Component, Path};

/// Makes a label for each network. A label is the name; if networks of other files have the same
/// name, it also has the part of the path that differs.
pub fn labels(models: &[(&str, &Path)]) -> Vec<String> {
    let label = |&(name, path): &(&str, &Path)| {
        let namesakes: Vec<Vec<&str>> = models.iter().filter(|m| m.0 == name).map(|m| parts(m.1)).collect();
        let own = parts(path);
        let shared = |same: &dyn Fn(usize) -> bool| (0..own.len()).take_while(|n| same(*n)).count();
        let ahead = shared(&|n| namesakes.iter().all(|other| other.get(n) == Some(&own[n])));
        if ahead == own.len() {
            return name.to_string();
        }
        let from_end = |parts: &[&str], n: usize| parts.iter().rev().nth(n).map(|p| p.to_string());
        let behind = shared(&|n| namesakes.iter().all(|other| from_end(other, n) == from_end(&own, n)));
        // No folder is in both the common beginning and the common end.
        let shortest = namesakes.iter().map(Vec::len).min().unwrap_or(0);
        let differs = &own[ahead.min(shortest - behind)..own.len() - behind];
        match differs {
            [] => format!("{name}, ."),
            [.., _] if behind > 0 => format!("{name}, {}", differs.join("/")),
            [folders @ .., file] => {
                let stem = Path::new(file).file_stem().and_then(|s| s.to_str()).unwrap_or(file);
                format!("{name}, {}", [folders, &[stem]].concat().join("/"))
            }
        }
    };
    unique(models.iter().map(label).collect())
}

/// The folders and the file of a path. A part that is not Unicode cannot be shown, so it is left
/// out.
fn parts(path: &Path) -> Vec<&str> {
    path.components().filter(|c| *c != Component::CurDir).filter_map(|c| c.as_os_str().to_str()).collect()
}

/// Adds a number to labels that occur more than once.
pub fn unique(labels: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = vec![];
    for label in labels {
        let mut candidates = std::iter::once(label.clone()).chain((2usize..).map(|n| format!("{label} ({n})")));
        let free = candidates.find(|candidate| !all.contains(candidate));
        all.extend(free);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(models: &[(&str, &str)]) -> Vec<String> {
        labels(&models.iter().map(|(name, path)| (*name, Path::new(path))).collect::<Vec<_>>())
    }

    #[test]
    fn other_names_need_nothing() {
        assert_eq!(of(&[("a", "x/a.onnx"), ("b", "y/b.onnx")]), ["a", "b"]);
    }

    #[test]
    fn equal_names_get_what_differs_in_their_paths() {
        let folders = [("net", "runs/a/model.safetensors"), ("net", "runs/b/model.safetensors"), ("c", "c.onnx")];
        assert_eq!(of(&folders), ["net, a", "net, b", "c"]);
        let files = [("net", "runs/first.safetensors"), ("net", "./runs/second.safetensors")];
        assert_eq!(of(&files), ["net, first", "net, second"]);
        assert_eq!(of(&[("net", "m.onnx"), ("net", "old/m.onnx")]), ["net, .", "net, old"]);
        assert_eq!(of(&[("net", "a/x/m.onnx"), ("net", "a/y/n.onnx")]), ["net, x/m", "net, y/n"]);
        assert_eq!(of(&[("net", "a/a/m.onnx"), ("net", "a/m.onnx")]), ["net, a", "net, ."]);
    }

    #[test]
    fn a_file_that_changed_between_two_readings_is_numbered() {
        assert_eq!(of(&[("net", "m.onnx"), ("net", "m.onnx")]), ["net", "net (2)"]);
    }
}
