//! `lcsim quantize`.

use super::tell;
use crate::args::QuantizeArgs;
use crate::data::{Count, Dataset};
use crate::output::{self, Destination};
use crate::text::{count, threshold};
use crate::{curve, load};
use anyhow::{Context, Result, bail};
use lcsim_golden::{container, onnx};
use lcsim_spec::QuantNetwork;
use serde::Serialize;
use std::path::Path;

/// Images to calibrate with unless told otherwise.
pub(super) const CALIBRATION: usize = 512;

pub(super) fn run(args: &QuantizeArgs) -> Result<()> {
    let [out, json] = output::check_all([Some(args.out.as_path()), args.print.json.as_deref()])?;
    let out = out.context("--out: expected a file")?;
    let net = onnx::import(&args.model)?;
    let data = Dataset::open(&args.data)?;
    let (net, images) =
        load::quantized(&args.model, &net, &data, args.offset, Count::or_at_most(args.images, CALIBRATION))?;
    if args.threshold.is_some() && !curve::has_gates(&net) {
        bail!("--threshold: expected a model with gates, found none in {}", args.model.display());
    }
    let net = load::trimmed(net, args.threshold);
    let bytes = container::save(&net).map_err(|error| error.in_file(&args.out))?;
    out.write(&bytes)?;
    let quiet = args.print.quiet || out == Destination::Stdout;
    let summary = Summary::new(&net, &data.name, images, bytes.len());
    tell(json.as_ref(), quiet, || output::json(&summary), || text(&net, &summary, &args.out))
}

/// What was made of a model.
#[derive(Debug, Serialize)]
struct Summary<'a> {
    schema: &'static str,
    version: &'static str,
    model: &'a str,
    classes: usize,
    convolutions: usize,
    l_nets: usize,
    c_nets: usize,
    convolution_weights: usize,
    gate_weights: usize,
    classifier_weights: usize,
    /// Of an image, without those of the gates.
    dense_macs: u64,
    threshold: f64,
    calibration_data: &'a str,
    calibration_images: usize,
    /// Of the file.
    bytes: usize,
}

impl<'a> Summary<'a> {
    fn new(net: &'a QuantNetwork, data: &'a str, images: usize, bytes: usize) -> Self {
        let (lnets, cnets): (Vec<_>, Vec<_>) = net.gates().partition(|(_, is_lnet)| *is_lnet);
        Self {
            schema: "lcsim.quantize/1",
            version: env!("CARGO_PKG_VERSION"),
            model: &net.name,
            classes: net.classifier.outputs,
            convolutions: net.convs().count(),
            l_nets: lnets.len(),
            c_nets: cnets.len(),
            convolution_weights: net.convs().map(|c| c.weights.len()).sum(),
            gate_weights: net.gates().map(|(g, _)| g.weights.len()).sum(),
            classifier_weights: net.classifier.weights.len(),
            dense_macs: net.dense_macs(),
            threshold: net.threshold().to_num(),
            calibration_data: data,
            calibration_images: images,
            bytes,
        }
    }
}

fn text(net: &QuantNetwork, summary: &Summary, out: &Path) -> String {
    let n = |n: usize| count(n as u64);
    let threshold = if summary.threshold > 0.0 {
        format!("\nthreshold     {}", threshold(summary.threshold))
    } else {
        String::new()
    };
    format!(
        "\
model         {}, images of {}, {} classes
layers        {} convolutions, {} L-Nets, {} C-Nets, 1 classifier
weights       {} in convolutions, {} in gates, {} in the classifier
dense MACs    {} per image; gates' own: {}{threshold}
calibration   {} images of {}
written       {}, {} bytes
",
        summary.model,
        net.input.shape,
        summary.classes,
        summary.convolutions,
        summary.l_nets,
        summary.c_nets,
        n(summary.convolution_weights),
        n(summary.gate_weights),
        n(summary.classifier_weights),
        count(summary.dense_macs),
        n(summary.gate_weights),
        summary.calibration_images,
        summary.calibration_data,
        out.display(),
        n(summary.bytes),
    )
}
