//! `lcsim run`.

use super::{notes, print};
use crate::args::{RUN_IMAGES, RunArgs, SyntheticArgs};
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use lcsim_golden::float::Overflow;
use lcsim_golden::synthetic::{self as golden_synthetic, Rates};
use lcsim_input::Expected;
use lcsim_input::calibration::{Choice, Measured, overflowed};
use lcsim_input::{embedded, load};
use lcsim_output::Destination;
use lcsim_report::dump::{self, Record};
use lcsim_report::{parallel, render, table, totals};
use lcsim_sim::{Costs, Mode, Outcome, Simulator, report};
use lcsim_spec::{Layer, QuantNetwork, Report};

pub(super) fn run(args: &RunArgs) -> Result<()> {
    let paths = [&args.json, &args.csv, &args.markdown, &args.html].map(|path| path.as_deref());
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

/// Writes a report as JSON, CSV, Markdown and HTML, and prints its tables unless `quiet` or one of
/// those goes to stdout.
pub(super) fn show(report: &Report, outputs: [Option<Destination>; 4], quiet: bool) -> Result<()> {
    let rows = table::rows(report);
    let on_stdout = outputs.iter().flatten().any(|d| *d == Destination::Stdout);
    let [json, csv, markdown, html] = outputs;
    if let Some(json) = json {
        json.write(&lcsim_output::json(report)?)?;
    }
    if let Some(csv) = csv {
        csv.write(&table::csv(&rows)?)?;
    }
    if let Some(markdown) = markdown {
        markdown.write(render::markdown(report).as_bytes())?;
    }
    if let Some(html) = html {
        html.write(render::html(report).as_bytes())?;
    }
    if quiet || on_stdout { Ok(()) } else { print(format!("{}\n\n{}", table::text(&rows), totals::text(report))) }
}

/// What was run on what: with and without gates.
struct Ran {
    net: QuantNetwork,
    simulators: [Simulator; 2],
    data: String,
    gated: Costs,
    /// What every image costs with all gates forced open, and without gates.
    open: [Outcome; 2],
    correct: Option<u64>,
    /// What the images computed, if that is asked for.
    dump: Option<dump::Files>,
}

fn simulate(args: &RunArgs) -> Result<(Report, Option<dump::Files>)> {
    let default = args.synthetic.synthetic.as_deref().map_or(embedded::DEFAULT, synthetic_default);
    let name = args.config.as_deref().unwrap_or(default);
    let config = load::config(name, &args.common.accelerator.set)?;
    let energy = load::energy_table(&args.common.energy_table)?;
    let model = args.synthetic.synthetic.clone().unwrap_or_else(|| load::shown(args.model.as_deref()));
    let simulators = |net: &QuantNetwork| -> Result<[Simulator; 2]> {
        let simulator = |net: &QuantNetwork| Simulator::new(net, &config).with_context(|| format!("{model} on {name}"));
        let [gated, ungated] = [simulator(net)?, simulator(&net.ungated())?];
        Ok([gated, ungated].map(|s| s.with_engine(args.common.engine.into())))
    };
    let ran = match &args.synthetic.synthetic {
        Some(shape) => synthetic(args, shape, simulators)?,
        None => inferred(args, simulators)?,
    };
    let images = ran.gated.image_cycles.len();
    let [gated, ungated] = &ran.simulators;
    let [forced_open, without] = &ran.open;
    let run = report::Run {
        version: env!("CARGO_PKG_VERSION").into(),
        model: ran.net.name.clone(),
        threshold: ran.net.threshold(),
        data: ran.data,
        gated: ran.gated,
        forced_open: Costs::equal(gated, forced_open, images),
        ungated: Costs::equal(ungated, without, images),
        correct: ran.correct,
    };
    Ok((report::assemble(gated, ungated, &energy, run)?, ran.dump))
}

/// What images gave, added up.
struct Seen {
    costs: Costs,
    correct: u64,
    /// For a dump.
    records: Vec<Result<Record, Overflow>>,
}

/// Real images through a real network.
fn inferred(args: &RunArgs, simulators: impl Fn(&QuantNetwork) -> Result<[Simulator; 2]>) -> Result<Ran> {
    let (common, remark) = (&args.common, notes(args.common.quiet));
    let data = load::data(&common.data, common.load.classes.class_order, &remark)?;
    let (reading, progress) = (common.load.reading(), Terminal::unless(common.quiet));
    let choice = Choice {
        offset: common.offset,
        asked: args.images,
        default: RUN_IMAGES,
        on_the_fly: load::on_the_fly(args.model.as_deref(), &reading)?,
        progress: &progress,
    };
    let measured = Measured::choose(&data, &choice, &remark)?;
    let (net, float) = load::with_float(args.model.as_deref(), args.threshold, &reading, &measured, &remark)?;
    let dumps = args.dump.is_some();
    let sources = if dumps { measured.images.clone().map(|i| data.origin(i)).collect() } else { vec![] };
    let images = data.images(measured.images, &Expected::by_quantized(&net))?;
    let [gated, ungated] = simulators(&net)?;
    gated.expect_memory(parallel::at_a_time(images.len()))?;
    let add = |seen: &mut Seen, i: usize| {
        let outcome = gated.run(&net.input.quantize_image(&images[i].pixels), Mode::Gated);
        seen.correct += u64::from(outcome.class == images[i].label);
        seen.costs.add(&gated, &outcome);
        seen.records.extend(dumps.then(|| Record::new(&images[i], outcome.trace, float.as_ref())));
    };
    let append = |seen: &mut Seen, later: Seen| {
        seen.costs.append(later.costs);
        seen.correct += later.correct;
        seen.records.extend(later.records);
    };
    let nothing = || Seen { costs: Costs::none(&gated), correct: 0, records: vec![] };
    let seen = parallel::sum(images.len(), &progress, nothing, add, append).context("nothing was written")?;
    let offset = args.common.offset;
    let about =
        dump::About { net: &net, model: load::shown(args.model.as_deref()), data: data.name.clone(), offset, sources };
    let recorded = seen.records.into_iter().enumerate();
    let records = recorded.map(|(i, record)| record.map_err(|o| overflowed(&about.model, &o, offset + i, &data)));
    let records = records.collect::<Result<Vec<_>>>()?;
    let dump = dumps.then(|| dump::files(&about, &records)).transpose()?;
    let image = net.input.quantize_image(&images[0].pixels);
    let open = [gated.forced_open(&image), ungated.forced_open(&image)];
    let data = data.name_from(offset);
    Ok(Ran { net, simulators: [gated, ungated], data, gated: seen.costs, open, correct: Some(seen.correct), dump })
}

/// Decisions at given rates through a network that has a shape and no values.
fn synthetic(args: &RunArgs, shape: &str, simulators: impl Fn(&QuantNetwork) -> Result<[Simulator; 2]>) -> Result<Ran> {
    let SyntheticArgs { gate_rate, channel_rate, seed, .. } = &args.synthetic;
    let net = golden_synthetic::network(shape, channel_rate.is_some()).with_context(|| format!("{shape}: unknown"))?;
    let blocks = net.layers.iter().filter(|layer| matches!(layer, Layer::Block(_))).count();
    let given = gate_rate.len();
    anyhow::ensure!(
        [1, blocks].contains(&given),
        "--gate-rate: expected 1 rate, or {blocks} for {shape}, found {given}"
    );
    let rates = Rates { blocks: gate_rate.clone(), channels: channel_rate.unwrap_or(1.0), seed: *seed };
    let [gated, ungated] = simulators(&net)?;
    let decisions = |i: usize, skipping| golden_synthetic::decisions(&net, &rates, i as u64, skipping);
    let images = args.images.unwrap_or(RUN_IMAGES);
    let add = |costs: &mut Costs, i| costs.add(&gated, &gated.replay(&decisions(i, true), Mode::Gated));
    let costs = parallel::sum(images, &Terminal::unless(args.common.quiet), || Costs::none(&gated), add, Costs::append);
    let costs = costs.context("nothing was written")?;
    let open = [gated.replay(&decisions(0, false), Mode::ForcedOpen), ungated.replay(&[], Mode::Gated)];
    let joined = gate_rate.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
    let channels = channel_rate.map_or(String::new(), |rate| format!(", channels kept at {rate}"));
    let data = format!("decisions at random, seed {seed}: blocks run at {joined}{channels}");
    Ok(Ran { net, simulators: [gated, ungated], data, gated: costs, open, correct: None, dump: None })
}

/// What a synthetic network runs on unless told otherwise.
fn synthetic_default(shape: &str) -> &'static str {
    if golden_synthetic::is_for_imagenet(shape) { embedded::IMAGENET } else { embedded::DEFAULT }
}
