//! `lcsim curve`.

use super::pictures;
use super::say::{notes, tell};
use crate::args::CurveArgs;
use crate::terminal::Terminal;
use anyhow::{Context, Result};
use comfy_table::{CellAlignment, Table, presets};
use lcsim_explore::curve::store::{self, Found, Question, Store};
use lcsim_explore::curve::{self, Point, Setting, accelerators, names};
use lcsim_input::load::{self, Read, Request};
use lcsim_input::{Expected, Image, Images, Remark};
use lcsim_output::Destination;
use lcsim_output::text::{percent, rounded};
use lcsim_report::parallel;
use lcsim_sim::{EnergyTable, Engine};
use lcsim_spec::escape::printable;
use lcsim_spec::{AcceleratorConfig, CYCLE_MODEL, QuantNetwork};
use serde::Serialize;
use std::path::{Path, PathBuf};

const SCHEMA: &str = "lcsim.curve/1";

/// A point with its accelerator, and whether it is on the Pareto front of this accelerator.
#[derive(Debug, Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    point: &'a Point,
    pareto: bool,
    parameters: &'a AcceleratorConfig,
}

#[derive(Debug, Serialize)]
struct Curve<'a> {
    schema: &'static str,
    version: &'static str,
    cycle_model: u32,
    energy_table: String,
    points: &'a [Line<'a>],
}

pub(super) fn run(args: &CurveArgs) -> Result<()> {
    let endings = ["csv", "json"].into_iter().chain(pictures::endings(args));
    let names: Vec<String> = endings.map(|ending| format!("curve.{ending}")).collect();
    let [to] = lcsim_output::check_with_folder([args.json.as_deref()], &args.out, &names)?;
    let names: Vec<_> = names.iter().map(|name| args.out.join(name)).collect();
    let energy = load::energy_table(&args.common.energy_table)?;
    let measured = parallel::with_threads(args.common.threads, || measure(args, &energy))?;
    let points: Vec<Point> = measured.iter().map(|(point, _)| point.clone()).collect();
    let front = curve::pareto(&points);
    let lines: Vec<Line> = (measured.iter().zip(&front))
        .map(|((point, parameters), &pareto)| Line { point, pareto, parameters })
        .collect();
    let (version, energy_table) = (env!("CARGO_PKG_VERSION"), energy.describe().name);
    let curve = Curve { schema: SCHEMA, version, cycle_model: CYCLE_MODEL, energy_table, points: &lines };
    let mut contents = vec![csv(&lines)?, lcsim_output::json(&curve)?];
    contents.extend(pictures::draw(args, &points)?);
    for (name, bytes) in names.iter().zip(contents) {
        Destination::check(name)?.write(&bytes)?;
    }
    tell(to.as_ref(), args.common.quiet, || lcsim_output::json(&curve), || text(&lines))
}

/// A value with its name. The name is unique in this curve.
struct Named<T> {
    label: String,
    item: T,
}

/// Measures all points, or takes them from an earlier run. They are in the order of accelerators
/// and then models. Each comes with its accelerator.
fn measure(args: &CurveArgs, energy: &EnergyTable) -> Result<Vec<(Point, AcceleratorConfig)>> {
    let remark = notes(args.common.quiet);
    let configs = configs(args, &remark)?;
    let (reading, progress) = (args.common.load.reading(), Terminal::unless(args.common.quiet));
    let models: Vec<&Path> = args.models.iter().map(PathBuf::as_path).collect();
    let request = Request {
        models: &models,
        data: &args.common.data,
        offset: args.common.offset,
        images: args.images,
        default: usize::MAX,
    };
    let measured = request.images(&reading, &remark)?;
    let files = load::networks(&models, &reading, &measured, &progress, &remark)?;
    let nets = networks(args, files, &remark);
    // Errors of networks and accelerators are found here, before the first point is measured.
    let mut sets: Vec<ImageSet> = vec![];
    let mut models = vec![];
    for net in &nets {
        models.push((net, ImageSet::of(net, &measured, &mut sets)?, store::of_network(&net.item)?));
        for config in &configs {
            let fits = curve::fits(&net.item, &config.item);
            fits.with_context(|| format!("{} on {}", net.label, config.label))?;
        }
    }
    let store = Store::open(args.out.join("points"))?;
    let name = measured.name();
    let of = configs.len() * models.len();
    // In the order of accelerators, and then models.
    let mut points: Vec<Option<Point>> = vec![None; of];
    for (m, &(net, set, network)) in models.iter().enumerate() {
        let ImageSet { images, content, .. } = &sets[set];
        let question = |config| Question {
            net: &net.item,
            network,
            config,
            energy,
            data: &name,
            images: images.len(),
            content: *content,
        };
        let mut missing = vec![];
        for (c, config) in configs.iter().enumerate() {
            let at = c * models.len() + m;
            let found = if args.fresh { Found::Nothing } else { store.find(&question(&config.item))? };
            match found {
                Found::Point(point) => points[at] = Some(*point),
                Found::Nothing => missing.push((at, config, String::new())),
                Found::Doubtful(why) => missing.push((at, config, format!(", measured again: {why}"))),
            }
        }
        // All accelerators share the inference of an image, so their points are measured together.
        // The stepped engine shares nothing and takes long, so its points are measured one by one.
        let engine = args.common.engine.into();
        let together = if engine == Engine::Fast { missing.len().max(1) } else { 1 };
        for missing in missing.chunks(together) {
            let finished = points.iter().flatten().count();
            for (i, (_, config, again)) in missing.iter().enumerate() {
                let model = format!("{}{}", net.label, curve::suffix(net.item.threshold().to_num()));
                remark(&format!("{} of {of}: {model} on {}{again}", finished + i + 1, config.label));
            }
            let configs: Vec<&AcceleratorConfig> = missing.iter().map(|m| &m.1.item).collect();
            let setting = Setting { net: &net.item, configs: &configs, energy, data: &name, images, engine };
            let measured = curve::measure(&setting, &progress).with_context(|| {
                format!("{finished} of {of} points are finished and kept in {}", store.folder().display())
            })?;
            for ((at, config, _), point) in missing.iter().zip(measured) {
                store.keep(&question(&config.item), &point)?;
                points[*at] = Some(point);
            }
        }
    }
    // A stored point has its own names of network and accelerator; the names of this curve replace
    // them.
    let called = |(at, point): (usize, Point)| {
        let (config, model) = (&configs[at / models.len()], models[at % models.len()].0);
        (Point { model: model.label.clone(), accelerator: config.label.clone(), ..point }, config.item.clone())
    };
    Ok(points.into_iter().flatten().enumerate().map(called).collect())
}

/// The images, decoded for networks with the same kind of input.
struct ImageSet {
    expected: Expected,
    images: Vec<Image>,
    content: [u8; 32],
}

impl ImageSet {
    /// The index in `sets` of the images that `net` reads. They are decoded for the first network
    /// that reads them.
    fn of(net: &Named<QuantNetwork>, measured: &Images, sets: &mut Vec<Self>) -> Result<usize> {
        let expected = Expected::by_quantized(&net.item);
        if let Some(at) = sets.iter().position(|set| set.expected == expected) {
            return Ok(at);
        }
        let images = measured.read(&expected)?;
        let content = store::of_images(measured.data(), measured.range().start, &images);
        sets.push(Self { expected, images, content });
        Ok(sets.len() - 1)
    }
}

/// Lists each network once, and gated ones once for each threshold.
fn networks(args: &CurveArgs, read: Vec<Read>, remark: Remark) -> Vec<Named<QuantNetwork>> {
    let mut files: Vec<(QuantNetwork, &Path)> = vec![];
    for ((net, _), path) in read.into_iter().zip(&args.models) {
        match files.iter().find(|(other, _)| *other == net) {
            Some((_, other)) => {
                remark(&format!("{} is left out: the same network as {}", path.display(), other.display()));
            }
            None => files.push((net, path)),
        }
    }
    let labels = names::labels(&files.iter().map(|(net, path)| (net.name.as_str(), *path)).collect::<Vec<_>>());
    let mut thresholds = vec![];
    for threshold in &args.threshold {
        if !thresholds.contains(threshold) {
            thresholds.push(*threshold);
        }
    }
    let mut nets = vec![];
    for ((net, _), label) in files.into_iter().zip(labels) {
        if thresholds.is_empty() || !curve::has_gates(&net) {
            nets.push(Named { label, item: net });
        } else {
            nets.extend(thresholds.iter().map(|t| Named { label: label.clone(), item: net.with_threshold(*t) }));
        }
    }
    nets
}

/// Lists each accelerator once for each gate unit.
fn configs(args: &CurveArgs, remark: Remark) -> Result<Vec<Named<AcceleratorConfig>>> {
    let mut configs: Vec<AcceleratorConfig> = vec![];
    for name in &args.config {
        let config = load::config(name, &args.common.accelerator.set)?;
        let own = [config.gate.macs];
        let macs = if args.gate_macs.is_empty() { &own[..] } else { &args.gate_macs };
        for &macs in macs {
            let mut config = config.clone();
            config.gate.macs = macs;
            config.validate(name).with_context(|| format!("--gate-macs {macs}"))?;
            match configs.iter().find(|other| accelerators::same(other, &config)) {
                Some(other) => {
                    let other = &other.name;
                    remark(&format!("{name}, {macs} gate MACs, is left out: the same accelerator as {other}"));
                }
                None => configs.push(config),
            }
        }
    }
    let labels = accelerators::labels(&configs);
    Ok(labels.into_iter().zip(configs).map(|(label, item)| Named { label, item }).collect())
}

/// Writes a line for each point, with a column for each parameter of its accelerator.
fn csv(lines: &[Line]) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Front {
        pareto: bool,
    }
    let mut figures = csv::Writer::from_writer(vec![]);
    for line in lines {
        figures.serialize((line.point, Front { pareto: line.pareto }))?;
    }
    // The columns of the figures come from the fields of a struct, those of the parameters from the
    // accelerator.
    let figures = figures.into_inner().context("cannot write the table")?;
    let mut figures = csv::Reader::from_reader(&figures[..]);
    let mut writer = csv::Writer::from_writer(vec![]);
    let columns = |line: &Line| accelerators::columns(line.parameters);
    let head = lines.iter().take(1).flat_map(columns).map(|(key, _)| key);
    writer.write_record(figures.headers()?.iter().chain(head))?;
    for (record, line) in figures.records().zip(lines) {
        let values: Vec<String> = columns(line).into_iter().map(|(_, value)| value).collect();
        writer.write_record(record?.iter().chain(values.iter().map(String::as_str)))?;
    }
    lcsim_output::cells(&writer.into_inner().context("cannot write the table")?)
}

fn text(lines: &[Line]) -> String {
    let head = [
        "model",
        "accelerator",
        "gate\nMACs",
        "accuracy\n%",
        "cycles\n/image",
        "5th\npercentile",
        "95th\npercentile",
        "energy\nnJ/image",
        "MACs\n% of dense",
        "std of\nMACs, %",
        "realised\nfraction",
        "Pareto\nfront",
    ];
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(head);
    for Line { point: p, pareto, .. } in lines {
        table.add_row([
            printable(&p.label()).into(),
            printable(&p.accelerator).into(),
            p.gate_macs.to_string(),
            format!("{:.2}", 100.0 * p.accuracy),
            rounded(p.cycles),
            rounded(p.cycles_p5 as f64),
            rounded(p.cycles_p95 as f64),
            format!("{:.1}", p.energy_pj / 1000.0),
            percent(p.macs / p.macs_dense),
            percent(p.macs_std / p.macs),
            if p.gated { format!("{:.3}", p.realized_fraction) } else { "-".into() },
            if *pareto { "yes" } else { "" }.into(),
        ]);
    }
    table.column_iter_mut().skip(2).for_each(|c| c.set_cell_alignment(CellAlignment::Right));
    format!("{table}\n")
}
