//! How messages call settings and commands.
//!
//! A library knows what a setting does, and not by which option a program takes it. A message calls
//! a setting by its plain name, as here, unless the program registers its own words with
//! [`use_words`]. The program `lcsim` registers its options.
//!
//! ```
//! use lcsim_spec::naming::Name;
//!
//! assert_eq!(format!("{} takes other images", Name::Calibration), "calibration takes other images");
//! ```

use std::fmt;
use std::sync::OnceLock;

/// A setting or a command that messages mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The images that set the scales of a float network.
    Calibration,
    /// The number of these images.
    CalibrationImages,
    /// The order of class folders.
    ClassOrder,
    /// SCALE-Sim's machine instead of ours.
    Compat,
    /// The accelerator.
    Accelerator,
    /// The labelled images.
    Data,
    /// The file of what each image computes.
    Decisions,
    /// Whether files that others wrote are overwritten.
    Force,
    /// Whether a topology lists matrix products.
    Gemm,
    /// The mean of the pixels of each channel.
    Mean,
    /// The output of a graph that has the logits.
    Output,
    /// A changed parameter of the accelerator.
    Set,
    /// The standard deviation of the pixels of each channel.
    Std,
    /// The score below which a gate skips.
    Threshold,
    /// The command that quantises a model.
    Quantize,
    /// The command that simulates.
    Run,
    /// The command that writes Verilog.
    Verilog,
    /// The command that writes a report as JSON.
    WriteReport,
}

static WORDS: OnceLock<fn(Name) -> &'static str> = OnceLock::new();

/// Registers the words of the program for its messages. Only the first call counts.
pub fn use_words(words: fn(Name) -> &'static str) {
    // The error says that there are words already, which is what the caller wants.
    let _ = WORDS.set(words);
}

impl Name {
    /// The plain name.
    fn plain(self) -> &'static str {
        match self {
            Self::Calibration => "calibration",
            Self::CalibrationImages => "calibration_images",
            Self::ClassOrder => "class_order",
            Self::Compat => "compat",
            Self::Accelerator => "accelerator",
            Self::Data => "data",
            Self::Decisions => "decisions",
            Self::Force => "force",
            Self::Gemm => "gemm",
            Self::Mean => "mean",
            Self::Output => "output",
            Self::Set => "set",
            Self::Std => "std",
            Self::Threshold => "threshold",
            Self::Quantize => "Network::quantize",
            Self::Run => "simulate",
            Self::Verilog => "Verilog::save",
            Self::WriteReport => "export::json",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WORDS.get().map_or(self.plain(), |words| words(*self)))
    }
}
