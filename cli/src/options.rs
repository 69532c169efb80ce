//! How images are simulated.

use crate::error::Result;
use lcsim_input::load;
use lcsim_report::parallel;
use lcsim_sim::{ENERGY_TABLES, EnergyTable, Engine};
use lcsim_spec::progress::{Progress, Silent};
use std::borrow::Cow;
use std::fmt;

/// How images are simulated. Engine and threads change nothing but the time that it takes.
///
/// ```
/// use lcsim::{Engine, Options, energy_table};
///
/// let options = Options::default().engine(Engine::Stepped).threads(2).energy(energy_table("65nm-lpddr4")?);
/// # Ok::<(), lcsim::Error>(())
/// ```
#[derive(Clone)]
pub struct Options<'a> {
    pub(crate) engine: Engine,
    threads: Option<usize>,
    energy: Option<EnergyTable>,
    pub(crate) progress: &'a dyn Progress,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { engine: Engine::default(), threads: None, energy: None, progress: &Silent }
    }
}

impl<'a> Options<'a> {
    /// The engine: layer by layer unless told otherwise.
    #[must_use]
    pub fn engine(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// So many threads of its own; otherwise those of rayon's pool that the caller is in, one per
    /// CPU unless it says otherwise.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Picojoules per operation; those of a 45 nm process unless told otherwise.
    #[must_use]
    pub fn energy(self, table: EnergyTable) -> Self {
        Self { energy: Some(table), ..self }
    }

    /// What watches the work, and may stop it; nothing unless told otherwise.
    #[must_use]
    pub fn progress(self, progress: &'a dyn Progress) -> Self {
        Self { progress, ..self }
    }

    pub(crate) fn table(&self) -> Result<Cow<'_, EnergyTable>> {
        match &self.energy {
            Some(table) => Ok(Cow::Borrowed(table)),
            None => Ok(Cow::Owned(energy_table(ENERGY_TABLES[0].0)?)),
        }
    }

    /// Runs `work` on the threads asked for.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce() -> anyhow::Result<T> + Send) -> Result<T> {
        match self.threads {
            Some(_) => Ok(parallel::with_threads(self.threads, work)?),
            None => Ok(work()?),
        }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, threads, energy, .. } = self;
        f.debug_struct("Options")
            .field("engine", engine)
            .field("threads", threads)
            .field("energy", energy)
            .finish_non_exhaustive()
    }
}

/// The embedded energy table of that name, or the one in a file: TOML, or an energy reference table
/// of Accelergy as YAML (docs/energy.md).
///
/// ```
/// let table = lcsim::energy_table("45nm-lpddr4")?;
/// # Ok::<(), lcsim::Error>(())
/// ```
///
/// # Errors
/// Neither exists; the file is no energy table.
pub fn energy_table(name: &str) -> Result<EnergyTable> {
    Ok(load::energy_table(name)?)
}
