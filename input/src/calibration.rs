//! Chooses the images that set the scales of a network when it is quantised. Unless the user asks
//! for it, accuracy is never measured on these images.
//!
//! ```
//! use lcsim_input::Dataset;
//! use lcsim_input::calibration::{Calibration, Choice, ON_THE_FLY, choose};
//! use lcsim_spec::Shape;
//!
//! let shape = Shape { channels: 1, height: 1, width: 1 };
//! let data = Dataset::from_arrays("mine", shape, vec![0; 10], vec![0; 10])?;
//! let calibration = Calibration::default();
//! let choice = Choice { offset: 0, asked: None, default: 100, on_the_fly: Some((&calibration, ON_THE_FLY)) };
//! let images = choose(data, &choice, &|note| println!("{note}"))?;
//! assert_eq!(images.range(), 0..8, "the last two images calibrate");
//! # Ok::<(), anyhow::Error>(())
//! ```

use crate::{Count, Dataset, Expected, Images, Remark};
use anyhow::{Context, Result, anyhow, bail};
use lcsim_golden::float::Overflow;
use lcsim_golden::{Error, Network, quantize};
use lcsim_spec::QuantNetwork;
use lcsim_spec::naming::Name;
use lcsim_spec::progress::Progress;
use std::path::Path;

/// How many images calibrate a network that is quantised on the fly, unless the user gives a
/// number.
pub const ON_THE_FLY: usize = 128;

/// With fewer images than this, the range of an activation may not show.
const FEW: usize = 16;

/// The value of `--calibration` for the first images of `--data`, even if they are also measured.
const SAME: &str = "same";

/// The user's choice of the images that calibrate a network which is quantised on the fly.
#[derive(Debug, Clone, Default)]
pub struct Calibration {
    /// The name of the data whose first images set the scales. `same` stands for the data that is
    /// measured, and may take images that are also measured. If it is not given, lcsim takes the
    /// training images beside the measured data, or else images of the data that are not measured.
    pub data: Option<String>,
    /// The number of images.
    pub images: Option<usize>,
}

impl Calibration {
    /// The name of the first option of these that the user gave.
    pub fn given(&self) -> Option<Name> {
        let given = [(Name::Calibration, self.data.is_some()), (Name::CalibrationImages, self.images.is_some())];
        given.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

/// Which images a command measures, and how it quantises a network with the others.
pub struct Choice<'a> {
    /// The number of the first image to measure.
    pub offset: usize,
    /// The number of images that the user asked for.
    pub asked: Option<usize>,
    /// The number of images if the user did not ask, or all images if there are fewer.
    pub default: usize,
    /// How a network is quantised on the fly, and the default number of images for it. `None` if no
    /// network is quantised.
    pub on_the_fly: Option<(&'a Calibration, usize)>,
}

/// Chooses the images of `data` to measure.
///
/// Calibration needs images that are not measured. If the user chooses neither the images to
/// measure nor those to calibrate with, at most a fifth of the data is left out for calibration.
/// `remark` is then called with a note.
///
/// # Errors
/// Fails if the data has fewer images than asked for.
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
                "{}: {most} of {} images are measured; the others calibrate ({} takes other images)",
                data.name,
                data.len(),
                Name::Calibration
            ));
            return Ok(images.take(most));
        }
    }
    Ok(images)
}

/// A quantised network, and the images that set its scales.
#[derive(Debug)]
pub struct Calibrated {
    /// The network.
    pub network: QuantNetwork,
    /// A description of the images, for messages.
    pub images: String,
    /// Whether there are so few images that the range of an activation may not show.
    pub few: bool,
}

/// Quantises `net`, which was read from `path`. `default` is the number of images if `args` has
/// none.
///
/// # Errors
/// Fails if every image is `measured`, if the data cannot be read, or if quantisation fails.
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
    let beside = || format!("training images beside {}; {} takes others", Name::Data, Name::Calibration);
    match args.data.as_deref() {
        Some(name) if name == SAME || name == data.name => {
            let first = data.range(0, count).with_context(|| Name::CalibrationImages.to_string())?;
            let both = first.start < measured.range().end && measured.range().start < first.end;
            let mut calibrated = with(path, net, data, first, progress)?;
            if both {
                calibrated.images += ", which are measured too";
            }
            Ok(calibrated)
        }
        Some(name) => first_of(path, net, &Dataset::open(name, None)?, count, progress),
        None => match data.training().with_context(beside)? {
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
                "{}: {wanted} asked for, {left} of {} are not measured; give others by {}",
                Name::CalibrationImages,
                data.name,
                Name::Calibration
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

/// Quantises `net`, which was read from `path`, with the images `which` of `data`.
///
/// # Errors
/// Fails if the data cannot be read, or if quantisation fails.
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

/// Makes the error for a float network that overflows with an image of `data`.
pub fn overflowed(model: &str, overflow: &Overflow, image: usize, data: &Dataset) -> anyhow::Error {
    anyhow!("{model}: {overflow} (image {image} of {})", data.name)
}
