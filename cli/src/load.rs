//! Models, accelerators and energy tables from files or from what is embedded.

use crate::data::{Count, Dataset, Expected};
use crate::embedded::{self, CONFIGS};
use crate::parallel::Bar;
use anyhow::{Context, Result, bail};
use lcsim_golden::{Network, container, onnx, quantize};
use lcsim_sim::{ENERGY_TABLES, EnergyTable};
use lcsim_spec::{AcceleratorConfig, QuantNetwork, Score, file};
use std::path::Path;

/// Largest energy table that is read: an ERT has some hundred bytes a component.
const TABLE_BYTES: u64 = 10_000_000;

/// Images that calibrate a model which is quantised on the fly.
pub const ON_THE_FLY: Count = Count::AtMost(128);

/// What a model file contains, by its extension.
#[derive(Debug)]
pub enum Model {
    /// `.safetensors`.
    Quantized(QuantNetwork),
    /// `.onnx`.
    Float(Network),
}

/// Reads a model of either kind.
///
/// # Errors
/// Another extension, and those of the readers.
pub fn model(path: &Path) -> Result<Model> {
    match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("safetensors") => Ok(Model::Quantized(container::load(path)?)),
        Some("onnx") => Ok(Model::Float(onnx::import(path)?)),
        _ => bail!("{}: extension: expected .onnx or .safetensors", path.display()),
    }
}

/// The embedded quantised model.
///
/// # Errors
/// None, unless lcsim was built with a broken model.
pub fn embedded_model() -> Result<QuantNetwork> {
    Ok(container::load_bytes(embedded::MODEL, "embedded model")?)
}

/// The model in `path`, or the embedded one, with another threshold of its scores if one is given; a float model is
/// quantised on the fly, which `remark` tells, with a progress bar if `bar` is set.
///
/// # Errors
/// Those of the readers, of the data and of the quantisation.
pub fn network(
    path: Option<&Path>,
    threshold: Option<Score>,
    data: &Dataset,
    remark: impl Fn(&str),
    bar: bool,
) -> Result<QuantNetwork> {
    Ok(with_float(path, threshold, data, remark, bar)?.0)
}

/// Like [`network`], with the float network that was quantised, if the model is one.
///
/// # Errors
/// As [`network`].
pub fn with_float(
    path: Option<&Path>,
    threshold: Option<Score>,
    data: &Dataset,
    remark: impl Fn(&str),
    bar: bool,
) -> Result<(QuantNetwork, Option<Network>)> {
    let (net, float) = match path {
        Some(path) => read(path, data, remark, bar)?,
        None => (embedded_model()?, None),
    };
    Ok((trimmed(net, threshold), float))
}

/// What messages call the model in `path`, or the embedded one.
pub fn shown(path: Option<&Path>) -> String {
    path.map_or_else(|| "embedded model".into(), |path| path.display().to_string())
}

/// `net`, with another threshold of its scores if one is given.
pub fn trimmed(net: QuantNetwork, threshold: Option<Score>) -> QuantNetwork {
    match threshold {
        Some(threshold) => net.with_threshold(threshold),
        None => net,
    }
}

fn read(path: &Path, data: &Dataset, remark: impl Fn(&str), bar: bool) -> Result<(QuantNetwork, Option<Network>)> {
    let float = match model(path)? {
        Model::Quantized(net) => return Ok((net, None)),
        Model::Float(net) => net,
    };
    let (net, images) = quantized(path, &float, data, 0, ON_THE_FLY, bar)?;
    let (path, data) = (path.display(), &data.name);
    remark(&format!("{path} quantised with the first {images} images of {data}; see also `lcsim quantize`"));
    Ok((net, Some(float)))
}

/// Calibrates `net`, read from `path`, with images of `data` and quantises it, with a progress bar if `bar` is set; also returns how many
/// images that were.
///
/// # Errors
/// Those of the data and of the quantisation.
pub fn quantized(
    path: &Path,
    net: &Network,
    data: &Dataset,
    offset: usize,
    images: Count,
    bar: bool,
) -> Result<(QuantNetwork, usize)> {
    let images = data.select(offset, images, &Expected::by_float(net)).context("calibration images")?;
    let pixels: Vec<Vec<u8>> = images.into_iter().map(|image| image.pixels).collect();
    let bar = Bar::new(pixels.len() as u64, "calibration images", bar);
    let quantized = quantize::quantize_watched(net, &pixels, &|| bar.advance(1));
    Ok((quantized.map_err(|error| error.in_file(path))?, pixels.len()))
}

/// The embedded configuration of that name, or the file.
///
/// # Errors
/// Neither exists, or the file is no configuration.
pub fn config(name: &str) -> Result<AcceleratorConfig> {
    if let Some(text) = embedded::text(&CONFIGS, name) {
        return Ok(AcceleratorConfig::parse(text, name)?);
    }
    let path = Path::new(name);
    if !path.exists() {
        bail!("{name}: neither a file nor an embedded configuration ({})", embedded::names(&CONFIGS));
    }
    Ok(AcceleratorConfig::read(path)?)
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
