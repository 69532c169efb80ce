//! ONNX import: an LC-ResNet is recognised by the structure of the graph, never by names.
//!
//! Bytes become [`proto`] messages, these a checked `graph` (constants decoded, nodes in order of execution), that is
//! `lower`ed to maps and pooled vectors with known shapes, and walking back from the classifier `recognize`s
//! convolutions, blocks and gates. What no step knows is an error: nothing is skipped at zero cost.

mod clamp;
mod describe;
mod graph;
mod layers;
mod lower;
pub mod proto;
mod recognize;
mod tensor;
mod vector;
mod weigh;

use crate::{Error, Network};
use lcsim_spec::file;
use std::path::Path;

/// Largest number of elements of a map, and of parameters of a network: far above any ResNet, and small enough that
/// no product of sizes overflows.
const MAX_ELEMENTS: usize = 1 << 28;

/// Most that the messages of a file may weigh: so much, and so often its own bytes. A network's bytes are nearly all weights, which weigh
/// what they take in the file.
const MAX_WEIGHT: (usize, usize) = (32 << 20, 5);

/// Largest file, in bytes: as much as protobuf allows.
const MAX_BYTES: u64 = (1 << 31) - 1;

/// Reads a float network from an ONNX file.
///
/// # Errors
/// When the file cannot be read, is no ONNX model, or is no LC-ResNet; the message names the node or tensor.
pub fn import(path: &Path) -> Result<Network, Error> {
    let shown = path.display().to_string();
    let bytes = file::read(path, MAX_BYTES).map_err(|source| Error::Read { path: shown.clone(), source })?;
    import_bytes(&bytes, &shown)
}

/// Reads a float network from the bytes of an ONNX file; `path` is for messages and the network's name.
///
/// # Errors
/// When the bytes are no ONNX model, or no LC-ResNet; the message names the node or tensor.
pub fn import_bytes(bytes: &[u8], path: &str) -> Result<Network, Error> {
    let graph = graph::Graph::decode(bytes, path)?;
    let net = recognize::network(&lower::lower(&graph)?)?;
    net.validate(path)?;
    Ok(net)
}

/// [`Error::Invalid`] from its parts.
fn invalid(path: &str, item: impl Into<String>, expected: impl Into<String>, found: impl ToString) -> Error {
    // Names, lists and numbers of a file may have any length.
    let [item, expected, found] = [item.into(), expected.into(), found.to_string()].map(|text| file::quoted(&text));
    Error::Invalid { path: path.into(), item, expected, found }
}
