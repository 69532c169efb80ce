//! Reads a table from text of either format.

use super::ert;
use super::table::EnergyTable;
use crate::Error;
use lcsim_spec::file::quoted;

impl EnergyTable {
    /// Parses a table. The text is TOML, unless the name in `path` or the content says that it is
    /// YAML of Accelergy. Error messages name `path`.
    ///
    /// # Errors
    /// [`Error::EnergyTable`] if the text is neither TOML nor YAML, if a figure or its source is
    /// missing, if a figure is unknown, negative, not finite or far too large, or if sizes do not
    /// ascend.
    pub fn parse(text: &str, path: &str) -> Result<Self, Error> {
        let table = if ert::is_ert(text, path) { ert::parse(text, path) } else { toml(text) };
        let checked = table.and_then(|table| table.check().map(|()| table));
        checked.map_err(|message| Error::EnergyTable { path: path.into(), message })
    }
}

fn toml(text: &str) -> Result<EnergyTable, String> {
    toml::from_str(text).map_err(|e| {
        // The span can begin inside a character, so this counts bytes.
        let line = e.span().map_or(1, |s| 1 + text.bytes().take(s.start).filter(|b| *b == b'\n').count());
        format!("line {line}: {}", quoted(e.message().trim()))
    })
}
