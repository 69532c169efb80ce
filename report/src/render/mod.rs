//! A report as people read it outside of a terminal: Markdown, and an HTML page with charts.
//!
//! Both are made of a [`lcsim_spec::Report`] alone; each figure is one of its numbers or a quotient
//! of two.

mod bars;
mod figures;
mod histogram;
mod html;
mod markdown;
mod plane;
mod roofline;
mod section;
mod timeline;

pub use figures::{Component, ENERGY};
pub use html::html;
pub use markdown::markdown;
