//! The registers as Verilog, made from their table.

use super::register::{Access, Field, Register};
use super::registers::REGISTER_BYTES;
use std::fmt::Write;

/// The bits of a register's number.
const NUMBER: usize = (REGISTER_BYTES / 4).ilog2() as usize;

/// The ports of a field: name, width, whether the registers drive it, and meaning.
fn ports(register: &Register, field: &Field) -> Vec<(String, usize, bool, String)> {
    let name = register.port(field);
    let about = format!("{}.{}: {}", register.name, field.name, field.about);
    let input = |about| (format!("i_{name}"), field.width, false, about);
    let output = |about| (format!("o_{name}"), field.width, true, about);
    match field.access {
        Access::Constant(_) => vec![],
        Access::Status => vec![input(about)],
        Access::Setting => vec![output(about)],
        Access::Command => vec![output(format!("{about} It is up for a cycle."))],
        Access::Event => {
            vec![input(format!("Sets {}.{}.", register.name, field.name)), output(about)]
        }
    }
}

/// Calls `each` for each field of all registers.
fn fields(registers: &[Register]) -> impl Iterator<Item = (&Register, &Field)> {
    registers.iter().flat_map(|register| register.fields.iter().map(move |field| (register, field)))
}

/// The fixed ports: name, width, whether the registers drive it, and meaning.
const FIXED: [(&str, usize, bool, &str); 10] = [
    ("clock", 1, false, "The clock."),
    ("reset", 1, false, "The synchronous reset."),
    ("i_clear", 1, false, "Sets all registers back, as a reset does."),
    ("i_write", 1, false, "A register is written."),
    ("i_write_number", NUMBER, false, "Which one."),
    ("i_write_data", 32, false, "The data."),
    ("i_write_strobe", 4, false, "Which bytes of them count."),
    ("o_write_known", 1, true, "There is a register of this number that can be written."),
    ("i_read_number", NUMBER, false, "Which register is read."),
    ("o_read_known", 1, true, "There is a register of this number."),
];

/// Makes the module `lcsim_registers` as plain Verilog.
pub(crate) fn module(registers: &[Register]) -> String {
    let mut all: Vec<_> =
        FIXED.iter().map(|(n, w, o, about)| ((*n).to_string(), *w, *o, (*about).to_string())).collect();
    all.push(("o_read_data".into(), 32, true, "Its content; 0 if there is none.".into()));
    all.extend(fields(registers).flat_map(|(register, field)| ports(register, field)));
    let mut text = String::from(
        "// SPDX-License-Identifier: MIT OR Apache-2.0\n\
         // The registers that a host sees. lcsim makes this module from the table in the README.\n\
         `default_nettype none\n\nmodule lcsim_registers (\n",
    );
    let kept = |access| matches!(access, Access::Setting | Access::Event);
    let held: Vec<String> =
        fields(registers).filter(|(_, f)| kept(f.access)).map(|(r, f)| format!("o_{}", r.port(f))).collect();
    for (at, (name, width, output, about)) in all.iter().enumerate() {
        let procedural = held.contains(name) || matches!(&**name, "o_read_data" | "o_read_known");
        let net = if procedural { "reg" } else { "wire" };
        let direction = if *output { format!("output {net}") } else { "input wire".into() };
        let range = if *width == 1 { String::new() } else { format!("[{}:0] ", width - 1) };
        let comma = if at + 1 == all.len() { "" } else { "," };
        let about = about.replace('`', "");
        for line in textwrap::wrap(&about, 95) {
            text += &format!("  // {line}\n");
        }
        text += &format!("  {direction} {range}{name}{comma}\n");
    }
    text += ");\n\n";
    body(&mut text, registers, &held).unwrap_or_else(|_| unreachable!("a String takes all"));
    text + "endmodule\n\n`default_nettype wire\n"
}

fn body(text: &mut String, registers: &[Register], held: &[String]) -> std::fmt::Result {
    writeln!(text, "  // The numbers of the registers.")?;
    for register in registers {
        writeln!(text, "  localparam [{}:0] {} = {NUMBER}'d{};", NUMBER - 1, register.name, register.number)?;
    }
    let bytes: Vec<String> = (0..4).rev().map(|byte| format!("    {{8{{i_write_strobe[{byte}]}}}}")).collect();
    writeln!(text, "\n  // The bits that are written, and the ones among them.")?;
    writeln!(text, "  wire [31:0] mask = {{\n{}\n  }};", bytes.join(",\n"))?;
    writeln!(text, "  wire [31:0] ones = i_write_data & mask;")?;
    let written: Vec<&Register> = registers.iter().filter(|register| register.written()).collect();
    for register in &written {
        let lower = register.name.to_lowercase();
        writeln!(text, "  wire writes_{lower} = i_write && (i_write_number == {});", register.name)?;
    }
    writeln!(text, "\n  assign o_write_known =")?;
    for (at, register) in written.iter().enumerate() {
        let end = if at + 1 == written.len() { ";" } else { " ||" };
        writeln!(text, "    (i_write_number == {}){end}", register.name)?;
    }
    for (register, field) in fields(registers).filter(|(_, field)| field.access == Access::Command) {
        let lower = register.name.to_lowercase();
        writeln!(text, "  assign o_{} = writes_{lower} && ones[{}];", register.port(field), field.low)?;
    }
    writeln!(text, "\n  always @(posedge clock) begin")?;
    for (register, field) in fields(registers) {
        let (lower, port, bit) = (register.name.to_lowercase(), register.port(field), field.low);
        match field.access {
            Access::Setting => {
                writeln!(
                    text,
                    "    if (writes_{lower} && mask[{bit}]) begin\n      o_{port} <= i_write_data[{bit}];\n    end"
                )?;
            }
            Access::Event => writeln!(
                text,
                "    if (i_{port}) begin\n      o_{port} <= 1'b1;\n    end else if (writes_{lower} && ones[{bit}]) begin\n      \
                 o_{port} <= 1'b0;\n    end"
            )?,
            _ => {}
        }
    }
    writeln!(text, "    if (reset || i_clear) begin")?;
    for port in held {
        writeln!(text, "      {port} <= 1'b0;")?;
    }
    writeln!(text, "    end\n  end\n\n  always @(*) begin\n    o_read_known = 1'b1;\n    case (i_read_number)")?;
    for register in registers {
        writeln!(text, "      {}: begin\n        o_read_data = {};\n      end", register.name, content(register))?;
    }
    writeln!(text, "      default: begin\n        o_read_data = 32'd0;\n        o_read_known = 1'b0;\n      end")?;
    writeln!(text, "    endcase\n  end")?;
    // Bits of a write that no field has.
    writeln!(text, "\n  // No field has these bits of a write.\n  wire unused_bits = &{{ones, mask, i_write_data}};")
}

/// What is read of a register: its fields from the highest bit on, and zeros between them.
fn content(register: &Register) -> String {
    let mut parts = vec![];
    let mut above = 32;
    for field in register.fields.iter().rev() {
        let end = field.low + field.width;
        if end < above {
            parts.push(format!("{}'d0", above - end));
        }
        parts.push(match field.access {
            Access::Constant(value) => format!("{}'h{value:x}", field.width),
            Access::Status => format!("i_{}", register.port(field)),
            Access::Setting | Access::Event => format!("o_{}", register.port(field)),
            Access::Command => format!("{}'d0", field.width),
        });
        above = field.low;
    }
    if above > 0 {
        parts.push(format!("{above}'d0"));
    }
    let one = format!("{{{}}}", parts.join(", "));
    match (&parts[..], one.len()) {
        ([part], _) => part.clone(),
        (_, 0..=76) => one,
        _ => format!("{{\n          {}\n        }}", parts.join(",\n          ")),
    }
}
