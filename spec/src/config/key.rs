//! The keys of a configuration, by which what is written is recognised before it is put together.

/// A parameter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The table it stands in; empty for none.
    pub(super) table: &'static str,
    pub(super) name: &'static str,
    /// Whether an accelerator, or one with this table if that is optional, has to have it.
    pub(super) required: bool,
}

const fn key(table: &'static str, name: &'static str) -> Key {
    Key { table, name, required: true }
}

/// The table that an accelerator may be without.
pub(super) const OPTIONAL_TABLE: &str = "dram";

/// What a file may say beside the parameters: the accelerator that it changes.
pub(super) const BASE: &str = "base";

/// Every parameter.
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
    /// With its table, as in `array.rows`.
    pub(super) fn path(&self) -> String {
        if self.table.is_empty() { self.name.into() } else { format!("{}.{}", self.table, self.name) }
    }
}

/// The key of that name in that table.
pub(super) fn find(table: &str, name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.table == table && key.name == name)
}

/// Whether there is such a table.
pub(super) fn is_table(name: &str) -> bool {
    !name.is_empty() && KEYS.iter().any(|key| key.table == name)
}

/// The key or table nearest to an unknown `name` in `table`, as it has to be written there.
pub(super) fn nearest(table: &str, name: &str) -> Option<String> {
    let here = |key: &Key| if key.table == table { key.name.into() } else { key.path() };
    let keys = KEYS.iter().map(|key| (key.name, here(key), key.table == table));
    let top = KEYS.iter().map(|key| key.table).filter(|_| table.is_empty()).chain([BASE]);
    let all = keys.chain(top.map(|top| (top, top.to_owned(), true)));
    let likeness = all.map(|(known, written, same)| (strsim::jaro_winkler(known, name), same, written));
    let nearest = likeness.max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    nearest.filter(|(likeness, ..)| *likeness > 0.7).map(|(.., written)| written)
}
