//! Makes the instructions of gates and of the classifier.

use super::builder::Builder;
use super::ids::ListId;
use super::jobs::{Condition, FcJob, GateJob, Inputs, Param, Target, Unit};
use super::place::Placed;
use crate::report::LayerKind;
use crate::{Decision, Fc, Gate};

/// The fully connected layers of a gate or the classifier.
struct What<'a> {
    name: &'a str,
    layers: &'a [Fc],
    outputs: usize,
}

impl Builder<'_> {
    /// Adds a gate that reads the pool sums of a map.
    pub(super) fn gate(&mut self, gate: &Gate, target: Target, x: Placed, condition: Condition) {
        let what = What { name: gate.name(), layers: gate.head.layers(), outputs: gate.outputs() };
        self.fully_connected(&what, Some(gate.decision), target, x, condition);
    }

    /// Adds the classifier, which reads the pool sums of the last map.
    pub(super) fn classifier(&mut self, fc: &Fc, x: Placed) {
        let what = What { name: &fc.name, layers: std::slice::from_ref(fc), outputs: fc.outputs };
        self.fully_connected(&what, None, Target::Classes, x, Condition::Always);
    }

    fn fully_connected(
        &mut self,
        what: &What,
        decision: Option<Decision>,
        target: Target,
        x: Placed,
        condition: Condition,
    ) {
        let kind = match target {
            Target::Block(_) => LayerKind::LNet,
            Target::Channels(_) | Target::Hidden => LayerKind::CNet,
            Target::Classes => LayerKind::Classifier,
        };
        let What { name, layers, outputs } = *what;
        let macs = layers.iter().map(|fc| fc.weights.len() as u64).sum();
        let layer = self.layer(name, kind, macs, outputs);
        let channels = layers.iter().map(|fc| fc.inputs).max().unwrap_or(0).max(outputs);
        self.layout.check_channels(name, channels);
        let list: Option<ListId> = if let Inputs::List(list) = x.inputs { Some(list) } else { None };
        let pool_region = x.place.pool_region();
        let whole = GateJob { layer, pool_region, list, fc: None, reads_hidden: false, outputs, decision, target };
        let jobs = match layers {
            [] => vec![whole],
            [fc] => vec![GateJob { fc: Some(self.parameters_of(fc)), ..whole }],
            [first, .., last] => {
                let (fc, decision) = (Some(self.parameters_of(first)), Some(Decision::HIDDEN));
                let hidden = GateJob { fc, decision, outputs: first.outputs, target: Target::Hidden, ..whole.clone() };
                let fc = Some(self.parameters_of(last));
                vec![hidden, GateJob { fc, list: None, reads_hidden: true, ..whole }]
            }
        };
        for job in jobs {
            self.op(Unit::Gate(self.program.gates.len()), condition, layer);
            self.program.gates.push(job);
        }
    }

    /// Stores the weights and parameters of a layer in the gate unit's memories.
    fn parameters_of(&mut self, f: &Fc) -> FcJob {
        let macs = self.program.config.gate.macs;
        let weight_base = self.program.gate_weights.len() / macs;
        let param_base = self.program.gate_params.len();
        for group in 0..f.outputs.div_ceil(macs) {
            for i in 0..f.inputs {
                let outputs = group * macs..(group + 1) * macs;
                self.program.gate_weights.extend(outputs.map(|o| f.weights.get(o * f.inputs + i).map_or(0, |w| *w)));
            }
        }
        // The classifier has no multipliers and no shifts.
        let param = |o: usize| Param {
            bias: f.bias[o],
            multiplier: f.multiplier.get(o).copied().unwrap_or(0),
            shift: f.shift.get(o).copied().unwrap_or(0),
        };
        self.program.gate_params.extend((0..f.outputs).map(param));
        FcJob { inputs: f.inputs, outputs: f.outputs, pool_shift: f.pool_shift, weight_base, param_base }
    }
}
