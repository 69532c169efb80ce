//! The signals and registers of units in rust-hdl's language: widths that are set at run time,
//! changes of width, registers without a reset of their own.

pub(crate) mod cast;
pub(crate) mod documented;
pub(crate) mod ports;
pub(crate) mod register;
pub(crate) mod word;
