//! `lcsim run`.

use super::{note, print};
use crate::args::{RUN_IMAGES, RunArgs};
use crate::data::{Count, Dataset, Expected};
use crate::{load, output, parallel, table, totals};
use anyhow::{Context, Result};
use lcsim_sim::{Mode, Simulator, report};
use lcsim_spec::{QuantNetwork, Report};

pub(super) fn run(args: &RunArgs) -> Result<()> {
    let [json, csv] = output::check_all([args.json.as_deref(), args.csv.as_deref()])?;
    let report = parallel::with_threads(args.common.threads, || simulate(args))?;
    let rows = table::rows(&report);
    let on_stdout = [&json, &csv].into_iter().flatten().any(|d| *d == output::Destination::Stdout);
    if let Some(json) = json {
        let text = output::json(&report)?;
        json.write(&text)?;
    }
    if let Some(csv) = csv {
        csv.write(&table::csv(&rows)?)?;
    }
    if !args.common.quiet && !on_stdout {
        print(format!("{}\n\n{}", table::text(&rows), totals::text(&report)))?;
    }
    Ok(())
}

fn simulate(args: &RunArgs) -> Result<Report> {
    let config = load::config(&args.config)?;
    let energy = load::energy_table(args.common.energy.as_deref())?;
    let data = Dataset::open(&args.common.data)?;
    let remark = |text: &str| {
        if !args.common.quiet {
            note(text)
        }
    };
    let net = load::network(args.model.as_deref(), args.threshold, &data, remark)?;
    let count = Count::or_at_most(args.images, RUN_IMAGES);
    let images = data.select(args.common.offset, count, &Expected::by_quantized(&net))?;
    let simulator = |net: &QuantNetwork| -> Result<Simulator> {
        let simulator = Simulator::new(net, &config).with_context(|| args.config.clone())?;
        Ok(simulator.with_engine(args.common.engine.into()))
    };
    let (gated, ungated) = (simulator(&net)?, simulator(&net.ungated())?);
    // Of each image: with its gates, with all gates forced open, without gates.
    let modes = |i: usize| {
        let image = net.input.quantize_image(&images[i].pixels);
        [gated.run(&image, Mode::Gated), gated.run(&image, Mode::ForcedOpen), ungated.run(&image, Mode::Gated)]
    };
    let outcomes = parallel::images(images.len(), !args.common.quiet, modes).context("nothing was written")?;
    let correct = images.iter().zip(&outcomes).filter(|(image, [gated, ..])| image.label == gated.class).count();
    let mut run = report::Run {
        version: env!("CARGO_PKG_VERSION").into(),
        model: net.name.clone(),
        threshold: net.threshold(),
        data: data.name_from(args.common.offset),
        gated: vec![],
        forced_open: vec![],
        ungated: vec![],
        correct: correct as u64,
    };
    for [gated, forced_open, ungated] in outcomes {
        run.gated.push(gated);
        run.forced_open.push(forced_open);
        run.ungated.push(ungated);
    }
    Ok(report::assemble(&gated, &ungated, &energy, run))
}
