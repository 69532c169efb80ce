//! Merges the sources of an accelerator: a file with all parameters, files that change it, and the
//! options that change single parameters.
//!
//! Each value is kept as it was written, together with its place. At the end the values become one
//! TOML text. If that text has an error, the message names the place of the value.

use super::accelerator::AcceleratorConfig;
use super::error::ConfigError;
use super::key::{self, BASE, KEYS, Key, OPTIONAL_TABLE};
use crate::file;
use crate::naming::Name;
use std::fmt::Write;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Accelerators that are known by name: (name, TOML).
pub type Library<'a> = &'a [(&'a str, &'a str)];

/// The longest chain of files that are based on each other.
const DEEPEST: usize = 8;

/// A TOML text and its origin.
#[derive(Clone, Copy)]
struct Source<'a> {
    text: &'a str,
    label: &'a str,
    /// Whether `label` is a file, so that errors add the line.
    lines: bool,
}

/// The place of a value in its source.
#[derive(Debug, Clone)]
struct Place {
    label: String,
    line: Option<(usize, String)>,
}

impl Place {
    /// The place with its line, for messages.
    fn at(&self) -> String {
        match self.line {
            Some((line, _)) => format!("{}:{line}", self.label),
            None => self.label.clone(),
        }
    }

    fn syntax(&self, message: &str) -> ConfigError {
        let message = file::quoted(message.trim());
        let message = match &self.line {
            Some((_, shown)) => format!("{message} (line: `{}`)", file::quoted(shown)),
            None => message,
        };
        ConfigError::Syntax { at: self.at(), message }
    }
}

impl Source<'_> {
    fn place(&self, span: Option<Range<usize>>) -> Place {
        let start = span.map_or(0, |span| span.start);
        let line = self.text.bytes().take(start).filter(|b| *b == b'\n').count();
        let shown = || self.text.lines().nth(line).unwrap_or_default().trim().to_owned();
        Place { label: self.label.into(), line: self.lines.then(|| (line + 1, shown())) }
    }

    fn parse(&self) -> Result<Spanned<DeTable<'_>>, ConfigError> {
        DeTable::parse(self.text).map_err(|e| self.place(e.span()).syntax(e.message()))
    }
}

/// The value of one parameter.
#[derive(Debug, Clone)]
struct Entry {
    key: &'static Key,
    /// The value as TOML.
    value: String,
    /// The value for messages: strings have no quotes.
    shown: String,
    place: Place,
}

/// The text of one source: a base, a file, or an option `--set`.
#[derive(Default)]
struct Layer {
    base: Option<(String, Place)>,
    /// The values in the order in which they were written.
    entries: Vec<Entry>,
}

impl Layer {
    fn parse(source: Source) -> Result<Self, ConfigError> {
        let table = source.parse()?;
        let mut layer = Self::default();
        let mut starts = vec![];
        for (name, value) in table.get_ref() {
            let written = name.get_ref().as_ref();
            let inner = value.get_ref().as_table();
            match (written, inner) {
                (BASE, _) => {
                    let place = source.place(Some(value.span()));
                    let Some(base) = value.get_ref().as_str() else {
                        let message = format!("expected a name or a file, found {}", value.get_ref().type_str());
                        return Err(ConfigError::Base { at: place.at(), message });
                    };
                    layer.base = Some((base.to_owned(), place));
                }
                (table, Some(inner)) if key::is_table(table) => {
                    for (name, value) in inner {
                        starts.push(layer.entry(source, table, name, value)?);
                    }
                }
                (table, None) if key::is_table(table) => {
                    let keys: Vec<&str> = KEYS.iter().filter(|key| key.table == table).map(|key| key.name).collect();
                    let found = value.get_ref().type_str();
                    let message = format!("`{table}`: expected a table of {}, found {found}", keys.join(", "));
                    return Err(source.place(Some(name.span())).syntax(&message));
                }
                _ => starts.push(layer.entry(source, "", name, value)?),
            }
        }
        let mut entries: Vec<(usize, Entry)> = starts.into_iter().zip(layer.entries).collect();
        entries.sort_by_key(|(start, _)| *start);
        layer.entries = entries.into_iter().map(|(_, entry)| entry).collect();
        Ok(layer)
    }

    /// Adds a value that begins at this place.
    fn entry(
        &mut self,
        source: Source,
        table: &str,
        name: &Spanned<impl AsRef<str>>,
        value: &Spanned<DeValue>,
    ) -> Result<usize, ConfigError> {
        let written = name.get_ref().as_ref();
        let Some(key) = key::find(table, written) else {
            let at = source.place(Some(name.span())).at();
            let suggestion = key::nearest(table, written);
            return Err(ConfigError::UnknownKey { at, key: file::quoted(written), suggestion });
        };
        let place = source.place(Some(value.span()));
        if matches!(value.get_ref(), DeValue::Array(_) | DeValue::Table(_)) {
            let message =
                format!("invalid type: `{}` takes one value, found {}", key.path(), value.get_ref().type_str());
            return Err(place.syntax(&message));
        }
        let text = source.text[value.span()].to_owned();
        let shown = value.get_ref().as_str().map_or_else(|| text.clone(), str::to_owned);
        self.entries.push(Entry { key, value: text, shown, place });
        Ok(value.span().start)
    }
}

/// The sources on top of each other, the base first.
#[derive(Default)]
pub(super) struct Stack {
    entries: Vec<Entry>,
    /// The name that the last source gave.
    name: Option<String>,
    /// The values that were set after this name, by key.
    since: Vec<(&'static Key, String)>,
}

impl Stack {
    /// Opens an accelerator of `library`, or else a file.
    pub(super) fn open(name: &str, library: Library) -> Result<Self, ConfigError> {
        match library.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Self::parse(text, name, library),
            None => Self::read(Path::new(name), library, &mut vec![]),
        }
    }

    /// Parses a text. Error messages name `path`; a relative base starts there.
    pub(super) fn parse(text: &str, path: &str, library: Library) -> Result<Self, ConfigError> {
        Self::of(text, Path::new(path), library, &mut vec![])
    }

    /// Reads one file. `above` lists the files that are based on this one, each on the next.
    fn read(path: &Path, library: Library, above: &mut Vec<String>) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let text = file::read_text(path, file::MAX_SETTINGS);
        Self::of(&text.map_err(|source| ConfigError::Read { path: shown, source })?, path, library, above)
    }

    fn of(text: &str, path: &Path, library: Library, above: &mut Vec<String>) -> Result<Self, ConfigError> {
        let label = path.display().to_string();
        let Layer { base, entries } = Layer::parse(Source { text, label: &label, lines: true })?;
        let mut stack = match base {
            None => Self::default(),
            Some((base, place)) => {
                let refused = |message| ConfigError::Base { at: place.at(), message };
                above.push(label);
                if above.len() > DEEPEST {
                    let chain = file::quoted(&above.join(" on "));
                    return Err(refused(format!(
                        "expected at most {DEEPEST} accelerators based on each other, found {chain}"
                    )));
                }
                let file = path.parent().unwrap_or(Path::new("")).join(&base);
                let id = |path: &Path| file::id(path).ok();
                if let Some(first) = above.iter().position(|a| id(&file).is_some() && id(&file) == id(Path::new(a))) {
                    let chain = format!("{} on {}", above[first..].join(" on "), file.display());
                    let chain = file::quoted(&chain);
                    return Err(refused(format!(
                        "expected an accelerator that is not based on itself, found a cycle: {chain}"
                    )));
                }
                match library.iter().find(|(known, _)| *known == base) {
                    Some((name, text)) => Self::of(text, Path::new(name), library, above)?,
                    None if file.exists() => Self::read(&file, library, above)?,
                    None => {
                        let (base, file) = (file::quoted(&base), file::quoted(&file.display().to_string()));
                        let names: Vec<&str> = library.iter().map(|(name, _)| *name).collect();
                        let names = names.join(", ");
                        return Err(refused(format!(
                            "`{base}` is neither a file ({file}) nor an embedded accelerator ({names})"
                        )));
                    }
                }
            }
        };
        stack.add(entries);
        Ok(stack)
    }

    /// Changes single parameters. An assignment is `key=value`, with the value in TOML, or text
    /// without quotes. Errors quote the assignment after the word `called`.
    pub(super) fn set(&mut self, assignments: &[String], called: &str) -> Result<(), ConfigError> {
        let mut entries = vec![];
        for text in assignments {
            let label = format!("{called}{}", file::quoted(text));
            let Some((key, value)) = text.split_once('=') else {
                return Err(ConfigError::Syntax {
                    at: label,
                    message: "expected KEY=VALUE, as in array.rows=8".into(),
                });
            };
            if text.contains(['\n', '\r']) {
                let message = "expected one KEY=VALUE in one line".into();
                return Err(ConfigError::Syntax { at: label, message });
            }
            let quoted = format!("{key}={}", toml::Value::from(value));
            let text = if DeTable::parse(text).is_ok() { text } else { &quoted };
            let layer = Layer::parse(Source { text, label: &label, lines: false })?;
            if layer.base.is_some() {
                let message = format!("only a file has one: {} takes the accelerator to start from", Name::Accelerator);
                return Err(ConfigError::Base { at: label, message });
            }
            entries.extend(layer.entries);
        }
        self.add(entries);
        Ok(())
    }

    fn add(&mut self, entries: Vec<Entry>) {
        if let Some(name) = entries.iter().rev().find(|entry| entry.key.path() == "name") {
            self.name = Some(name.shown.clone());
            self.since.clear();
        } else {
            for entry in &entries {
                self.since.retain(|(key, _)| key != &entry.key);
                self.since.push((entry.key, entry.shown.clone()));
            }
        }
        for entry in entries {
            match self.entries.iter_mut().find(|known| known.key == entry.key) {
                Some(known) => *known = entry,
                None => self.entries.push(entry),
            }
        }
    }

    /// Merges the values and checks the accelerator. If the assignments have no name, they are
    /// added to the name of the base.
    pub(super) fn finish(self, path: &str) -> Result<AcceleratorConfig, ConfigError> {
        let has_table =
            |table: &str| table != OPTIONAL_TABLE || self.entries.iter().any(|entry| entry.key.table == table);
        let missing = |key: &&Key| key.required && has_table(key.table) && self.entries.iter().all(|e| e.key != *key);
        if let Some(Key { table, name, .. }) = KEYS.iter().find(missing) {
            if *table == OPTIONAL_TABLE {
                let of_table = |key: &&Key| key.table == OPTIONAL_TABLE;
                let names = |keys: &mut dyn Iterator<Item = &'static Key>| {
                    keys.filter(of_table).map(|key| key.name).collect::<Vec<_>>().join(", ")
                };
                let (expected, found) = (names(&mut KEYS.iter()), names(&mut self.entries.iter().map(|e| e.key)));
                return Err(ConfigError::PartOfDram { path: path.into(), expected, found });
            }
            return Err(ConfigError::Missing { path: path.into(), table, key: name });
        }
        let (mut text, mut ends) = (String::new(), vec![]);
        for entry in &self.entries {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} = {}", entry.key.path(), entry.value);
            ends.push(text.len());
        }
        let mut config: AcceleratorConfig = toml::from_str(&text).map_err(|e| {
            let at = e.span().map_or(0, |span| span.start);
            let entry =
                self.entries.iter().zip(&ends).find(|(_, end)| at < **end).map_or(&self.entries[0], |(entry, _)| entry);
            entry.place.syntax(&in_words(e.message()))
        })?;
        config.validate(path).map_err(|error| match error {
            ConfigError::Range { key, expected, found, .. } => {
                let entry = self.entries.iter().find(|entry| entry.key.path() == key);
                let path = entry.map_or_else(|| path.to_owned(), |entry| entry.place.label.clone());
                ConfigError::Range { path, key, expected, found }
            }
            other => other,
        })?;
        if let Some(name) = self.name {
            let set = self.since.iter().map(|(key, value)| format!(", {}={value}", key.path()));
            config.name = set.fold(name, |name, set| name + &set);
        }
        Ok(config)
    }
}

/// A message of the TOML reader with words for the types of Rust.
fn in_words(message: &str) -> String {
    message.replace("expected usize", "expected a whole number").replace("expected f64", "expected a number")
}
