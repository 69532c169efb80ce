//! The file of a quantised network, in the format safetensors. docs/network-format.md describes it.
//!
//! The tensors are `<layer>.weight` (I8), `.bias` (I32), `.multiplier` (U16) and `.shift` (U8). The
//! structure of the network is JSON in the metadata, under the key `lcsim`.
//!
//! ```
//! use lcsim_golden::container::{load_bytes, save};
//! use lcsim_golden::synthetic::network;
//!
//! let net = network("resnet8", true).ok_or("no such network")?;
//! let bytes = save(&net)?;
//! assert_eq!(load_bytes(&bytes, "copy.safetensors")?, net);
//! let error = load_bytes(&bytes[..100], "cut.safetensors").unwrap_err();
//! assert!(error.to_string().starts_with("cut.safetensors: "));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod tensors;

use tensors::invalid;
pub(crate) use tensors::{File, Tensors, from_shape, to_shape};

use crate::Error;
use crate::operators::LayerHeader;
use crate::operators::gate::store::FcHeader;
use crate::operators::image::store::InputHeader;
use lcsim_spec::work::expect_memory;
use lcsim_spec::{Decision, Layer, QuantNetwork, file};
use safetensors::{SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// The value of the field `format`. It changes when the layout of the file changes.
pub const FORMAT: &str = "lcsim.network/1";
const KEY: &str = "lcsim";
/// The largest file in bytes. It is more than the filter memory of any accelerator.
const MAX_BYTES: u64 = 1 << 31;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    name: String,
    input: InputHeader,
    layers: Vec<LayerHeader>,
    classifier: FcHeader,
    logit_scale: f32,
}

/// Writes a network as the bytes of a file.
///
/// # Errors
/// [`Error::Network`] if `net` contradicts itself, and [`Error::Invalid`] if the scores of a gate
/// come with each image: they are no part of the network.
pub fn save(net: &QuantNetwork) -> Result<Vec<u8>, Error> {
    net.validate().map_err(|source| Error::Network { path: net.name.clone(), source })?;
    if let Some((gate, _)) = net.gates().find(|(gate, _)| gate.decision == Decision::Given) {
        let (item, expected) = (format!("gate `{}`", gate.name()), "scores that the network computes");
        return Err(invalid(&net.name, &item, expected, "scores that come with each image"));
    }
    let mut tensors = Tensors::default();
    let header = Header {
        format: FORMAT.into(),
        name: net.name.clone(),
        input: (&net.input).into(),
        layers: net.layers.iter().map(|layer| LayerHeader::new(layer, &mut tensors)).collect(),
        classifier: FcHeader::new(&net.classifier, &mut tensors),
        logit_scale: net.logit_scale,
    };
    let broken = |e: &dyn std::fmt::Display| invalid(&net.name, "container", "serialisable tensors", &e.to_string());
    let json = serde_json::to_string(&header).map_err(|e| broken(&e))?;
    let views: Result<Vec<_>, _> =
        tensors.0.iter().map(|(n, dtype, dims, data)| Ok((n, TensorView::new(*dtype, dims.clone(), data)?))).collect();
    let views = views.map_err(|e: safetensors::SafeTensorError| broken(&e))?;
    safetensors::serialize(views, Some(HashMap::from([(KEY.to_string(), json)]))).map_err(|e| broken(&e))
}

/// Reads and checks a file.
///
/// # Errors
/// Returns an [`Error`] that names the file and the item.
pub fn load(path: &Path) -> Result<QuantNetwork, Error> {
    let shown = path.display().to_string();
    let bytes = file::read(path, MAX_BYTES).map_err(|source| Error::Read { path: shown.clone(), source })?;
    load_bytes(&bytes, &shown)
}

/// Like [`load`], for the bytes of a file. Error messages name `path`.
///
/// # Errors
/// Returns an [`Error`] that names `path` and the item.
pub fn load_bytes(bytes: &[u8], path: &str) -> Result<QuantNetwork, Error> {
    // The weights are copied out of the bytes.
    let memory = expect_memory("its weights", 2 * bytes.len() as u64);
    memory.map_err(|source| Error::Memory { path: path.into(), source })?;
    let broken = |e: safetensors::SafeTensorError| invalid(path, "file", "a safetensors file", &e.to_string());
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
    let json = metadata.metadata().as_ref().and_then(|m| m.get(KEY));
    let json = json.ok_or_else(|| invalid(path, "metadata", "key `lcsim`", "none"))?;
    let header: Header =
        serde_json::from_str(json).map_err(|e| invalid(path, "metadata `lcsim`", FORMAT, &e.to_string()))?;
    if header.format != FORMAT {
        return Err(invalid(path, "format", FORMAT, &header.format));
    }
    let file = File::new(path, SafeTensors::deserialize(bytes).map_err(broken)?);
    let layers: Result<Vec<Layer>, Error> = header.layers.into_iter().map(|l| l.read(&file)).collect();
    let InputHeader { mean, std, scale, .. } = &header.input;
    let scales = [("input.scale", &vec![*scale]), ("logit_scale", &vec![header.logit_scale])];
    for (item, values) in [("input.mean", mean), ("input.std", std)].into_iter().chain(scales) {
        if let Some(v) = values.iter().find(|v| !v.is_finite() || (item != "input.mean" && **v <= 0.0)) {
            return Err(invalid(path, item, "finite values, above 0 unless a mean", &v.to_string()));
        }
    }
    let net = QuantNetwork {
        name: header.name,
        input: header.input.into(),
        layers: layers?,
        classifier: header.classifier.classifier(&file)?,
        logit_scale: header.logit_scale,
    };
    net.validate().map_err(|source| Error::Network { path: path.into(), source })?;
    Ok(net)
}
