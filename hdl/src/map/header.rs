//! The registers and memories as a header in C.

use super::regions::{LOGITS, Region, address_bits, regions};
use super::register::{Access, Register};
use super::registers::registers;
use crate::about::about;
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use std::fmt::Write;

/// Makes `lcsim.h`: addresses, bits and sizes of everything that a host reaches in the core of
/// `config`.
pub fn header(config: &AcceleratorConfig) -> String {
    let s = &Sizes::new(config);
    let mut text = String::new();
    write(&mut text, config, s).unwrap_or_else(|_| unreachable!("a String takes all"));
    text
}

fn write(text: &mut String, config: &AcceleratorConfig, s: &Sizes) -> std::fmt::Result {
    writeln!(text, "/* SPDX-License-Identifier: MIT OR Apache-2.0 */")?;
    comment(text, &about(config))?;
    comment(text, "Addresses count bytes, and begin at the core. A register has 32 bits.")?;
    writeln!(text, "#ifndef LCSIM_H\n#define LCSIM_H\n")?;
    comment(text, "Bits of an address.")?;
    writeln!(text, "#define LCSIM_ADDRESS_BITS {}\n", address_bits(s))?;
    for one in registers(s) {
        register(text, &one)?;
    }
    comment(
        text,
        "Memories. A word is BEATS writes of 32 bits, the low ones first, at BASE + word * STRIDE. The write of the \
         last beat writes the word.",
    )?;
    for (place, one) in regions(s).iter().enumerate() {
        region(text, one, place)?;
    }
    writeln!(text, "#endif")
}

fn register(text: &mut String, register: &Register) -> std::fmt::Result {
    let name = format!("LCSIM_{}", register.name);
    comment(text, register.about)?;
    writeln!(text, "#define {name} 0x{:02x}u", register.address())?;
    for field in &register.fields {
        let (field_name, about) = (field.name.to_uppercase(), field.about.replace('`', ""));
        comment(text, &format!("{} ({})", about, field.access.name()))?;
        if field.width == 1 {
            writeln!(text, "#define {name}_{field_name} 0x{:x}u", 1_u32 << field.low)?;
        } else if field.width < 32 {
            writeln!(text, "#define {name}_{field_name}_SHIFT {}", field.low)?;
            writeln!(text, "#define {name}_{field_name}_MASK 0x{:x}u", (1_u32 << field.width) - 1)?;
        }
        if let Access::Constant(value) = field.access {
            writeln!(text, "#define {name}_{field_name}_VALUE 0x{value:x}u")?;
        }
    }
    writeln!(text)
}

fn region(text: &mut String, region: &Region, place: usize) -> std::fmt::Result {
    let name = format!("LCSIM_{}", region.name.to_uppercase());
    let access = if place == LOGITS { "read" } else { "write" };
    comment(text, &format!("{} ({access}): words of {} bits.", region.about, region.width))?;
    writeln!(text, "#define {name}_BASE 0x{:x}u", region.base)?;
    writeln!(text, "#define {name}_WORDS {}u", region.depth)?;
    writeln!(text, "#define {name}_BEATS {}u", region.beats())?;
    writeln!(text, "#define {name}_STRIDE {}u\n", region.stride())
}

/// Writes a comment, in lines of at most 100 columns.
fn comment(text: &mut String, about: &str) -> std::fmt::Result {
    let about = about.replace("*/", "* /");
    let lines = textwrap::wrap(&about, 94);
    for (at, line) in lines.iter().enumerate() {
        let begin = if at == 0 { "/*" } else { "  " };
        let end = if at + 1 == lines.len() { " */" } else { "" };
        writeln!(text, "{begin} {line}{end}")?;
    }
    Ok(())
}
