//! Networks on accelerators, compared: accuracy against cycles ([`curve`]), what gates do image by
//! image ([`study`]), and what is in the way of a model ([`check`]).

pub mod check;
pub mod curve;
pub mod study;
