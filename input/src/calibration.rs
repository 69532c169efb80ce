//! Which images set the scales of a network that is quantised: never, unless told to, those that it
//! is measured on.

use crate::{Count, Dataset, Expected, Images, Remark};
use anyhow::{Context, Result, anyhow, bail};
use lcsim_golden::float::Overflow;
use lcsim_golden::{Error, Network, quantize};
use lcsim_spec::QuantNetwork;
use lcsim_spec::progress::Progress;
use std::path::Path;

/// Images that calibrate a network which is quantised on the fly, unless told otherwise.
pub const ON_THE_FLY: usize = 128;

/// Fewer images than that may not show the range of an activation.
const FEW: usize = 16;

/// What `--calibration` says for the first images of `--data`, whether they are measured or not.
const SAME: &str = "same";

/// The images that calibrate a network which is quantised on the fly.
#[derive(Debug, Clone, Default)]
pub struct Calibration {
    /// Data whose first images set the scales; `same` for the first of the measured data, whether
    /// they are measured or not. If it is not said: the training images beside the measured data,
    /// or images of it that are not measured.
    pub data: Option<String>,
    /// How many images.
    pub images: Option<usize>,
}

impl Calibration {
    /// The first of these that is said, by the name of its option.
    pub fn given(&self) -> Option<&'static str> {
        let given = [("--calibration", self.data.is_some()), ("--calibration-images", self.images.is_some())];
        given.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

/// Which images a command measures, and what quantises a network with the others.
pub struct Choice<'a> {
    /// Number of the first image that is measured.
    pub offset: usize,
    /// How many the user asked for.
    pub asked: Option<usize>,
    /// How many otherwise, if there are so many.
    pub default: usize,
    /// How a network is quantised on the fly, and with how many images by default; `None` if none
    /// is.
    pub on_the_fly: Option<(&'a Calibration, usize)>,
}

/// Chooses the images of `data` to measure.
///
/// Calibration needs images that are not measured. Where the user says neither which images to
/// measure nor which to calibrate with, a fifth of the data at most is left out for it, and
/// `remark` tells so.
///
/// # Errors
/// The data has fewer images than asked for.
pub fn choose(data: Dataset, choice: &Choice, remark: Remark) -> Result<Images> {
    let Choice { offset, asked, default, on_the_fly } = *choice;
    let images = Images::select(data, offset, Count::or_at_most(asked, default))?;
    let data = images.data();
    if let (None, Some((args, default))) = (asked, on_the_fly)
        && args.data.is_none()
        && !data.has_training()
    {
        let spare = args.images.unwrap_or_else(|| default.min((data.len() / 5).max(1)));
        let most = data.len().saturating_sub(spare).max(1);
        if spare < data.len() && images.len() > most {
            remark(&format!(
                "{}: {most} of {} images are measured; the others calibrate (--calibration takes other images)",
                data.name,
                data.len()
            ));
            return Ok(images.take(most));
        }
    }
    Ok(images)
}

/// A network, and which images set its scales.
#[derive(Debug)]
pub struct Calibrated {
    /// The network.
    pub network: QuantNetwork,
    /// The images, for people.
    pub images: String,
    /// Whether these are so few that they may not show the range of each activation.
    pub few: bool,
}

/// Quantises `net`, read from `path`, on the fly: with `default` images unless `args` say how many.
///
/// # Errors
/// No image is left that is not `measured`; those of the data and of the quantisation.
pub fn on_the_fly(
    path: &Path,
    net: &Network,
    args: &Calibration,
    default: usize,
    measured: &Images,
    progress: &dyn Progress,
) -> Result<Calibrated> {
    let count = Count::or_at_most(args.images, default);
    let data = measured.data();
    match args.data.as_deref() {
        Some(name) if name == SAME || name == data.name => {
            let first = data.range(0, count).context("--calibration-images")?;
            let both = first.start < measured.range().end && measured.range().start < first.end;
            let mut calibrated = with(path, net, data, first, progress)?;
            if both {
                calibrated.images += ", which are measured too";
            }
            Ok(calibrated)
        }
        Some(name) => first_of(path, net, &Dataset::open(name, None)?, count, progress),
        None => match data.training().context("training images beside --data; --calibration takes others")? {
            Some(training) => first_of(path, net, &training, count, progress),
            None => unmeasured(path, net, count, measured, progress),
        },
    }
}

/// Quantises `net` with the first images of `data`.
fn first_of(path: &Path, net: &Network, data: &Dataset, count: Count, progress: &dyn Progress) -> Result<Calibrated> {
    with(path, net, data, data.range(0, count)?, progress)
}

/// Quantises `net` with the last images that are not measured.
fn unmeasured(
    path: &Path,
    net: &Network,
    count: Count,
    measured: &Images,
    progress: &dyn Progress,
) -> Result<Calibrated> {
    let (data, images) = (measured.data(), measured.range());
    let others: Vec<usize> = (0..images.start).chain(images.end..data.len()).collect();
    let (all, left) = (images.len(), others.len());
    let wanted = match count {
        _ if data.len() == 1 => bail!(
            "{}: has one image, which is measured, and leaves none to quantise {} with: give others by --calibration, or take \
             that one (--calibration same)",
            data.name,
            path.display()
        ),
        Count::AtMost(_) if left == 0 => bail!(
            "{}: every image is measured ({all} of {all}), which leaves none to quantise {} with: give others by --calibration, measure fewer \
             (--images), or take the measured ones (--calibration same)",
            data.name,
            path.display()
        ),
        Count::AtMost(most) => most.min(left),
        Count::Exactly(wanted) if wanted <= left => wanted,
        Count::Exactly(wanted) => {
            bail!(
                "--calibration-images: {wanted} asked for, {left} of {} are not measured; give others by --calibration",
                data.name
            )
        }
    };
    let mut calibrated = with(path, net, data, others[left - wanted..].iter().copied(), progress)?;
    calibrated.images += if wanted == 1 { " that is not measured" } else { " that are not measured" };
    let first = others[left - wanted];
    if first >= images.end {
        calibrated.images += &format!(", from image {first} on");
    }
    Ok(calibrated)
}

/// Quantises `net`, read from `path`, with these images of `data`, watched by `progress`.
///
/// # Errors
/// Those of the data and of the quantisation.
pub fn with(
    path: &Path,
    net: &Network,
    data: &Dataset,
    which: impl IntoIterator<Item = usize>,
    progress: &dyn Progress,
) -> Result<Calibrated> {
    let which: Vec<usize> = which.into_iter().collect();
    let images = data.images(which.iter().copied(), &Expected::by_float(net))?;
    let pixels: Vec<Vec<u8>> = images.into_iter().map(|image| image.pixels).collect();
    let steps = progress.begin(pixels.len() as u64, "calibration images");
    let network = quantize::quantize_watched(net, &pixels, &|| steps.advance(1)).map_err(|error| match error {
        Error::Overflow { image, overflow, .. } => {
            overflowed(&path.display().to_string(), &overflow, which[image], data)
        }
        other => other.in_file(path).into(),
    })?;
    let images = format!("{} image{} of {}", pixels.len(), if pixels.len() == 1 { "" } else { "s" }, data.name);
    Ok(Calibrated { network, images, few: pixels.len() < FEW })
}

/// The error of a model whose float network overflows with an image of `data`.
pub fn overflowed(model: &str, overflow: &Overflow, image: usize, data: &Dataset) -> anyhow::Error {
    anyhow!("{model}: {overflow} (image {image} of {})", data.name)
}
