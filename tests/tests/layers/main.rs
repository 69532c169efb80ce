//! No two files of a crate import each other, directly or through other files.
//!
//! A file imports the file that defines a name of one of its `use` items or paths (`crate::x::f()`,
//! `super::T`, `child::f()`). A re-export is followed to the file that defines the name. So:
//!
//! - a `mod.rs` or `lib.rs` that only declares and re-exports modules is in no circle;
//! - a parent that uses its child and defines what the child uses is in one: the shared type
//!   belongs into a file of its own, below both;
//! - `mod child;` alone imports nothing, and naming a sibling as `super::sibling` does not import
//!   the parent;
//! - methods are not seen: a file may add methods to a type of another one, which may call them.

mod source;

use source::Module;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Circles that still stand, one a line: the crate, and its files. The list only becomes shorter.
const KNOWN: &str = include_str!("known.txt");

#[test]
fn no_two_files_import_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut circles = BTreeSet::new();
    for entry in std::fs::read_dir(root).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let sources = path.join("src");
        for start in ["lib.rs", "main.rs"].map(|file| sources.join(file)).iter().filter(|start| start.is_file()) {
            let found = Crate::read(&sources, start).circles();
            circles.extend(found.into_iter().map(|files| format!("{name}: {}", files.join(" "))));
        }
    }
    let known: BTreeSet<String> = KNOWN.lines().map(String::from).collect();
    let [new, gone] = [circles.difference(&known), known.difference(&circles)].map(Vec::from_iter);
    assert!(new.is_empty(), "files import each other; move what they share into a file below them: {new:#?}");
    assert!(gone.is_empty(), "these circles are gone, take them out of known.txt: {gone:#?}");
}

#[test]
fn circles_are_found() {
    let source = "use super::b::{self, c::D as E}; mod t { use super::*; fn f() { super::super::g() } }";
    let module = Module::parse("a.rs".into(), None, source);
    let names = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
    assert_eq!(module.uses["b"], names(&["super", "b"]));
    assert_eq!(module.uses["E"], names(&["super", "b", "c", "D"]));
    // Of the inner module's `super`s, the first is the file.
    assert!(module.paths.contains(&names(&["super", "g"])), "{:?}", module.paths);
    let parsed = |name: &str, source| Module::parse(name.into(), Some(0), source);
    let circles = |a, b, top| {
        let mut root = Module::parse("lib.rs".into(), None, top);
        root.children = [("a".to_string(), 1), ("b".to_string(), 2)].into();
        Crate { modules: vec![root, parsed("a.rs", a), parsed("b.rs", b)] }.circles()
    };
    let facade = "mod a; mod b; pub use a::A; pub use b::B;";
    assert_eq!(circles("use crate::B;", "struct B;", facade), Vec::<Vec<String>>::new());
    assert_eq!(circles("use crate::B;", "fn f() -> super::A {}", facade), [["a.rs", "b.rs"]]);
    assert_eq!(circles("use super::T;", "", "mod a; use a::A; struct T(A);"), [["a.rs", "lib.rs"]]);
    assert_eq!(circles("", "/* crate::A */ // crate::A\nconst S: &str = \"crate::A\";", facade).len(), 0);
}

/// The files of a crate, the root first.
struct Crate {
    modules: Vec<Module>,
}

impl Crate {
    fn read(sources: &Path, start: &Path) -> Self {
        let mut modules: Vec<Module> = vec![];
        let mut waiting: Vec<(Option<(usize, String)>, PathBuf)> = vec![(None, start.to_path_buf())];
        while let Some((declared, path)) = waiting.pop() {
            let source = std::fs::read_to_string(&path).expect("readable");
            let file = path.strip_prefix(sources).expect("below").to_string_lossy().into_owned();
            let number = modules.len();
            let parent = declared.map(|(parent, name)| {
                modules[parent].children.insert(name, number);
                parent
            });
            let module = Module::parse(file, parent, &source);
            let owns = ["lib.rs", "main.rs", "mod.rs"].iter().any(|name| path.ends_with(name));
            let folder = if owns { path.with_file_name("") } else { path.with_extension("") };
            for name in &module.declared {
                let places = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
                let place = places.into_iter().find(|place| place.is_file());
                let place = place.unwrap_or_else(|| panic!("{}: no file for `mod {name};`", path.display()));
                waiting.push((Some((number, name.clone())), place));
            }
            modules.push(module);
        }
        Self { modules }
    }

    /// Groups of files that reach each other by imports.
    fn circles(&self) -> Vec<Vec<String>> {
        let imports: Vec<BTreeSet<usize>> = (0..self.modules.len()).map(|m| self.imports(m)).collect();
        let reached: Vec<BTreeSet<usize>> = (0..self.modules.len())
            .map(|from| {
                let (mut reached, mut waiting) = (BTreeSet::new(), vec![from]);
                while let Some(module) = waiting.pop() {
                    waiting.extend(imports[module].iter().filter(|to| reached.insert(**to)));
                }
                reached
            })
            .collect();
        let group = |m: usize| -> BTreeSet<usize> {
            reached[m].iter().copied().filter(|other| reached[*other].contains(&m)).collect()
        };
        let groups: BTreeSet<BTreeSet<usize>> = (0..self.modules.len()).map(group).filter(|g| g.len() > 1).collect();
        let named = groups.into_iter().map(|group| {
            let mut files: Vec<String> = group.into_iter().map(|m| self.modules[m].file.clone()).collect();
            files.sort();
            files
        });
        named.collect()
    }

    /// Other files that this one imports.
    fn imports(&self, module: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        self.modules[module].paths.iter().for_each(|path| self.resolve(module, path, 0, &mut found));
        found.remove(&module);
        found
    }

    /// Adds the files that define what `path` means in `module`.
    fn resolve(&self, module: usize, path: &[String], depth: usize, found: &mut BTreeSet<usize>) {
        let of = &self.modules[module];
        let Some(first) = path.first().filter(|_| depth < 16) else { return };
        match (first.as_str(), of.parent) {
            ("crate", _) => self.walk(0, &path[1..], depth, found),
            ("self", _) => self.walk(module, &path[1..], depth, found),
            ("super", Some(parent)) if path.get(1).is_some_and(|name| name == "super") => {
                self.resolve(parent, &path[1..], depth, found);
            }
            ("super", Some(parent)) => self.walk(parent, &path[1..], depth, found),
            _ if of.children.contains_key(first) => self.walk(module, path, depth, found),
            // A name that a `use` item binds; one that binds itself is another crate's.
            _ => {
                if let Some(bound) = of.uses.get(first).filter(|bound| bound[0] != *first) {
                    self.resolve(module, &[bound, &path[1..]].concat(), depth + 1, found);
                }
            }
        }
    }

    /// The same for the names behind the module `at`.
    fn walk(&self, mut at: usize, mut path: &[String], depth: usize, found: &mut BTreeSet<usize>) {
        while let Some((name, rest)) = path.split_first() {
            let of = &self.modules[at];
            if let Some(child) = of.children.get(name) {
                (at, path) = (*child, rest);
            } else if let Some(bound) = of.uses.get(name) {
                return self.resolve(at, &[bound, rest].concat(), depth + 1, found);
            } else if of.defined.contains(name) || of.globs.is_empty() {
                break;
            } else {
                return of.globs.iter().for_each(|glob| self.resolve(at, glob, depth + 1, found));
            }
        }
        found.insert(at);
    }
}
