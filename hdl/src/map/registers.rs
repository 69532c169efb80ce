//! The table of the registers.

use super::register::{Access, Field, Register};
use crate::sizes::Sizes;
use lcsim_spec::CYCLE_MODEL;

/// The bytes that the registers take in the address space.
pub(crate) const REGISTER_BYTES: usize = 64;

/// What register IDENTITY reads as: "LCSM".
const IDENTITY: u32 = u32::from_be_bytes(*b"LCSM");
/// The number of this register map. It grows when a host has to be changed.
const MAP: u32 = 1;

const fn field(name: &'static str, low: usize, width: usize, access: Access, about: &'static str) -> Field {
    Field { name, low, width, access, about }
}

/// The registers of a core with these sizes, by ascending addresses.
pub(crate) fn registers(s: &Sizes) -> Vec<Register> {
    use Access::{Command, Constant, Event, Setting, Status};
    let flag = |name, low, access, about| field(name, low, 1, access, about);
    let rows = [
        (
            "IDENTITY",
            "What answers at this address.",
            vec![field("identity", 0, 32, Constant(IDENTITY), "`LCSM` in ASCII, the first letter on top.")],
        ),
        (
            "VERSION",
            "Versions of the core.",
            vec![
                field("cycle_model", 0, 16, Constant(CYCLE_MODEL), "The number of lcsim's cycle model."),
                field("map", 16, 16, Constant(MAP), "The number of this register map."),
            ],
        ),
        (
            "SHAPE",
            "The size of the array.",
            vec![
                field("rows", 0, 16, Constant(s.rows as u32), "Rows."),
                field("columns", 16, 16, Constant(s.cols as u32), "Columns."),
            ],
        ),
        (
            "CONTROL",
            "What the core is asked for.",
            vec![
                flag("start", 0, Command, "Starts an image. Refused while one is worked on, and without a program."),
                flag(
                    "abort",
                    1,
                    Command,
                    "Stops the image in work. No unit works any more; registers and memories keep what they have.",
                ),
                flag("reset", 2, Command, "Aborts, and sets all registers back. Memories keep what they have."),
            ],
        ),
        (
            "STATUS",
            "What the core does.",
            vec![
                flag("busy", 0, Status, "An image is worked on."),
                flag("done", 1, Status, "The image that was started last is finished."),
                flag("error", 2, Status, "A bit of ERROR is 1."),
                flag("image_free", 3, Status, "The next image may be written."),
                flag("array_busy", 4, Status, "The array, its loader or the image port works."),
                flag("gate_busy", 5, Status, "The gate unit works."),
                field("instruction", 16, 16, Status, "The number of the instruction in work."),
            ],
        ),
        (
            "ERROR",
            "What went wrong.",
            vec![
                flag(
                    "unmapped",
                    0,
                    Event,
                    "A read where nothing can be read, or a write where nothing can be written.",
                ),
                flag(
                    "refused",
                    1,
                    Event,
                    "A write to a memory in use, or a start while an image is worked on. It was not carried out.",
                ),
                flag("no_program", 2, Event, "A start before a program was written."),
                flag("no_stop", 3, Event, "The program ran past its last instruction. The image was aborted."),
            ],
        ),
        (
            "INTERRUPT",
            "What has happened.",
            vec![
                flag("done", 0, Event, "An image has finished."),
                flag("image_free", 1, Event, "An image has been taken in: the next one may be written."),
                flag("error", 2, Event, "A bit of ERROR was set."),
            ],
        ),
        (
            "INTERRUPT_ENABLE",
            "Which bits of INTERRUPT raise the interrupt.",
            vec![
                flag("done", 0, Setting, "INTERRUPT.done raises the interrupt."),
                flag("image_free", 1, Setting, "INTERRUPT.image_free raises the interrupt."),
                flag("error", 2, Setting, "INTERRUPT.error raises the interrupt."),
            ],
        ),
        (
            "MODE",
            "How the images that are started from now on are worked on.",
            vec![flag("forced_open", 0, Setting, "No gate skips anything.")],
        ),
        (
            "CYCLES",
            "How long the last image took.",
            vec![field("cycles", 0, 32, Status, "Clock cycles in which STATUS.busy was 1 since the start.")],
        ),
        (
            "LOGITS",
            "How many logits the image has.",
            vec![field("count", 0, 16, Status, "Logits that have left the gate unit so far.")],
        ),
    ];
    let register = |(number, (name, about, fields))| Register { name, number, about, fields };
    rows.into_iter().enumerate().map(register).collect()
}

/// The register `name`.
pub(crate) fn named(s: &Sizes, name: &str) -> Register {
    let found = registers(s).into_iter().find(|register| register.name == name);
    found.unwrap_or_else(|| unreachable!("no register {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lcsim_spec::AcceleratorConfig;

    #[test]
    fn fields_do_not_overlap_and_registers_fit() {
        let toml = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../configs/4x4.toml"));
        let config = AcceleratorConfig::parse(toml, "4x4").unwrap_or_else(|error| panic!("{error}"));
        let registers = registers(&Sizes::new(&config));
        assert!(4 * registers.len() <= REGISTER_BYTES);
        for register in registers {
            let end = register.fields.iter().fold(0, |end, field| {
                assert!(field.low >= end, "{}.{}", register.name, field.name);
                assert!(field.width == 1 || !field.access.written(), "{}.{}", register.name, field.name);
                field.low + field.width
            });
            assert!(end <= 32, "{}", register.name);
        }
    }
}
