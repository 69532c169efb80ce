//! Refusals of networks: a broken rule is told with the value and the limit. No rule compares truth
//! values: they would say neither.

use crate::file::quoted;
use crate::number::Score;
use crate::shape::{Shape, Windows};
use std::fmt::Display;
use std::ops::RangeInclusive;
use thiserror::Error;

/// Largest size of a map along any axis, and of a kernel.
pub const SIZE_MAX: usize = 1 << 14;
/// Most elements of a map.
const ELEMENTS_MAX: usize = 1 << 30;

/// A network that contradicts itself.
#[derive(Debug, Error, PartialEq)]
#[error("{}: {what}: expected {expected}, found {found}", quoted(item))]
pub struct NetworkError {
    /// The layer or block, with its name, or what else is wrong.
    pub item: String,
    /// The property that is wrong.
    pub what: &'static str,
    /// The expected value.
    pub expected: String,
    /// The found value.
    pub found: String,
}

/// Values that an error can quote as expected or found. `bool` is deliberately not one of them.
pub trait Quoted: Display {}
impl Quoted for usize {}
impl Quoted for i64 {}
impl Quoted for f32 {}
impl Quoted for Shape {}
impl Quoted for Score {}
impl Quoted for String {}
impl Quoted for &str {}

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
pub(crate) fn by(sizes: &[usize]) -> String {
    sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

pub(crate) fn same_shape(item: &str, what: &'static str, expected: Shape, found: Shape) -> Result<(), NetworkError> {
    if expected == found { Ok(()) } else { Err(NetworkError::new(item, what, expected, found)) }
}

/// Checks that windows lie on a map of shape `input`.
///
/// # Errors
/// Names what is wrong.
pub(crate) fn check_windows(item: &str, w: &Windows, input: Shape) -> Result<(), NetworkError> {
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
pub(crate) fn check_size(item: &str, s: Shape) -> Result<(), NetworkError> {
    within(item, "channels, height and width", 1..=SIZE_MAX, &[s.channels, s.height, s.width])?;
    within(item, "elements of the map", 1..=ELEMENTS_MAX, &[s.len()])
}

impl NetworkError {
    /// Of a property `what` of an item.
    pub fn new(item: impl Into<String>, what: &'static str, expected: impl Quoted, found: impl Quoted) -> NetworkError {
        NetworkError { item: item.into(), what, expected: expected.to_string(), found: found.to_string() }
    }
}

/// Checks that the windows of a convolution reach its map, but for the last ones: what lies behind
/// them would be zeros, of any number. The last ones may lie behind it, as SCALE-Sim counts windows
/// where the stride is larger than the kernel.
///
/// # Errors
/// More of them do.
pub fn reaches(item: &str, w: &Windows) -> Result<(), NetworkError> {
    let axes = [("output height", w.input.height, w.output.height), ("output width", w.input.width, w.output.width)];
    for (axis, (what, size, found)) in axes.into_iter().enumerate() {
        let most = (size + w.pad[axis]).div_ceil(w.stride[axis]) + 1;
        if found > most {
            return Err(NetworkError::new(item, what, format!("at most {most}, so that windows reach the map"), found));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_behind_the_map_are_refused() {
        let shape = |height| Shape { channels: 1, height, width: 4 };
        let windows =
            |output| Windows { input: shape(8), output: shape(output), kernel: [3; 2], stride: [2, 1], pad: [1, 0] };
        reaches("c", &windows(6)).expect("the last but one begins at row 7 of 8");
        let error = reaches("c", &windows(7)).expect_err("it begins at row 9").to_string();
        assert!(error.contains("output height: expected at most 6") && error.ends_with("found 7"), "{error}");
    }
}
