//! Writes blocks in rust-hdl's language as Verilog.
//!
//! rust-hdl's own printer makes a module of each instance and of each register, and names with `$`.
//! This one writes what a person would: one module for equal blocks, registers as `reg`, vectors of
//! signals as packed vectors, and no baked expressions. It reads the same syntax tree.

mod expression;
mod module;
mod path;
mod scope;
mod statements;

pub(crate) use module::module;
pub(crate) use scope::{Net, Scope, split};
