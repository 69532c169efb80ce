//! Accelerators from files and texts.

use super::accelerator::AcceleratorConfig;
use super::error::ConfigError;
use super::stack::{Library, Stack};
use std::path::Path;

impl AcceleratorConfig {
    /// Reads and validates a file.
    ///
    /// # Errors
    /// See [`ConfigError`]; each names the file and the key.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::load(&path.display().to_string(), &[], &[])
    }

    /// The accelerator of that name in `library`, or in the file of that name, with the parameters
    /// that are `set` on top of it, each as in `array.rows=8`.
    ///
    /// # Errors
    /// See [`ConfigError`]; each names the file or what was set, and the key.
    pub fn load(name: &str, library: Library, set: &[String]) -> Result<Self, ConfigError> {
        let mut stack = Stack::open(name, library)?;
        stack.set(set, "--set ")?;
        stack.finish(name)
    }

    /// Parses and validates; `path` is for error messages, and for what the text may be based on.
    ///
    /// # Errors
    /// See [`ConfigError`]; each names `path` and the key.
    pub fn parse(text: &str, path: &str) -> Result<Self, ConfigError> {
        Self::parse_with(text, path, &[], &[])
    }

    /// The same of a text that may be based on an accelerator in `library`, with the parameters
    /// that are `set` on top of it, each as in `array.rows=8`.
    ///
    /// # Errors
    /// See [`ConfigError`]; each names `path` or what was set, and the key.
    pub fn parse_with(text: &str, path: &str, library: Library, set: &[String]) -> Result<Self, ConfigError> {
        let mut stack = Stack::parse(text, path, library)?;
        stack.set(set, "")?;
        stack.finish(path)
    }
}
