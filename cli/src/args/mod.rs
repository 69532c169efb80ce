//! The arguments of all commands. Their doc comments are the text of `--help`.

mod check;
mod cli;
mod common;
mod compare;
mod curve;
mod load;
mod models;
mod report;
mod run;
mod topology;
mod trace;
mod values;
mod verilog;

pub use check::CheckArgs;
pub use cli::{Cli, Command, ConfigArgs};
pub use common::PrintArgs;
pub use compare::CompareArgs;
pub use curve::{CurveArgs, PLOT_IMAGES, PlotArgs};
pub use models::{EvalArgs, QuantizeArgs};
pub use report::ReportArgs;
pub use run::{RUN_IMAGES, RunArgs};
pub use topology::{Compat, TopologyArgs};
pub use trace::{TraceArgs, Window};
pub use verilog::{VERILOG_IMAGES, VerilogArgs, VerilogPart, VerilogTarget};
