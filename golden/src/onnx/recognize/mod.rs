//! Walks back from the classifier, and recognises convolutions, residual blocks and their gates.

mod averaged;
mod block;

use averaged::Averaged;
use lcsim_spec::naming::Name;

use super::affine::Affine;
use super::fault::invalid;
use super::limits::MAX_ELEMENTS;
use super::lowered::Lowered;
use super::value::{Border, MapId, Op, Value, Vector};
use super::{maps, names, single};
use crate::Error;
use crate::import::types::{Normalisation, Options};
use crate::model::{Conv, Fc, Layer, Network};
use crate::operators::pooling::import::Relus;
use crate::operators::{convolution, gate, image};
use lcsim_spec::Pool;
use std::collections::HashSet;
use std::path::Path;

/// The operation that makes a map from another one.
#[derive(Debug, Clone, Copy)]
enum Source {
    /// A Conv node, with the zeros around its input.
    Node(Border),
    /// A 1x1 Conv node, with an average pooling before it.
    Averaged(Averaged),
    /// Every n-th pixel, after channels of zeros.
    Pick([usize; 2], usize),
}

/// A convolution, with everything up to the next convolution or sum.
struct Stretch {
    node: usize,
    source: Source,
    affines: Vec<usize>,
    /// The upper bound of its ReLU.
    relu: Option<f32>,
    scores: Vec<usize>,
    /// The map that the convolution reads.
    x: MapId,
    /// The map that the convolution makes.
    output: MapId,
}

/// A convolution or sum, with everything after it.
struct Tail {
    base: MapId,
    affines: Vec<usize>,
    /// The upper bound of its ReLU.
    relu: Option<f32>,
    scores: Vec<usize>,
}

struct Recognizer<'a> {
    low: &'a Lowered<'a>,
    names: HashSet<String>,
    /// The number of parameters that the network may still have. Nodes can share a tensor, so the
    /// size of the file does not limit it.
    budget: usize,
}

/// Recognises the network with the output `output`. Also says where its mean and standard deviation
/// come from.
///
/// # Errors
/// Lists every layer that is not known. After such a layer, the search continues with the map that
/// the layer reads.
pub(super) fn network(low: &Lowered, output: &str, options: &Options) -> Result<(Network, Normalisation), Vec<Error>> {
    let path = &low.graph.path;
    let mut r = Recognizer { low, names: HashSet::new(), budget: MAX_ELEMENTS };
    let (classifier, mut at) = r.classifier(output).map_err(|problem| vec![problem])?;
    let (mut layers, mut problems) = (vec![], vec![]);
    while !low.is_image(at) {
        let before = match r.layer(at) {
            Ok((layer, before)) => {
                layers.push(layer);
                Some(before)
            }
            Err(problem) => {
                problems.push(problem);
                r.before(at)
            }
        };
        let Some(before) = before else { break };
        at = before;
    }
    layers.reverse();
    problems.reverse();
    if !problems.is_empty() {
        return Err(problems);
    }
    let (mean, std, normalisation) = image::import::normalisation(low, at, options).map_err(|problem| vec![problem])?;
    let name = Path::new(path).file_stem().map_or_else(|| path.clone(), |s| s.to_string_lossy().into_owned());
    Ok((Network { name, input: low.graph.input.shape, mean, std, layers, classifier }, normalisation))
}

impl Lowered<'_> {
    /// Finds the name of the output with the logits: the one that the caller named, or the only one
    /// that can be a classifier.
    pub fn classifier(&self, asked: Option<&str>) -> Result<String, Error> {
        let (path, outputs) = (&self.graph.path, &self.graph.outputs);
        let listed = |names: &[&String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        if let Some(asked) = asked {
            let known = self.value(asked).is_some() || outputs.iter().any(|o| o == asked);
            let all: Vec<_> = outputs.iter().collect();
            let wrong =
                || invalid(path, format!("output `{asked}`"), format!("one of {}", listed(&all)), "no such output");
            return known.then(|| asked.to_owned()).ok_or_else(wrong);
        }
        if let [only] = &outputs[..] {
            return Ok(only.clone());
        }
        let is_classifier = |name: &&String| match self.value(name) {
            Some(Value::Vector(Vector { layer: Some((_, c)), first: None, .. })) => c.is_free(),
            _ => false,
        };
        match &outputs.iter().filter(is_classifier).collect::<Vec<_>>()[..] {
            [only] => Ok((*only).clone()),
            [] => {
                let all: Vec<_> = outputs.iter().collect();
                let expected = format!("a classifier among them; `{} NAME` says which", Name::Output);
                Err(invalid(path, "graph outputs", &expected, listed(&all)))
            }
            several => {
                let expected =
                    format!("one classifier; `{} NAME` chooses one (early exits are not simulated yet)", Name::Output);
                Err(invalid(path, "graph outputs", &expected, format!("{}: {}", several.len(), listed(several))))
            }
        }
    }
}

impl Recognizer<'_> {
    /// Recognises the classifier with the output `output`, and the map that it averages.
    fn classifier(&mut self, output: &str) -> Result<(Fc, MapId), Error> {
        let low = self.low;
        let item = format!("output `{output}`");
        let expected = "the classifier, a fully connected layer on the globally average-pooled last map";
        let found = match low.value(output) {
            Some(Value::Vector(v @ Vector { layer: Some((node, c)), first: None, .. })) if c.is_free() => {
                return Ok((self.fc(*node, &v.front, &c.affine)?, v.pool));
            }
            Some(other) => low.describe(other),
            None => "no such value".into(),
        };
        Err(invalid(&low.graph.path, item, expected, found))
    }

    /// The map that the layer reads which ends at map `at`, whatever the layer is.
    fn before(&self, mut at: MapId) -> Option<MapId> {
        loop {
            match self.low.maps[at].op {
                Op::Input => return None,
                Op::Norm { x, .. } | Op::Relu { x, .. } | Op::Scale { x, .. } => at = x,
                Op::Conv { x, .. } | Op::Pick { x, .. } | Op::Pool { x, .. } => return Some(x),
                Op::Sum { a, b, .. } => return self.fork(a, b),
            }
        }
    }

    /// Recognises the layer that ends at map `at`. Also returns the map that it reads.
    fn layer(&mut self, at: MapId) -> Result<(Layer, MapId), Error> {
        let tail = self.tail(at, None)?;
        if let Some(&score) = tail.scores.first() {
            let found = "a score on a map of the main path";
            return Err(self.at_score(score, "gates on the convolutions of a residual branch", found));
        }
        if let Some((stretch, x)) = self.stretch(&tail, None) {
            return Ok((Layer::Conv(self.conv(&stretch)?), x));
        }
        match self.low.maps[tail.base].op {
            Op::Sum { a, b, node } => {
                if let Some(max) = tail.relu.filter(|max| max.is_finite()) {
                    let found = format!("a clip to 0..{max}");
                    return Err(self.at_node(node, "a plain ReLU or none behind an addition", found));
                }
                let (block, x) = self.block(a, b, node, tail.relu.is_some())?;
                Ok((single::merged(block).map_or_else(|block| Layer::Block(*block), Layer::Conv), x))
            }
            Op::Pool { x, node, border } => Ok((Layer::Pool(self.pool(x, node, border, tail.relu)?), x)),
            _ => {
                let expected = "a convolution as first operator";
                Err(invalid(&self.low.graph.path, "network", expected, self.low.describe_map(at)))
            }
        }
    }

    /// Recognises the pooling of the map `x` by a node. `behind` is the upper bound of the ReLU
    /// after it, if there is one.
    fn pool(&mut self, x: MapId, node: usize, border: Border, behind: Option<f32>) -> Result<Pool, Error> {
        let at = self.low.site(x, node, border);
        let room = self.low.pooling(node).ok_or_else(|| self.low.unsupported(at.node))?;
        let front = self.bound(x)?;
        let pooling = room.recognise(&at, Relus { front, behind })?;
        let windows = room.windows(&at)?;
        Ok(Pool { name: self.unique(&names::of_node(at.node), node), windows, pooling })
    }

    /// Finds the upper bound of the ReLU that a map has: its own, or the one before the poolings
    /// that made the map. A pooling of values that are not negative gives none that is.
    fn bound(&self, mut x: MapId) -> Result<Option<f32>, Error> {
        loop {
            let tail = self.tail(x, None)?;
            match (tail.relu, self.low.maps[tail.base].op) {
                (None, Op::Pool { x: before, .. }) if tail.affines.is_empty() => x = before,
                (relu, _) => return Ok(relu),
            }
        }
    }

    /// Recognises a convolution with everything after it. Also returns the map that it reads. In a
    /// block that begins at the map `fork`, a pooling over single pixels counts as a convolution,
    /// and an average pooling is joined with the 1x1 convolution after it.
    fn stretch(&self, tail: &Tail, fork: Option<MapId>) -> Option<(Stretch, MapId)> {
        let (x, node, source) = match self.low.maps[tail.base].op {
            Op::Conv { x, node, border } => {
                match self.low.averaged(tail.base).filter(|_| fork.is_some_and(|fork| fork != x)) {
                    Some(averaged) => (averaged.x, node, Source::Averaged(averaged)),
                    None => (x, node, Source::Node(border)),
                }
            }
            Op::Pick { x, node, stride, before } => (x, node, Source::Pick(stride, before)),
            Op::Pool { node, .. } if fork.is_some() => {
                let (x, stride, before) = maps::single_pixels(self.low, tail.base)?;
                (x, node, Source::Pick(stride, before))
            }
            _ => return None,
        };
        let Tail { base, affines, relu, scores } = tail;
        let (affines, scores) = (affines.clone(), scores.clone());
        Some((Stretch { node, source, affines, relu: *relu, scores, x, output: *base }, x))
    }

    /// Walks back from `at` over everything that belongs to a convolution or a sum, at most to
    /// `stop`.
    fn tail(&self, at: MapId, stop: Option<MapId>) -> Result<Tail, Error> {
        let mut tail = Tail { base: at, affines: vec![], relu: None, scores: vec![] };
        while Some(tail.base) != stop {
            tail.base = match self.low.maps[tail.base].op {
                Op::Norm { x, affine } => {
                    tail.affines.push(affine);
                    x
                }
                Op::Relu { x, max } => {
                    let max = f32::from_bits(max);
                    if let Some(&score) = tail.scores.last().filter(|_| max.is_finite()) {
                        let found = format!("a score behind a clip to 0..{max}");
                        return Err(self.at_score(score, "a score in front of the clip", found));
                    }
                    tail.relu = Some(tail.relu.map_or(max, |behind| behind.min(max)));
                    x
                }
                // A score is never negative, so it can be multiplied before or after a plain ReLU.
                Op::Scale { x, score } => {
                    tail.scores.push(score);
                    x
                }
                Op::Input | Op::Conv { .. } | Op::Pick { .. } | Op::Sum { .. } | Op::Pool { .. } => break,
            };
        }
        tail.affines.reverse();
        Ok(tail)
    }

    fn conv(&mut self, s: &Stretch) -> Result<Conv, Error> {
        let (low, node) = (self.low, &self.low.graph.nodes[s.node]);
        let [input, output] = [s.x, s.output].map(|map| low.maps[map].shape);
        // Each affine map needs another copy of the weights.
        let mut spend = |weights: usize| (0..=s.affines.len()).try_for_each(|_| self.spend(s.node, weights));
        let of_node = |input, border| convolution::import::conv(low, node, &s.affines, (input, border), s.relu);
        let (mut conv, names) = match s.source {
            Source::Node(border) => {
                let weights = low.tensor(node, 1)?;
                spend(weights.dims.iter().product())?;
                (of_node(input, border)?, names::of_layer(node, &weights.name))
            }
            Source::Averaged(averaged) => {
                let (weights, windows) = (low.tensor(node, 1)?, averaged.windows);
                spend(weights.dims.iter().product::<usize>().saturating_mul(windows.taps()))?;
                let conv = averaged.joined(of_node(windows.output, Border::default())?);
                (conv, names::of_layer(node, &weights.name))
            }
            Source::Pick(stride, before) => {
                spend(output.channels * input.channels)?;
                let conv = convolution::import::pick(low, &s.affines, (input, output), (stride, before), s.relu);
                (conv, names::of_node(node))
            }
        };
        conv.name = self.unique(&names, s.node);
        Ok(conv)
    }

    fn fc(&mut self, node: usize, front: &Affine, behind: &Affine) -> Result<Fc, Error> {
        let at = &self.low.graph.nodes[node];
        let weights = self.low.tensor(at, 1)?;
        self.spend(node, weights.dims.iter().product())?;
        let mut layer = gate::import::fc(self.low, at, front, behind)?;
        layer.name = self.unique(&names::of_layer(at, &weights.name), node);
        Ok(layer)
    }

    /// Takes the weights of a node from the number that the network may still have.
    fn spend(&mut self, node: usize, count: usize) -> Result<(), Error> {
        match self.budget.checked_sub(count) {
            Some(rest) => self.budget = rest,
            None => return Err(self.at_node(node, format!("at most {MAX_ELEMENTS} parameters in all"), "more")),
        }
        Ok(())
    }

    /// The first candidate that is not in use. If all are, the name of the node's output, which is
    /// unique.
    fn unique(&mut self, candidates: &[String], node: usize) -> String {
        let free = candidates.iter().find(|c| !self.names.contains(*c)).cloned();
        let output = || self.low.graph.nodes[node].output.first().cloned().unwrap_or_default();
        let name = free.unwrap_or_else(output);
        self.names.insert(name.clone());
        name
    }

    fn at_node(&self, node: usize, expected: impl Into<String>, found: impl ToString) -> Error {
        self.low.graph.invalid(&self.low.graph.nodes[node], expected, found)
    }

    fn at_score(&self, score: usize, expected: impl Into<String>, found: impl ToString) -> Error {
        self.at_node(self.low.scores[score].node, expected, found)
    }
}
