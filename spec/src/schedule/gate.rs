//! Makes the instructions of gates and of the classifier.

use super::builder::Builder;
use super::ids::ListId;
use super::jobs::{Condition, FcJob, GateJob, Inputs, Param, Target, Unit};
use super::place::Placed;
use crate::report::LayerKind;
use crate::{Decision, Fc, Gate, Head};

impl Builder<'_> {
    /// Adds a gate that reads the pool sums of a map.
    pub(super) fn gate(&mut self, gate: &Gate, target: Target, x: Placed, condition: Condition) {
        self.fully_connected(gate.head.as_ref(), Some(gate.decision), target, x, condition);
    }

    /// Adds the classifier, which reads the pool sums of the last map.
    pub(super) fn classifier(&mut self, fc: &Fc, x: Placed) {
        self.fully_connected(Head::OneLayer(fc), None, Target::Classes, x, Condition::Always);
    }

    fn fully_connected(
        &mut self,
        head: Head<&Fc>,
        decision: Option<Decision>,
        target: Target,
        x: Placed,
        condition: Condition,
    ) {
        let kind = match target {
            Target::Block(_) => LayerKind::LNet,
            Target::Channels(_) => LayerKind::CNet,
            Target::Classes => LayerKind::Classifier,
        };
        let Head::OneLayer(fc) = head;
        let job = self.parameters_of(fc);
        let layer = self.layer(&fc.name, kind, fc.weights.len() as u64, fc.outputs);
        self.layout.check_channels(&fc.name, fc.inputs.max(fc.outputs));
        let list: Option<ListId> = if let Inputs::List(list) = x.inputs { Some(list) } else { None };
        let (pool_region, head) = (x.place.pool_region(), Head::OneLayer(job));
        self.op(Unit::Gate(self.program.gates.len()), condition, layer);
        self.program.gates.push(GateJob { layer, pool_region, list, head, decision, target });
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
