//! `lcsim verilog`.

use super::common::PrintArgs;
use super::load::{LoadArgs, SetArgs};
use super::values::{positive, score};
use clap::{Args, ValueEnum};
use lcsim_hdl::{DEVICES, Device};
use lcsim_spec::Score;
use std::path::PathBuf;

/// The number of images that the testbench of `lcsim verilog` runs by default.
pub const VERILOG_IMAGES: usize = 2;

/// Arguments of `lcsim verilog`.
#[derive(Debug, Args)]
#[command(after_help = VERILOG_HELP)]
pub struct VerilogArgs {
    /// Accelerator: a TOML file, or an embedded one: 4x4, 8x8, 16x16, 32x32, ecp5-8x8,
    /// ecp5-8x8-resnet20, ice40-2x1, imagenet-32x32 (see `lcsim config`)
    #[arg(long, value_name = "CONFIG", default_value = "16x16")]
    pub config: String,
    /// Folder for the files; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Put this model on chip: .safetensors (quantised), or .onnx (float; quantised on the fly, see
    /// --calibration). Without one, memories start empty and are loaded by the host port
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Gate scores below this count as 0 and skip; from 0 to 1 [default: what the model says, 0 for
    /// a float one]
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub threshold: Option<Score>,
    /// Add scripts and constraints for this target, after checking that its part has the
    /// multipliers and block RAMs
    #[arg(long, value_name = "TARGET")]
    pub target: Option<VerilogTarget>,
    /// As --target, for this part: LFE5U-25F, LFE5U-45F, LFE5U-85F, iCE40UP5K, XC7A35T, XC7A50T,
    /// XC7A100T, XC7A200T, XC7Z020, XCZU3EG, GW1NR-9, GW2A-18, GW2AR-18, LCMXO2-7000
    #[arg(long, value_name = "PART", value_parser = device, conflicts_with = "target")]
    pub device: Option<&'static Device>,
    /// Put the core behind this bus. Images and logits can then come and go by AXI4-Stream too.
    /// Adds a bench in Python and a module for LiteX. Without a bus the core has a simple port
    /// that never waits
    #[arg(long, value_name = "BUS")]
    pub bus: Option<VerilogBus>,
    /// Add a top module, pins, a script that makes a bitstream and a program for the host, for this
    /// board
    #[arg(long, value_name = "BOARD", conflicts_with_all = ["bus", "target", "device"])]
    pub board: Option<VerilogBoard>,
    /// What to write
    #[arg(long, value_name = "PART", default_value = "core")]
    pub part: VerilogPart,
    /// Images for the testbench: file, folder, or cifar10-test (see `lcsim run --help`)
    #[arg(long, value_name = "DATA", default_value = lcsim_input::embedded::DATA_NAME)]
    pub data: String,
    /// How model and data are read.
    #[command(flatten)]
    pub load: LoadArgs,
    /// How the accelerator is read.
    #[command(flatten)]
    pub accelerator: SetArgs,
    /// Images that the testbench runs [default: 2]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Overwrite files in DIR that lcsim did not write, or that were changed since
    #[arg(long)]
    pub force: bool,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}

/// Parses the name of a part.
fn device(name: &str) -> Result<&'static Device, String> {
    let names = || DEVICES.iter().map(|device| device.name).collect::<Vec<_>>().join(", ");
    Device::named(name).ok_or_else(|| format!("expected one of {}", names()))
}

/// What the scripts of `lcsim verilog` build for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerilogTarget {
    /// Lattice ECP5 LFE5U-85F, with yosys and nextpnr-ecp5
    Ecp5,
    /// Lattice iCE40 UP5K, with yosys and nextpnr-ice40
    Ice40,
    /// AMD XC7A100T, with yosys or Vivado
    Xilinx,
    /// Gowin GW2A-18, with yosys; a board's pins are yours to add
    Gowin,
    /// Lattice LCMXO2-7000, with yosys; place and route with Diamond
    Machxo2,
    /// Generic gates, with yosys; memories stay whole
    Asic,
}

/// By what a host reaches the core.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerilogBus {
    /// AXI4-Lite
    Axi4Lite,
    /// Wishbone B4, classic cycles
    Wishbone,
}

/// A board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerilogBoard {
    /// ULX3S with an LFE5U-85F; driven by the serial line of its USB connector
    Ulx3s,
}

/// What `lcsim verilog` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerilogPart {
    /// The gate unit
    Gate,
    /// The PEs
    Array,
    /// Everything
    Core,
}

const VERILOG_HELP: &str = "\
One module a file, the file list (lcsim_core.f), a README with ports and
register map, and a testbench that runs images through the core - those of the
model given, or of the embedded one - and compares it with the simulator.

Examples:
  lcsim verilog --config 8x8 --out rtl
  verilator --lint-only -Wall -F rtl/lcsim_core.f
  lcsim verilog --config ecp5-8x8 --target ecp5 \
      --model models/resnet8-lcnet.safetensors --out rtl
  lcsim verilog --config 8x8 --bus axi4-lite --out rtl
  make -C rtl sim        # with cocotb and Icarus; see README.md there
  lcsim verilog --config 8x8 --part gate --out gate";
