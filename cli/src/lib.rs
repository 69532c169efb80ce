//! The command line of lcsim: reads models, data and configurations, simulates, and shows what came out.
//!
//! Only [`commands`] print; everything else returns values and errors.

pub mod args;
pub mod calibration;
pub mod check;
pub mod commands;
pub mod compare;
pub mod curve;
pub mod data;
pub mod differences;
pub mod draw;
pub mod dump;
pub mod embedded;
pub mod load;
pub mod outline;
pub mod parallel;
pub mod render;
pub mod study;
pub mod table;
pub mod timeline;
pub mod totals;
