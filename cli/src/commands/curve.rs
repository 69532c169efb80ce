//! `lcsim curve`.

use super::{note, print};
use crate::args::CurveArgs;
use crate::curve::{self, Point, Setting};
use crate::data::{Count, Dataset, Expected, Image};
use crate::output::Destination;
use crate::text::{hex, percent, rounded};
use crate::{draw, load, output, parallel};
use anyhow::{Context, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use lcsim_golden::container;
use lcsim_sim::{EnergyTable, Engine};
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

const SCHEMA: &str = "lcsim.curve/1";

/// A point, and whether it is on the Pareto front of its accelerator.
#[derive(Debug, Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    point: &'a Point,
    pareto: bool,
}

#[derive(Debug, Serialize)]
struct Curve<'a> {
    schema: &'static str,
    version: &'static str,
    energy_table: String,
    points: Vec<Line<'a>>,
}

pub(super) fn run(args: &CurveArgs) -> Result<()> {
    let names = ["csv", "json", "svg", "png"].map(|ending| args.out.join(format!("curve.{ending}")));
    if args.out.exists() {
        names.iter().try_for_each(|name| Destination::check(name).map(|_| ()))?;
    }
    let energy = load::energy_table(&args.common.energy_table)?;
    let points = parallel::with_threads(args.common.threads, || measure(args, &energy))?;
    let front = curve::pareto(&points);
    let lines: Vec<Line> = points.iter().zip(&front).map(|(point, &pareto)| Line { point, pareto }).collect();
    let caption = format!("{} images of {}", points[0].images, points[0].data);
    let energy_table = energy.describe().name;
    let text = text(&lines);
    let csv = csv(&points, &front)?;
    let curve = Curve { schema: SCHEMA, version: env!("CARGO_PKG_VERSION"), energy_table, points: lines };
    let json = output::json(&curve)?;
    let plot = curve::Plot { points: &points, caption: &caption };
    let (svg, png) = (draw::svg(&plot)?, draw::png(&plot)?);
    for (name, bytes) in names.iter().zip([csv, json, svg.into_bytes(), png]) {
        Destination::check(name)?.write(&bytes)?;
    }
    if args.common.quiet { Ok(()) } else { print(text) }
}

/// All points, those of an earlier run included, in the order of accelerators and models.
fn measure(args: &CurveArgs, energy: &EnergyTable) -> Result<Vec<Point>> {
    let configs = configs(args)?;
    let nets = networks(args)?;
    let data = Dataset::open(&args.common.data)?;
    let name = data.name_from(args.common.offset);
    let count = Count::or_at_most(args.images, usize::MAX);
    // What cannot be measured is refused before the first point.
    let mut models = vec![];
    for (net, path) in &nets {
        models.push((net, *path, data.select(args.common.offset, count, &Expected::by_quantized(net))?));
        configs.iter().try_for_each(|config| curve::fits(net, config))?;
    }
    let store = args.out.join("points");
    fs::create_dir_all(&store).with_context(|| format!("{}: cannot make the folder", store.display()))?;
    let of = configs.len() * models.len();
    // By accelerator, then by model.
    let mut points: Vec<Option<Point>> = vec![None; of];
    for (m, (net, path, images)) in models.iter().enumerate() {
        let mut missing = vec![];
        for (c, config) in configs.iter().enumerate() {
            let file = store.join(format!("{}.json", key(args, config, energy, net, path, images)?));
            let at = c * models.len() + m;
            points[at] = stored(&file).filter(|_| !args.fresh);
            if points[at].is_none() {
                missing.push((at, config, file));
            }
        }
        // Accelerators share an image's inference, and their points are finished together. Stepping takes long, and shares nothing.
        let engine = args.common.engine.into();
        let together = if engine == Engine::Fast { missing.len().max(1) } else { 1 };
        for missing in missing.chunks(together) {
            let finished = points.iter().flatten().count();
            if !args.common.quiet {
                missing.iter().enumerate().for_each(|(i, (_, config, _))| {
                    let name = format!("{}{}", net.name, curve::suffix(net.threshold().to_num()));
                    let (number, macs) = (finished + i + 1, config.gate.macs);
                    note(&format!("{number} of {of}: {name} on {}, {macs} gate MACs", config.name));
                });
            }
            let configs: Vec<&AcceleratorConfig> = missing.iter().map(|m| m.1).collect();
            let setting = Setting { net, configs: &configs, energy, data: &name, images, engine };
            let measured = curve::measure(&setting, !args.common.quiet)
                .with_context(|| format!("{finished} of {of} points are finished and kept in {}", store.display()))?;
            for ((at, _, file), point) in missing.iter().zip(measured) {
                Destination::check(file)?.write(&serde_json::to_vec_pretty(&point)?)?;
                points[*at] = Some(point);
            }
        }
    }
    Ok(points.into_iter().flatten().collect())
}

/// Each model, with the file it is from; a gated one with each threshold.
fn networks(args: &CurveArgs) -> Result<Vec<(QuantNetwork, &Path)>> {
    let mut nets = vec![];
    for path in &args.models {
        let net = model(path)?;
        if args.threshold.is_empty() || !curve::has_gates(&net) {
            nets.push((net, path.as_path()));
        } else {
            nets.extend(args.threshold.iter().map(|t| (net.with_threshold(*t), path.as_path())));
        }
    }
    Ok(nets)
}

fn model(path: &Path) -> Result<QuantNetwork> {
    if path.extension().is_none_or(|e| !e.eq_ignore_ascii_case("safetensors")) {
        bail!("{}: extension: expected .safetensors; `lcsim quantize` makes one of a float model", path.display());
    }
    Ok(container::load(path)?)
}

/// Each accelerator, with each gate unit.
fn configs(args: &CurveArgs) -> Result<Vec<AcceleratorConfig>> {
    let mut configs = vec![];
    for name in &args.config {
        let config = load::config(name)?;
        let own = [config.gate.macs];
        let macs = if args.gate_macs.is_empty() { &own[..] } else { &args.gate_macs };
        for &macs in macs {
            let mut config = config.clone();
            config.gate.macs = macs;
            config.validate(name).with_context(|| format!("--gate-macs {macs}"))?;
            configs.push(config);
        }
    }
    Ok(configs)
}

/// Name of a point's file: everything that it depends on.
fn key(
    args: &CurveArgs,
    config: &AcceleratorConfig,
    energy: &EnergyTable,
    net: &QuantNetwork,
    model: &Path,
    images: &[Image],
) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(SCHEMA);
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(fs::read(model).with_context(|| format!("{}: cannot read", model.display()))?);
    net.gates().for_each(|(gate, _)| hash.update(gate.threshold.to_bits().to_le_bytes()));
    hash.update(serde_json::to_vec(config)?);
    hash.update(serde_json::to_vec(energy)?);
    hash.update(&args.common.data);
    for image in images {
        hash.update(&image.pixels);
        hash.update([image.label as u8]);
    }
    Ok(hex(&hash.finalize()[..12]))
}

/// A point that an earlier run has finished; what cannot be read is measured again.
fn stored(file: &Path) -> Option<Point> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn csv(points: &[Point], front: &[bool]) -> Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Front {
        pareto: bool,
    }
    let mut writer = csv::Writer::from_writer(vec![]);
    for (point, &pareto) in points.iter().zip(front) {
        writer.serialize((point, Front { pareto }))?;
    }
    writer.into_inner().context("cannot write the table")
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
    for Line { point: p, pareto } in lines {
        table.add_row([
            p.label(),
            p.accelerator.clone(),
            p.gate_macs.to_string(),
            format!("{:.2}", 100.0 * p.accuracy),
            rounded(p.cycles),
            rounded(p.cycles_p5 as f64),
            rounded(p.cycles_p95 as f64),
            format!("{:.1}", p.energy_pj / 1000.0),
            percent(p.macs / p.macs_dense),
            percent(p.macs_std / p.macs),
            format!("{:.3}", p.realized_fraction),
            if *pareto { "yes" } else { "" }.into(),
        ]);
    }
    table.column_iter_mut().skip(2).for_each(|c| c.set_cell_alignment(CellAlignment::Right));
    format!("{table}\n")
}
