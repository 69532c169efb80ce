//! The accelerator's parameters, read from TOML. Unknown keys are errors, and every value has a
//! range. A file can list all parameters, or name a base and list only the parameters that differ.
//!
//! ```
//! use lcsim_spec::AcceleratorConfig;
//!
//! let library = [("8x8", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../configs/8x8.toml")))];
//! let small = AcceleratorConfig::load("8x8", &library, &["array.rows=4".to_owned()])?;
//! assert_eq!((small.array.rows, small.array.cols), (4, 8));
//!
//! let error = AcceleratorConfig::load("8x8", &library, &["array.row=4".to_owned()]).unwrap_err();
//! assert!(error.to_string().contains("did you mean `rows`?"));
//! # Ok::<(), lcsim_spec::ConfigError>(())
//! ```

mod accelerator;
mod error;
mod key;
mod load;
mod stack;

pub use accelerator::{AcceleratorConfig, ArrayConfig, DramConfig, GateConfig, MemoryConfig, Prefetch};
pub use error::ConfigError;
pub use stack::Library;
