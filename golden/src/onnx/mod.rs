//! ONNX import: an LC-ResNet is recognised by what the graph computes, never by names, nor by how
//! it is written.
//!
//! Bytes become [`proto`] messages, and these a checked `graph`: constants decoded (`external` ones
//! too), nodes in order of execution. `lower` gives each value its meaning: a constant (`fold`
//! computes those), a feature map (`maps`) or a vector of pooled channels (`vectors`). What is only
//! a way of writing leaves no trace there: views of the same elements (`view`), and affine maps and
//! clamps, which compose (`affine`, `elementwise`, `clamp`). Walking back from the classifier,
//! `recognize` finds convolutions, blocks and gates. What no step knows is an error: nothing is
//! skipped at zero cost. What ONNX has for one operator alone stands in the operator's room,
//! `crate::operators`.

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
pub(crate) mod options;
pub mod proto;
mod recognize;
mod reorder;
mod shape;
mod single;
mod slice;
mod tensor;
mod unsupported;
pub(crate) mod value;
pub(crate) mod vectors;
pub(crate) mod view;
mod weigh;
pub(crate) mod windows;

pub use options::{Normalisation, Options};

use crate::error::grouped;
use crate::{Error, Network};
use fault::invalid;
use lcsim_spec::file;
use limits::MAX_BYTES;
use std::path::Path;

/// A network that was read, and what the reader should tell the user of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The network.
    pub network: Network,
    /// Where its mean and standard deviation come from.
    pub normalisation: Normalisation,
}

/// All that can be said of a model file: the network, or every reason why there is none.
#[derive(Debug)]
pub struct Examination {
    /// The network, if there is no problem.
    pub imported: Option<Imported>,
    /// Everything that has to change, in the order of the graph; [`grouped`](crate::grouped) joins
    /// what is alike.
    pub problems: Vec<Error>,
}

/// Reads a float network from an ONNX file.
///
/// # Errors
/// When the file cannot be read, is no ONNX model, or is no LC-ResNet; the message names the node
/// or tensor.
pub fn import(path: &Path) -> Result<Network, Error> {
    open(path, &Options::default()).map(|imported| imported.network)
}

/// Reads a float network from the bytes of an ONNX file; `path` is for messages and the network's
/// name.
///
/// # Errors
/// When the bytes are no ONNX model, or no LC-ResNet; the message names the node or tensor.
pub fn import_bytes(bytes: &[u8], path: &str) -> Result<Network, Error> {
    decode(bytes, path, &Options::default()).map(|imported| imported.network)
}

/// Reads a float network from an ONNX file, as `options` say.
///
/// # Errors
/// As [`import`], and when `options` do not fit the network.
pub fn open(path: &Path, options: &Options) -> Result<Imported, Error> {
    let (bytes, shown) = read(path)?;
    decode(&bytes, &shown, options)
}

/// Finds everything in an ONNX file that keeps it from being a network here.
///
/// # Errors
/// When the file cannot be read.
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

/// The network, or the first problem.
fn decode(bytes: &[u8], path: &str, options: &Options) -> Result<Imported, Error> {
    let Examination { imported, problems } = read_graph(bytes, path, options)?;
    match (imported, grouped(problems).into_iter().next()) {
        (Some(imported), None) => Ok(imported),
        (_, Some(problem)) => Err(problem),
        (None, None) => Err(invalid(path, "file", "a network", "none")),
    }
}

/// The network, or all problems of the nodes that it is made of.
///
/// # Errors
/// Faults that keep the graph from being looked at node by node.
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
        // Sizes in the graph are of that batch: what does not fit them is no problem of its own.
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
