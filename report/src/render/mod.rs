//! Renders a report outside of a terminal: as Markdown, and as an HTML page with charts.
//!
//! Both take only a [`lcsim_spec::Report`]. Each figure is a number of the report, or a quotient of
//! two.
//!
//! ```
//! use lcsim_report::render::{html, markdown};
//! # use lcsim_sim::{Costs, Mode, Simulator, report};
//! # use lcsim_tests::tiny;
//! #
//! # let net = tiny::network(tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3), vec![], 3);
//! # let simulator = Simulator::new(&net, &tiny::array(2, 2, 1))?;
//! # let costs = Costs::equal(&simulator, &simulator.run(&[1; 16], Mode::Gated), 1);
//! # let (version, model, threshold, data) = (String::new(), net.name.clone(), net.threshold(), "one image".to_owned());
//! # let (gated, forced_open, ungated) = (costs.clone(), costs.clone(), costs);
//! # let (correct, decisions) = (None, None);
//! # let run = report::Run { version, model, threshold, data, gated, forced_open, ungated, correct, decisions };
//! # let mut report = report::assemble(&simulator, &simulator, &lcsim_input::load::energy_table("45nm-lpddr4")?, run)?;
//!
//! report.model = "<mine>".to_owned();
//! assert!(html(&report).contains("<svg") && html(&report).contains("&lt;mine&gt;"));
//! assert!(markdown(&report).contains(r"\<mine\>"), "each format escapes names in its own way");
//! # Ok::<(), anyhow::Error>(())
//! ```

#[cfg(feature = "html")]
mod bars;
mod figures;
#[cfg(feature = "html")]
mod histogram;
#[cfg(feature = "html")]
mod html;
mod markdown;
#[cfg(feature = "html")]
mod plane;
#[cfg(feature = "html")]
mod roofline;
#[cfg(feature = "html")]
mod section;
#[cfg(feature = "html")]
mod timeline;

pub use figures::{Component, ENERGY};
#[cfg(feature = "html")]
pub use html::html;
pub use markdown::markdown;
