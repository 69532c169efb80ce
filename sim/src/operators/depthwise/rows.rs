//! The rows that a tile uses, for both engines: those that have its channels.

/// The number of rows above the tile's first channel. They feed nothing.
pub(crate) fn idle_rows(channel: usize, rows: usize) -> usize {
    channel % rows
}
