//! Checks a float network.

use crate::model::Network;
use crate::{Error, operators};
use lcsim_spec::require::require;
use lcsim_spec::{NetworkError, structure};

impl Network {
    /// Checks every shape, length, name and number. Later stages rely on it.
    ///
    /// # Errors
    /// Names the first layer that contradicts itself or the layer before it. The message names
    /// `path`.
    pub fn validate(&self, path: &str) -> Result<(), Error> {
        self.check().map_err(|source| Error::Network { path: path.into(), source })
    }

    fn check(&self) -> Result<(), NetworkError> {
        for (what, values) in [("mean", &self.mean), ("std", &self.std)] {
            require("input", what, self.input.channels, values.len())?;
        }
        structure::check(self.input, &self.layers, &self.classifier)?;
        let clip = None;
        self.layers.iter().try_fold(clip, |clip, layer| operators::check_relus(layer, clip)).map(|_| ())
    }
}
