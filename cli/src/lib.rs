//! The command line of lcsim: reads models, data and configurations, simulates, and shows what came
//! out.
//!
//! Only [`commands`] print; everything else returns values and errors.

pub mod args;
pub mod commands;
pub mod terminal;
