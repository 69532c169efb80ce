//! `lcsim plot`.

use super::say::{notes, shown, tell};
use crate::args::{PLOT_IMAGES, PlotArgs};
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use lcsim_explore::curve;
use lcsim_explore::study::{Blocks, Channels, Cycles, Extremes, Setting, Study};
use lcsim_input::Expected;
use lcsim_input::load::{self, Request};
use lcsim_output::Destination;
use lcsim_report::draw::{Format, Picture};
use lcsim_report::{draw, parallel};
use lcsim_spec::CYCLE_MODEL;
use serde::Serialize;
use std::fs;

const SCHEMA: &str = "lcsim.plot/1";

#[derive(Debug, Serialize)]
struct File<'a> {
    schema: &'static str,
    version: &'static str,
    cycle_model: u32,
    #[serde(flatten)]
    study: &'a Study,
}

pub(super) fn run(args: &PlotArgs) -> Result<()> {
    let [json] = lcsim_output::check_with_folder([args.print.json.as_deref()], &args.out, &names(args))?;
    let files = parallel::with_threads(args.threads, || files(args))?;
    fs::create_dir_all(&args.out).with_context(|| format!("{}: cannot make the folder", args.out.display()))?;
    for (name, bytes) in &files {
        Destination::check(&args.out.join(name))?.write(bytes)?;
    }
    let names: Vec<&str> = files.iter().map(|file| file.0.as_str()).collect();
    let text = || format!("{}: {}\n", shown(&args.out), names.join(", "));
    // The first file has every figure.
    tell(json.as_ref(), args.print.quiet, || Ok(files[0].1.clone()), text)
}

/// The names of files that may be written. A network without L-Nets or without C-Nets gives fewer
/// files.
fn names(args: &PlotArgs) -> Vec<String> {
    let of = |picture: &str, format: &Format| format!("{picture}.{}", format.ending());
    let formats = draw::formats(&args.pictures.format);
    let pictures = ["cycles", "blocks", "channels", "extremes"];
    let pictures = pictures.into_iter().flat_map(|picture| formats.iter().map(move |format| of(picture, format)));
    ["plot.json".into(), "images.csv".into()].into_iter().chain(pictures).collect()
}

type Files = Vec<(String, Vec<u8>)>;

/// Makes all files.
fn files(args: &PlotArgs) -> Result<Files> {
    let remark = notes(args.print.quiet);
    let config = load::config(&args.config, &args.accelerator.set)?;
    let (reading, progress) = (args.load.reading(), Terminal::unless(args.print.quiet));
    let model = args.model.as_deref();
    let request = Request {
        models: model.as_slice(),
        data: &args.data,
        offset: args.offset,
        images: args.images,
        default: PLOT_IMAGES,
    };
    let measured = request.images(&reading, &remark)?;
    let net = load::network(model, args.threshold, &reading, &measured, &progress, &remark)?;
    if !curve::has_gates(&net) {
        bail!("{}: expected a network with L-Nets or C-Nets, found none: every image costs the same", net.name);
    }
    let expected = Expected::by_quantized(&net);
    let classes = classes(args, measured.data().class_names(), expected.classes)?;
    let images = measured.read(&expected)?;
    let (name, first) = (measured.name(), args.offset);
    let setting = Setting { net: &net, config: &config, data: name, first, images: &images, classes };
    let study = Study::measure(&setting, &progress)?;
    let version = env!("CARGO_PKG_VERSION");
    let json = lcsim_output::json(&File { schema: SCHEMA, version, cycle_model: CYCLE_MODEL, study: &study })?;
    let table = lcsim_output::csv(&study.images)?;
    let mut files: Files = vec![("plot.json".into(), json), ("images.csv".into(), table)];
    let formats = draw::formats(&args.pictures.format);
    add(&mut files, "cycles", &Cycles(&study), &formats)?;
    if !study.blocks.is_empty() {
        add(&mut files, "blocks", &Blocks(&study), &formats)?;
    }
    if !study.layers.is_empty() {
        add(&mut files, "channels", &Channels(&study), &formats)?;
    }
    // As SVG, every pixel would be an element.
    let mut of_pixels: Vec<Format> = formats.into_iter().filter(|format| *format != Format::Svg).collect();
    if of_pixels.is_empty() {
        of_pixels.push(Format::Png);
    }
    add(&mut files, "extremes", &Extremes { study: &study, images: &images, shape: net.input.shape }, &of_pixels)?;
    Ok(files)
}

/// Draws a picture in each format.
fn add(files: &mut Files, name: &str, picture: &impl Picture, formats: &[Format]) -> Result<()> {
    for format in formats {
        files.push((format!("{name}.{}", format.ending()), draw::file(picture, *format)?));
    }
    Ok(())
}

/// The names of the classes: those that the user gave, those of the data, or their numbers.
fn classes(args: &PlotArgs, named: &[String], count: usize) -> Result<Vec<String>> {
    match args.classes.len() {
        0 if named.len() == count => Ok(named.to_vec()),
        0 => Ok((0..count).map(|class| class.to_string()).collect()),
        given if given == count => Ok(args.classes.clone()),
        given => bail!("--classes: expected {count} names, as many as the network has classes, found {given}"),
    }
}
