//! Recognises residual blocks: where branch and shortcut begin, which is which, and the gates of
//! the branch.

use super::super::affine::Affine;
use super::super::graph::label;
use super::super::maps;
use super::super::names;
use super::super::value::{First, MapId, Op, Score};
use super::{Recognizer, Source, Stretch};
use crate::Error;
use crate::model::{Block, Gate, GatedConv};
use lcsim_spec::Head;
use std::collections::HashSet;

impl Recognizer<'_> {
    /// The last map from which both `a` and `b` are made.
    pub(super) fn fork(&self, a: MapId, b: MapId) -> Option<MapId> {
        let behind: HashSet<MapId> = self.ancestors(b).into_iter().collect();
        self.ancestors(a).into_iter().find(|m| behind.contains(m))
    }

    /// Recognises the block that ends with the sum `add` of the maps `a` and `b`. Also returns the
    /// map that it reads.
    pub(super) fn block(&mut self, a: MapId, b: MapId, add: usize, relu: bool) -> Result<(Block, MapId), Error> {
        let Some(fork) = self.fork(a, b) else {
            if let Some(problem) = [a, b].into_iter().find_map(|at| self.pooled_branch(at)) {
                return Err(problem);
            }
            let found = format!("{} and {}", self.low.describe_map(a), self.low.describe_map(b));
            return Err(self.at_node(add, "two operands that begin at one map (branch and shortcut)", found));
        };
        let (a, b) = (self.stretches(a, fork, add)?, self.stretches(b, fork, add)?);
        let (branch, shortcut) = self.roles(a, b, add)?;
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
            for &score in &stretch.scores {
                let Score { pool, behind, .. } = &self.low.scores[score];
                let (outputs, pool) = (behind.factor.len(), *pool);
                if i == last && outputs == 1 && pool == fork && lnet.is_none() {
                    lnet = Some(self.gate(score)?);
                } else if outputs == channels && pool == stretch.x && gate.is_none() {
                    gate = Some(self.gate(score)?);
                } else {
                    let conv = label(&self.low.graph.nodes[stretch.node]);
                    let or = if i == last { ", or one L-Net with 1 output on the block's input" } else { "" };
                    let expected = format!("one C-Net with {channels} outputs on the input map of `{conv}`{or}");
                    let found = format!("{outputs} outputs on {}", self.low.describe_map(pool));
                    return Err(self.at_score(score, expected, found));
                }
            }
            convs.push(GatedConv { conv: self.conv(stretch)?, gate });
        }
        let names: Vec<&str> = convs.iter().map(|g: &GatedConv| g.conv.name.as_str()).collect();
        let name = self.unique(&names::of_block(&self.low.graph.nodes[add], &names), add);
        Ok((Block { name, lnet, convs, shortcut, relu }, fork))
    }

    /// Makes the gate of a score.
    fn gate(&mut self, score: usize) -> Result<Gate, Error> {
        let Score { node, front, first, behind, decision, .. } = &self.low.scores[score];
        let head = match first {
            None => Head::OneLayer(self.fc(*node, front, behind)?),
            Some(First { node: first, behind: between }) => {
                let first = self.fc(*first, front, between)?;
                let last = self.fc(*node, &Affine::identity(first.outputs), behind)?;
                Head::TwoLayers(Box::new([first, last]))
            }
        };
        Ok(Gate { head, decision: *decision })
    }

    /// Makes the error for a pooling in the branch that ends at `at`, if its operator is possible
    /// in other places of branches.
    fn pooled_branch(&self, at: MapId) -> Option<Error> {
        let Op::Pool { node, .. } = self.low.maps[*self.ancestors(at).last()?].op else { return None };
        let instead = self.low.pooling(node)?.in_branches()?;
        Some(self.low.graph.refuse(&self.low.graph.nodes[node], "in a residual block", instead))
    }

    /// Decides which operand of a sum is the branch. Also returns the projection, if the other
    /// operand is no identity.
    fn roles(&self, a: Vec<Stretch>, b: Vec<Stretch>, add: usize) -> Result<(Vec<Stretch>, Option<Stretch>), Error> {
        let plain = |s: &[Stretch]| matches!(s, [s] if s.relu.is_none() && s.scores.is_empty());
        let taps = |s: &[Stretch]| -> usize {
            match s[0].source {
                Source::Pick(..) => 0,
                Source::Node(_) | Source::Averaged(_) => {
                    let tensor = self.low.tensor(&self.low.graph.nodes[s[0].node], 1);
                    tensor.map_or(0, |t| t.dims.iter().skip(2).product())
                }
            }
        };
        let b_is_shortcut = match (a.is_empty(), b.is_empty(), plain(&a), plain(&b)) {
            (true, true, ..) => return Err(self.at_node(add, "a branch with a convolution", "one map twice")),
            (true, ..) => false,
            (_, true, ..) => true,
            // Both are single convolutions. The branch has the larger kernel, and is by custom the
            // first operand.
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

    /// The maps from `at` back to the nearest sum or to the image, both included.
    fn ancestors(&self, mut at: MapId) -> Vec<MapId> {
        let mut path = vec![at];
        if let Some((x, ..)) = maps::single_pixels(self.low, at) {
            path.push(x);
            at = x;
        }
        while let Op::Conv { x, .. }
        | Op::Pick { x, .. }
        | Op::Norm { x, .. }
        | Op::Relu { x, .. }
        | Op::Scale { x, .. } = self.low.maps[at].op
        {
            path.push(x);
            at = match self.low.averaged(at) {
                Some(averaged) => {
                    path.push(averaged.x);
                    averaged.x
                }
                None => x,
            };
        }
        path
    }

    /// The convolutions between the map `fork` and the operand `at` of the sum `add`, in the order
    /// of execution.
    fn stretches(&self, mut at: MapId, fork: MapId, add: usize) -> Result<Vec<Stretch>, Error> {
        let mut convs = Vec::new();
        while at != fork {
            let tail = self.tail(at, Some(fork))?;
            // The fork may itself be a convolution. Then it belongs to the layer before.
            match self.stretch(&tail, Some(fork)) {
                Some((stretch, x)) if tail.base != fork => {
                    convs.push(stretch);
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

    fn conv_channels(&self, s: &Stretch) -> usize {
        self.low.maps[s.output].shape.channels
    }
}
