//! The keys of a configuration. Files and `--set` are checked against this table before their
//! values are merged.

/// One parameter of an accelerator.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The table that has the key; empty for keys outside tables.
    pub(super) table: &'static str,
    pub(super) name: &'static str,
    /// Whether every accelerator has to give this key. For keys of the optional table: every
    /// accelerator that has the table.
    pub(super) required: bool,
}

const fn key(table: &'static str, name: &'static str) -> Key {
    Key { table, name, required: true }
}

/// The one table that an accelerator may leave out.
pub(super) const OPTIONAL_TABLE: &str = "dram";

/// The key that names the accelerator that a file changes. It is no parameter.
pub(super) const BASE: &str = "base";

/// All parameters.
pub(super) const KEYS: [Key; 20] = [
    key("", "name"),
    key("", "clock_mhz"),
    key("array", "rows"),
    key("array", "cols"),
    key("array", "accumulator_depth"),
    key("memory", "stream_bytes"),
    key("memory", "scratch_bytes"),
    key("memory", "weight_bytes"),
    key("memory", "gate_weight_bytes"),
    key("memory", "image_bytes"),
    key("memory", "parameters"),
    key("memory", "gate_parameters"),
    key("memory", "instructions"),
    Key { table: "memory", name: "instruction_words", required: false },
    key("gate", "macs"),
    key("gate", "channels"),
    key(OPTIONAL_TABLE, "bytes_per_cycle"),
    key(OPTIONAL_TABLE, "latency_cycles"),
    key(OPTIONAL_TABLE, "burst_bytes"),
    key(OPTIONAL_TABLE, "prefetch"),
];

impl Key {
    /// The key with its table, as in `array.rows`.
    pub(super) fn path(&self) -> String {
        if self.table.is_empty() { self.name.into() } else { format!("{}.{}", self.table, self.name) }
    }
}

/// Finds the key `name` in `table`.
pub(super) fn find(table: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.table == table && key.name == name)
}

/// Whether a table of this name exists.
pub(super) fn is_table(name: &str) -> bool {
    !name.is_empty() && KEYS.iter().any(|key| key.table == name)
}

/// Finds the existing key or table with the spelling most similar to `name` in `table`, and returns
/// it with its table if it has one.
pub(super) fn nearest(table: &str, name: &str) -> Option<String> {
    let here = |key: &Key| if key.table == table { key.name.into() } else { key.path() };
    let keys = KEYS.iter().map(|key| (key.name, here(key), key.table == table));
    let top = KEYS.iter().map(|key| key.table).filter(|_| table.is_empty()).chain([BASE]);
    let all = keys.chain(top.map(|top| (top, top.to_owned(), true)));
    let likeness = all.map(|(known, written, same)| (strsim::jaro_winkler(known, name), same, written));
    let nearest = likeness.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    nearest.filter(|(likeness, ..)| *likeness > 0.7).map(|(.., written)| written)
}
