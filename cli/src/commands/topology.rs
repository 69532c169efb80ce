//! `lcsim topology`.

use super::print;
use crate::args::TopologyArgs;
use crate::output::Destination;
use crate::parallel;
use crate::text::count;
use crate::topology::layers::{self, Format, Layer, Shape};
use crate::topology::run::{LayerReport, run as run_layer};
use crate::topology::{ScaleConfig, reports};
use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use std::collections::HashMap;
use std::fs;

pub(super) fn run(args: &TopologyArgs) -> Result<()> {
    if args.compat.is_none() {
        bail!("--compat is missing: only `--compat scalesim-3.0.0` exists so far");
    }
    let shown = args.out.display();
    if fs::exists(&args.out).with_context(|| format!("{shown}: cannot write"))? {
        for name in reports::NAMES {
            Destination::check(&args.out.join(name))?;
        }
    }
    let config = ScaleConfig::load(&args.config)?;
    let format = if args.gemm { Format::Gemm } else { Format::Conv };
    let layers = layers::load(&args.topology, format)?;
    let results = parallel::with_threads(args.threads, || {
        run_all(&config, &layers).with_context(|| args.topology.display().to_string())
    })?;
    fs::create_dir_all(&args.out).with_context(|| format!("{shown}: cannot make the folder"))?;
    for (name, text) in reports::NAMES.iter().zip(reports::all(&results)) {
        Destination::check(&args.out.join(name))?.write(text.as_bytes())?;
    }
    if args.quiet {
        return Ok(());
    }
    let cycles: u64 = results.iter().map(|layer| layer.total_cycles).sum();
    let (number, names) = (results.len(), reports::NAMES.join(", "));
    print(format!("{shown}: {names}; {number} layers, {} cycles\n", count(cycles)))
}

/// Runs the layers; those of one shape have one result, which is found once.
fn run_all(config: &ScaleConfig, layers: &[Layer]) -> Result<Vec<LayerReport>> {
    let mut first: HashMap<Shape, usize> = HashMap::new();
    let mut distinct: Vec<&Layer> = vec![];
    let mut which = vec![];
    for layer in layers {
        let next = distinct.len();
        let index = *first.entry(layer.shape).or_insert(next);
        if index == next {
            distinct.push(layer);
        }
        which.push(index);
    }
    let run_one = |layer: &&Layer| {
        run_layer(config, &layer.shape).with_context(|| format!("line {}: layer `{}`", layer.line, layer.name))
    };
    // Each result is kept, and the first error in the file is the one that is told, whichever thread was first.
    let results: Vec<Result<LayerReport>> = distinct.par_iter().map(run_one).collect();
    let results = results.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(which.into_iter().map(|i| results[i]).collect())
}
