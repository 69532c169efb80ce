//! `lcsim topology`.

use super::say::{note, tell};
use crate::args::{Compat, TopologyArgs};
use crate::terminal::Terminal;
use anyhow::{Context, Result, anyhow, bail};
use lcsim_output::Destination;
use lcsim_output::text::{count, one_line};
use lcsim_report::parallel;
use lcsim_scalesim::layers::{self, Layer, Topology};
use lcsim_scalesim::mapping::Mapping;
use lcsim_scalesim::memory::{Budget, LIMIT};
use lcsim_scalesim::ours::{self, Comparison};
use lcsim_scalesim::run::{self, LayerReport};
use lcsim_scalesim::shape::{Format, Shape};
use lcsim_scalesim::{ScaleConfig, Use, reports};
use lcsim_spec::progress::Progress;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::HashMap;
use std::fs;

/// The results of all layers, as the JSON file has them.
#[derive(Debug, Serialize)]
struct File<'a> {
    schema: &'static str,
    version: &'static str,
    /// The simulator whose counts these are. Without one, its cycles are beside ours.
    compat: Option<&'static str>,
    /// The dataflow of SCALE-Sim's configuration.
    dataflow: &'static str,
    layers: Vec<Line<'a>>,
}

/// A layer of the topology with its results.
#[derive(Debug, Serialize)]
struct Line<'a> {
    name: &'a str,
    /// The number of its line in the file, counted from 1.
    line: u64,
    #[serde(flatten)]
    found: Found,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Found {
    Counts(LayerReport),
    Comparison(Comparison),
    CannotRun { cannot_run: String },
}

/// The texts to write and to print.
struct Results<'a> {
    texts: Vec<String>,
    file: File<'a>,
    summary: String,
    /// The number of layers that cannot run, and the reason of the first one.
    failed: usize,
    first: Option<String>,
}

pub(super) fn run(args: &TopologyArgs) -> Result<()> {
    let names: &[&str] = match args.compat {
        Some(Compat::ScaleSim300) => &reports::NAMES,
        None => &[reports::COMPARISON_NAME],
    };
    let shown = args.out.display();
    let [json] = lcsim_output::check_with_folder([args.print.json.as_deref()], &args.out, names)?;
    let use_of = if args.compat.is_some() { Use::Counts } else { Use::Array };
    let config = ScaleConfig::load(&args.config, use_of)?;
    let format = if args.gemm { Format::Gemm } else { Format::Conv };
    let Topology { layers, remarks } = layers::load(&args.topology, format)?;
    let file = args.topology.display();
    if !args.print.quiet {
        remarks.iter().for_each(|remark| note(&format!("{file}: {remark}")));
    }
    let work = Work { config, format, layers: &layers, quiet: args.print.quiet, budget: Budget::new(LIMIT) };
    let results = parallel::with_threads(args.threads, || match args.compat {
        Some(Compat::ScaleSim300) => work.counts().with_context(|| file.to_string()),
        None => {
            ours::check(&config).with_context(|| args.config.display().to_string())?;
            work.comparisons().with_context(|| file.to_string())
        }
    })?;
    fs::create_dir_all(&args.out).with_context(|| format!("{shown}: cannot make the folder"))?;
    for (name, text) in names.iter().zip(&results.texts) {
        Destination::check(&args.out.join(name))?.write(text.as_bytes())?;
    }
    let text = || format!("{shown}: {}; {} layers, {}\n", names.join(", "), layers.len(), results.summary);
    // If no layer ran, there are no totals.
    let quiet = args.print.quiet || results.failed == layers.len();
    tell(json.as_ref(), quiet, || lcsim_output::json(&results.file), text)?;
    if let Some(first) = results.first {
        bail!("{file}: {} of {} layers cannot run, as {} says: {first}", results.failed, layers.len(), names[0]);
    }
    Ok(())
}

/// The layers and the accelerator to run them on.
struct Work<'a> {
    config: ScaleConfig,
    format: Format,
    layers: &'a [Layer],
    quiet: bool,
    budget: Budget,
}

impl<'a> Work<'a> {
    /// Runs the layers for SCALE-Sim's counts. If one layer fails, there is no result, because
    /// SCALE-Sim's own reports are complete too.
    fn counts(&self) -> Result<Results<'a>> {
        layers::bound(self.layers, run::MAX_ELEMENTS)?;
        for layer in self.layers {
            run::check(&self.config, &layer.shape, &self.budget).with_context(|| place(layer))?;
        }
        let counted = self.all(|shape, progress| run::run(&self.config, shape, &self.budget, progress));
        // Reports the first error in the order of the file, whichever thread finished first.
        let counted: Vec<LayerReport> = counted
            .into_iter()
            .zip(self.layers)
            .map(|(found, layer)| found.map_err(|reason| anyhow!("{}: {reason}", place(layer))))
            .collect::<Result<_>>()?;
        let cycles: u64 = counted.iter().map(|layer| layer.total_cycles).sum();
        Ok(Results {
            texts: reports::all(&counted).to_vec(),
            file: self.file(Some("scalesim-3.0.0"), counted.into_iter().map(Found::Counts)),
            summary: format!("{} cycles", count(cycles)),
            failed: 0,
            first: None,
        })
    }

    /// Runs the layers on our accelerator, and compares the cycles with SCALE-Sim's. If a layer
    /// cannot run, the others still have their lines.
    fn comparisons(&self) -> Result<Results<'a>> {
        layers::bound(self.layers, ours::MAX_ELEMENTS)?;
        let compared = self.all(|shape, progress| {
            let compared = ours::compare(&self.config, self.format, shape, &self.budget);
            progress(Mapping::new(&self.config, shape).cycles().unwrap_or(0));
            compared
        });
        let sum = |cycles: fn(&Comparison) -> u64| count(compared.iter().flatten().map(cycles).sum());
        let failures =
            compared.iter().zip(self.layers).filter_map(|(found, layer)| Some((found.as_ref().err()?, layer)));
        let found = compared.iter().map(|found| match found {
            Ok(comparison) => Found::Comparison(comparison.clone()),
            Err(reason) => Found::CannotRun { cannot_run: reason.clone() },
        });
        let name = self.config.dataflow.name();
        Ok(Results {
            texts: vec![reports::comparison(&compared, self.config.dataflow)],
            file: self.file(None, found),
            summary: format!("{} cycles, ws; SCALE-Sim {} cycles, {name}", sum(|l| l.ours), sum(|l| l.scale_sim)),
            failed: failures.clone().count(),
            first: failures.map(|(reason, layer)| format!("{}: {reason}", place(layer))).next(),
        })
    }

    /// Runs the layers. Layers of the same shape share one result, which is computed once. `one`
    /// reports how many cycles are done.
    fn all<T: Clone + Send>(
        &self,
        one: impl Fn(&Shape, &(dyn Fn(u64) + Sync)) -> Result<T> + Sync,
    ) -> Vec<Result<T, String>> {
        let mut first: HashMap<Shape, usize> = HashMap::new();
        let mut distinct: Vec<Shape> = vec![];
        let mut which = vec![];
        for Layer { shape, .. } in self.layers {
            let next = distinct.len();
            let index = *first.entry(*shape).or_insert(next);
            if index == next {
                distinct.push(*shape);
            }
            which.push(index);
        }
        let cycles = |shape: &Shape| Mapping::new(&self.config, shape).cycles().unwrap_or(0);
        let all = distinct.iter().map(cycles).fold(0, u64::saturating_add);
        let terminal = Terminal::unless(self.quiet);
        let bar = terminal.begin(all, "cycles");
        let run_one = |shape: &Shape| one(shape, &|cycles| bar.advance(cycles)).map_err(|error| one_line(&error));
        let results: Vec<Result<T, String>> = distinct.par_iter().map(run_one).collect();
        drop(bar);
        which.into_iter().map(|i| results[i].clone()).collect()
    }

    fn file(&self, compat: Option<&'static str>, found: impl Iterator<Item = Found>) -> File<'a> {
        let line = |(layer, found): (&'a Layer, _)| Line { name: &layer.name, line: layer.line, found };
        File {
            schema: "lcsim.topology/1",
            version: env!("CARGO_PKG_VERSION"),
            compat,
            dataflow: self.config.dataflow.name(),
            layers: self.layers.iter().zip(found).map(line).collect(),
        }
    }
}

fn place(layer: &Layer) -> String {
    format!("line {}: layer `{}`", layer.line, layer.name)
}
