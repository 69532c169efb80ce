//! `lcsim verilog`.

use super::{notes, shown, tell};
use crate::args::{VERILOG_IMAGES, VerilogArgs, VerilogPart, VerilogTarget};
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use lcsim_hdl::{Kind, Readme, Target, Vector};
use lcsim_input::Expected;
use lcsim_input::calibration::{Choice, Measured};
use lcsim_input::load;
use lcsim_output::Destination;
use lcsim_output::folder::Folder;
use lcsim_output::text::{count, one_line};
use lcsim_report::parallel;
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::schedule::Program;
use lcsim_spec::{AcceleratorConfig, QuantNetwork, file};
use serde::Serialize;
use std::path::Path;

pub(super) fn run(args: &VerilogArgs) -> Result<()> {
    let [json] = lcsim_output::check_all([args.print.json.as_deref()])?;
    refuse_inside(&args.out, json.as_ref())?;
    let config = load::config(&args.config, &args.accelerator.set)?;
    let mut problems: Vec<String> = lcsim_hdl::check(&config).err().map(|e| e.to_string()).into_iter().collect();
    if let (Some(target), VerilogPart::Core) = (args.target.map(target), args.part) {
        problems.extend(target.check(&config).err().map(|e| format!("--target: {e}")));
    }
    // What stands there is looked at before the work, and once more with the names of the files.
    Folder::check(&args.out, &[], args.force)?;
    let files = match args.part {
        VerilogPart::Core => core(args, &config, problems)?,
        VerilogPart::Gate => unit(args, &config, problems, Kind::Gate)?,
        VerilogPart::Array => unit(args, &config, problems, Kind::Array)?,
    };
    let folder = Folder::check(&args.out, &files, args.force)?;
    folder.write(&files)?;
    let is_module = |f: &&(String, String)| f.0.ends_with(".v");
    let bytes: usize = files.iter().filter(is_module).map(|f| f.1.len()).sum();
    let modules = files.iter().filter(is_module).count();
    let names = files.iter().map(|(name, _)| name.as_str()).collect();
    let written = Written { schema: "lcsim.verilog/1", out: &args.out, modules, verilog_bytes: bytes, files: names };
    tell(
        json.as_ref(),
        args.print.quiet,
        || lcsim_output::json(&written),
        || {
            format!(
                "{}: {} modules, {} bytes of Verilog, {} files in all; see README.md there\n",
                shown(&args.out),
                modules,
                count(bytes as u64),
                files.len() + 1
            )
        },
    )
}

/// Another file in `folder` would be taken for the user's by the next run, which refuses to write
/// there.
fn refuse_inside(folder: &Path, json: Option<&Destination>) -> Result<()> {
    let Some(Destination::File(path)) = json else { return Ok(()) };
    let id = |folder: &Path| file::id(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).ok();
    if path.parent().is_some_and(|parent| id(parent).is_some() && id(parent) == id(folder)) {
        let (path, folder) = (path.display(), folder.display());
        bail!("{path}: lies in {folder}, where only the files of the core may be; give a place outside");
    }
    Ok(())
}

/// What was written, beside the list by which lcsim knows its own files.
#[derive(Debug, Serialize)]
struct Written<'a> {
    schema: &'static str,
    out: &'a Path,
    modules: usize,
    verilog_bytes: usize,
    files: Vec<&'a str>,
}

type Files = Vec<(String, String)>;

/// Refuses an accelerator that has `problems`, with all of them.
fn refuse_any(config: &str, problems: &[String]) -> Result<()> {
    anyhow::ensure!(problems.is_empty(), "{config}: {}", problems.join("; "));
    Ok(())
}

fn core(args: &VerilogArgs, config: &AcceleratorConfig, mut problems: Vec<String>) -> Result<Files> {
    let remark = notes(args.print.quiet);
    let data = load::data(&args.data, args.load.classes.class_order, &remark)?;
    let (reading, progress) = (args.load.reading(), Terminal::unless(args.print.quiet));
    let choice = Choice {
        offset: 0,
        asked: args.images,
        default: VERILOG_IMAGES,
        on_the_fly: load::on_the_fly(args.model.as_deref(), &reading)?,
        progress: &progress,
    };
    let measured = Measured::choose(&data, &choice, &remark)?;
    let net = load::network(args.model.as_deref(), args.threshold, &reading, &measured, &remark)?;
    let laid_out = || -> Result<Program> {
        let program = Program::new(&net, config)?;
        lcsim_hdl::check_program(&program)?;
        Ok(program)
    };
    let model = load::shown(args.model.as_deref());
    let program = match laid_out().with_context(|| model) {
        Ok(program) => Some(program),
        // Nobody asked for the embedded model: a core that it does not fit has no testbench.
        Err(error) if args.model.is_none() => {
            if problems.is_empty() {
                remark(&format!("no testbench without --model: {}: {}", args.config, one_line(&error)));
            }
            None
        }
        Err(error) => {
            problems.push(one_line(&error));
            None
        }
    };
    refuse_any(&args.config, &problems)?;
    let on_chip = program.as_ref().filter(|_| args.model.is_some());
    let part = lcsim_hdl::core(config, on_chip);
    let mut files = on_chip.map_or(vec![], lcsim_hdl::memory_files);
    if let Some(program) = &program {
        let vectors = vectors(args, &net, config, program, &measured)?;
        files.extend(lcsim_hdl::testbench(program, on_chip.is_some(), &vectors));
    }
    let does = format!(
        "runs real images through {} and compares every score, live list and logit, and the cycles, with lcsim's simulator",
        net.name
    );
    let readme = Readme {
        carried: on_chip.map(|_| net.name.as_str()),
        testbench: program.as_ref().map(|_| does.as_str()),
        scripts: args.target.is_some(),
    };
    Ok(complete(args, config, &part, files, readme))
}

fn vectors(
    args: &VerilogArgs,
    net: &QuantNetwork,
    config: &AcceleratorConfig,
    program: &Program,
    measured: &Measured,
) -> Result<Vec<Vector>> {
    let images = measured.data.images(measured.images.clone(), &Expected::by_quantized(net))?;
    let simulator = Simulator::stepped(net, config).with_context(|| args.config.clone())?;
    simulator.expect_memory(parallel::at_a_time(images.len()))?;
    let vector = |i: usize| {
        let image = net.input.quantize_image(&images[i].pixels);
        let outcome = simulator.run(&image, Mode::Gated);
        Vector::new(program, &image, &outcome.trace, outcome.cycles)
    };
    parallel::images(images.len(), &Terminal::unless(false), vector).context("nothing was written")
}

fn unit(args: &VerilogArgs, config: &AcceleratorConfig, problems: Vec<String>, kind: Kind) -> Result<Files> {
    refuse_any(&args.config, &problems)?;
    anyhow::ensure!(args.model.is_none(), "--model: only `--part core` has memories for one");
    let part = lcsim_hdl::unit(config, kind);
    let does =
        "drives random vectors, extremes among them, and compares what comes out, and when, with plain arithmetic";
    let readme = Readme { scripts: args.target.is_some(), testbench: Some(does), carried: None };
    let bench = lcsim_hdl::unit_testbench(config, kind).into_iter().collect();
    Ok(complete(args, config, &part, bench, readme))
}

/// Modules, file list, README and scripts in front of `files`.
fn complete(
    args: &VerilogArgs,
    config: &AcceleratorConfig,
    part: &lcsim_hdl::Part,
    files: Files,
    readme: Readme,
) -> Files {
    let top = part.modules.last().map_or("", |m| m.name.as_str());
    let sources: Files = part.modules.iter().map(|m| (format!("{}.v", m.name), m.text.clone())).collect();
    let list: String = sources.iter().map(|(name, _)| format!("{name}\n")).collect();
    let about = [(format!("{top}.f"), list), ("README.md".into(), lcsim_hdl::readme(config, part, top, &readme))];
    let names: Vec<String> = sources.iter().map(|(name, _)| name.clone()).collect();
    let scripts = args.target.map_or(vec![], |t| target(t).scripts(top, &names, config.clock_mhz));
    sources.into_iter().chain(about).chain(scripts).chain(files).collect()
}

fn target(target: VerilogTarget) -> Target {
    match target {
        VerilogTarget::Ecp5 => Target::Ecp5,
        VerilogTarget::Ice40 => Target::Ice40,
        VerilogTarget::Xilinx => Target::Xilinx,
        VerilogTarget::Asic => Target::Asic,
    }
}
