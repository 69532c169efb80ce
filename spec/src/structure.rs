//! What float and quantised networks have in common: shapes and lengths that agree, sizes within
//! bounds, names of their own.
//!
//! A broken rule is told with the value and the limit. No rule compares truth values: they would
//! say neither.

use crate::network::{Block, Layer, MaxPool, NetworkError, Shape};
use crate::number::Score;
use crate::work::{Work, reaches};
use std::collections::HashSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

/// Largest size of a map along any axis, and of a kernel.
pub const SIZE_MAX: usize = 1 << 14;
/// Most elements of a map.
const ELEMENTS_MAX: usize = 1 << 30;

/// Values that an error can quote as expected or found. `bool` is deliberately not one of them.
pub trait Quoted: Display {}
impl Quoted for usize {}
impl Quoted for i64 {}
impl Quoted for f32 {}
impl Quoted for Shape {}
impl Quoted for Score {}
impl Quoted for String {}
impl Quoted for &str {}

/// Where windows lie on a map: of a convolution or of a pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Input map.
    pub input: Shape,
    /// Output map.
    pub output: Shape,
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Rows above and columns to the left that the first windows reach beyond the map.
    pub pad: [usize; 2],
}

/// A convolution of a float or a quantised network.
pub trait Convolution {
    /// Its name.
    fn name(&self) -> &str;
    /// Where it reads and writes.
    fn windows(&self) -> Windows;
    /// Whether each output channel reads the input channel of its own number alone.
    fn is_depthwise(&self) -> bool;
    /// How many weights and how many biases there are.
    fn lengths(&self) -> [usize; 2];
    /// Checks that only this kind of network needs.
    ///
    /// # Errors
    /// Names what is wrong.
    fn check(&self) -> Result<(), NetworkError>;
}

/// A fully connected layer of a float or a quantised network.
pub trait Connected {
    /// Its name.
    fn name(&self) -> &str;
    /// Inputs and outputs.
    fn sizes(&self) -> [usize; 2];
    /// How many weights and how many biases there are.
    fn lengths(&self) -> [usize; 2];
    /// What only networks of its kind demand of a gate (`scored`) or the classifier on the map
    /// `map`.
    ///
    /// # Errors
    /// Names what is wrong.
    fn check(&self, map: Shape, scored: bool) -> Result<(), NetworkError>;
}

/// The name of a layer in errors.
pub fn layer(name: &str) -> String {
    format!("layer `{name}`")
}

/// The name of a block in errors.
pub fn block(name: &str) -> String {
    format!("block `{name}`")
}

/// Nothing, if `found` is what it has to be.
///
/// # Errors
/// Names the item and its property `what`, what was expected and what was found.
pub fn require(item: &str, what: &'static str, expected: usize, found: usize) -> Result<(), NetworkError> {
    if expected == found { Ok(()) } else { Err(NetworkError::new(item, what, expected, found)) }
}

/// Nothing, if each of `found` is within `range`.
///
/// # Errors
/// Names the item and its property `what`, the range and what was found.
pub fn within(
    item: &str,
    what: &'static str,
    range: RangeInclusive<usize>,
    found: &[usize],
) -> Result<(), NetworkError> {
    if found.iter().all(|n| range.contains(n)) {
        return Ok(());
    }
    let expected = match (range.start(), range.end()) {
        (0, most) => format!("at most {most}"),
        (least, most) => format!("{least} to {most}"),
    };
    Err(NetworkError::new(item, what, expected, by(found)))
}

/// Sizes as people write them: `3x3`.
fn by(sizes: &[usize]) -> String {
    sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

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

impl NetworkError {
    /// Of a property `what` of an item.
    pub fn new(item: impl Into<String>, what: &'static str, expected: impl Quoted, found: impl Quoted) -> NetworkError {
        NetworkError { item: item.into(), what, expected: expected.to_string(), found: found.to_string() }
    }
}
