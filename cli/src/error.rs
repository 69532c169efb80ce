//! The error of the library.

use lcsim_output::text::one_line;
use lcsim_report::parallel::Interrupted;
use std::fmt;

/// An error. Its text is one line that names the file and the item, what was expected and what was
/// found.
///
/// ```
/// let error = lcsim::Accelerator::named("16x17").expect_err("there is none");
/// assert!(error.to_string().starts_with("16x17: neither a file nor an embedded configuration"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    text: String,
    interrupted: bool,
}

/// The result of a function of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the [`Progress`](crate::Progress) stopped the work, and nothing else failed.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Shows the text, because Rust prints this form if `main` returns the error.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self { text: one_line(&error), interrupted: error.is::<Interrupted>() }
    }
}
