//! Models, data, accelerators and energy tables from files or from what is embedded.

use crate::calibration::{self, Calibration, Choice, ON_THE_FLY};
use crate::embedded::{self, CONFIGS};
use crate::images::{ClassOrder, Dataset, Images};
use crate::remark::Remark;
use anyhow::{Context, Result, bail};
use lcsim_golden::onnx::{self, Imported, Normalisation};
use lcsim_golden::{Network, container};
use lcsim_sim::{ENERGY_TABLES, EnergyTable};
use lcsim_spec::progress::Progress;
use lcsim_spec::{AcceleratorConfig, QuantNetwork, Score, file};
use std::path::Path;

/// Largest energy table that is read: an ERT has some hundred bytes a component.
const TABLE_BYTES: u64 = 10_000_000;

/// How models and data are read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// How a float model is read.
    pub network: onnx::Options,
    /// The images that calibrate it.
    pub calibration: Calibration,
    /// In which order class folders count.
    pub classes: Option<ClassOrder>,
}

/// What is measured: which models, and with which images.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Files of the models; none for the embedded one.
    pub models: &'a [&'a Path],
    /// The data, by its name.
    pub data: &'a str,
    /// Number of the first image there.
    pub offset: usize,
    /// How many the user asked for.
    pub images: Option<usize>,
    /// How many otherwise, if there are so many.
    pub default: usize,
}

impl Request<'_> {
    /// The images that are measured.
    ///
    /// # Errors
    /// Those of [`data`] and of [`calibration::choose`]; a model of another extension.
    pub fn images(&self, reading: &Reading, remark: Remark) -> Result<Images> {
        let Self { models, offset, images: asked, default, .. } = *self;
        let data = data(self.data, reading.classes, remark)?;
        let on_the_fly = on_the_fly(models, reading)?;
        calibration::choose(data, &Choice { offset, asked, default, on_the_fly }, remark)
    }
}

/// The data of that name.
///
/// # Errors
/// Those of [`Dataset::open`].
pub fn data(name: &str, classes: Option<ClassOrder>, remark: Remark) -> Result<Dataset> {
    let data = Dataset::open(name, classes)?;
    if let Some(note) = data.note() {
        remark(&note);
    }
    Ok(data)
}

/// The embedded quantised model.
///
/// # Errors
/// None, unless lcsim was built with a broken model.
pub fn embedded_model() -> Result<QuantNetwork> {
    Ok(container::load_bytes(embedded::MODEL, "embedded model")?)
}

/// The float model in `path`, which notes say what was recognised of.
///
/// # Errors
/// Those of the import.
pub fn float(path: &Path, options: &onnx::Options, remark: Remark) -> Result<Imported> {
    let imported = onnx::open(path, options)?;
    remark(&format!("{}: {}", path.display(), imported.network.summary()));
    if imported.normalisation == Normalisation::Absent {
        remark(&absent(path));
    }
    Ok(imported)
}

/// A note about a model that says no mean and standard deviation.
pub fn absent(path: &Path) -> String {
    format!(
        "{} says no mean and standard deviation of its pixels: it runs with 0 and 1, on pixels / 255; --mean and --std give others",
        path.display()
    )
}

/// Where a float network's mean and standard deviation are from.
pub fn origin(normalisation: Normalisation) -> &'static str {
    match normalisation {
        Normalisation::Given => "as given",
        Normalisation::Metadata => "from the file's lcsim.mean and lcsim.std",
        Normalisation::Graph => "from the graph, which normalises its input",
        Normalisation::Absent => "the file says none",
    }
}

/// The name of the model in `path`, or of the embedded one, in messages.
pub fn shown(path: Option<&Path>) -> String {
    path.map_or_else(|| "embedded model".into(), |path| path.display().to_string())
}

/// The model in `path`, or the embedded one, with another threshold of its scores if one is given.
///
/// # Errors
/// Those of [`networks`].
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

/// Like [`network`], with the float network that was quantised, if the model is one.
///
/// # Errors
/// Those of [`networks`].
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

/// `net`, with another threshold of its scores if one is given.
pub fn trimmed(net: QuantNetwork, threshold: Option<Score>) -> QuantNetwork {
    match threshold {
        Some(threshold) => net.with_threshold(threshold),
        None => net,
    }
}

/// The content of a model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `.safetensors`.
    Quantized,
    /// `.onnx`.
    Float,
}

/// How the float models among `paths` are quantised on the fly; `None` if there is none.
fn on_the_fly<'a>(paths: &[&Path], args: &'a Reading) -> Result<Option<(&'a Calibration, usize)>> {
    let kinds = paths.iter().map(|path| kind(path)).collect::<Result<Vec<_>>>()?;
    Ok(kinds.contains(&Kind::Float).then_some((&args.calibration, ON_THE_FLY)))
}

/// The content of a model file, by its extension.
///
/// # Errors
/// Another extension.
pub fn kind(path: &Path) -> Result<Kind> {
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("safetensors") => Ok(Kind::Quantized),
        Some("onnx") => Ok(Kind::Float),
        _ => bail!("{}: extension: expected .onnx or .safetensors", path.display()),
    }
}

/// A model that was read: its quantised network, and the float one that was quantised, if the file
/// has a float one.
pub type Read = (QuantNetwork, Option<Network>);

/// The models in `paths`. A float model is quantised on the fly, which a note tells, and comes
/// along.
///
/// # Errors
/// Another extension, options that mean nothing to these models, and those of the readers, of the
/// data and of the quantisation.
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
            let few = if calibrated.few { ", which are few: --calibration takes others" } else { "" };
            remark(&format!("{path} quantised with {images}{few}; see also `lcsim quantize`"));
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

/// The first of these that is said, by the name of its option.
fn given(options: &onnx::Options) -> Option<&'static str> {
    let onnx::Options { output, mean, std } = options;
    let given = [("--mean", mean.is_some()), ("--std", std.is_some()), ("--output", output.is_some())];
    given.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
}

/// Refuses options of float models for `model`, which is quantised.
///
/// # Errors
/// There is such an option.
pub fn refuse_options(args: &Reading, model: &str) -> Result<()> {
    if let Some(option) = given(&args.network) {
        bail!(
            "{option}: {model} is quantised, for one output and one mean and standard deviation: give it to `lcsim quantize`"
        );
    }
    if let Some(option) = args.calibration.given() {
        bail!("{option}: {model} is quantised: only an .onnx is calibrated");
    }
    Ok(())
}

/// What the user should know where data has fewer classes than the network: its labels may mean
/// other classes.
pub fn other_classes(data: &Dataset, classes: usize) -> Option<String> {
    let known = data.class_names().len();
    (known > 0 && known < classes).then(|| {
        format!(
            "the network tells {classes} classes apart, {} has {known}: accuracy is right only if these are the network's first",
            data.name
        )
    })
}

/// The accelerator in the embedded configuration of that name or in the file, with what is set
/// otherwise.
///
/// # Errors
/// Neither exists, the file is no configuration, or a parameter that is set is none or is out of
/// its range.
pub fn config(name: &str, set: &[String]) -> Result<AcceleratorConfig> {
    let path = Path::new(name);
    if embedded::text(&CONFIGS, name).is_none() && !path.exists() {
        bail!("{name}: neither a file nor an embedded configuration ({})", embedded::names(&CONFIGS));
    }
    Ok(AcceleratorConfig::load(name, &CONFIGS, set)?)
}

/// The embedded energy table of that name, or the file.
///
/// # Errors
/// Neither exists, or the file cannot be read, is larger than 10 MB, or is no energy table.
pub fn energy_table(name: &str) -> Result<EnergyTable> {
    if let Some(text) = embedded::text(&ENERGY_TABLES, name) {
        return Ok(EnergyTable::parse(text, name)?);
    }
    let path = Path::new(name);
    if !path.exists() {
        bail!("{name}: neither a file nor an embedded energy table ({})", embedded::names(&ENERGY_TABLES));
    }
    let text = file::read_text(path, TABLE_BYTES).with_context(|| format!("{name}: cannot read"))?;
    Ok(EnergyTable::parse(&text, name)?)
}
