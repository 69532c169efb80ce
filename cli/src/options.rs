//! Options of a simulation.

use crate::decisions::Decisions;
use crate::error::Result;
use lcsim_input::load;
use lcsim_report::parallel;
use lcsim_sim::{ENERGY_TABLES, EnergyTable, Engine};
use lcsim_spec::progress::{Progress, Silent};
use std::borrow::Cow;
use std::fmt;

/// Options of a simulation. The engine and the number of threads change only the time that it
/// takes.
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
    pub(crate) decisions: Option<&'a Decisions>,
    pub(crate) progress: &'a dyn Progress,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { engine: Engine::default(), threads: None, energy: None, decisions: None, progress: &Silent }
    }
}

impl<'a> Options<'a> {
    /// Chooses the engine. The default is [`Engine::Fast`].
    #[must_use]
    pub fn engine(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// Uses this number of threads of its own. By default, the work runs on the caller's rayon
    /// pool, which has one thread for each CPU unless the caller says otherwise.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Chooses the energy table. The default is that of a 45 nm process.
    #[must_use]
    pub fn energy(self, table: EnergyTable) -> Self {
        Self { energy: Some(table), ..self }
    }

    /// Takes these decisions instead of those that the network's gates would make. Blocks and
    /// convolutions without a gate take them too.
    #[must_use]
    pub fn decisions(self, decisions: &'a Decisions) -> Self {
        Self { decisions: Some(decisions), ..self }
    }

    /// Chooses what receives the progress, and may stop the work. By default, nothing does.
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

    /// Runs `work` with the chosen number of threads.
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

/// Opens the embedded energy table `name`, or the file of this name: TOML, or an energy reference
/// table of Accelergy as YAML (docs/energy.md).
///
/// ```
/// let table = lcsim::energy_table("45nm-lpddr4")?;
/// # Ok::<(), lcsim::Error>(())
/// ```
///
/// # Errors
/// Fails if neither exists, or if the file is no energy table.
pub fn energy_table(name: &str) -> Result<EnergyTable> {
    Ok(load::energy_table(name)?)
}
