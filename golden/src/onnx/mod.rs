//! ONNX import: an LC-ResNet is recognised by what the graph computes, never by names, nor by how
//! it is written.
//!
//! Bytes become [`proto`] messages, and these a checked `graph`: constants decoded (`external` ones
//! too), nodes in order of execution. `lower` gives each value its meaning: a constant (`fold`
//! computes those), a feature map (`maps`) or a vector of pooled channels (`vectors`). What is only
//! a way of writing leaves no trace there: views of the same elements (`view`), and affine maps and
//! clamps, which compose (`affine`, `elementwise`). Walking back from the classifier, `recognize`
//! finds convolutions, blocks and gates. What no step knows is an error: nothing is skipped at zero
//! cost.

mod affine;
mod describe;
mod elementwise;
mod external;
mod fold;
mod graph;
mod layers;
mod lower;
mod maps;
mod names;
pub mod proto;
mod recognize;
mod reorder;
mod shape;
mod single;
mod slice;
mod tensor;
mod unsupported;
mod value;
mod vectors;
mod view;
mod weigh;

use crate::error::grouped;
use crate::{Error, Network};
use lcsim_spec::file;
use std::path::Path;

/// Largest number of elements of a map, and of parameters of a network: far above any ResNet, and
/// small enough that no product of sizes overflows.
const MAX_ELEMENTS: usize = 1 << 28;

/// Most that the messages of a file may weigh: so much, and so often its own bytes. A network's
/// bytes are nearly all weights, which weigh what they take in the file.
const MAX_WEIGHT: (usize, usize) = (48 << 20, 5);

/// Largest file, in bytes: as much as protobuf allows.
const MAX_BYTES: u64 = (1 << 31) - 1;

/// Facts about a model that the caller knows, and that its file may not say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Name of the output with the logits, for a graph with several.
    pub output: Option<String>,
    /// Mean of each channel, of pixels in [0, 1]; replaces the file's.
    pub mean: Option<Vec<f32>>,
    /// Standard deviation of each channel, of pixels in [0, 1]; replaces the file's.
    pub std: Option<Vec<f32>>,
}

/// Where a network's mean and standard deviation come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalisation {
    /// The caller gave them.
    Given,
    /// The file's metadata has them.
    Metadata,
    /// The graph itself normalises its input.
    Graph,
    /// Nobody said: mean 0 and standard deviation 1.
    Absent,
}

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

/// [`Error::Invalid`] from its parts.
fn invalid(path: &str, item: impl Into<String>, expected: impl Into<String>, found: impl ToString) -> Error {
    // Names, lists and numbers of a file may have any length.
    let [item, expected, found] = [item.into(), expected.into(), found.to_string()].map(|text| file::quoted(&text));
    Error::Invalid { path: path.into(), item, expected, found }
}
