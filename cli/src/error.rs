//! Why something failed.

use lcsim_output::text::one_line;
use lcsim_report::parallel::Interrupted;
use std::fmt;

/// An error, whose text is one line that names the file and the item, what was expected and what
/// was found.
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

/// The result of what this library does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether nothing failed, but the [`Progress`](crate::Progress) stopped the work.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The text, which is what a program shows whose `main` returns the error.
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
