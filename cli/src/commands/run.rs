//! `lcsim run`.

use super::say::{notes, print, unwritten};
use crate::args::{RUN_IMAGES, RunArgs};
use crate::terminal::Terminal;
use anyhow::{Context, Error, Result};
use lcsim::{Accelerator, Decisions, Dump, Images, Network, Options, Report, Synthetic, export};
use lcsim_input::DecisionsFile;
use lcsim_input::load::{self, Request};
use lcsim_output::Destination;
use lcsim_report::{dump, parallel};

pub(super) fn run(args: &RunArgs) -> Result<()> {
    let paths = args.documents.paths(args.json.as_deref());
    let (outputs, dump) = match &args.dump {
        Some(folder) => dump::Place::check(folder, paths).map(|(outputs, place)| (outputs, Some(place)))?,
        None => (lcsim_output::check_all(paths)?, None),
    };
    let (report, files) = parallel::with_threads(args.common.threads, || simulate(args))?;
    if let (Some(place), Some(files)) = (dump, files) {
        place.write(&files)?;
    }
    show(&report, outputs, args.common.quiet)
}

/// Writes a report as JSON, CSV, Markdown and HTML. Prints its tables, unless `quiet` is set or one
/// of these goes to stdout.
pub(super) fn show(report: &Report, outputs: [Option<Destination>; 4], quiet: bool) -> Result<()> {
    let on_stdout = outputs.iter().flatten().any(|d| *d == Destination::Stdout);
    let [json, csv, markdown, html] = outputs;
    if let Some(json) = json {
        json.write(export::json(report)?.as_bytes())?;
    }
    if let Some(csv) = csv {
        csv.write(export::csv(report)?.as_bytes())?;
    }
    if let Some(markdown) = markdown {
        markdown.write(export::markdown(report).as_bytes())?;
    }
    #[cfg(feature = "html")]
    if let Some(html) = html {
        html.write(export::html(report).as_bytes())?;
    }
    #[cfg(not(feature = "html"))]
    debug_assert!(html.is_none(), "there is no option for it");
    if quiet || on_stdout { Ok(()) } else { print(export::text(report)) }
}

fn simulate(args: &RunArgs) -> Result<(Report, Option<Dump>)> {
    let common = &args.common;
    let synthetic = args.synthetic.synthetic.as_deref().map(Synthetic::new).transpose()?;
    let default = synthetic.as_ref().map_or(Accelerator::DEFAULT, Synthetic::usual_accelerator);
    let name = args.config.as_deref().unwrap_or(default);
    let accelerator = Accelerator::new(load::config(name, &common.accelerator.set)?, name);
    let progress = Terminal::unless(common.quiet);
    let energy = load::energy_table(&common.energy_table)?;
    let options = Options::default().engine(common.engine.into()).energy(energy).progress(&progress);
    if let Some(shape) = synthetic {
        let network = with_rates(shape, args)?;
        let images = args.images.unwrap_or(RUN_IMAGES);
        let report = lcsim::simulate_synthetic(&network, &accelerator, images, &options).map_err(unwritten)?;
        return Ok((report, None));
    }
    let file = args.decisions.as_deref().map(DecisionsFile::open).transpose()?;
    let (network, images) = read(args, file.as_ref().map_or(RUN_IMAGES, DecisionsFile::images), &progress)?;
    let decisions = file.map(|file| Decisions::from_file(file, &network)).transpose()?;
    let options = match &decisions {
        Some(decisions) => options.decisions(decisions),
        None => options,
    };
    if args.dump.is_some() {
        let found = lcsim::simulate_with_dump(&network, &accelerator, &images, &options);
        found.map(|(report, dump)| (report, Some(dump))).map_err(unwritten)
    } else {
        let found = lcsim::simulate(&network, &accelerator, &images, &options);
        found.map(|report| (report, None)).map_err(unwritten)
    }
}

/// Reads the model, and the images on which it is measured: `default` ones, unless the user says
/// how many.
fn read(args: &RunArgs, default: usize, progress: &Terminal) -> Result<(Network, Images)> {
    let (common, remark) = (&args.common, notes(args.common.quiet));
    let (reading, model) = (common.load.reading(), args.model.as_deref());
    let request =
        Request { models: model.as_slice(), data: &common.data, offset: common.offset, images: args.images, default };
    let images = request.images(&reading, &remark)?;
    let (net, float) = load::with_float(model, args.threshold, &reading, &images, progress, &remark)?;
    Ok((Network::new(net, float, load::shown(model)), images.into()))
}

/// Applies the rates of the gates to a shape.
fn with_rates(shape: Synthetic, args: &RunArgs) -> Result<Synthetic> {
    let args = &args.synthetic;
    let network = shape.block_rates(&args.gate_rate).map_err(Error::from).context("--gate-rate")?;
    let network = match args.channel_rate {
        Some(rate) => network.channel_rate(rate)?,
        None => network,
    };
    Ok(network.seed(args.seed))
}
