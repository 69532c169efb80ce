//! `lcsim quantize`.

use super::{print, shown};
use crate::args::QuantizeArgs;
use crate::data::{Count, Dataset};
use crate::output::{self, Destination};
use crate::text::{count, threshold};
use crate::{curve, load};
use anyhow::{Context, Result, bail};
use lcsim_golden::{container, onnx};
use lcsim_spec::QuantNetwork;
use lcsim_spec::escape::printable;

/// Images to calibrate with unless told otherwise.
pub(super) const CALIBRATION: usize = 512;

pub(super) fn run(args: &QuantizeArgs) -> Result<()> {
    let [out] = output::check_all([Some(&args.out)], &[&args.model, &args.data])?;
    let out = out.context("--out")?;
    let net = onnx::import(&args.model)?;
    let data = Dataset::open(&args.data)?;
    let count_asked = Count::or_at_most(args.images, CALIBRATION);
    let (net, images) = load::quantized(&args.model, &net, &data, args.offset, count_asked, true)?;
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
        "{}\ncalibration   {images} images of {}\nwritten       {}, {size} bytes\n",
        summary(&net),
        printable(&data.name),
        shown(&args.out)
    ))
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
        printable(&net.name),
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
