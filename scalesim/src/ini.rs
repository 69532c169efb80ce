//! Reads INI files as SCALE-Sim's configurations are written: sections, `key: value` or `key =
//! value`, and comments on lines of their own. It is a reader of our own, because an error about a
//! value has to name its line.

use anyhow::{Result, bail, ensure};
use lcsim_spec::file::quoted;
use std::collections::BTreeMap;

/// A value with the number of its line, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub line: usize,
    pub text: String,
}

/// The values of a file by section and key. Keys are stored in lower case, because Python's parser,
/// which SCALE-Sim uses, ignores their case. Sections are stored as they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ini {
    sections: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Ini {
    /// Parses `text`.
    ///
    /// # Errors
    /// Fails for a line that is neither a section nor a value, a value before the first section, a
    /// section or key that occurs twice, and an indented line, which Python would join to the line
    /// before. The error names the line.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut ini = Self::default();
        let mut section: Option<String> = None;
        for (i, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = i + 1;
            let content = raw.trim();
            if content.is_empty() || content.starts_with(['#', ';']) {
                continue;
            }
            if raw.starts_with(char::is_whitespace) {
                bail!("line {line}: is indented, which continues the line before; expected no space in front");
            }
            if let Some(name) = content.strip_prefix('[') {
                let Some(name) = name.strip_suffix(']') else {
                    bail!("line {line}: expected `]` at the end of a section's name, found `{}`", quoted(content));
                };
                let new = ini.sections.insert(name.into(), BTreeMap::new()).is_none();
                ensure!(new, "line {line}: [{}] is there twice", quoted(name));
                section = Some(name.into());
                continue;
            }
            let Some((key, text)) = content.split_once([':', '=']) else {
                bail!("line {line}: expected `key: value` or `[section]`, found `{}`", quoted(content));
            };
            let (key, text) = (key.trim(), text.trim().to_string());
            let Some(values) = section.as_ref().and_then(|name| ini.sections.get_mut(name)) else {
                bail!("line {line}: expected a `[section]` in front of the first key, found `{}`", quoted(key));
            };
            let new = values.insert(key.to_lowercase(), Value { line, text }).is_none();
            ensure!(new, "line {line}: `{}` is there twice in its section", quoted(key));
        }
        Ok(ini)
    }

    /// The value of a key. The case of the key is ignored.
    pub(super) fn get(&self, section: &str, key: &str) -> Option<&Value> {
        self.sections.get(section)?.get(&key.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_delimiters_comments_and_cases() {
        let text = "; a\n[one]\nKey : 1\nother=a: b\n\n# c\n[two]\r\nKEY:\n";
        let ini = Ini::parse(text).expect("valid");
        assert_eq!(ini.get("one", "KEY"), Some(&Value { line: 3, text: "1".into() }));
        assert_eq!(ini.get("one", "Other"), Some(&Value { line: 4, text: "a: b".into() }));
        assert_eq!(ini.get("two", "key"), Some(&Value { line: 8, text: String::new() }));
        assert_eq!((ini.get("One", "key"), ini.get("one", "none")), (None, None));
    }

    #[test]
    fn errors_name_the_line() {
        for (text, message) in [
            ("[a]\n b: 1", "line 2: is indented"),
            ("[a\n", "line 1: expected `]`"),
            ("\n[a]\nb", "line 3: expected `key: value`"),
            ("b: 1", "line 1: expected a `[section]`"),
            ("[a]\nb: 1\nB: 2", "line 3: `B` is there twice"),
            ("[a]\n[a]", "line 2: [a] is there twice"),
        ] {
            let error = Ini::parse(text).expect_err(text).to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
