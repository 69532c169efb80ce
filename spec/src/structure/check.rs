//! The rules that float and quantised networks have in common, layer by layer.

use super::parts::{Connected, Convolution, Windows, block, by, layer, require, within};
use crate::network::{Block, Layer, MaxPool, NetworkError, Shape};
use crate::work::{Work, reaches};
use std::collections::HashSet;

/// Largest size of a map along any axis, and of a kernel.
pub const SIZE_MAX: usize = 1 << 14;
/// Most elements of a map.
const ELEMENTS_MAX: usize = 1 << 30;

fn same_shape(item: &str, what: &'static str, expected: Shape, found: Shape) -> Result<(), NetworkError> {
    if expected == found { Ok(()) } else { Err(NetworkError::new(item, what, expected, found)) }
}

/// Checks what networks of both kinds have in common.
///
/// # Errors
/// Names the first layer that contradicts itself or its neighbour.
pub fn check<C: Convolution, F: Connected>(
    input: Shape,
    layers: &[Layer<C, F>],
    classifier: &F,
) -> Result<(), NetworkError> {
    unique_names(layers, classifier)?;
    check_size("input", input)?;
    if !matches!(layers.first(), Some(Layer::Conv(_))) {
        let found = match layers.first() {
            Some(Layer::Block(b)) => block(&b.name),
            Some(Layer::MaxPool(p)) => format!("max pooling `{}`", p.name),
            _ => "none".into(),
        };
        return Err(NetworkError::new("network", "first layer", "a convolution outside any block", found));
    }
    let mut map = input;
    let mut work = Work::default();
    for layer in layers {
        map = match layer {
            Layer::Conv(c) => check_conv(c, map)?,
            Layer::Block(b) => check_block(b, map)?,
            Layer::MaxPool(p) => p.check(map)?,
        };
        work.add(layer)?;
    }
    check_fc(classifier, map, classifier.sizes()[1], false)
}

fn unique_names<C: Convolution, F: Connected>(layers: &[Layer<C, F>], classifier: &F) -> Result<(), NetworkError> {
    let mut names = vec![(classifier.name(), "classifier")];
    for layer in layers {
        match layer {
            Layer::Conv(c) => names.push((c.name(), "convolution")),
            Layer::MaxPool(p) => names.push((&p.name, "max pooling")),
            Layer::Block(b) => {
                names.push((&b.name, "block"));
                names.extend(b.lnet.iter().map(|f| (f.name(), "L-Net")));
                names.extend(b.convs.iter().filter_map(|g| g.gate.as_ref()).map(|f| (f.name(), "C-Net")));
                names.extend(layer.convs().into_iter().map(|c| (c.name(), "convolution")));
            }
        }
    }
    let mut seen = HashSet::new();
    match names.into_iter().find(|(name, _)| !seen.insert(*name)) {
        None => Ok(()),
        Some((name, kind)) => {
            let found = format!("a {kind} of the same name");
            Err(NetworkError::new(layer(name), "name", "a name of its own", found))
        }
    }
}

fn check_block<C: Convolution, F: Connected>(b: &Block<C, F>, input: Shape) -> Result<Shape, NetworkError> {
    let item = block(&b.name);
    let [_, .., last] = &b.convs[..] else {
        let expected = "2 or more, as one alone would write to the map that it reads";
        return Err(NetworkError::new(item, "convolutions of the branch", expected, b.convs.len()));
    };
    if let Some(lnet) = &b.lnet {
        check_fc(lnet, input, 1, true)?;
    }
    let mut map = input;
    let mut gated = None;
    for g in &b.convs {
        // What a channel that is not computed would leave in the one that reads it alone has no
        // entry in its map.
        let gates = g.gate.as_ref().or(gated).filter(|_| g.conv.is_depthwise());
        if let Some(gate) = gates {
            let expected = "none on a depthwise convolution, nor on the one before it";
            return Err(NetworkError::new(layer(g.conv.name()), "C-Net", expected, format!("`{}`", gate.name())));
        }
        gated = g.gate.as_ref();
        if let Some(gate) = gated {
            check_fc(gate, map, g.conv.windows().output.channels, true)?;
        }
        map = check_conv(&g.conv, map)?;
    }
    let short = b.shortcut.as_ref().map_or(Ok(input), |s| check_conv(s, input))?;
    same_shape(&layer(last.conv.name()), "output shape, which is the shortcut's", short, map)?;
    Ok(map)
}

fn check_conv(c: &impl Convolution, input: Shape) -> Result<Shape, NetworkError> {
    let item = layer(c.name());
    let w = c.windows();
    check_windows(&item, &w, input)?;
    reaches(&item, &w)?;
    let outputs = w.output.channels;
    if c.is_depthwise() {
        require(&item, "output channels of a depthwise convolution", w.input.channels, outputs)?;
    }
    let fan_in = if c.is_depthwise() { 1 } else { w.input.channels };
    let [weights, biases] = c.lengths();
    require(&item, "weights", outputs * fan_in * w.kernel[0] * w.kernel[1], weights)?;
    require(&item, "biases", outputs, biases)?;
    c.check()?;
    Ok(w.output)
}

fn check_fc(f: &impl Connected, map: Shape, outputs: usize, scored: bool) -> Result<(), NetworkError> {
    let item = layer(f.name());
    let ([inputs, found], [weights, biases]) = (f.sizes(), f.lengths());
    require(&item, "inputs", map.channels, inputs)?;
    require(&item, "outputs", outputs, found)?;
    within(&item, "outputs", 1..=SIZE_MAX, &[outputs])?;
    require(&item, "weights", inputs * outputs, weights)?;
    require(&item, "biases", outputs, biases)?;
    f.check(map, scored)
}

impl MaxPool {
    /// Where it reads and writes.
    pub fn windows(&self) -> Windows {
        let MaxPool { input, output, kernel, stride, pad, .. } = *self;
        Windows { input, output, kernel, stride, pad }
    }

    /// Checks that it reads a map of shape `input`, and that each of its windows has a pixel of it;
    /// gives the shape of its output.
    ///
    /// # Errors
    /// Names what is wrong.
    pub fn check(&self, input: Shape) -> Result<Shape, NetworkError> {
        let item = layer(&self.name);
        check_windows(&item, &self.windows(), input)?;
        require(&item, "output channels", input.channels, self.output.channels)?;
        for (axis, last) in [self.output.height - 1, self.output.width - 1].into_iter().enumerate() {
            if self.window(axis, last).is_empty() {
                let expected = format!("windows with a pixel of the input map, {input}");
                return Err(NetworkError::new(item, "output shape", expected, self.output));
            }
        }
        Ok(self.output)
    }
}

fn check_windows(item: &str, w: &Windows, input: Shape) -> Result<(), NetworkError> {
    same_shape(item, "input shape", input, w.input)?;
    check_size(item, w.output)?;
    within(item, "kernel height and width", 1..=SIZE_MAX, &w.kernel)?;
    within(item, "vertical and horizontal stride", 1..=SIZE_MAX, &w.stride)?;
    if (0..2).any(|axis| w.pad[axis] >= w.kernel[axis]) {
        let expected = format!("less than the kernel, {}", by(&w.kernel));
        return Err(NetworkError::new(item, "padding above and to the left", expected, by(&w.pad)));
    }
    Ok(())
}

/// Keeps every later product of sizes far from overflow.
fn check_size(item: &str, s: Shape) -> Result<(), NetworkError> {
    within(item, "channels, height and width", 1..=SIZE_MAX, &[s.channels, s.height, s.width])?;
    within(item, "elements of the map", 1..=ELEMENTS_MAX, &[s.len()])
}
