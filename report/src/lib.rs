//! Turns results into tables, pages, timelines, waveforms, dumps and comparisons, for people and
//! for programs.
//!
//! Nothing here prints or knows a command. Each function takes a report or other results, and
//! returns text, bytes or a picture.

#[cfg(any(feature = "html", feature = "plots"))]
mod colours;
pub mod compare;
pub mod differences;
#[cfg(feature = "plots")]
pub mod draw;
pub mod dump;
pub mod outline;
pub mod parallel;
pub mod render;
pub mod table;
pub mod timeline;
pub mod totals;
