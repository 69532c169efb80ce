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
    /// How outputs become scores, if not by a clamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<Decided>,
    /// The layer before, in a gate of two layers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<Box<FcHeader>>,
}

/// The name of a decision in the file.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decided {
    Step,
}

fn is_zero(threshold: &u16) -> bool {
    *threshold == 0
}

impl FcHeader {
    /// Makes the header of a fully connected layer, and adds its numbers to `tensors`.
    pub fn new(f: &Fc, tensors: &mut Tensors) -> Self {
        tensors.parameters(&f.name, vec![f.outputs, f.inputs], &f.weights, &f.bias, &f.multiplier, &f.shift);
        let (name, inputs, outputs, pool_shift) = (f.name.clone(), f.inputs, f.outputs, f.pool_shift);
        Self { name, inputs, outputs, pool_shift, threshold: 0, decision: None, first: None }
    }

    /// Makes the header of a gate, and adds its numbers to `tensors`.
    pub fn of_gate(gate: &Gate, tensors: &mut Tensors) -> Self {
        let (first, fc) = match gate.head.layers() {
            [fc] => (None, fc),
            [first, fc] => (Some(Box::new(Self::new(first, tensors))), fc),
            _ => unreachable!("`save` refuses gates without layers"),
        };
        let decision = matches!(gate.decision, Decision::Step { .. }).then_some(Decided::Step);
        Self { threshold: gate.decision.threshold().to_bits(), decision, first, ..Self::new(fc, tensors) }
    }

    /// Makes the gate from the header and the numbers in `file`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the numbers are missing or do not fit.
    pub fn gate(mut self, file: &File) -> Result<Gate, Error> {
        let first = self.first.take().map(|first| first.hidden(file)).transpose()?;
        let decision = match self.decision {
            None => Decision::ClampScale { threshold: Score::from_bits(self.threshold) },
            Some(Decided::Step) => Decision::Step { at_zero: false },
        };
        let threshold = self.threshold;
        let mut fc = self.layer(file)?;
        if matches!(decision, Decision::Step { .. }) && threshold != 0 {
            let (item, found) = (format!("gate `{}`: threshold", fc.name), Score::from_bits(threshold).to_string());
            return Err(file.invalid(&item, "0, as a step has scores of 0 and 1 only", &found));
        }
        (fc.multiplier, fc.shift) = file.scales(&fc.name, fc.outputs)?;
        let head = match first {
            None => Head::OneLayer(fc),
            Some(first) => Head::TwoLayers(Box::new([first, fc])),
        };
        Ok(Gate { head, decision })
    }

    /// Makes the first layer of a gate of two layers.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the numbers are missing or do not fit, or if it decides something.
    fn hidden(self, file: &File) -> Result<Fc, Error> {
        let decides = self.threshold != 0 || self.decision.is_some() || self.first.is_some();
        let mut fc = self.layer(file)?;
        if decides {
            let item = format!("layer `{}`", fc.name);
            let expected = "no threshold, no decision and no layer before it, as it is the first layer of a gate";
            return Err(file.invalid(&item, expected, "one of them"));
        }
        (fc.multiplier, fc.shift) = file.scales(&fc.name, fc.outputs)?;
        Ok(fc)
    }

    /// Makes the classifier from the header and the numbers in `file`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the numbers are missing or do not fit, or if it has a threshold.
    pub fn classifier(self, file: &File) -> Result<Fc, Error> {
        let (threshold, decides) = (self.threshold, self.decision.is_some() || self.first.is_some());
        let fc = self.layer(file)?;
        if decides {
            let item = format!("layer `{}`", fc.name);
            return Err(file.invalid(
                &item,
                "no decision and no layer before it, as it is the classifier",
                "one of them",
            ));
        }
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
