//! Reads accelerators from files and texts.

use super::accelerator::AcceleratorConfig;
use super::error::ConfigError;
use super::stack::{Library, Stack};
use crate::naming::Name;
use std::path::Path;

impl AcceleratorConfig {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Returns a [`ConfigError`] that names the file and the key.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::load(&path.display().to_string(), &[], &[])
    }

    /// Loads the accelerator `name` of `library`, or else the file of this name, and then changes
    /// the parameters in `set`. An item of `set` looks like `array.rows=8`.
    ///
    /// # Errors
    /// Returns a [`ConfigError`] that names the key, and the file or the item of `set`.
    pub fn load(name: &str, library: Library, set: &[String]) -> Result<Self, ConfigError> {
        let mut stack = Stack::open(name, library)?;
        stack.set(set, &format!("{} ", Name::Set))?;
        stack.finish(name)
    }

    /// Parses and checks a text. Error messages name `path`; a relative `base` in the text starts
    /// there.
    ///
    /// # Errors
    /// Returns a [`ConfigError`] that names `path` and the key.
    pub fn parse(text: &str, path: &str) -> Result<Self, ConfigError> {
        Self::parse_with(text, path, &[], &[])
    }

    /// Like [`parse`](Self::parse), but the text can name an accelerator of `library` as its base,
    /// and the parameters in `set` are changed at the end. An item of `set` looks like
    /// `array.rows=8`.
    ///
    /// # Errors
    /// Returns a [`ConfigError`] that names the key, and `path` or the item of `set`.
    pub fn parse_with(text: &str, path: &str, library: Library, set: &[String]) -> Result<Self, ConfigError> {
        let mut stack = Stack::parse(text, path, library)?;
        stack.set(set, "")?;
        stack.finish(path)
    }
}
