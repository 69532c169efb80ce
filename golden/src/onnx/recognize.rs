//! Walks back from the classifier and recognises convolutions, residual blocks and their gates.

use super::graph::label;
use super::lower::{FcRef, Lowered, MapId, Op, Stage, Value, Vector};
use super::{MAX_ELEMENTS, invalid, layers};
use crate::Error;
use crate::model::{Block, Conv, Fc, GatedConv, Layer, Network};
use std::collections::HashSet;
use std::path::Path;

/// A convolution with what follows it up to the next convolution or sum.
struct Stretch {
    node: usize,
    norms: Vec<usize>,
    /// Upper bound of its ReLU.
    relu: Option<f32>,
    scores: Vec<(FcRef, MapId)>,
    /// The map that the convolution reads.
    x: MapId,
}

/// A convolution or sum with what follows it.
struct Tail {
    base: MapId,
    norms: Vec<usize>,
    /// Upper bound of its ReLU.
    relu: Option<f32>,
    scores: Vec<(FcRef, MapId)>,
}

struct Recognizer<'a> {
    low: &'a Lowered<'a>,
    names: HashSet<String>,
    /// Parameters that the network may still take: nodes can share a tensor, so the file's size is no bound.
    budget: usize,
}

/// Recognises the network.
pub(super) fn network(low: &Lowered) -> Result<Network, Error> {
    let (graph, path) = (low.graph, &low.graph.path);
    let output = format!("output `{}`", graph.output);
    let expected = "the classifier, a fully connected layer on the globally average-pooled last map";
    let (fc, mut at) = match low.value(&graph.output) {
        Some(&Value::Vector(Vector { stage: Stage::Linear(fc) | Stage::Probability(fc), pool, .. })) => (fc, pool),
        Some(other) => return Err(invalid(path, output, expected, low.describe(other))),
        None => return Err(invalid(path, output, expected, "no such value")),
    };
    let mut r = Recognizer { low, names: HashSet::new(), budget: MAX_ELEMENTS };
    let classifier = r.fc(fc, at)?;
    let mut layers = Vec::new();
    while low.maps[at].op != Op::Input {
        let (layer, before) = r.layer(at)?;
        layers.push(layer);
        at = before;
    }
    layers.reverse();
    let input = graph.input.1;
    let mean = channel_values(low, "lcsim.mean", 0.0)?;
    let std = channel_values(low, "lcsim.std", 1.0)?;
    let name = Path::new(path).file_stem().map_or_else(|| path.clone(), |s| s.to_string_lossy().into_owned());
    Ok(Network { name, input, mean, std, layers, classifier })
}

/// A value of each channel from the model's metadata.
fn channel_values(low: &Lowered, key: &str, default: f32) -> Result<Vec<f32>, Error> {
    let channels = low.graph.input.1.channels;
    let Some(text) = low.graph.metadata.get(key) else {
        return Ok(vec![default; channels]);
    };
    let list = text.trim().strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let values = list.and_then(|l| l.split(',').map(|v| v.trim().parse::<f32>().ok()).collect::<Option<Vec<_>>>());
    values
        .filter(|v| v.len() == channels && v.iter().all(|v| v.is_finite() && (*v > 0.0 || default == 0.0)))
        .ok_or_else(|| {
            let range = if default == 0.0 { "finite" } else { "positive" };
            let expected = format!("a list of {channels} {range} numbers");
            invalid(&low.graph.path, format!("metadata `{key}`"), expected, format!("`{text}`"))
        })
}

impl Recognizer<'_> {
    /// The layer that ends at map `at`, and the map that it reads.
    fn layer(&mut self, at: MapId) -> Result<(Layer, MapId), Error> {
        let tail = self.tail(at, None)?;
        if let Some((fc, _)) = tail.scores.first() {
            let found = "a score on a map of the main path";
            return Err(self.at_node(fc.node, "gates on the convolutions of a residual branch", found));
        }
        match self.low.maps[tail.base].op {
            Op::Conv { x, node } => {
                let stretch = Stretch { node, norms: tail.norms, relu: tail.relu, scores: vec![], x };
                Ok((Layer::Conv(self.conv(&stretch)?), x))
            }
            Op::Sum { a, b, node } => {
                if let Some(max) = tail.relu.filter(|max| max.is_finite()) {
                    let found = format!("a clip to 0..{max}");
                    return Err(self.at_node(node, "a plain ReLU or none behind an addition", found));
                }
                let (block, x) = self.block(a, b, node, tail.relu.is_some())?;
                Ok((Layer::Block(block), x))
            }
            // A ReLU behind it is the same as one in front of it, where the layer that it reads has its own.
            Op::MaxPool { x, node } if tail.norms.is_empty() => {
                let front = self.tail(x, None)?.relu;
                if tail.relu.is_some_and(|behind| front.is_none_or(|front| behind < front)) {
                    return Err(self.at_node(node, "ReLU in front of the max pooling", "behind it"));
                }
                let mut windows = layers::max_pool(self.low, &self.low.graph.nodes[node], self.low.maps[x].shape)?;
                windows.name = self.unique(&[&windows.name], node);
                Ok((Layer::MaxPool(windows), x))
            }
            _ => {
                let expected = "a convolution as first operator";
                Err(invalid(&self.low.graph.path, "network", expected, self.low.describe_map(at)))
            }
        }
    }

    /// Walks back from `at` over everything that belongs to a convolution or sum, not past `stop`.
    fn tail(&self, at: MapId, stop: Option<MapId>) -> Result<Tail, Error> {
        let mut tail = Tail { base: at, norms: vec![], relu: None, scores: vec![] };
        while Some(tail.base) != stop {
            tail.base = match self.low.maps[tail.base].op {
                Op::Norm { x, node } => {
                    tail.norms.push(node);
                    x
                }
                Op::Relu { x, max } => {
                    let max = f32::from_bits(max);
                    if let Some((fc, _)) = tail.scores.last().filter(|_| max.is_finite()) {
                        let found = format!("a score behind a clip to 0..{max}");
                        return Err(self.at_node(fc.node, "a score in front of the clip", found));
                    }
                    tail.relu = Some(tail.relu.map_or(max, |behind| behind.min(max)));
                    x
                }
                // A score is not negative, so it may be multiplied before or after a plain ReLU.
                Op::Scale { x, fc, pool } => {
                    tail.scores.push((fc, pool));
                    x
                }
                Op::Input | Op::Conv { .. } | Op::Sum { .. } | Op::MaxPool { .. } => break,
            };
        }
        tail.norms.reverse();
        Ok(tail)
    }

    /// The maps from `at` back to the nearest sum or the image, both included.
    fn ancestors(&self, mut at: MapId) -> Vec<MapId> {
        let mut path = vec![at];
        while let Op::Conv { x, .. } | Op::Norm { x, .. } | Op::Relu { x, .. } | Op::Scale { x, .. } =
            self.low.maps[at].op
        {
            path.push(x);
            at = x;
        }
        path
    }

    /// The convolutions between the map `fork` and the operand `at` of the sum `add`, in order of execution.
    fn stretches(&self, mut at: MapId, fork: MapId, add: usize) -> Result<Vec<Stretch>, Error> {
        let mut convs = Vec::new();
        while at != fork {
            let Tail { base, norms, relu, scores } = self.tail(at, Some(fork))?;
            // The fork may itself be a convolution, which belongs to the layer before.
            match self.low.maps[base].op {
                Op::Conv { x, node } if base != fork => {
                    convs.push(Stretch { node, norms, relu, scores, x });
                    at = x;
                }
                _ => {
                    let expected = "operands that are the block's input or begin with a convolution";
                    return Err(self.at_node(add, expected, self.low.describe_map(at)));
                }
            }
        }
        convs.reverse();
        Ok(convs)
    }

    fn block(&mut self, a: MapId, b: MapId, add: usize, relu: bool) -> Result<(Block, MapId), Error> {
        let behind: HashSet<MapId> = self.ancestors(b).into_iter().collect();
        let Some(fork) = self.ancestors(a).into_iter().find(|m| behind.contains(m)) else {
            let found = format!("{} and {}", self.low.describe_map(a), self.low.describe_map(b));
            return Err(self.at_node(add, "two operands that begin at one map (branch and shortcut)", found));
        };
        let (a, b) = (self.stretches(a, fork, add)?, self.stretches(b, fork, add)?);
        let (branch, shortcut) = self.roles(a, b, add)?;
        let names = [trimmed(label(&self.low.graph.nodes[add])), label(&self.low.graph.nodes[add])];
        let name = self.unique(&names, add);
        let shortcut = shortcut.map(|s| self.conv(&s)).transpose()?;
        let last = branch.len() - 1;
        let (mut lnet, mut convs) = (None, Vec::new());
        for (i, stretch) in branch.iter().enumerate() {
            if i == last && stretch.relu.is_some() {
                let found = "a ReLU before the addition";
                return Err(self.at_node(stretch.node, "no ReLU after the last convolution of a branch", found));
            }
            let channels = self.conv_channels(stretch);
            let mut gate = None;
            for &(fc, pool) in &stretch.scores {
                let outputs = self.outputs(fc, pool);
                if i == last && outputs == 1 && pool == fork && lnet.is_none() {
                    lnet = Some(self.fc(fc, pool)?);
                } else if outputs == channels && pool == stretch.x && gate.is_none() {
                    gate = Some(self.fc(fc, pool)?);
                } else {
                    let conv = label(&self.low.graph.nodes[stretch.node]);
                    let or = if i == last { ", or one L-Net with 1 output on the block's input" } else { "" };
                    let expected = format!("one C-Net with {channels} outputs on the input map of `{conv}`{or}");
                    let found = format!("{outputs} outputs on {}", self.low.describe_map(pool));
                    return Err(self.at_node(fc.node, expected, found));
                }
            }
            convs.push(GatedConv { conv: self.conv(stretch)?, gate });
        }
        Ok((Block { name, lnet, convs, shortcut, relu }, fork))
    }

    /// Which operand of a sum is the branch, and the projection if the other is no identity.
    fn roles(&self, a: Vec<Stretch>, b: Vec<Stretch>, add: usize) -> Result<(Vec<Stretch>, Option<Stretch>), Error> {
        let plain = |s: &[Stretch]| matches!(s, [s] if s.relu.is_none() && s.scores.is_empty());
        let taps = |s: &[Stretch]| -> usize {
            let tensor = self.low.tensor(&self.low.graph.nodes[s[0].node], 1);
            tensor.map_or(0, |t| t.dims.iter().skip(2).product())
        };
        let b_is_shortcut = match (a.is_empty(), b.is_empty(), plain(&a), plain(&b)) {
            (true, true, ..) => return Err(self.at_node(add, "a branch with a convolution", "one map twice")),
            (true, ..) => false,
            (_, true, ..) => true,
            // Two single convolutions: the larger kernel is the branch, and by custom the first operand.
            (_, _, true, true) => taps(&a) >= taps(&b),
            (_, _, a_plain, b_plain) if a_plain || b_plain => b_plain,
            _ => {
                let found = format!("{} and {} convolutions", a.len(), b.len());
                let expected = "one operand that is the block's input or one convolution of it without ReLU and gate";
                return Err(self.at_node(add, expected, found));
            }
        };
        let (branch, mut shortcut) = if b_is_shortcut { (a, b) } else { (b, a) };
        Ok((branch, shortcut.pop()))
    }

    fn conv(&mut self, s: &Stretch) -> Result<Conv, Error> {
        let node = &self.low.graph.nodes[s.node];
        // Each normalisation scales the weights once more.
        (0..=s.norms.len()).try_for_each(|_| self.spend(s.node))?;
        let mut conv = layers::conv(self.low, node, &s.norms, self.low.maps[s.x].shape, s.relu)?;
        conv.name = self.unique(&[&conv.name], s.node);
        Ok(conv)
    }

    fn fc(&mut self, fc: FcRef, pool: MapId) -> Result<Fc, Error> {
        self.spend(fc.node)?;
        let mut layer = layers::fc(self.low, fc, self.low.maps[pool].shape.channels)?;
        layer.name = self.unique(&[&layer.name], fc.node);
        Ok(layer)
    }

    fn conv_channels(&self, s: &Stretch) -> usize {
        self.low.tensor(&self.low.graph.nodes[s.node], 1).map_or(0, |t| t.dims[0])
    }

    fn outputs(&self, fc: FcRef, pool: MapId) -> usize {
        let weights = self.low.tensor(&self.low.graph.nodes[fc.node], 1);
        weights.map_or(0, |t| t.dims.iter().product::<usize>() / self.low.maps[pool].shape.channels)
    }

    /// Takes a node's weights out of the budget.
    fn spend(&mut self, node: usize) -> Result<(), Error> {
        let weights = self.low.tensor(&self.low.graph.nodes[node], 1)?;
        let count = weights.dims.iter().product();
        match self.budget.checked_sub(count) {
            Some(rest) => self.budget = rest,
            None => return Err(self.at_node(node, format!("at most {MAX_ELEMENTS} parameters in all"), "more")),
        }
        Ok(())
    }

    /// The first candidate that is not taken, otherwise the node's output, which no other node has.
    fn unique(&mut self, candidates: &[&str], node: usize) -> String {
        let free = candidates.iter().find(|c| !self.names.contains(**c)).copied();
        let name = free.unwrap_or_else(|| self.low.graph.nodes[node].output.first().map_or("", String::as_str));
        self.names.insert(name.to_owned());
        name.to_owned()
    }

    fn at_node(&self, node: usize, expected: impl Into<String>, found: impl ToString) -> Error {
        self.low.graph.invalid(&self.low.graph.nodes[node], expected, found)
    }
}

/// The name of a block from the name of its addition.
fn trimmed(name: &str) -> &str {
    let block = name.strip_suffix(".add").or_else(|| name.strip_suffix("/Add")).unwrap_or(name);
    if block.is_empty() { name } else { block }
}
