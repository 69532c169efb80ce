//! Poolings of the residual stream: what they have in common. What is computed of a window is in the
//! room of each.

mod counts;
mod fast;
mod room;
mod stepped;
mod unit;

pub(crate) use room::{Room, Window};
pub(crate) use unit::Pooler;
