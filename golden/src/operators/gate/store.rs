//! Gates and the classifier in the file of a quantised network.

use crate::Error;
use crate::container::{File, Tensors};
use lcsim_spec::{Fc, Gate, Head, Score};
use serde::{Deserialize, Serialize};

/// A gate or the classifier in the header.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FcHeader {
    name: String,
    inputs: usize,
    outputs: usize,
    pool_shift: u8,
    /// A score as its 16 bits.
    #[serde(default, skip_serializing_if = "is_zero")]
    threshold: u16,
}

fn is_zero(threshold: &u16) -> bool {
    *threshold == 0
}

impl FcHeader {
    /// Of a fully connected layer, whose numbers go to `tensors`.
    pub fn new(f: &Fc, tensors: &mut Tensors) -> Self {
        tensors.parameters(&f.name, vec![f.outputs, f.inputs], &f.weights, &f.bias, &f.multiplier, &f.shift);
        Self { name: f.name.clone(), inputs: f.inputs, outputs: f.outputs, pool_shift: f.pool_shift, threshold: 0 }
    }

    /// Of a gate, whose numbers go to `tensors`.
    pub fn of_gate(gate: &Gate, tensors: &mut Tensors) -> Self {
        let Head::OneLayer(fc) = &gate.head;
        Self { threshold: gate.decision.threshold().to_bits(), ..Self::new(fc, tensors) }
    }

    /// The gate, with numbers of `file`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if they are not there, or are others.
    pub fn gate(self, file: &File) -> Result<Gate, Error> {
        let threshold = Score::from_bits(self.threshold);
        let mut fc = self.layer(file)?;
        (fc.multiplier, fc.shift) = file.scales(&fc.name, fc.outputs)?;
        Ok(Gate::clamp_scale(fc, threshold))
    }

    /// The classifier, with numbers of `file`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if they are not there, or are others, and if it has a threshold.
    pub fn classifier(self, file: &File) -> Result<Fc, Error> {
        let threshold = self.threshold;
        let fc = self.layer(file)?;
        if threshold != 0 {
            let (item, found) = (format!("layer `{}`: threshold", fc.name), Score::from_bits(threshold).to_string());
            return Err(file.invalid(&item, "0, as the classifier has no scores", &found));
        }
        Ok(fc)
    }

    /// The layer without multipliers and shifts.
    fn layer(self, file: &File) -> Result<Fc, Error> {
        let (weights, bias) = file.weights(&self.name, &[self.outputs, self.inputs])?;
        let Self { name, inputs, outputs, pool_shift, .. } = self;
        Ok(Fc { name, inputs, outputs, weights, bias, multiplier: vec![], shift: vec![], pool_shift })
    }
}
