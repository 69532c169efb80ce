//! Layers as both kinds of network have them, and the errors that name them.

use crate::network::{NetworkError, Shape};
use crate::number::Score;
use std::fmt::Display;
use std::ops::RangeInclusive;

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
pub(super) fn by(sizes: &[usize]) -> String {
    sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

impl NetworkError {
    /// Of a property `what` of an item.
    pub fn new(item: impl Into<String>, what: &'static str, expected: impl Quoted, found: impl Quoted) -> NetworkError {
        NetworkError { item: item.into(), what, expected: expected.to_string(), found: found.to_string() }
    }
}
