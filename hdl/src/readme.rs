//! The README of a generated folder: ports, register map, and how to simulate and synthesise.

use crate::about::about;
use crate::part::{Part, PortShape};
use crate::regions::{LOGITS, OFFSET, Region, regions};
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::escape::markdown;

/// The files that the folder has besides the modules.
#[derive(Debug, Clone, Copy, Default)]
pub struct Readme<'a> {
    /// The name of the network in the memories of the core, if there is one.
    pub carried: Option<&'a str>,
    /// What the testbench does, if there is one.
    pub testbench: Option<&'a str>,
    /// Whether the folder has scripts for a target.
    pub scripts: bool,
}

/// The purpose of each port of the core.
const CORE_PORTS: [(&str, &str); 21] = [
    ("clock", "rising edge"),
    ("reset", "synchronous; at least one cycle"),
    ("i_request_valid", "a request is there; held, with its data, until taken"),
    ("i_request_write", "1: write, 0: read"),
    ("i_request_address", "counts 32-bit beats, see the register map"),
    ("i_request_data", "of a write"),
    ("i_response_ready", "the response is taken"),
    ("o_request_ready", "the request is taken in this cycle"),
    ("o_response_valid", "the answer to a read is there, and stays until taken"),
    ("o_response_data", "of a read"),
    ("o_running", "an image is worked on"),
    ("o_done", "the last image is finished"),
    ("o_pc", "observer: instruction"),
    ("o_array_busy", "observer: array, loader, image port"),
    ("o_gate_busy", "observer: gate unit"),
    ("o_score_valid", "observer: a score leaves the gate unit"),
    ("o_score", "observer: 0x8000 is 1.0, 0 skips"),
    ("o_list_write", "observer: the score's channel goes on this live list"),
    ("o_list_channel", "observer: the channel"),
    ("o_logit_valid", "observer: a logit leaves the gate unit"),
    ("o_logit", "observer: signed"),
];

/// Makes the README of `part`, whose top module is `top`.
pub fn readme(config: &AcceleratorConfig, part: &Part, top: &str, has: &Readme) -> String {
    let mut text = format!("# {top}\n\n{}\n\n", markdown(&about(config)));
    text += "Written by `lcsim verilog`: cycles and values are those of docs/microarchitecture.md in lcsim's sources. \
             All registers are clocked by `clock` and cleared synchronously by `reset`; memories keep their content.\n\n";
    text += &format!(
        "`{top}.f` lists the modules, children first; `sha256sum -c lcsim.sha256` tells what was changed since.\n\n"
    );
    text += &format!("## Ports of `{top}`\n\n| port | bits | | |\n|---|---|---|---|\n");
    let core = top == "lcsim_core";
    for port in &part.ports {
        let what = if core {
            CORE_PORTS.iter().find(|p| p.0 == port.name).map_or(String::new(), |p| p.1.into())
        } else {
            fields(port)
        };
        let direction = if port.output { "out" } else { "in" };
        text += &format!("| `{}` | {} | {direction} | {what} |\n", port.name, port.width);
    }
    if core {
        text += &register_map(config);
        text += &using(has.carried);
    }
    if let Some(does) = has.testbench {
        text += &format!(
            "\n## Testbench\n\n`{top}_tb.sv` {}. It ends with PASS, or FAIL and an exit code.\n\n\
             ```sh\niverilog -g2012 -o tb -c {top}.f {top}_tb.sv && vvp -n tb\n\
             verilator --binary --timing -fno-const-bit-op-tree -Wno-fatal --top-module {top}_tb \
             -F {top}.f {top}_tb.sv && obj_dir/V{top}_tb\n```\n\n\
             `-fno-const-bit-op-tree` is for verilator 5.006 (Debian 12), which otherwise drops a term of an \
             expression.\n",
            markdown(does)
        );
    }
    if has.scripts {
        text += "\n## Synthesis\n\n`yosys synth.ys` synthesises and prints what the design takes; `sh place_and_route.sh`, where \
                 there is one, places, routes and tells the clock it reaches. The constraints ask for the configuration's \
                 `clock_mhz`. YOSYS, NEXTPNR and what else a script names choose other programs.\n";
    }
    text
}

fn fields(port: &PortShape) -> String {
    port.fields.iter().map(|(name, width)| format!("{name} {width}")).collect::<Vec<_>>().join(", ")
}

fn register_map(config: &AcceleratorConfig) -> String {
    let mut text = String::from(
        "\n## Register map\n\nAn address counts beats of 32 bits. Bits 31 to 28 choose the region.\n\n\
         | address | read | written |\n|---|---|---|\n\
         | `0x0000_0000` | bit 0 running, 1 done, 2 array busy, 3 gate unit busy; 16 to 31 program counter | bit 0 starts an image, \
         bit 1 runs it with gates forced open |\n\
         | `0x0000_0001` | cycles of the last image | |\n\
         | `0x0000_0002` | logits that it has so far | |\n\
         | `0x0000_0003` | rows; columns from bit 16 on | |\n\
         | `0x0000_0004` | number of the cycle model, `CYCLE_MODEL` in `lcsim_host.v` | |\n",
    );
    let s = Sizes::new(config);
    for region in &regions(&s) {
        text += &format!("| {} | | {} |\n", range(region), memory(region));
    }
    text += &format!(
        "| `0x{:08x}` to `0x{:08x}` | logits, one each, signed | |\n\n",
        LOGITS << OFFSET,
        (LOGITS << OFFSET) + s.channels - 1
    );
    text + "A word of several beats stands at a multiple of the next power of two; its beats are written in ascending order, low \
            bits first, and the last one writes the word. While an image is worked on, writes wait until it is finished; those \
            of the next image only until this one has been taken in.\n"
}

fn range(region: &Region) -> String {
    let first = region.number << OFFSET;
    format!("`0x{first:08x}` to `0x{:08x}`", first + (region.depth << region.beat_bits()) - 1)
}

fn memory(region: &Region) -> String {
    let Region { name, width, depth, about, .. } = region;
    format!("{name}: {depth} words of {width} bits, {} beats each: {about}", region.beats())
}

fn using(carried: Option<&str>) -> String {
    let network = match carried {
        Some(name) => format!(
            "1. The memories carry {} (`*.mem`, read by `$readmemb` where simulation or synthesis runs); write other \
             content to their regions if you like.\n",
            markdown(name)
        ),
        None => {
            "1. Write program, filters, parameters, gate weights and gate parameters to their regions. If it gets a \
                 model, lcsim writes them as memory files too.\n"
                .into()
        }
    };
    format!(
        "\n## Running an image\n\n{network}\
         2. Write the image to its region: for each pixel in raster order its words, byte b of a word for bank b. A channel \
         i of the image stands in bank i; if twice the channels or more fit into the rows, it stands there again in each \
         bank i + n * channels of the whole copies that fit. Bytes are int8, `p - 128` for the shipped networks.\n\
         3. Write 1 to address 0. The next image may be written at once.\n\
         4. Read address 0 until bit 1 is set (or wait for `o_done`); read the logits.\n"
    )
}
