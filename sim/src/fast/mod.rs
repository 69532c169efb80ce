//! The `fast` engine: the same values and the same counts as `stepped`, computed layer by layer.
//!
//! `values` runs the network, whatever the accelerator, and gives the gates' decisions; `timing`
//! says from those alone what every unit does when. A property test holds the two engines equal in
//! every value, cycle and counter.

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
