//! Errors of configurations.

use thiserror::Error;

/// An error of a configuration. Each variant names the key, and the file or option that has it.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: cannot read: {source}")]
    Read {
        /// The path of the file.
        path: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The text is not TOML, or a value has another type than its key needs.
    #[error("{at}: {message}")]
    Syntax {
        /// File and line, or the option.
        at: String,
        /// The expected and the found value, in words.
        message: String,
    },
    /// No accelerator has this key.
    #[error("{at}: unknown key `{key}`{}", suggestion.as_ref().map(|s| format!(", did you mean `{s}`?")).unwrap_or_default())]
    UnknownKey {
        /// File and line, or the option.
        at: String,
        /// The key as it was written.
        key: String,
        /// The existing key with the most similar spelling.
        suggestion: Option<String>,
    },
    /// A key is missing that every accelerator needs.
    #[error("{path}: missing field `{key}`{}: `base = \"...\"` takes what is not given from another accelerator",
        if table.is_empty() { String::new() } else { format!(" of `{table}`") })]
    Missing {
        /// The path of the file.
        path: String,
        /// The table of the key; empty for keys outside tables.
        table: &'static str,
        /// The key without its table.
        key: &'static str,
    },
    /// Some keys of a DRAM are given and others are missing.
    #[error("{path}: has no DRAM, only its {found}: expected all of `dram`: {expected}")]
    PartOfDram {
        /// The path of the file.
        path: String,
        /// All keys of a DRAM.
        expected: String,
        /// The keys that are given.
        found: String,
    },
    /// The base of an accelerator cannot be used: it is unknown, or files are based on each other
    /// in a circle.
    #[error("{at}: base: {message}")]
    Base {
        /// File and line, or the option.
        at: String,
        /// The expected and the found value, in words.
        message: String,
    },
    /// A value is outside its range.
    #[error("{path}: `{key}`: expected {expected}, found {found}")]
    Range {
        /// The path of the file, or the option.
        path: String,
        /// The key with its table, as in `array.rows`.
        key: &'static str,
        /// The range, as text.
        expected: String,
        /// The value, as text.
        found: String,
    },
}
