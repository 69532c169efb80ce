//! Poolings of the residual stream: what all poolings share. The room of each pooling computes its
//! windows.

mod counts;
mod fast;
mod room;
mod stepped;
mod unit;

pub(crate) use room::{Room, Window};
pub(crate) use unit::Pooler;
