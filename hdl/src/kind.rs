//! The units, by their names.

/// A unit of docs/microarchitecture.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A PE.
    Pe,
    /// All PEs.
    Array,
    /// A row, which reads its bank.
    Row,
    /// A column, which is everything below one column of the array.
    Column,
    /// The gate unit.
    Gate,
    /// The loader.
    Loader,
    /// The streamer.
    Streamer,
    /// The controller.
    Controller,
    /// The host port.
    Host,
    /// The image port.
    Image,
    /// The crossbar between columns and a bank.
    Crossbar,
    /// A bank of the scratch memory.
    Bank,
    /// Another memory. This one is the pool memory.
    Ram,
}
