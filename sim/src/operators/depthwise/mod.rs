//! Depthwise convolution. The units of a convolution compute it; this room has the differences.

mod counts;
mod fast;
mod rows;
mod stepped;

pub(crate) use counts::macs;
pub(crate) use fast::Filters;
pub(crate) use rows::idle_rows;
pub(crate) use stepped::{MACS_A_ROW, takes};
