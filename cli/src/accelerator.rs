//! The accelerator that networks run on.

use crate::error::Result;
use anyhow::Context;
use lcsim_input::embedded::{self, CONFIGS};
use lcsim_input::load;
use lcsim_spec::AcceleratorConfig;
use std::fmt::Display;

/// A systolic array with its memories and its gate unit.
///
/// ```
/// use lcsim::Accelerator;
///
/// let accelerator = Accelerator::named("16x16")?.with("array.rows", 8)?.with("name", "flat")?;
/// assert_eq!((accelerator.config().array.rows, accelerator.name()), (8, "flat"));
/// # Ok::<(), lcsim::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Accelerator {
    config: AcceleratorConfig,
    /// The name in messages.
    shown: String,
}

impl Accelerator {
    /// The name of the embedded accelerator that `lcsim run` uses by default.
    pub const DEFAULT: &'static str = embedded::DEFAULT;

    /// The names of the embedded accelerators.
    ///
    /// ```
    /// assert!(lcsim::Accelerator::names().any(|name| name == "16x16"));
    /// ```
    pub fn names() -> impl Iterator<Item = &'static str> {
        CONFIGS.iter().map(|(name, _)| *name)
    }

    /// Opens the embedded accelerator `name`, or the TOML file of this name.
    ///
    /// ```
    /// let accelerator = lcsim::Accelerator::named("8x8")?;
    /// assert_eq!(accelerator.config().array.cols, 8);
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if neither exists, or if the file is no configuration.
    pub fn named(name: &str) -> Result<Self> {
        Ok(Self::new(load::config(name, &[])?, name))
    }

    /// Parses an accelerator from TOML. The text can list all parameters, or name another
    /// accelerator as its `base` and list the parameters that differ.
    ///
    /// ```
    /// let text = "base = \"8x8\"\nname = \"mine\"\nclock_mhz = 500.0";
    /// let accelerator = lcsim::Accelerator::from_toml(text)?;
    /// assert_eq!((accelerator.name(), accelerator.config().array.rows), ("mine", 8));
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Names the line and the key that are wrong.
    pub fn from_toml(text: &str) -> Result<Self> {
        let config = AcceleratorConfig::parse_with(text, "accelerator", &CONFIGS, &[]);
        let config = config.map_err(anyhow::Error::from)?;
        let shown = config.name.clone();
        Ok(Self::new(config, shown))
    }

    /// Takes a configuration as it is. Messages call the accelerator `shown`.
    ///
    /// ```
    /// use lcsim::Accelerator;
    ///
    /// let mut config = Accelerator::named("8x8")?.config().clone();
    /// config.gate.macs = 4;
    /// let accelerator = Accelerator::new(config, "four MACs");
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    pub fn new(config: AcceleratorConfig, shown: impl Into<String>) -> Self {
        Self { config, shown: shown.into() }
    }

    /// Returns the accelerator with another value of the parameter `key`. If `key` is not the name,
    /// the change is added to the name.
    ///
    /// ```
    /// let accelerator = lcsim::Accelerator::named("16x16")?.with("array.rows", 8)?;
    /// assert_eq!(accelerator.name(), "16x16, array.rows=8");
    /// let error = accelerator.with("array.rows", 0).expect_err("no array");
    /// assert!(error.to_string().contains("`array.rows`: expected 1 to 256, found 0"));
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if the parameter does not exist, or if the value is out of its range.
    pub fn with(&self, key: &str, value: impl Display) -> Result<Self> {
        let set = [format!("{key}={value}")];
        let text = self.to_toml()?;
        let config = AcceleratorConfig::parse_with(&text, &self.shown, &CONFIGS, &set);
        Ok(Self { config: config.map_err(anyhow::Error::from)?, shown: self.shown.clone() })
    }

    /// The name in reports.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// All parameters of the accelerator.
    pub fn config(&self) -> &AcceleratorConfig {
        &self.config
    }

    /// Writes all parameters as TOML, which [`from_toml`](Self::from_toml) reads.
    ///
    /// ```
    /// use lcsim::Accelerator;
    ///
    /// let accelerator = Accelerator::named("32x32")?;
    /// let again = Accelerator::from_toml(&accelerator.to_toml()?)?;
    /// assert_eq!(accelerator.config(), again.config());
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// No accelerator is known for which this fails: each parameter has a form in TOML.
    pub fn to_toml(&self) -> Result<String> {
        Ok(toml::to_string(&self.config).context("no TOML")?)
    }

    /// The name in messages.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }
}
