//! Why a configuration is refused.

use thiserror::Error;

/// Each names where it was written, and the key.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: cannot read: {source}")]
    Read {
        /// File.
        path: String,
        /// Cause.
        source: std::io::Error,
    },
    /// Not TOML, or a value of another type.
    #[error("{at}: {message}")]
    Syntax {
        /// File and line, or option.
        at: String,
        /// The expected and the found value.
        message: String,
    },
    /// A key that no accelerator has.
    #[error("{at}: unknown key `{key}`{}", suggestion.as_ref().map(|s| format!(", did you mean `{s}`?")).unwrap_or_default())]
    UnknownKey {
        /// File and line, or option.
        at: String,
        /// As written.
        key: String,
        /// The nearest key that exists.
        suggestion: Option<String>,
    },
    /// A key that every accelerator has.
    #[error("{path}: missing field `{key}`{}: `base = \"...\"` takes what is not given from another accelerator",
        if table.is_empty() { String::new() } else { format!(" of `{table}`") })]
    Missing {
        /// File.
        path: String,
        /// Its table; empty for none.
        table: &'static str,
        /// In this table.
        key: &'static str,
    },
    /// Some keys of a DRAM, on an accelerator that has none.
    #[error("{path}: has no DRAM, only its {found}: expected all of `dram`: {expected}")]
    PartOfDram {
        /// File.
        path: String,
        /// All keys of a DRAM.
        expected: String,
        /// Those that are given.
        found: String,
    },
    /// An accelerator that another one is based on.
    #[error("{at}: base: {message}")]
    Base {
        /// File and line, or option.
        at: String,
        /// The expected and the found value.
        message: String,
    },
    /// A value outside its range.
    #[error("{path}: `{key}`: expected {expected}, found {found}")]
    Range {
        /// File, or option.
        path: String,
        /// With its table.
        key: &'static str,
        /// The range.
        expected: String,
        /// The value.
        found: String,
    },
}
