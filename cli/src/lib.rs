//! Simulates LC-Nets cycle by cycle on a systolic array with a gate unit, and shows what dynamic
//! skipping is worth in hardware. LC-Nets are residual networks with gates. For each image, the
//! gates decide which blocks and channels the network computes.
//!
//! This is the library behind the command `lcsim`. The command reads its arguments, calls the
//! library, and shows the results.
//!
//! ```
//! use lcsim::{Accelerator, Images, Network, Options};
//!
//! let network = Network::embedded()?;
//! let accelerator = Accelerator::named("16x16")?.with("gate.macs", 8)?;
//! let images = Images::embedded()?.take(2);
//! let report = lcsim::simulate(&network, &accelerator, &images, &Options::default())?;
//! println!("{} cycles an image, {:.2} times as fast", report.cycles.mean, report.speedup);
//! # Ok::<(), lcsim::Error>(())
//! ```
//!
//! | from | by | to |
//! |---|---|---|
//! | a model file (.onnx, .safetensors) | [`Network::open`], [`Network::quantize`] | [`Network`] |
//! | a name, TOML | [`Accelerator::named`], [`Accelerator::from_toml`] | [`Accelerator`] |
//! | a file, a folder, arrays | [`Images::open`], [`Images::from_arrays`] | [`Images`] |
//! | all three | [`simulate`] | [`Report`] |
//! | what each image computes, in a file | [`Decisions::open`] | [`Decisions`] |
//! | published shapes, rates of their gates | [`Synthetic`], [`simulate_synthetic`] | [`Report`] |
//! | a report | [`export`] | tables, JSON, CSV, Markdown, HTML |
//! | an accelerator, and what it runs | [`Verilog`] | synthesisable Verilog |
//!
//! Nothing here prints. Long work reports to a [`Progress`], which may also stop it. `examples/`
//! has programs that do a whole job.

mod accelerator;
mod decisions;
mod error;
pub mod export;
mod images;
mod network;
mod options;
mod pair;
mod simulate;
mod synthetic;
#[cfg(feature = "verilog")]
mod verilog;

pub use accelerator::Accelerator;
pub use decisions::Decisions;
pub use error::{Error, Result};
pub use images::Images;
pub use network::Network;
pub use options::{Options, energy_table};
pub use simulate::{simulate, simulate_with_dump};
pub use synthetic::{Synthetic, simulate_synthetic};
#[cfg(feature = "verilog")]
pub use verilog::{Verilog, VerilogFiles};

pub use lcsim_golden::import::Options as OnnxOptions;
#[cfg(feature = "verilog")]
pub use lcsim_hdl::{Board, Bus, Device, Target};
pub use lcsim_report::dump::Files as Dump;
pub use lcsim_sim::{EnergyTable, Engine};
pub use lcsim_spec::progress::{Progress, Silent, Steps};
pub use lcsim_spec::report::{self, Report};
pub use lcsim_spec::schedule::Misfit;
pub use lcsim_spec::{AcceleratorConfig, QuantNetwork, Shape};
