//! Checks of a whole network: every shape, length and range, so that later stages need not.

use crate::network::{Block, Conv, Fc, Layer, MaxPool, NetworkError, QuantNetwork, Shape, pooled_max, require};
use crate::number::{ACC_BOUND, MULTIPLIER_END, POOL_SHIFT_MAX, POOLED_BITS, SHIFT_MAX, Score};

/// Largest size of a map along any axis, and of a kernel.
const SIZE_MAX: usize = 1 << 14;

impl QuantNetwork {
    /// Checks every shape, length and range, so that later stages need not.
    ///
    /// # Errors
    /// Names the first layer that contradicts itself or its neighbour.
    pub fn validate(&self) -> Result<(), NetworkError> {
        for (what, values) in [("mean", &self.input.mean), ("std", &self.input.std)] {
            require("input", what, self.input.shape.channels, values.len())?;
        }
        let names =
            self.convs().map(|c| &c.name).chain(self.gates().map(|(g, _)| &g.name)).chain([&self.classifier.name]);
        let names = names.chain(self.max_pools().map(|p| &p.name));
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            require(name, "layers of this name", 1, 1 + usize::from(!seen.insert(name)))?;
        }
        check_size("input", self.input.shape)?;
        let starts_with_conv = matches!(self.layers.first(), Some(Layer::Conv(_)));
        require(&self.name, "a convolution as first layer", true, starts_with_conv)?;
        let (mut map, mut relu) = (self.input.shape, false);
        for layer in &self.layers {
            (map, relu) = match layer {
                Layer::Conv(c) => (check_conv(c, map)?, c.relu),
                Layer::Block(b) => (check_block(b, map, relu)?, b.relu),
                Layer::MaxPool(p) => (p.check(map)?, relu),
            }
        }
        check_fc(&self.classifier, map, self.classifier.outputs, false)
    }
}

fn check_block(b: &Block, input: Shape, input_relu: bool) -> Result<Shape, NetworkError> {
    let [_, .., last] = &b.convs[..] else {
        return require(&b.name, "two convolutions or more", true, false).map(|()| input);
    };
    if let Some(lnet) = &b.lnet {
        check_fc(lnet, input, 1, true)?;
    }
    let mut map = input;
    let mut gated = false;
    for g in &b.convs {
        // What a channel that is not computed would leave in the one that reads it alone has no entry in its map.
        let dense = !g.conv.depthwise || !gated && g.gate.is_none();
        require(&g.conv.name, "no C-Net on a depthwise convolution, nor on the one before it", true, dense)?;
        gated = g.gate.is_some();
        if let Some(gate) = &g.gate {
            check_fc(gate, map, g.conv.output.channels, true)?;
        }
        map = check_conv(&g.conv, map)?;
    }
    let short = b.shortcut.as_ref().map_or(Ok(input), |s| check_conv(s, input))?;
    require(&last.conv.name, "output shape equal to the shortcut's", short.to_string(), map.to_string())?;
    // A skipped branch leaves the stored stream and its pool sums as they are, so readers treat both alike.
    let keeps_relu = b.relu == input_relu || b.shortcut.is_some();
    require(&b.name, "ReLU after the addition if and only if after the block's input", true, keeps_relu)?;
    Ok(map)
}

impl MaxPool {
    /// Checks that it reads a map of shape `input`, and that each of its windows has a pixel of it; gives the shape of its output.
    ///
    /// # Errors
    /// Names what is wrong.
    pub fn check(&self, input: Shape) -> Result<Shape, NetworkError> {
        let name = &self.name;
        require(name, "input shape", input.to_string(), self.input.to_string())?;
        check_size(name, self.output)?;
        require(name, "output channels", input.channels, self.output.channels)?;
        let sizes = self.kernel.iter().chain(&self.stride);
        require(name, "kernel and stride from 1 to 16384", true, sizes.clone().all(|n| (1..=SIZE_MAX).contains(n)))?;
        require(name, "shapes above 0", true, !self.input.is_empty() && !self.output.is_empty())?;
        require(name, "padding below the kernel size", true, self.pad.iter().zip(&self.kernel).all(|(p, k)| p < k))?;
        let last = [self.output.height - 1, self.output.width - 1];
        let inside = (0..2).all(|axis| !self.window(axis, last[axis]).is_empty());
        require(name, "a pixel of the map in every window", true, inside)?;
        Ok(self.output)
    }
}

/// Keeps every later product of sizes far from overflow.
fn check_size(name: &str, s: Shape) -> Result<(), NetworkError> {
    let within = [s.channels, s.height, s.width].iter().all(|&n| n <= SIZE_MAX);
    require(name, "channels, height and width of at most 16384", true, within)?;
    require(name, "map of at most 2^30 elements", true, s.len() <= 1 << 30)
}

fn check_conv(c: &Conv, input: Shape) -> Result<Shape, NetworkError> {
    let name = &c.name;
    require(name, "input shape", input.to_string(), c.input.to_string())?;
    check_size(name, c.output)?;
    let positive = c.kernel.iter().chain(&c.stride).all(|&n| n > 0) && !c.input.is_empty() && !c.output.is_empty();
    require(name, "kernel, stride and shapes above 0", true, positive)?;
    require(name, "kernel of at most 16384 taps along an axis", true, c.kernel.iter().all(|&k| k <= SIZE_MAX))?;
    require(name, "stride of at most 16384", true, c.stride.iter().all(|&s| s <= SIZE_MAX))?;
    require(name, "padding below the kernel size", true, c.pad.iter().zip(&c.kernel).all(|(p, k)| p < k))?;
    let outputs = c.output.channels;
    if c.depthwise {
        require(name, "output channels", c.input.channels, outputs)?;
    }
    require(name, "weights", outputs * c.fan_in() * c.taps(), c.weights.len())?;
    for (what, n) in [("biases", c.bias.len()), ("multipliers", c.multiplier.len()), ("shifts", c.shift.len())] {
        require(name, what, outputs, n)?;
    }
    check_ranges(name, &c.weights, 128, &c.bias, &c.multiplier, &c.shift)?;
    Ok(c.output)
}

fn check_fc(f: &Fc, map: Shape, outputs: usize, scored: bool) -> Result<(), NetworkError> {
    require(&f.name, "inputs", map.channels, f.inputs)?;
    require(&f.name, "outputs", outputs, f.outputs)?;
    require(&f.name, "outputs above 0 and of at most 16384", true, (1..=SIZE_MAX).contains(&outputs))?;
    require(&f.name, "weights", f.inputs * f.outputs, f.weights.len())?;
    require(&f.name, "biases", f.outputs, f.bias.len())?;
    let scored = if scored { outputs } else { 0 };
    require(&f.name, "multipliers", scored, f.multiplier.len())?;
    require(&f.name, "shifts", scored, f.shift.len())?;
    require(&f.name, "pool shift of 4 bits", true, f.pool_shift <= POOL_SHIFT_MAX)?;
    let largest = if scored > 0 { Score::ONE } else { Score::ZERO };
    require(&f.name, "threshold of at most 1, 0 in the classifier", true, f.threshold <= largest)?;
    let pooled_max = pooled_max(map.pixels(), f.pool_shift);
    require(&f.name, "pooled values of 15 bits", true, pooled_max < 1 << POOLED_BITS)?;
    check_ranges(&f.name, &f.weights, pooled_max, &f.bias, &f.multiplier, &f.shift)
}

/// Largest possible accumulator, multiplier and shift of each output.
fn check_ranges(name: &str, w: &[i8], x_max: i64, bias: &[i32], m: &[u16], s: &[u8]) -> Result<(), NetworkError> {
    let fan_in = w.len() / bias.len().max(1);
    for (o, &b) in bias.iter().enumerate() {
        let bound: i64 = w[o * fan_in..(o + 1) * fan_in].iter().map(|&w| i64::from(w).abs() * x_max).sum();
        let bound = bound + i64::from(b).abs();
        if bound >= ACC_BOUND {
            return Err(NetworkError {
                layer: name.into(),
                what: "largest |accumulator| + |bias|",
                expected: format!("below {ACC_BOUND}"),
                found: bound.to_string(),
            });
        }
    }
    require(name, "multipliers of 15 bits", true, m.iter().all(|&m| u32::from(m) < MULTIPLIER_END))?;
    require(name, "shifts of 5 bits", true, s.iter().all(|&s| s <= SHIFT_MAX))
}
