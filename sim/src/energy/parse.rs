//! A table from the text of a file, of either format.

use super::ert;
use super::table::EnergyTable;
use crate::Error;
use lcsim_spec::file::quoted;

impl EnergyTable {
    /// Parses a table: TOML, or the YAML of Accelergy if the file's name or its content says so.
    /// `path` is for that, and for error messages.
    ///
    /// # Errors
    /// [`Error::EnergyTable`]: neither TOML nor YAML, a figure or a source is missing, a figure is
    /// unknown, negative, not finite or absurdly large, or sizes do not ascend.
    pub fn parse(text: &str, path: &str) -> Result<Self, Error> {
        let table = if ert::is_ert(text, path) { ert::parse(text, path) } else { toml(text) };
        let checked = table.and_then(|table| table.check().map(|()| table));
        checked.map_err(|message| Error::EnergyTable { path: path.into(), message })
    }
}

fn toml(text: &str) -> Result<EnergyTable, String> {
    toml::from_str(text).map_err(|e| {
        // A span may begin within a character.
        let line = e.span().map_or(1, |s| 1 + text.bytes().take(s.start).filter(|b| *b == b'\n').count());
        format!("line {line}: {}", quoted(e.message().trim()))
    })
}
