//! Compares networks on accelerators: accuracy against cycles ([`curve`]), the effect of gates
//! image by image ([`study`]), and what is in the way of a model ([`check`]).

pub mod check;
pub mod curve;
#[cfg(feature = "plots")]
pub mod study;
