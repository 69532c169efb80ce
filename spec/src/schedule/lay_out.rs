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
        program.filters = net.convs().flat_map(|c| filter_words(c, config.array.cols)).collect();
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

/// The words of the filter memory for a convolution. Word `(group * taps + tap) * inputs + input`
/// holds the weights of `cols` neighbouring output channels. For a depthwise convolution, word
/// `group * taps + tap` holds the weights of `cols` channels, each for its own input.
fn filter_words(c: &Conv, cols: usize) -> impl Iterator<Item = i8> {
    let (taps, inputs, outputs) = (c.taps(), c.fan_in(), c.output.channels);
    (0..outputs.div_ceil(cols) * taps * inputs).flat_map(move |word| {
        let (input, tap, group) = (word % inputs, word / inputs % taps, word / inputs / taps);
        let weight = move |o: usize| c.weight(o, if c.depthwise { o } else { input }, tap);
        (group * cols..(group + 1) * cols).map(move |o| if o < outputs { weight(o) } else { 0 })
    })
}
