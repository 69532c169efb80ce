//! The `fast` engine computes the same values and counts as `stepped`, layer by layer.
//!
//! `values` runs the network, independent of the accelerator, and gives the gates' decisions. From
//! these decisions alone, `timing` computes when each unit works. A property test compares the two
//! engines in every value, cycle and counter.

mod image;
mod list;
mod run;
mod timeline;
mod timing;
mod values;

pub(crate) use image::{replay, run};
pub(crate) use list::List;
pub(crate) use run::{Keep, Map, Network, Run, ValueBuffers, WHOLE};
pub(crate) use timeline::{Buffers, GateRun, Timeline};
