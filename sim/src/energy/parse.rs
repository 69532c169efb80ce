//! Reads a table from text of either format.

#[cfg(feature = "accelergy")]
use super::ert::parse as accelergy;
use super::table::EnergyTable;
use crate::Error;
use lcsim_spec::file::quoted;
use std::path::Path;

impl EnergyTable {
    /// Parses a table. The text is TOML, unless the name in `path` or the content says that it is
    /// YAML of Accelergy. Error messages name `path`.
    ///
    /// # Errors
    /// [`Error::EnergyTable`] if the text is neither TOML nor YAML, if a figure or its source is
    /// missing, if a figure is unknown, negative, not finite or far too large, or if sizes do not
    /// ascend.
    pub fn parse(text: &str, path: &str) -> Result<Self, Error> {
        let table = if is_ert(text, path) { accelergy(text, path) } else { toml(text) };
        let checked = table.and_then(|table| table.check().map(|()| table));
        checked.map_err(|message| Error::EnergyTable { path: path.into(), message })
    }
}

/// Whether a text is an ERT of Accelergy. Its file name or its first key says so.
fn is_ert(text: &str, path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    matches!(extension.as_deref(), Some("yaml" | "yml")) || text.lines().any(|line| line.starts_with("ERT:"))
}

#[cfg(not(feature = "accelergy"))]
fn accelergy(_: &str, _: &str) -> Result<EnergyTable, String> {
    Err("expected TOML, found a table of Accelergy, which needs the feature `accelergy` that lcsim was built without"
        .into())
}

fn toml(text: &str) -> Result<EnergyTable, String> {
    toml::from_str(text).map_err(|e| {
        // The span can begin inside a character, so this counts bytes.
        let line = e.span().map_or(1, |s| 1 + text.bytes().take(s.start).filter(|b| *b == b'\n').count());
        format!("line {line}: {}", quoted(e.message().trim()))
    })
}
