//! The loader's state, for observers.

use super::super::fold::Place;
use super::registers::{Loader, LoaderView, State};

/// What the loader does in one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoaderState {
    /// It has nothing to load.
    Idle,
    /// It waits until a gate has listed the tile's channels.
    AwaitsList,
    /// It waits for a free set of column parameters.
    AwaitsSet,
    /// It loads the parameters of the tile's columns.
    Parameters,
    /// It waits for filters from DRAM.
    AwaitsDram,
    /// It waits for free shadow weights.
    AwaitsShadow,
    /// It loads the filters of a fold.
    Filters,
}

impl Loader {
    /// The index of its job, and the position of the fold that it works on.
    pub fn at(&self) -> (usize, Place) {
        (self.job, self.place())
    }

    /// What it does in this cycle.
    pub fn state(&self, view: &LoaderView) -> LoaderState {
        match self.state {
            State::Idle => LoaderState::Idle,
            State::Tile if self.waits_for_gate(view) => LoaderState::AwaitsList,
            State::Tile if self.tile_cols(view, &view.program.convs[self.job]) == 0 => LoaderState::Idle,
            State::Tile if self.param_busy > 0 || self.tile_waits => LoaderState::AwaitsSet,
            State::Start(_) | State::Tile | State::Setup(_) | State::Settle(_) => LoaderState::Parameters,
            State::Fold if self.waits_for_dram(view.now) => LoaderState::AwaitsDram,
            State::Fold if self.pending.is_some() || self.shadow_busy > 0 => LoaderState::AwaitsShadow,
            State::Fold | State::Load(_) => LoaderState::Filters,
        }
    }
}
