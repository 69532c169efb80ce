//! Errors of networks. Each names the expected and the found value. Rules therefore never compare
//! truth values, which would say neither.
//!
//! ```
//! use lcsim_spec::require::{layer, require};
//!
//! require(&layer("conv1"), "input channels", 16, 16)?;
//! let error = require(&layer("conv1"), "input channels", 16, 8).unwrap_err();
//! assert!(error.to_string().contains("conv1"));
//! assert_eq!((error.expected.as_str(), error.found.as_str()), ("16", "8"));
//! # Ok::<(), lcsim_spec::NetworkError>(())
//! ```

use crate::file::quoted;
use crate::number::Score;
use crate::shape::{Shape, Windows};
use std::fmt::Display;
use std::ops::RangeInclusive;
use thiserror::Error;

/// The largest height, width or number of channels of a map, and the largest size of a kernel.
pub const SIZE_MAX: usize = 1 << 14;
/// The largest number of elements of a map.
const ELEMENTS_MAX: usize = 1 << 30;

/// An error of a network: a rule that it does not follow.
#[derive(Debug, Error, PartialEq)]
#[error("{}: {what}: expected {expected}, found {found}", quoted(item))]
pub struct NetworkError {
    /// The layer or block with its name, or another part of the network.
    pub item: String,
    /// The property of the item that is wrong.
    pub what: &'static str,
    /// The expected value.
    pub expected: String,
    /// The found value.
    pub found: String,
}

/// Values that an error can show as expected or found. `bool` is left out on purpose.
pub trait Quoted: Display {}
impl Quoted for usize {}
impl Quoted for i64 {}
impl Quoted for f32 {}
impl Quoted for Shape {}
impl Quoted for Score {}
impl Quoted for String {}
impl Quoted for &str {}

/// Puts the article in front of the name of a kind of layer: `an L-Net`, `a convolution`.
pub fn with_article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']) || kind.starts_with("L-");
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

/// Returns the name of a layer as errors show it.
pub fn layer(name: &str) -> String {
    format!("layer `{name}`")
}

/// Returns the name of a block as errors show it.
pub fn block(name: &str) -> String {
    format!("block `{name}`")
}

/// Requires that `found` equals `expected`.
///
/// # Errors
/// Names the item, its property `what`, and both values.
pub fn require(item: &str, what: &'static str, expected: usize, found: usize) -> Result<(), NetworkError> {
    if expected == found { Ok(()) } else { Err(NetworkError::new(item, what, expected, found)) }
}

/// Requires that each value of `found` is in `range`.
///
/// # Errors
/// Names the item, its property `what`, the range and the value.
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

/// Writes sizes as people do: `3x3`.
pub(crate) fn by(sizes: &[usize]) -> String {
    sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

pub(crate) fn same_shape(item: &str, what: &'static str, expected: Shape, found: Shape) -> Result<(), NetworkError> {
    if expected == found { Ok(()) } else { Err(NetworkError::new(item, what, expected, found)) }
}

/// Checks windows on a map of shape `input`.
///
/// # Errors
/// Names the property that is wrong.
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

/// Limits the size of a map, so that later products of sizes cannot overflow.
pub(crate) fn check_size(item: &str, s: Shape) -> Result<(), NetworkError> {
    within(item, "channels, height and width", 1..=SIZE_MAX, &[s.channels, s.height, s.width])?;
    within(item, "elements of the map", 1..=ELEMENTS_MAX, &[s.len()])
}

impl NetworkError {
    /// Makes an error about the property `what` of an item.
    pub fn new(item: impl Into<String>, what: &'static str, expected: impl Quoted, found: impl Quoted) -> NetworkError {
        NetworkError { item: item.into(), what, expected: expected.to_string(), found: found.to_string() }
    }
}

/// Checks that the windows of a convolution contain pixels of the map. Windows beyond the map would
/// compute nothing but zeros, and a file could ask for any number of them. Only the last window of
/// an axis may lie beyond the map: SCALE-Sim counts such windows if the stride is larger than the
/// kernel.
///
/// # Errors
/// Names the axis on which more windows lie beyond the map.
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
