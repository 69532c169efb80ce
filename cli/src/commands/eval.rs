//! `lcsim eval`.

use super::quantize::CALIBRATION;
use super::say::{notes, tell};
use crate::args::EvalArgs;
use crate::terminal::Terminal;
use anyhow::{Result, bail};
use lcsim_golden::float::Overflow;
use lcsim_golden::model::Summary;
use lcsim_golden::{Network, container, float, integer};
use lcsim_input::calibration::{self, Calibration, Choice, overflowed};
use lcsim_input::load;
use lcsim_input::{Expected, Image, Images};
use lcsim_output::text::{count, percent, rounded, threshold};
use lcsim_report::differences::{self, Differences, GateDifference, ImageDifference};
use lcsim_report::parallel;
use lcsim_spec::QuantNetwork;
use lcsim_spec::escape::printable;
use lcsim_spec::progress::Progress;
use serde::Serialize;

/// The comparison of a float model and its quantised form on the same images. MACs are those of
/// convolutions and classifier.
#[derive(Debug, Serialize)]
struct Evaluation {
    schema: &'static str,
    model: String,
    data: String,
    images: usize,
    float_accuracy: f64,
    integer_accuracy: f64,
    /// The share of images on which both models predict the same class.
    agreement: f64,
    dense_macs: u64,
    /// Mean of an image.
    float_macs: f64,
    /// Mean of an image.
    integer_macs: f64,
    /// The threshold of the quantised model. The float model has none.
    threshold: f64,
    /// The images whose logits differ most.
    images_by_difference: Vec<ImageDifference>,
    /// All gates. Those that differ most come first.
    gates_by_difference: Vec<GateDifference>,
}

/// The results of both models for one image.
struct Predictions {
    float: usize,
    integer: usize,
    float_macs: u64,
    integer_macs: u64,
}

pub(super) fn run(args: &EvalArgs) -> Result<()> {
    let [json] = lcsim_output::check_all([args.print.json.as_deref()])?;
    let evaluation = parallel::with_threads(args.threads, || compare(args))?;
    tell(json.as_ref(), args.print.quiet, || lcsim_output::json(&evaluation), || text(&evaluation))
}

fn compare(args: &EvalArgs) -> Result<Evaluation> {
    let net = load::float(&args.model, &args.load.network.options(), &notes(args.print.quiet))?.network;
    let data = load::data(&args.data, args.load.classes.class_order, &notes(args.print.quiet))?;
    let progress = Terminal::unless(args.print.quiet);
    let calibration = args.load.calibration.calibration();
    let choice = Choice {
        offset: args.offset,
        asked: args.images,
        default: usize::MAX,
        on_the_fly: args.quantized.is_none().then_some((&calibration, CALIBRATION)),
    };
    let measured = calibration::choose(data, &choice, &notes(args.print.quiet))?;
    let quantized = quantized(args, &net, &calibration, &measured, &progress)?;
    let (expected, found) = (Expected::by_float(&net), Expected::by_quantized(&quantized));
    if found != expected {
        let model = args.model.display();
        let quantized = args.quantized.as_deref().unwrap_or(&args.model).display();
        bail!("{quantized}: expected {expected} as in {model}, found {found}");
    }
    let layers = |summary: Summary, macs| format!("{summary}, {} MACs with everything live", count(macs));
    let expected_layers = layers(net.summary(), net.dense_macs());
    let found_layers = layers(Summary::of(&quantized.layers), quantized.dense_macs());
    if found_layers != expected_layers {
        let (model, quantized) = (args.model.display(), args.quantized.as_deref().unwrap_or(&args.model).display());
        bail!("{quantized}: expected the network of {model} ({expected_layers}), found another ({found_layers})");
    }
    let (data, images) = (measured.data(), measured.read(&expected)?);
    float::expect_memory(&net, parallel::at_a_time(images.len()))?;
    let nothing = || (vec![], Differences::none(&quantized));
    let add = |(predictions, differences): &mut (Vec<Result<Predictions, Overflow>>, Differences), i: usize| {
        let image = &images[i];
        let float = match float::run(&net, &float::normalize(&net, &image.pixels)) {
            Ok(float) => float,
            Err(overflow) => return predictions.push(Err(overflow)),
        };
        let input = quantized.input.quantize_image(&image.pixels);
        let (integer, integer_macs) = integer::run_counted(&quantized, &input, integer::Mode::Gated);
        differences.add(&quantized, args.offset + i, image.label, &float, &integer);
        let (float, float_macs) = (float.class(), float.macs);
        predictions.push(Ok(Predictions { float, integer: integer.class(), float_macs, integer_macs }));
    };
    let append = |(predictions, differences): &mut (Vec<_>, Differences), later: (Vec<_>, Differences)| {
        predictions.extend(later.0);
        differences.append(later.1);
    };
    let (predictions, differences) = parallel::sum(images.len(), &progress, nothing, add, append)?;
    let model = args.model.display().to_string();
    let predictions = predictions.into_iter().enumerate();
    let predictions = predictions.map(|(i, p)| p.map_err(|o| overflowed(&model, &o, args.offset + i, data)));
    let predictions = predictions.collect::<Result<Vec<_>>>()?;
    Ok(evaluate(&quantized, data.name.clone(), &images, &predictions, &differences))
}

fn quantized(
    args: &EvalArgs,
    net: &Network,
    calibration: &Calibration,
    measured: &Images,
    progress: &dyn Progress,
) -> Result<QuantNetwork> {
    if let Some(path) = &args.quantized {
        return Ok(container::load(path)?);
    }
    let calibrated = calibration::on_the_fly(&args.model, net, calibration, CALIBRATION, measured, progress)?;
    notes(args.print.quiet)(&format!("{} quantised with {}", args.model.display(), calibrated.images));
    Ok(calibrated.network)
}

fn evaluate(
    net: &QuantNetwork,
    data: String,
    images: &[Image],
    predictions: &[Predictions],
    differences: &Differences,
) -> Evaluation {
    let share = |test: &dyn Fn(&Image, &Predictions) -> bool| {
        images.iter().zip(predictions).filter(|(i, p)| test(i, p)).count() as f64 / images.len() as f64
    };
    let mean = |macs: fn(&Predictions) -> u64| predictions.iter().map(macs).sum::<u64>() as f64 / images.len() as f64;
    Evaluation {
        schema: "lcsim.eval/1",
        model: net.name.clone(),
        data,
        images: images.len(),
        float_accuracy: share(&|i, p| p.float == i.label),
        integer_accuracy: share(&|i, p| p.integer == i.label),
        agreement: share(&|_, p| p.float == p.integer),
        dense_macs: net.dense_macs(),
        float_macs: mean(|p| p.float_macs),
        integer_macs: mean(|p| p.integer_macs),
        threshold: net.threshold().to_num(),
        images_by_difference: differences.images(),
        gates_by_difference: differences.gates(),
    }
}

fn text(e: &Evaluation) -> String {
    let macs = |macs: f64| format!("{} ({} % of dense)", rounded(macs), percent(macs / e.dense_macs as f64));
    let threshold = match e.threshold {
        least if least > 0.0 => format!("threshold          {}, in the quantised model alone\n", threshold(least)),
        _ => String::new(),
    };
    format!(
        "\
model              {}
data               {}, {} images
accuracy           {:.2} % float, {:.2} % quantised
same prediction    {:.2} %
MACs per image     {} float
                   {} quantised
                   {} dense
{threshold}
{}",
        printable(&e.model),
        printable(&e.data),
        e.images,
        100.0 * e.float_accuracy,
        100.0 * e.integer_accuracy,
        100.0 * e.agreement,
        macs(e.float_macs),
        macs(e.integer_macs),
        rounded(e.dense_macs as f64),
        differences::text(&e.images_by_difference, &e.gates_by_difference),
    )
}
