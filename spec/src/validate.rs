//! Checks of a whole network: every shape, length and range, so that later stages need not.

use crate::network::{Conv, Fc, Layer, NetworkError, QuantNetwork, Shape, pooled_max};
use crate::number::{ACC_BOUND, MULTIPLIER_END, POOL_SHIFT_MAX, POOLED_BITS, SHIFT_MAX, Score};
use crate::structure::{self, Connected, Convolution, Windows, block, layer, require, within};

impl QuantNetwork {
    /// Checks every shape, length and range, so that later stages need not.
    ///
    /// # Errors
    /// Names the first layer that contradicts itself or its neighbour.
    pub fn validate(&self) -> Result<(), NetworkError> {
        for (what, values) in [("mean", &self.input.mean), ("std", &self.input.std)] {
            require("input", what, self.input.shape.channels, values.len())?;
        }
        structure::check(self.input.shape, &self.layers, &self.classifier)?;
        let mut relu = false;
        for layer in &self.layers {
            match layer {
                Layer::Conv(c) => relu = c.relu,
                // A skipped branch leaves the stored stream and its pool sums as they are, so
                // readers treat both alike.
                Layer::Block(b) if b.relu != relu && b.shortcut.is_none() => {
                    let [expected, found] = [relu, b.relu].map(|r| if r { "a ReLU" } else { "no ReLU" });
                    let expected =
                        format!("{expected}, as the block's input has {expected}, or a projection as shortcut");
                    return Err(NetworkError::new(block(&b.name), "ReLU behind the addition", expected, found));
                }
                Layer::Block(b) => relu = b.relu,
                Layer::MaxPool(_) => {}
            }
        }
        Ok(())
    }
}

impl Convolution for Conv {
    fn name(&self) -> &str {
        &self.name
    }
    fn windows(&self) -> Windows {
        let Conv { input, output, kernel, stride, pad, .. } = *self;
        Windows { input, output, kernel, stride, pad }
    }
    fn is_depthwise(&self) -> bool {
        self.depthwise
    }
    fn lengths(&self) -> [usize; 2] {
        [self.weights.len(), self.bias.len()]
    }
    fn check(&self) -> Result<(), NetworkError> {
        let item = layer(&self.name);
        require(&item, "multipliers", self.output.channels, self.multiplier.len())?;
        require(&item, "shifts", self.output.channels, self.shift.len())?;
        check_ranges(&item, &self.weights, 128, &self.bias, &self.multiplier, &self.shift)
    }
}

impl Connected for Fc {
    fn name(&self) -> &str {
        &self.name
    }
    fn sizes(&self) -> [usize; 2] {
        [self.inputs, self.outputs]
    }
    fn lengths(&self) -> [usize; 2] {
        [self.weights.len(), self.bias.len()]
    }
    fn check(&self, map: Shape, scored: bool) -> Result<(), NetworkError> {
        let item = layer(&self.name);
        let scores = if scored { self.outputs } else { 0 };
        require(&item, "multipliers", scores, self.multiplier.len())?;
        require(&item, "shifts", scores, self.shift.len())?;
        within(&item, "pool shift", 0..=usize::from(POOL_SHIFT_MAX), &[usize::from(self.pool_shift)])?;
        let largest = if scored { Score::ONE } else { Score::ZERO };
        if self.threshold > largest {
            let expected = if scored { "at most 1" } else { "0, as the classifier has no scores" };
            return Err(NetworkError::new(item, "threshold", expected, self.threshold));
        }
        let most = pooled_max(map.pixels(), self.pool_shift);
        within(&item, "largest pooled value", 0..=(1 << POOLED_BITS) - 1, &[most as usize])?;
        check_ranges(&item, &self.weights, most, &self.bias, &self.multiplier, &self.shift)
    }
}

/// Largest possible accumulator, multiplier and shift of each output.
fn check_ranges(item: &str, w: &[i8], x_max: i64, bias: &[i32], m: &[u16], s: &[u8]) -> Result<(), NetworkError> {
    let fan_in = w.len() / bias.len().max(1);
    for (o, &b) in bias.iter().enumerate() {
        let bound: i64 = w[o * fan_in..(o + 1) * fan_in].iter().map(|&w| i64::from(w).abs() * x_max).sum();
        let bound = bound + i64::from(b).abs();
        if bound >= ACC_BOUND {
            let expected = format!("below {ACC_BOUND}");
            return Err(NetworkError::new(item, "largest |accumulator| + |bias|", expected, bound));
        }
    }
    let (multiplier, shift) = (m.iter().max().copied().unwrap_or(0), s.iter().max().copied().unwrap_or(0));
    within(item, "largest multiplier", 0..=MULTIPLIER_END as usize - 1, &[usize::from(multiplier)])?;
    within(item, "largest shift", 0..=usize::from(SHIFT_MAX), &[usize::from(shift)])
}
