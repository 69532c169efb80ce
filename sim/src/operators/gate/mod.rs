//! Fully connected layers on pool sums: gates and the classifier.

mod counts;
mod fast;
mod list;
mod scores;
mod stepped;
mod unit;
mod values;

pub(crate) use list::LiveList;
pub(crate) use scores::Pooling;
pub(crate) use unit::{GateUnit, GateView};
