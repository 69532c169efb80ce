//! The error of the library.

use lcsim_output::text::one_line;
use lcsim_report::parallel::Interrupted;
use lcsim_spec::schedule::{Misfit, ScheduleError};
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
    misfit: Option<Misfit>,
}

/// The result of a function of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the [`Progress`](crate::Progress) stopped the work, and nothing else failed.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// The capacities that are too small, if the network does not fit on the accelerator.
    ///
    /// ```
    /// use lcsim::{Accelerator, Images, Network, Options, simulate};
    ///
    /// let (network, images) = (Network::embedded()?, Images::embedded()?.take(1));
    /// let small = Accelerator::named("8x8")?.with("memory.weight_bytes", 4096)?;
    /// let error = simulate(&network, &small, &images, &Options::default()).expect_err("too small");
    /// let misfit = error.misfit().expect("it does not fit");
    /// let larger = small.with(misfit.shortages[0].capacity.key(), misfit.shortages[0].needed)?;
    /// assert!(simulate(&network, &larger, &images, &Options::default()).is_ok());
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    pub fn misfit(&self) -> Option<&Misfit> {
        self.misfit.as_ref()
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
        // Errors without a text of their own are not in the chain: the one around them stands for
        // them.
        let misfit = error.chain().find_map(|cause| {
            let schedule = match cause.downcast_ref() {
                Some(lcsim_sim::Error::Schedule(schedule)) => Some(schedule),
                _ => cause.downcast_ref(),
            };
            if let Some(ScheduleError::Capacity(misfit)) = schedule { Some(misfit.clone()) } else { None }
        });
        Self { text: one_line(&error), interrupted: error.is::<Interrupted>(), misfit }
    }
}
