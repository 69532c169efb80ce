//! `lcsim quantize`.

use super::{note, print};
use crate::args::QuantizeArgs;
use crate::data::Count;
use crate::text::{count, threshold};
use crate::{calibration, curve, load, output::Destination};
use anyhow::{Context, Result, bail};
use lcsim_golden::container;
use lcsim_spec::QuantNetwork;

/// Images to calibrate with unless told otherwise.
pub(super) const CALIBRATION: usize = 512;

pub(super) fn run(args: &QuantizeArgs) -> Result<()> {
    let out = Destination::check(&args.out)?;
    let imported = load::float(&args.model, &args.network, &note)?;
    let data = load::data(&args.data, &args.classes, &note)?;
    let images = data.range(args.offset, Count::or_at_most(args.images, CALIBRATION)).context("calibration images")?;
    let calibrated = calibration::with(&args.model, &imported.network, &data, images)?;
    let net = calibrated.network;
    if args.threshold.is_some() && !curve::has_gates(&net) {
        bail!("--threshold: expected a model with gates, found none in {}", args.model.display());
    }
    let net = load::trimmed(net, args.threshold);
    let bytes = container::save(&net).map_err(|error| error.in_file(&args.out))?;
    out.write(&bytes)?;
    if out == Destination::Stdout {
        return Ok(());
    }
    let size = count(bytes.len() as u64);
    print(format!(
        "{}\nnormalisation mean {}, std {} ({})\ncalibration   {}\nwritten       {}, {size} bytes\n",
        summary(&net),
        list(&net.input.mean),
        list(&net.input.std),
        load::origin(imported.normalisation),
        calibrated.images,
        args.out.display()
    ))
}

/// As --mean and --std take them.
fn list(values: &[f32]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn summary(net: &QuantNetwork) -> String {
    let convs: usize = net.convs().map(|c| c.weights.len()).sum();
    let gates: usize = net.gates().map(|(g, _)| g.weights.len()).sum();
    let (lnets, cnets): (Vec<_>, Vec<_>) = net.gates().partition(|(_, is_lnet)| *is_lnet);
    let n = |n: usize| count(n as u64);
    let threshold = match net.threshold().to_num::<f64>() {
        least if least > 0.0 => format!("\nthreshold     {}", threshold(least)),
        _ => String::new(),
    };
    format!(
        "\
model         {}, images of {}, {} classes
layers        {} convolutions, {} L-Nets, {} C-Nets, 1 classifier
weights       {} in convolutions, {} in gates, {} in the classifier
dense MACs    {} per image; gates' own: {}{threshold}",
        net.name,
        net.input.shape,
        net.classifier.outputs,
        net.convs().count(),
        lnets.len(),
        cnets.len(),
        n(convs),
        n(gates),
        n(net.classifier.weights.len()),
        count(net.dense_macs()),
        n(gates),
    )
}
