//! Which names a source file declares, defines, binds and mentions.

use std::collections::{BTreeMap, BTreeSet};

pub type Names = Vec<String>;

/// A file of a crate.
pub struct Module {
    pub file: String,
    pub parent: Option<usize>,
    pub children: BTreeMap<String, usize>,
    /// Modules that it declares, whose text is in other files.
    pub declared: Names,
    /// Names of its own items.
    pub defined: BTreeSet<String>,
    /// What `use` items bind, and to which path.
    pub uses: BTreeMap<String, Names>,
    /// Paths of `use ..::*`.
    pub globs: Vec<Names>,
    /// All other paths, and those of `use` items.
    pub paths: Vec<Names>,
}

impl Module {
    pub fn parse(file: String, parent: Option<usize>, source: &str) -> Self {
        let tokens = tokens(source);
        let at = |i: usize| tokens.get(i).map_or("", String::as_str);
        let (declared, defined) = (vec![], BTreeSet::new());
        let mut module = Self {
            file,
            parent,
            children: BTreeMap::new(),
            declared,
            defined,
            uses: BTreeMap::new(),
            globs: vec![],
            paths: vec![],
        };
        // Depths of braces at which modules within the file began.
        let (mut depth, mut inner, mut i) = (0, vec![], 0);
        while i < tokens.len() {
            match at(i) {
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    inner.pop_if(|began| *began == depth);
                }
                "mod" if at(i + 2) == ";" => module.declared.push(tokens[i + 1].clone()),
                "mod" if at(i + 2) == "{" => inner.push(depth),
                "use" => {
                    i = module.import(&tokens, i + 1, &[], inner.len());
                    continue;
                }
                "fn" | "struct" | "enum" | "trait" | "type" | "const" | "static" | "union" => {
                    module.defined.insert(at(i + 1).to_string());
                }
                word if is_word(word) && at(i + 1) == "::" && !["::", "."].contains(&at(i.wrapping_sub(1))) => {
                    let mut path = vec![word.to_string()];
                    while at(i + 1) == "::" && is_word(at(i + 2)) {
                        path.push(tokens[i + 2].clone());
                        i += 2;
                    }
                    module.paths.extend(outside(path, inner.len()));
                }
                _ => {}
            }
            i += 1;
        }
        module
    }

    /// Takes in the tree of a `use` item from token `i` on; the token behind it.
    fn import(&mut self, tokens: &[String], mut i: usize, prefix: &[String], inner: usize) -> usize {
        let at = |i: usize| tokens.get(i).map_or("", String::as_str);
        let mut path = prefix.to_vec();
        loop {
            match at(i) {
                "::" => i += 1,
                "{" => {
                    i += 1;
                    while at(i) != "}" {
                        i = self.import(tokens, i, &path, inner);
                        i += usize::from(at(i) == ",");
                    }
                    return i + 1;
                }
                "*" => {
                    self.globs.extend(outside(path.clone(), inner));
                    self.paths.extend(outside(path, inner));
                    return i + 1;
                }
                word if is_word(word) => {
                    path.push(word.to_string());
                    i += 1;
                    if at(i) == "::" {
                        continue;
                    }
                    if path.len() > 1 {
                        path.pop_if(|last| last == "self");
                    }
                    let alias = at(i) == "as";
                    let name = if alias { tokens[i + 1].clone() } else { path[path.len() - 1].clone() };
                    if let Some(path) = outside(path, inner) {
                        self.paths.push(path.clone());
                        self.uses.insert(name, path);
                    }
                    return i + if alias { 2 } else { 0 };
                }
                _ => return i + 1,
            }
        }
    }
}

/// A path within `inner` modules of a file, as the file would write it; nothing if it stays in the
/// file.
fn outside(mut path: Names, inner: usize) -> Option<Names> {
    let supers = path.iter().take_while(|name| *name == "super").count().min(inner);
    path.drain(..supers);
    (supers == 0 || path.first().is_some_and(|name| name == "super")).then_some(path)
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::` and single signs, without comments, strings and characters.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens: Vec<String> = vec![];
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let raw = rest.strip_prefix("br").or(rest.strip_prefix('r')).map(|r| (r, r.trim_start_matches('#')));
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some((hashes, body)) = raw.filter(|(_, body)| body.starts_with('"')) {
            let end = format!("\"{}", &hashes[..hashes.len() - body.len()]);
            let begin = rest.len() - body.len() + 1;
            begin + rest[begin..].find(&end).map_or(rest.len() - begin, |at| at + end.len())
        } else if c == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let before = escaped;
                escaped = c == '\\' && !before;
                c == '"' && !before
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if c == '\'' {
            character(rest)
        } else {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let length = if rest.starts_with("::") { 2 } else { word.max(c.len_utf8()) };
            if !c.is_whitespace() {
                tokens.push(rest[..length].to_string());
            }
            length
        };
        rest = &rest[length..];
    }
    tokens
}

/// Length of a character in quotes, or of the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut inside = rest[1..].char_indices();
    match (inside.next(), inside.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let from = 1 + at + escaped.len_utf8();
            from + rest[from..].find('\'').map_or(0, |end| end + 1)
        }
        (_, Some((at, '\''))) => at + 2,
        _ => 1,
    }
}
