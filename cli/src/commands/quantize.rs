//! `lcsim quantize`.

use super::say::{notes, shown, tell};
use crate::args::QuantizeArgs;
use crate::terminal::Terminal;
use anyhow::{Context, Result, bail};
use lcsim_explore::curve;
use lcsim_golden::container;
use lcsim_input::Count;
use lcsim_input::{calibration, load};
use lcsim_output::Destination;
use lcsim_output::text::{count, threshold};
use lcsim_spec::QuantNetwork;
use lcsim_spec::escape::printable;
use serde::Serialize;
use std::path::Path;

/// The number of images that calibrate by default.
pub(super) const CALIBRATION: usize = 512;

pub(super) fn run(args: &QuantizeArgs) -> Result<()> {
    let outputs = [Some(args.out.as_path()), args.print.json.as_deref()];
    let [out, json] = lcsim_output::check_all(outputs)?;
    let out = out.context("--out: expected a file")?;
    let remark = notes(args.print.quiet);
    let imported = load::float(&args.model, &args.network.options(), &remark)?;
    let named = matches!(out, Destination::File(_));
    if named && !load::kind(&args.out).is_ok_and(|kind| kind == load::Kind::Quantized) {
        let found = shown(&args.out);
        bail!(
            "--out: expected a name that ends in .safetensors, by which lcsim knows a quantised model, found {found}"
        );
    }
    let data = load::data(&args.data, args.classes.class_order, &remark)?;
    let images = data.range(args.offset, Count::or_at_most(args.images, CALIBRATION)).context("calibration images")?;
    let count = images.len();
    let calibrated =
        calibration::with(&args.model, &imported.network, &data, images, &Terminal::unless(args.print.quiet))?;
    let net = calibrated.network;
    if args.threshold.is_some() && !curve::has_gates(&net) {
        bail!("--threshold: expected a model with gates, found none in {}", args.model.display());
    }
    let net = load::trimmed(net, args.threshold);
    let bytes = container::save(&net).map_err(|error| error.in_file(&args.out))?;
    out.write(&bytes)?;
    let quiet = args.print.quiet || out == Destination::Stdout;
    let origin = load::origin(imported.normalisation);
    let summary = Summary::new(&net, origin, (&data.name, count), bytes.len());
    tell(json.as_ref(), quiet, || lcsim_output::json(&summary), || text(&net, &summary, &calibrated.images, &args.out))
}

/// Formats values as --mean and --std take them.
fn list(values: &[f32]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// The summary of a quantised model.
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
    /// Dense MACs of an image, without those of the gates.
    dense_macs: u64,
    threshold: f64,
    /// One mean for each channel, of pixels in [0, 1].
    mean: &'a [f32],
    /// One standard deviation for each channel, of pixels in [0, 1].
    std: &'a [f32],
    /// Where mean and standard deviation come from.
    normalisation: &'static str,
    calibration_data: &'a str,
    calibration_images: usize,
    /// The size of the file.
    bytes: usize,
}

impl<'a> Summary<'a> {
    fn new(net: &'a QuantNetwork, origin: &'static str, (data, images): (&'a str, usize), bytes: usize) -> Self {
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
            gate_weights: net.gates().flat_map(|(g, _)| g.head.layers()).map(|fc| fc.weights.len()).sum(),
            classifier_weights: net.classifier.weights.len(),
            dense_macs: net.dense_macs(),
            threshold: net.threshold().to_num(),
            mean: &net.input.mean,
            std: &net.input.std,
            normalisation: origin,
            calibration_data: data,
            calibration_images: images,
            bytes,
        }
    }
}

fn text(net: &QuantNetwork, summary: &Summary, calibration: &str, out: &Path) -> String {
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
normalisation mean {}, std {} ({})
calibration   {}
written       {}, {} bytes
",
        printable(summary.model),
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
        list(summary.mean),
        list(summary.std),
        summary.normalisation,
        printable(calibration),
        shown(out),
        n(summary.bytes),
    )
}
