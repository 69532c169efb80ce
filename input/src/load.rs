//! Loads models, data, accelerators and energy tables, from files or from the embedded ones.
//!
//! ```
//! use lcsim_input::load;
//!
//! let network = load::embedded_model()?;
//! let accelerator = load::config("16x16", &["array.rows=8".to_owned()])?;
//! assert_eq!((accelerator.array.rows, accelerator.array.cols), (8, 16));
//! assert_eq!(network.classifier.outputs, 10);
//! let error = load::energy_table("45nm").map(drop).unwrap_err();
//! assert!(error.to_string().contains("45nm-hbm2"), "the message lists the embedded tables");
//! # Ok::<(), anyhow::Error>(())
//! ```

use crate::calibration::{self, Calibration, Choice, ON_THE_FLY};
use crate::embedded::{self, CONFIGS};
use crate::images::{ClassOrder, Dataset, Images};
use crate::remark::Remark;
use anyhow::{Context, Error, Result, anyhow, bail};
use lcsim_golden::import::{self, Imported, Normalisation};
use lcsim_golden::{Network, container};
use lcsim_sim::{ENERGY_TABLES, EnergyTable};
use lcsim_spec::naming::Name;
use lcsim_spec::progress::Progress;
use lcsim_spec::{AcceleratorConfig, QuantNetwork, Score, file};
use std::path::Path;

/// The largest energy table in bytes. An ERT has some hundred bytes for each component.
const TABLE_BYTES: u64 = 10_000_000;

/// The user's choices about reading models and data.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// How float models are read.
    pub network: import::Options,
    /// The images that calibrate a float model.
    pub calibration: Calibration,
    /// The order of class folders.
    pub classes: Option<ClassOrder>,
}

/// The models and images that a command measures.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The files of the models. Empty for the embedded model.
    pub models: &'a [&'a Path],
    /// The name of the data.
    pub data: &'a str,
    /// The number of the first image.
    pub offset: usize,
    /// The number of images that the user asked for.
    pub images: Option<usize>,
    /// The number of images if the user did not ask, or all images if there are fewer.
    pub default: usize,
}

impl Request<'_> {
    /// Chooses the images to measure.
    ///
    /// # Errors
    /// The errors of [`data`] and of [`calibration::choose`], and a model file with another
    /// extension.
    pub fn images(&self, reading: &Reading, remark: Remark) -> Result<Images> {
        let Self { models, offset, images: asked, default, .. } = *self;
        let data = data(self.data, reading.classes, remark)?;
        let on_the_fly = on_the_fly(models, reading)?;
        calibration::choose(data, &Choice { offset, asked, default, on_the_fly }, remark)
    }
}

/// Opens the data `name`.
///
/// # Errors
/// The errors of [`Dataset::open`].
pub fn data(name: &str, classes: Option<ClassOrder>, remark: Remark) -> Result<Dataset> {
    let data = Dataset::open(name, classes)?;
    if let Some(note) = data.note() {
        remark(&note);
    }
    Ok(data)
}

/// Loads the embedded quantised model.
///
/// # Errors
/// Fails only if lcsim was built with a damaged model.
pub fn embedded_model() -> Result<QuantNetwork> {
    Ok(container::load_bytes(embedded::MODEL, "embedded model")?)
}

/// Imports the float model in `path`. Notes say what was recognised.
///
/// # Errors
/// The errors of the import.
pub fn float(path: &Path, options: &import::Options, remark: Remark) -> Result<Imported> {
    let imported = import::open(path, options)?;
    remark(&format!("{}: {}", path.display(), imported.network.summary()));
    if imported.normalisation == Normalisation::Absent {
        remark(&absent(path));
    }
    Ok(imported)
}

/// A note about a model without mean and standard deviation.
pub fn absent(path: &Path) -> String {
    format!(
        "{} says no mean and standard deviation of its pixels: it runs with 0 and 1, on pixels / 255; {} \
         and {} give others",
        path.display(),
        Name::Mean,
        Name::Std
    )
}

/// Says where a float network's mean and standard deviation are from.
pub fn origin(normalisation: Normalisation) -> &'static str {
    match normalisation {
        Normalisation::Given => "as given",
        Normalisation::Metadata => "from the file's lcsim.mean and lcsim.std",
        Normalisation::Graph => "from the graph, which normalises its input",
        Normalisation::Absent => "the file says none",
    }
}

/// The name of the model in `path`, or of the embedded model, for messages.
pub fn shown(path: Option<&Path>) -> String {
    path.map_or_else(|| "embedded model".into(), |path| path.display().to_string())
}

/// Loads the model in `path`, or the embedded one. `threshold` replaces the thresholds of its
/// gates.
///
/// # Errors
/// The errors of [`networks`].
pub fn network(
    path: Option<&Path>,
    threshold: Option<Score>,
    args: &Reading,
    measured: &Images,
    progress: &dyn Progress,
    remark: Remark,
) -> Result<QuantNetwork> {
    Ok(with_float(path, threshold, args, measured, progress, remark)?.0)
}

/// Like [`network`]. If the model is a float network, returns it too.
///
/// # Errors
/// The errors of [`networks`].
pub fn with_float(
    path: Option<&Path>,
    threshold: Option<Score>,
    args: &Reading,
    measured: &Images,
    progress: &dyn Progress,
    remark: Remark,
) -> Result<Read> {
    let (net, float) = match path {
        Some(path) => networks(&[path], args, measured, progress, remark)?.remove(0),
        None => {
            refuse_options(args, "the embedded model")?;
            (embedded_model()?, None)
        }
    };
    Ok((trimmed(net, threshold), float))
}

/// Replaces the thresholds of the gates of `net`, if a threshold is given.
pub fn trimmed(net: QuantNetwork, threshold: Option<Score>) -> QuantNetwork {
    match threshold {
        Some(threshold) => net.with_threshold(threshold),
        None => net,
    }
}

/// The kind of a model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A quantised network, in `.safetensors`.
    Quantized,
    /// A float network, in `.onnx`.
    Float,
}

/// How the float models of `paths` are quantised on the fly. `None` if there is none.
fn on_the_fly<'a>(paths: &[&Path], args: &'a Reading) -> Result<Option<(&'a Calibration, usize)>> {
    let kinds = paths.iter().map(|path| kind(path)).collect::<Result<Vec<_>>>()?;
    Ok(kinds.contains(&Kind::Float).then_some((&args.calibration, ON_THE_FLY)))
}

/// The kind of a model file, by its extension.
///
/// # Errors
/// Fails for every other extension.
pub fn kind(path: &Path) -> Result<Kind> {
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("safetensors") => Ok(Kind::Quantized),
        Some("onnx") => Ok(Kind::Float),
        _ => bail!("{}: extension: expected .onnx or .safetensors", path.display()),
    }
}

/// A model that was read: the quantised network, and the float network if the file had one.
pub type Read = (QuantNetwork, Option<Network>);

/// Loads the models in `paths`. A float model is quantised on the fly, a note says so, and the
/// float network is returned too.
///
/// # Errors
/// Fails for another extension, for options that have no meaning for these models, and if reading
/// or quantisation fails.
pub fn networks(
    paths: &[&Path],
    args: &Reading,
    measured: &Images,
    progress: &dyn Progress,
    remark: Remark,
) -> Result<Vec<Read>> {
    let kinds = paths.iter().map(|path| kind(path)).collect::<Result<Vec<_>>>()?;
    if let (false, [path, ..]) = (kinds.contains(&Kind::Float), paths) {
        refuse_options(args, &path.display().to_string())?;
    }
    let read = |(path, kind): (&&Path, Kind)| match kind {
        Kind::Quantized => Ok((container::load(path)?, None)),
        Kind::Float => {
            let net = float(path, &args.network, remark)?.network;
            let calibrated = calibration::on_the_fly(path, &net, &args.calibration, ON_THE_FLY, measured, progress)?;
            let (path, images) = (path.display(), &calibrated.images);
            let few = if calibrated.few {
                format!(", which are few: {} takes others", Name::Calibration)
            } else {
                String::new()
            };
            remark(&format!("{path} quantised with {images}{few}; see also `{}`", Name::Quantize));
            Ok((calibrated.network, Some(net)))
        }
    };
    let nets: Vec<Read> = paths.iter().zip(kinds).map(read).collect::<Result<_>>()?;
    for ((net, _), path) in nets.iter().zip(paths) {
        if let Some(note) = other_classes(measured.data(), net.classifier.outputs) {
            remark(&format!("{}: {note}", path.display()));
        }
    }
    Ok(nets)
}

/// The name of the first of these options that the user gave.
fn given(options: &import::Options) -> Option<Name> {
    let import::Options { output, mean, std } = options;
    let given = [(Name::Mean, mean.is_some()), (Name::Std, std.is_some()), (Name::Output, output.is_some())];
    given.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
}

/// Refuses options of float models for `model`, which is quantised.
///
/// # Errors
/// Fails if the user gave such an option.
pub fn refuse_options(args: &Reading, model: &str) -> Result<()> {
    if let Some(option) = given(&args.network) {
        bail!(
            "{option}: {model} is quantised already, with an output, a mean and a standard deviation: \
             this option belongs to `{}`",
            Name::Quantize
        );
    }
    if let Some(option) = args.calibration.given() {
        bail!("{option}: {model} is quantised: only an .onnx is calibrated");
    }
    Ok(())
}

/// A note for data with fewer classes than the network. The data's labels may then mean other
/// classes.
pub fn other_classes(data: &Dataset, classes: usize) -> Option<String> {
    let known = data.class_names().len();
    (known > 0 && known < classes).then(|| {
        format!(
            "the network tells {classes} classes apart, {} has {known}: accuracy is right only if these are the network's first",
            data.name
        )
    })
}

/// Makes the error of a name that is neither embedded nor a file.
fn neither(name: &str, what: &str, embedded: &[(&str, &str)]) -> Error {
    let name = if name.is_empty() { "no name" } else { name };
    anyhow!("{name}: neither a file nor an embedded {what} ({})", embedded::names(embedded))
}

/// Loads the embedded accelerator `name`, or the file of this name, and then changes the parameters
/// in `set`.
///
/// # Errors
/// Fails if neither exists, if the file is no configuration, or if an item of `set` has an unknown
/// key or a value outside its range.
pub fn config(name: &str, set: &[String]) -> Result<AcceleratorConfig> {
    let path = Path::new(name);
    if embedded::text(&CONFIGS, name).is_none() && !path.exists() {
        return Err(neither(name, "configuration", &CONFIGS));
    }
    Ok(AcceleratorConfig::load(name, &CONFIGS, set)?)
}

/// Loads the embedded energy table `name`, or the file of this name.
///
/// # Errors
/// Fails if neither exists, or if the file cannot be read, is larger than 10 MB, or is no energy
/// table.
pub fn energy_table(name: &str) -> Result<EnergyTable> {
    if let Some(text) = embedded::text(&ENERGY_TABLES, name) {
        return Ok(EnergyTable::parse(text, name)?);
    }
    let path = Path::new(name);
    if !path.exists() {
        return Err(neither(name, "energy table", &ENERGY_TABLES));
    }
    let text = file::read_text(path, TABLE_BYTES).with_context(|| format!("{name}: cannot read"))?;
    Ok(EnergyTable::parse(&text, name)?)
}
