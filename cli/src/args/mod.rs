//! The arguments of all commands. Their doc comments are the text of `--help`.

mod check;
mod cli;
mod common;
mod compare;
mod curve;
mod documents;
mod load;
mod models;
#[cfg(feature = "plots")]
mod pictures;
#[cfg(feature = "plots")]
mod plot;
mod report;
mod run;
#[cfg(feature = "scalesim")]
mod topology;
mod trace;
mod values;
#[cfg(feature = "verilog")]
mod verilog;

pub use check::CheckArgs;
pub use cli::{Cli, Command, ConfigArgs};
pub use common::PrintArgs;
pub use compare::CompareArgs;
pub use curve::CurveArgs;
pub use models::{EvalArgs, QuantizeArgs};
#[cfg(feature = "plots")]
pub use plot::{PLOT_IMAGES, PlotArgs};
pub use report::ReportArgs;
pub use run::{RUN_IMAGES, RunArgs};
#[cfg(feature = "scalesim")]
pub use topology::{Compat, TopologyArgs};
pub use trace::{TraceArgs, Window};
#[cfg(feature = "verilog")]
pub use verilog::{VERILOG_IMAGES, VerilogArgs, VerilogBoard, VerilogBus, VerilogPart, VerilogTarget};
