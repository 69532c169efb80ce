//! What lcsim found, for people and programs: tables, pages, timelines, waveforms, dumps,
//! comparisons.
//!
//! Nothing here prints or knows a command: a report comes in, text, bytes or a picture goes out.

pub mod compare;
pub mod differences;
pub mod draw;
pub mod dump;
pub mod outline;
pub mod parallel;
pub mod render;
pub mod table;
pub mod timeline;
pub mod totals;
