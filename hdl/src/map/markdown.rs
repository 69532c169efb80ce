//! The registers and memories as tables in Markdown.

use super::regions::{LOGITS, regions};
use super::registers::registers;
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use std::fmt::Write;

/// The registers and memories of the core of `config`. Returns the name of each table, with the
/// table in Markdown.
pub fn register_tables(config: &AcceleratorConfig) -> [(&'static str, String); 2] {
    let s = &Sizes::new(config);
    [("Registers", registers_table(s)), ("Memories", regions_table(s))]
}

/// A row for each field.
pub(crate) fn registers_table(s: &Sizes) -> String {
    let mut text =
        String::from("| address | register | bits | field | access | meaning |\n|---|---|---|---|---|---|\n");
    for register in registers(s) {
        for field in &register.fields {
            let high = field.low + field.width - 1;
            let bits = if high == field.low { high.to_string() } else { format!("{high}:{}", field.low) };
            let (address, name) = (register.address(), register.name);
            let (about, access) = (field.about, field.access.name());
            // A String takes every write.
            let _ = writeln!(text, "| `0x{address:02x}` | {name} | {bits} | `{}` | {access} | {about} |", field.name);
        }
    }
    text
}

/// A row for each memory.
pub(crate) fn regions_table(s: &Sizes) -> String {
    let mut text = String::from(
        "| memory | first byte | last byte | words | bits of a word | beats of a word | bytes from word to word | access | \
         content |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for (place, region) in regions(s).iter().enumerate() {
        let (first, last) = (region.base, region.base + region.bytes() - 1);
        let access = if place == LOGITS { "read" } else { "write" };
        let (name, depth, width, beats) = (region.name, region.depth, region.width, region.beats());
        let (stride, about) = (region.stride(), region.about);
        // A String takes every write.
        let _ = writeln!(
            text,
            "| {name} | `0x{first:x}` | `0x{last:x}` | {depth} | {width} | {beats} | {stride} | {access} | {about} |"
        );
    }
    text
}
