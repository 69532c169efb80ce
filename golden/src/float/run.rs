//! The state of one image on its way through a float network.

use super::activations::Activations;
use lcsim_spec::GateDecision;

/// The values that were computed of an image, and the scores that came with it.
pub(crate) struct Run<'a> {
    pub found: Activations,
    pub given: &'a [GateDecision],
}
