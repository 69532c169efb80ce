//! Stores gates and the classifier in the file of a quantised network.

use crate::Error;
use crate::container::{File, Tensors};
use lcsim_spec::{Decision, Fc, Gate, Head, Score};
use serde::{Deserialize, Serialize};

/// A gate or the classifier in the header of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FcHeader {
    name: String,
    inputs: usize,
    outputs: usize,
    pool_shift: u8,
    /// The threshold as the 16 bits of a score.
    #[serde(default, skip_serializing_if = "is_zero")]
    threshold: u16,
}

fn is_zero(threshold: &u16) -> bool {
    *threshold == 0
}

impl FcHeader {
    /// Makes the header of a fully connected layer, and adds its numbers to `tensors`.
    pub fn new(f: &Fc, tensors: &mut Tensors) -> Self {
        tensors.parameters(&f.name, vec![f.outputs, f.inputs], &f.weights, &f.bias, &f.multiplier, &f.shift);
        Self { name: f.name.clone(), inputs: f.inputs, outputs: f.outputs, pool_shift: f.pool_shift, threshold: 0 }
    }

    /// Makes the header of a gate, and adds its numbers to `tensors`.
    pub fn of_gate(gate: &Gate, tensors: &mut Tensors) -> Self {
        let (Head::OneLayer(fc), Decision::ClampScale { threshold }) = (&gate.head, gate.decision) else {
            unreachable!("`save` refuses gates that decide otherwise")
        };
        Self { threshold: threshold.to_bits(), ..Self::new(fc, tensors) }
    }

    /// Makes the gate from the header and the numbers in `file`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the numbers are missing or do not fit.
    pub fn gate(self, file: &File) -> Result<Gate, Error> {
        let threshold = Score::from_bits(self.threshold);
        let mut fc = self.layer(file)?;
        (fc.multiplier, fc.shift) = file.scales(&fc.name, fc.outputs)?;
        Ok(Gate::clamp_scale(fc, threshold))
    }

    /// Makes the classifier from the header and the numbers in `file`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the numbers are missing or do not fit, or if it has a threshold.
    pub fn classifier(self, file: &File) -> Result<Fc, Error> {
        let threshold = self.threshold;
        let fc = self.layer(file)?;
        if threshold != 0 {
            let (item, found) = (format!("layer `{}`: threshold", fc.name), Score::from_bits(threshold).to_string());
            return Err(file.invalid(&item, "0, as the classifier has no scores", &found));
        }
        Ok(fc)
    }

    /// Makes the layer without multipliers and shifts.
    fn layer(self, file: &File) -> Result<Fc, Error> {
        let (weights, bias) = file.weights(&self.name, &[self.outputs, self.inputs])?;
        let Self { name, inputs, outputs, pool_shift, .. } = self;
        Ok(Fc { name, inputs, outputs, weights, bias, multiplier: vec![], shift: vec![], pool_shift })
    }
}
