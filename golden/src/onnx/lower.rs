//! Gives each node its meaning: a constant, a feature map with its shape, or a vector that began as
//! a pooled map.
//!
//! Only what a node computes matters. Views, computed constants, and affine maps that fold into a
//! neighbour are only ways of writing. They leave no trace, so that [`super::recognize`] sees one
//! form of each network.

use super::graph::Graph;
use super::lowered::Lowered;
use super::proto::NodeProto;
use super::tensor::{Data, Tensor};
use super::value::Value;
use super::{fold, maps, shape};
use crate::{Error, operators};
use std::collections::HashSet;
use std::rc::Rc;

/// Finds the meaning of each value that an output needs. A node without a meaning is a problem, and
/// values that depend on it are left out.
pub(crate) fn lower(graph: &Graph) -> Lowered<'_> {
    let mut low = Lowered::new(graph);
    let needed = graph.needed(graph.outputs.iter().map(String::as_str));
    for (i, node) in graph.nodes.iter().enumerate().filter(|(i, _)| needed.contains(i)) {
        let known = !node.input.iter().any(|n| low.is_unknown(n));
        let value = match known.then(|| low.node(i, node)) {
            Some(Ok(value)) => Some(value),
            Some(Err(problem)) => {
                if !low.rests_on_a_guess(node) {
                    low.problems.push((i, problem));
                }
                low.guess(node)
            }
            None => low.guess(node),
        };
        if low.reads_a_guess(node) {
            low.guesses.extend(node.output.iter().map(String::as_str));
        }
        match (node.output.first(), value) {
            (Some(output), Some(value)) => {
                low.values.insert(output, value);
            }
            // The other outputs of the node are unknown too.
            (_, None) => node.output.iter().for_each(|o| {
                low.second.remove(o.as_str());
            }),
            (None, Some(_)) => {}
        }
    }
    low
}

impl Graph {
    /// The nodes on which the values `names` depend.
    pub fn needed<'n>(&'n self, names: impl Iterator<Item = &'n str>) -> HashSet<usize> {
        let mut wanted: HashSet<&str> = names.collect();
        let mut needed = HashSet::new();
        for (i, node) in self.nodes.iter().enumerate().rev() {
            if node.output.iter().any(|o| wanted.contains(o.as_str())) {
                needed.insert(i);
                wanted.extend(node.input.iter().map(String::as_str));
            }
        }
        needed
    }
}

impl<'a> Lowered<'a> {
    /// Guesses the result of a node without a meaning: the map that it works on. With the guess,
    /// problems of later nodes are found too. The network is refused in any case.
    fn guess(&mut self, node: &'a NodeProto) -> Option<Value> {
        let mut maps = node.input.iter().filter_map(|n| self.value(n)).filter(|v| matches!(v, Value::Map(_)));
        let map = maps.find(|_| operators::import::is_elementwise(node)).cloned()?;
        self.guesses.extend(node.output.iter().map(String::as_str));
        Some(map)
    }

    /// Whether a node works elementwise on a guess.
    fn reads_a_guess(&self, node: &NodeProto) -> bool {
        operators::import::is_elementwise(node) && node.input.iter().any(|name| self.guesses.contains(name.as_str()))
    }

    /// Whether a node combines a guess with another value. If these do not fit, the graph may still
    /// be right.
    fn rests_on_a_guess(&self, node: &NodeProto) -> bool {
        let computed =
            node.input.iter().filter(|name| matches!(self.value(name), Some(Value::Map(_) | Value::Vector(_))));
        self.reads_a_guess(node) && computed.count() > 1
    }

    fn node(&mut self, i: usize, node: &'a NodeProto) -> Result<Value, Error> {
        let inputs = (0..node.input.len()).map(|k| self.optional(node, k).map(Option::<&Value>::cloned));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        if let Some(constant) = self.constant(node, &inputs)? {
            return Ok(constant);
        }
        if let Some(lower) = operators::import::node(self, node) {
            return lower(self, i, node);
        }
        match node.op_type() {
            "Identity" => Ok(self.operand(node, 0)?.clone()),
            "Dropout" => self.dropout(node),
            "Cast" => self.cast(node),
            "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" | "Transpose" | "Gather" | "Expand" => self.view(node),
            "Pad" => maps::pad(self, i, node),
            "Slice" => maps::slice(self, i, node),
            "Concat" => maps::concat(self, i, node),
            "Add" | "Sum" | "Sub" | "Mul" | "Div" | "Neg" => self.arithmetic(i, node),
            "BatchNormalization" => self.norm(node),
            "Relu" | "Clip" | "Max" | "Min" | "HardSigmoid" => self.clamp(node),
            "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" => self.compare(node),
            "Sigmoid" | "Round" | "Not" | "Where" => self.stepped(node),
            _ => Err(self.unsupported(node)),
        }
    }

    /// The value of a node that computes a constant, from constants or from the shape of a map.
    fn constant(&mut self, node: &NodeProto, inputs: &[Option<Value>]) -> Result<Option<Value>, Error> {
        if let ("Shape" | "Size", Some(Some(value))) = (node.op_type(), inputs.first()) {
            let stretched = match value {
                Value::Vector(v) => v.expanded,
                Value::Map(p) => p.border.is_some(),
                Value::Const(_) => false,
            };
            if stretched {
                let found = format!("of {}", self.describe(value));
                return Err(self.graph.refuse(node, found, "take the shape of the map"));
            }
            let sizes = shape::part(node, value.dims()).unwrap_or_default();
            let whole = |dims, v| Ok(Some(Value::Const(Rc::new(Tensor::new("", dims, Data::Int(v))))));
            return match node.op_type() {
                "Shape" => whole(vec![sizes.len()], sizes),
                _ => whole(vec![], vec![value.dims().iter().product::<usize>() as i64]),
            };
        }
        let constants = inputs.iter().map(|input| match input {
            None => Some(None),
            Some(Value::Const(t)) => Some(Some(Rc::clone(t))),
            Some(_) => None,
        });
        let Some(constants) = constants.collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let Some(folded) = fold::fold(node, &constants, self.budget) else {
            let meant = fold::is_known(node.op_type()) && !constants.is_empty();
            return if meant { Err(self.uncomputed(node)) } else { Ok(None) };
        };
        self.spend(node, folded.data.len().unwrap_or(0))?;
        Ok(Some(Value::Const(Rc::new(folded))))
    }
}
