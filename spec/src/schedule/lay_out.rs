//! Lays a network out on an accelerator, which gives the program.

use super::fit::{Lacks, Misfit, misfit};
use super::place::Spill;
use super::program::Program;
use super::walk::build;
use crate::{AcceleratorConfig, Conv, NetworkError, QuantNetwork};
use std::collections::BTreeSet;
use thiserror::Error;

/// Why a network cannot run on an accelerator.
#[derive(Debug, Error)]
pub enum ScheduleError {
    /// The network contradicts itself.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The network needs more than the accelerator has.
    #[error(transparent)]
    Capacity(#[from] Misfit),
}

impl Program {
    /// Lays `net` out on the accelerator `config`.
    ///
    /// # Errors
    /// Returns a [`ScheduleError`] if the network contradicts itself, or if something does not fit.
    pub fn new(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<Self, ScheduleError> {
        net.validate()?;
        let (mut program, lacks) = lay_out(net, config);
        if !lacks.is_empty() {
            return Err(misfit(config, lacks, |config| lay_out(net, config).1).into());
        }
        for convolution in net.convs() {
            append_filters(convolution, config.array.cols, &mut program.filters);
        }
        Ok(program)
    }
}

/// Makes the program of a valid network, without its filters, and lists what does not fit.
fn lay_out(net: &QuantNetwork, config: &AcceleratorConfig) -> (Program, Lacks) {
    let mut off = BTreeSet::new();
    loop {
        match build(net, config, &off) {
            Ok(built) => return built,
            Err(Spill(map)) => off.insert(map),
        };
    }
}

/// Appends the words of the filter memory for a convolution. Word `(group * taps + tap) * inputs +
/// input` holds the weights of `cols` neighbouring output channels. For a depthwise convolution,
/// word `group * taps + tap` holds the weights of `cols` channels, each for its own input.
fn append_filters(c: &Conv, cols: usize, words: &mut Vec<i8>) {
    let outputs = c.output.channels;
    for group in (0..outputs).step_by(cols) {
        let filters = group..outputs.min(group + cols);
        for (tap, input) in (0..c.taps()).flat_map(|tap| (0..c.fan_in()).map(move |input| (tap, input))) {
            let end = words.len() + cols;
            words.extend(filters.clone().map(|o| c.weight(o, if c.depthwise { o } else { input }, tap)));
            words.resize(end, 0);
        }
    }
}
