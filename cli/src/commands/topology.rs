//! `lcsim topology`.

use super::print;
use crate::args::{Compat, TopologyArgs};
use crate::output::{self, Destination};
use crate::parallel;
use crate::text::count;
use crate::topology::layers::{self, Format, Layer, Shape};
use crate::topology::{ScaleConfig, Use, ours, reports, run::run as run_layer};
use anyhow::{Context, Result};
use rayon::prelude::*;
use std::collections::HashMap;
use std::fs;

pub(super) fn run(args: &TopologyArgs) -> Result<()> {
    let names: &[&str] = match args.compat {
        Some(Compat::ScaleSim300) => &reports::NAMES,
        None => &[reports::COMPARISON_NAME],
    };
    let shown = args.out.display();
    output::check_folder(&args.out, names, &[&args.config, &args.topology])?;
    let use_of = if args.compat.is_some() { Use::Counts } else { Use::Array };
    let config = ScaleConfig::load(&args.config, use_of)?;
    let format = if args.gemm { Format::Gemm } else { Format::Conv };
    let layers = layers::load(&args.topology, format)?;
    let file = || args.topology.display().to_string();
    let (texts, cycles) = match args.compat {
        Some(Compat::ScaleSim300) => {
            let run_one = |shape: &Shape| run_layer(&config, shape);
            let results = parallel::with_threads(args.threads, || run_all(&layers, run_one).with_context(file))?;
            let cycles = results.iter().map(|layer| layer.total_cycles).sum();
            (reports::all(&results).to_vec(), format!("{} cycles", count(cycles)))
        }
        None => {
            let run_one = |shape: &Shape| ours::compare(&config, format, shape);
            let results = parallel::with_threads(args.threads, || run_all(&layers, run_one).with_context(file))?;
            let [ours, theirs] = [0, 1].map(|i| results.iter().map(|l| [l.ours, l.scale_sim][i]).sum());
            let name = config.dataflow.name();
            let cycles = format!("{} cycles, ws; SCALE-Sim {} cycles, {name}", count(ours), count(theirs));
            (vec![reports::comparison(&results, config.dataflow)], cycles)
        }
    };
    fs::create_dir_all(&args.out).with_context(|| format!("{shown}: cannot make the folder"))?;
    for (name, text) in names.iter().zip(texts) {
        Destination::check(&args.out.join(name))?.write(text.as_bytes())?;
    }
    if args.quiet {
        return Ok(());
    }
    print(format!("{shown}: {}; {} layers, {cycles}\n", names.join(", "), layers.len()))
}

/// Runs the layers; those of one shape have one result, which is found once.
fn run_all<T: Clone + Send>(layers: &[Layer], run_one: impl Fn(&Shape) -> Result<T> + Sync) -> Result<Vec<T>> {
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
    let run_one =
        |layer: &&Layer| run_one(&layer.shape).with_context(|| format!("line {}: layer `{}`", layer.line, layer.name));
    // Each result is kept, and the first error in the file is the one that is told, whichever thread was first.
    let results: Vec<Result<T>> = distinct.par_iter().map(run_one).collect();
    let results = results.into_iter().collect::<Result<Vec<_>>>()?;
    Ok(which.into_iter().map(|i| results[i].clone()).collect())
}
