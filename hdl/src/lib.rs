//! The accelerator as synthesisable Verilog, through rust-hdl.
mod unit;
