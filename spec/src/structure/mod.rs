//! What float and quantised networks have in common: shapes and lengths that agree, sizes within
//! bounds, names of their own.
//!
//! A broken rule is told with the value and the limit. No rule compares truth values: they would
//! say neither.

mod check;
mod parts;

pub use check::{SIZE_MAX, check};
pub use parts::{Connected, Convolution, Quoted, Windows, block, layer, require, within};
