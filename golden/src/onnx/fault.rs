//! Makes errors about a file.

use crate::Error;
use lcsim_spec::file;

/// Makes an [`Error::Invalid`] from its parts.
pub(crate) fn invalid(path: &str, item: impl Into<String>, expected: impl Into<String>, found: impl ToString) -> Error {
    // Names, lists and numbers in a file can have any length, so they are shortened.
    let [item, expected, found] = [item.into(), expected.into(), found.to_string()].map(|text| file::quoted(&text));
    Error::Invalid { path: path.into(), item, expected, found }
}
