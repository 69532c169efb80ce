//! The import of float networks from model files. The feature `onnx` compiles the reader of ONNX;
//! without it, every file is refused with an error that names the feature.
//!
//! ```
//! use lcsim_golden::import::{Options, open};
//!
//! let error = open("missing.onnx".as_ref(), &Options::default()).unwrap_err();
//! assert!(error.to_string().starts_with("missing.onnx: "));
//! ```

pub(crate) mod types;

#[cfg(not(feature = "onnx"))]
use crate::Error;
#[cfg(not(feature = "onnx"))]
use std::path::Path;

#[cfg(feature = "onnx")]
pub use crate::onnx::{examine, open};
pub use types::{Examination, Imported, Normalisation, Options};

/// Refuses to read an ONNX file.
///
/// # Errors
/// Always: names the missing feature.
#[cfg(not(feature = "onnx"))]
pub fn open(path: &Path, _: &Options) -> Result<Imported, Error> {
    Err(Error::Invalid {
        path: path.display().to_string(),
        item: "extension".into(),
        expected: ".safetensors, as lcsim was built without the feature `onnx`".into(),
        found: ".onnx".into(),
    })
}

/// Refuses to read an ONNX file.
///
/// # Errors
/// Always: names the missing feature.
#[cfg(not(feature = "onnx"))]
pub fn examine(path: &Path, options: &Options) -> Result<Examination, Error> {
    open(path, options).map(|imported| Examination { imported: Some(imported), problems: vec![] })
}
