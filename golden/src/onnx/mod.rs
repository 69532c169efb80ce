//! ONNX import. It recognises an LC-Net by what the graph computes, and not by names or by the way
//! in which the graph is written.
//!
//! 1. The bytes of a file become [`proto`] messages, and these become a checked `graph`. Its
//!    constants are decoded, also `external` ones, and its nodes are in the order of execution.
//! 2. `lower` gives each value its meaning: a constant (`fold` computes those), a feature map
//!    (`maps`), or a vector of pooled channels (`vectors`). Differences in writing disappear here:
//!    views of the same elements (`view`), and affine maps and clamps, which compose (`affine`,
//!    `elementwise`, `clamp`).
//! 3. `recognize` walks back from the classifier and finds convolutions, blocks and gates.
//!
//! If no step knows a node, the node is an error. It is never skipped at zero cost. The ONNX forms
//! of one operator are in its room, `crate::operators`.
//!
//! ```
//! use lcsim_golden::onnx::import_bytes;
//! # use lcsim_golden::onnx::proto::{
//! #     DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
//! #     TensorTypeProto, TypeProto, ValueInfoProto, data_type,
//! # };
//! # use prost::Message;
//! # let text = |text: &str| Some(text.to_owned());
//! # let node = |op: &str, input: &[&str], output: &str| {
//! #     let (input, output) = (input.iter().map(|name| (*name).to_owned()).collect(), vec![output.to_owned()]);
//! #     NodeProto { op_type: text(op), input, output, ..NodeProto::default() }
//! # };
//! # let tensor = |name: &str, dims: &[i64]| {
//! #     let float_data = vec![0.1; dims.iter().product::<i64>() as usize];
//! #     let (data_type, dims) = (Some(data_type::FLOAT), dims.to_vec());
//! #     TensorProto { name: text(name), dims, data_type, float_data, ..TensorProto::default() }
//! # };
//! # let dim = |size| DimensionProto { dim_value: Some(size), dim_param: None };
//! # let shape = Some(TensorShapeProto { dim: [1, 1, 4, 4].map(dim).to_vec() });
//! # let tensor_type = Some(TensorTypeProto { elem_type: Some(data_type::FLOAT), shape });
//! # let graph = GraphProto {
//! #     name: None,
//! #     node: vec![
//! #         node("Conv", &["image", "stem.weight"], "map"),
//! #         node("Relu", &["map"], "relu"),
//! #         node("GlobalAveragePool", &["relu"], "pooled"),
//! #         node("Flatten", &["pooled"], "flat"),
//! #         node("MatMul", &["flat", "fc.weight"], "logits"),
//! #     ],
//! #     initializer: vec![tensor("stem.weight", &[2, 1, 3, 3]), tensor("fc.weight", &[2, 3])],
//! #     input: vec![ValueInfoProto { name: text("image"), r#type: Some(TypeProto { tensor_type }) }],
//! #     output: vec![ValueInfoProto { name: text("logits"), r#type: None }],
//! # };
//! # let opset_import = vec![OperatorSetIdProto { domain: None, version: Some(17) }];
//! # let model = ModelProto { ir_version: Some(8), graph: Some(graph), opset_import, metadata_props: vec![] };
//! # let bytes = model.encode_to_vec();
//!
//! // The bytes of a model with a convolution, a ReLU, a global average pool and a matrix product.
//! let network = import_bytes(&bytes, "tiny.onnx")?;
//! assert_eq!((network.layers.len(), network.classifier.outputs), (1, 3));
//! let error = import_bytes(&bytes[..20], "cut.onnx").unwrap_err();
//! assert!(error.to_string().starts_with("cut.onnx: "));
//! # Ok::<(), lcsim_golden::Error>(())
//! ```

pub(crate) mod affine;
mod clamp;
mod describe;
mod elementwise;
mod external;
pub(crate) mod fault;
mod fold;
pub(crate) mod graph;
mod limits;
mod lower;
pub(crate) mod lowered;
pub(crate) mod maps;
mod names;
mod normed;
pub mod proto;
mod recognize;
mod reorder;
mod shape;
mod single;
mod slice;
mod step;
mod tensor;
mod unsupported;
pub(crate) mod value;
pub(crate) mod vectors;
pub(crate) mod view;
mod weigh;
pub(crate) mod windows;

use crate::error::grouped;
use crate::import::types::{Examination, Imported, Options};
use crate::{Error, Network};
use fault::invalid;
use lcsim_spec::file;
use limits::MAX_BYTES;
use std::path::Path;

/// Reads a float network from an ONNX file.
///
/// # Errors
/// Fails if the file cannot be read, is no ONNX model, or is no LC-Net. The message names the node
/// or tensor.
pub fn import(path: &Path) -> Result<Network, Error> {
    open(path, &Options::default()).map(|imported| imported.network)
}

/// Reads a float network from the bytes of an ONNX file. Messages name `path`, and the network gets
/// its name.
///
/// # Errors
/// Fails if the bytes are no ONNX model, or no LC-Net. The message names the node or tensor.
pub fn import_bytes(bytes: &[u8], path: &str) -> Result<Network, Error> {
    decode(bytes, path, &Options::default()).map(|imported| imported.network)
}

/// Reads a float network from an ONNX file, with `options` of the caller.
///
/// # Errors
/// The errors of [`import`]. Also fails if `options` do not fit the network.
pub fn open(path: &Path, options: &Options) -> Result<Imported, Error> {
    let (bytes, shown) = read(path)?;
    decode(&bytes, &shown, options)
}

/// Finds everything in an ONNX file that prevents an import.
///
/// # Errors
/// Fails only if the file cannot be read.
pub fn examine(path: &Path, options: &Options) -> Result<Examination, Error> {
    let (bytes, shown) = read(path)?;
    Ok(match read_graph(&bytes, &shown, options) {
        Ok(examination) => examination,
        Err(problem) => Examination { imported: None, problems: vec![problem] },
    })
}

fn read(path: &Path) -> Result<(Vec<u8>, String), Error> {
    let shown = path.display().to_string();
    match file::read(path, MAX_BYTES) {
        Ok(bytes) => Ok((bytes, shown)),
        Err(source) => Err(Error::Read { path: shown, source }),
    }
}

/// Returns the network, or the first problem.
fn decode(bytes: &[u8], path: &str, options: &Options) -> Result<Imported, Error> {
    let Examination { imported, problems } = read_graph(bytes, path, options)?;
    match (imported, grouped(problems).into_iter().next()) {
        (Some(imported), None) => Ok(imported),
        (_, Some(problem)) => Err(problem),
        (None, None) => Err(invalid(path, "file", "a network", "none")),
    }
}

/// Returns the network, or the problems of all its nodes.
///
/// # Errors
/// Fails if the graph cannot be checked node by node.
fn read_graph(bytes: &[u8], path: &str, options: &Options) -> Result<Examination, Error> {
    let mut graph = graph::Graph::decode(bytes, path)?;
    let batch = graph.input.batch.take();
    let mut low = lower::lower(&graph);
    let problems = std::mem::take(&mut low.problems);
    let of_nodes = |needed: std::collections::HashSet<usize>| -> Vec<Error> {
        problems.into_iter().filter(|(i, _)| needed.contains(i)).map(|(_, problem)| problem).collect()
    };
    let output = match low.classifier(options.output.as_deref()) {
        Ok(output) => output,
        Err(problem) => {
            let mut problems = of_nodes(graph.needed(graph.outputs.iter().map(String::as_str)));
            problems.insert(0, problem);
            return Ok(Examination { imported: None, problems });
        }
    };
    let mut problems = of_nodes(graph.needed(std::iter::once(output.as_str())));
    if let Some(batch) = batch {
        // The sizes in the graph are those of the wrong batch. If something does not fit them, it
        // is no problem of its own.
        problems.retain(|problem| matches!(problem, Error::Operator { .. }));
        problems.insert(0, batch);
    }
    if !problems.is_empty() {
        return Ok(Examination { imported: None, problems });
    }
    let (network, normalisation) = match recognize::network(&low, &output, options) {
        Ok(recognised) => recognised,
        Err(problems) => return Ok(Examination { imported: None, problems }),
    };
    network.validate(path)?;
    Ok(Examination { imported: Some(Imported { network, normalisation }), problems: vec![] })
}
