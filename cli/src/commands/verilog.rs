//! `lcsim verilog`.

use super::say::{notes, shown, tell, unwritten};
use crate::args::{VERILOG_IMAGES, VerilogArgs, VerilogBoard, VerilogBus, VerilogPart, VerilogTarget};
use crate::terminal::Terminal;
use anyhow::{Result, bail, ensure};
use lcsim::{Accelerator, Board, Bus, Device, Images, Network, Target, Verilog, VerilogFiles};
use lcsim_input::load::{self, Request};
use lcsim_output::Destination;
use lcsim_output::folder::Folder;
use lcsim_output::text::count;
use lcsim_spec::{AcceleratorConfig, file};
use serde::Serialize;
use std::path::Path;

pub(super) fn run(args: &VerilogArgs) -> Result<()> {
    let [json] = lcsim_output::check_all([args.print.json.as_deref()])?;
    refuse_inside(&args.out, json.as_ref())?;
    let config = load::config(&args.config, &args.accelerator.set)?;
    if config.dram.is_some() && args.part == VerilogPart::Core {
        let note = "the core has no DRAM side yet: it runs networks that fit on chip";
        notes(args.print.quiet)(&format!("{}: {note}", config.name));
    }
    let accelerator = Accelerator::new(config, &args.config);
    let progress = Terminal::unless(args.print.quiet);
    let part = match args.part {
        VerilogPart::Core => Verilog::core(&accelerator),
        VerilogPart::Gate => Verilog::gate(&accelerator),
        VerilogPart::Array => Verilog::array(&accelerator),
    };
    let part = part.progress(&progress);
    let part = match (args.target, args.device) {
        (Some(name), _) => part.target(target(name)),
        (None, Some(device)) => part.device(device),
        (None, None) => part,
    };
    let part = match args.bus {
        Some(_) if args.part != VerilogPart::Core => bail!("--bus: only `--part core` has a host port"),
        Some(VerilogBus::Axi4Lite) => part.bus(Bus::Axi4Lite),
        Some(VerilogBus::Wishbone) => part.bus(Bus::Wishbone),
        None => part,
    };
    let part = match args.board {
        Some(_) if args.part != VerilogPart::Core => bail!("--board: only `--part core` has a host port"),
        Some(name) => {
            let board = board(name);
            // A clock that the PLL cannot make is refused with everything else that is wrong.
            let clock = accelerator.config().clock_mhz;
            match board.clock(accelerator.config()) {
                Ok(made) if made != clock => {
                    let note = format!("the board's PLL makes {made:.3} MHz instead of {clock} MHz");
                    notes(args.print.quiet)(&format!("{}: {note}", args.config));
                }
                _ => {}
            }
            part.board(board)
        }
        None => part,
    };
    // Checks the folder before the work, and again when the names of the files are known.
    Folder::check(&args.out, &[], args.force)?;
    let files = if args.part == VerilogPart::Core { core(args, part, &progress)? } else { unit(args, &part)? };
    let files = files.as_slice();
    let folder = Folder::check(&args.out, files, args.force)?;
    folder.write(files)?;
    let is_module = |f: &&(String, String)| f.0.ends_with(".v");
    let bytes: usize = files.iter().filter(is_module).map(|f| f.1.len()).sum();
    let modules = files.iter().filter(is_module).count();
    let names = files.iter().map(|(name, _)| name.as_str()).collect();
    let device = args.device.or_else(|| target(args.target?).device()).or_else(|| Some(board(args.board?).device()));
    let part =
        device.filter(|_| args.part == VerilogPart::Core).map(|device| PartUse::new(device, accelerator.config()));
    let written =
        Written { schema: "lcsim.verilog/1", out: &args.out, modules, verilog_bytes: bytes, part, files: names };
    tell(
        json.as_ref(),
        args.print.quiet,
        || lcsim_output::json(&written),
        || {
            format!(
                "{}: {} modules, {} bytes of Verilog, {} files in all; see README.md there\n{}",
                shown(&args.out),
                modules,
                count(bytes as u64),
                files.len() + 1,
                written.part.as_ref().map_or(String::new(), PartUse::line)
            )
        },
    )
}

/// Refuses a JSON file inside `folder`. The next run would take it for a file of the user, and
/// refuse to write there.
fn refuse_inside(folder: &Path, json: Option<&Destination>) -> Result<()> {
    let Some(Destination::File(path)) = json else { return Ok(()) };
    let id = |folder: &Path| file::id(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).ok();
    if path.parent().is_some_and(|parent| id(parent).is_some() && id(parent) == id(folder)) {
        let (path, folder) = (path.display(), folder.display());
        bail!("{path}: lies in {folder}, where only the files of the core may be; give a place outside");
    }
    Ok(())
}

/// The files that were written, except the list by which lcsim recognises its own files.
#[derive(Debug, Serialize)]
struct Written<'a> {
    schema: &'static str,
    out: &'a Path,
    modules: usize,
    verilog_bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<PartUse>,
    files: Vec<&'a str>,
}

/// What the core takes of a part, and what the part has.
#[derive(Debug, Serialize)]
struct PartUse {
    name: &'static str,
    /// `None` for a part without multipliers.
    dsps: Option<[usize; 2]>,
    block_rams: [usize; 2],
    #[serde(skip)]
    block_ram: &'static str,
    luts: usize,
}

impl PartUse {
    fn new(device: &Device, config: &AcceleratorConfig) -> Self {
        let takes = device.resources(config);
        let dsps = device.dsps.map(|has| [takes.dsps, has]);
        let block_rams = [takes.block_rams, device.block_rams];
        Self { name: device.name, dsps, block_rams, block_ram: device.block_ram(), luts: device.luts }
    }

    fn line(&self) -> String {
        let dsps = self.dsps.map_or(String::new(), |[takes, has]| format!("{takes} of {has} DSPs, "));
        let ([takes, has], luts) = (self.block_rams, count(self.luts as u64));
        let (name, ram) = (self.name, self.block_ram);
        format!("{name}: {dsps}{takes} of {has} {ram}, {luts} LUTs, of which synthesis tells how many are taken\n")
    }
}

fn core(args: &VerilogArgs, core: Verilog, progress: &Terminal) -> Result<VerilogFiles> {
    let remark = notes(args.print.quiet);
    let (reading, model) = (args.load.reading(), args.model.as_deref());
    let request =
        Request { models: model.as_slice(), data: &args.data, offset: 0, images: args.images, default: VERILOG_IMAGES };
    let images = request.images(&reading, &remark)?;
    let net = load::network(model, args.threshold, &reading, &images, progress, &remark)?;
    let (network, images) = (Network::new(net, None, load::shown(model)), Images::from(images));
    let core = match core.check_network(&network) {
        // The user did not ask for the embedded model. If it does not fit the core, there is no
        // testbench.
        Err(_) if model.is_none() => {
            if core.check().is_ok() {
                let what = format!("the embedded model, {}, does not fit {}", network.name(), args.config);
                remark(&format!("no testbench without --model: {what}; `lcsim check MODEL` says which models do"));
            }
            core
        }
        _ => core.testbench(&network, &images),
    };
    let core = if model.is_some() { core.on_chip() } else { core };
    core.files().map_err(unwritten)
}

fn unit(args: &VerilogArgs, unit: &Verilog) -> Result<VerilogFiles> {
    unit.check()?;
    ensure!(args.model.is_none(), "--model: only `--part core` has memories for one");
    Ok(unit.files()?)
}

fn board(board: VerilogBoard) -> Board {
    let VerilogBoard::Ulx3s = board;
    Board::Ulx3s
}

fn target(target: VerilogTarget) -> Target {
    match target {
        VerilogTarget::Ecp5 => Target::Ecp5,
        VerilogTarget::Ice40 => Target::Ice40,
        VerilogTarget::Xilinx => Target::Xilinx,
        VerilogTarget::Gowin => Target::Gowin,
        VerilogTarget::Machxo2 => Target::Machxo2,
        VerilogTarget::Asic => Target::Asic,
    }
}
