//! Which rows a tile uses, for both engines: those in which its channels stand.

/// Rows in front of the tile's first channel, which feed nothing.
pub(crate) fn idle_rows(channel: usize, rows: usize) -> usize {
    channel % rows
}
