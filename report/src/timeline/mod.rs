//! One image, cycle by cycle: spans on tracks for a trace viewer ([`chrome`]), and signals for a
//! waveform viewer ([`wave`]).
//!
//! ```
//! use lcsim_report::timeline::Timeline;
//! use lcsim_sim::{Mode, Simulator};
//! # use lcsim_tests::tiny;
//! # let net = tiny::network(tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3), vec![], 3);
//! # let simulator = Simulator::new(&net, &tiny::array(2, 2, 1))?;
//!
//! let mut timeline = Timeline::default();
//! let outcome = simulator.watch(&[1; 16], Mode::Gated, |cycle| timeline.see(cycle));
//! let charged: u64 = timeline.array.iter().map(|span| span.cycles).sum();
//! assert_eq!(charged, outcome.cycles, "every cycle is charged once");
//! # Ok::<(), anyhow::Error>(())
//! ```

pub mod chrome;
pub mod wave;

use lcsim_sim::{ControllerState, Cycle, LoaderState, Place, Spent};
use lcsim_spec::schedule::LayerId;

/// Consecutive cycles in which a unit did the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<T> {
    /// The first cycle.
    pub start: u64,
    /// The number of cycles.
    pub cycles: u64,
    /// What the unit did.
    pub what: T,
}

/// What a span of the array is charged to: a line of the report and a reason. While the array
/// computes, it also has the fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// The line of the report.
    pub layer: LayerId,
    /// The reason.
    pub spent: Spent,
    /// The fold whose pixels the array is given.
    pub place: Option<Place>,
}

/// What the loader does, and for which part of which convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loading {
    /// The index of the convolution.
    pub conv: usize,
    /// What the loader does.
    pub state: LoaderState,
    /// The tile of the convolution.
    pub tile: usize,
    /// The fold, after the tile's parameters are loaded.
    pub place: Option<Place>,
}

/// The spans of each unit in order. Between its spans, a unit is idle.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// The index of the instruction, and what the controller does with it.
    pub controller: Vec<Span<(usize, ControllerState)>>,
    /// What each cycle of the image is charged to. The spans have no gaps.
    pub array: Vec<Span<Charge>>,
    /// What the loader does.
    pub loader: Vec<Span<Loading>>,
    /// The index of the gate unit's job.
    pub gate: Vec<Span<usize>>,
    /// When the image port works.
    pub image: Vec<Span<()>>,
    /// The line of the report for which the pooling unit works.
    pub pooling: Vec<Span<LayerId>>,
    /// The line of the report for which bytes arrive from DRAM.
    pub dram: Vec<Span<LayerId>>,
}

impl Timeline {
    /// Adds the next cycle.
    pub fn see(&mut self, cycle: &Cycle) {
        let now = cycle.number;
        extend(&mut self.controller, now, Some((cycle.pc, cycle.controller)));
        extend(&mut self.array, now, Some(Charge { layer: cycle.layer, spent: cycle.spent, place: cycle.place }));
        extend(&mut self.loader, now, loading(cycle));
        extend(&mut self.gate, now, cycle.gate);
        extend(&mut self.image, now, cycle.image_port.then_some(()));
        extend(&mut self.pooling, now, cycle.pooling.then_some(cycle.layer));
        extend(&mut self.dram, now, cycle.dram);
    }
}

fn loading(cycle: &Cycle) -> Option<Loading> {
    let ((conv, place), state) = (cycle.loads, cycle.loader);
    let of_fold = matches!(state, LoaderState::AwaitsDram | LoaderState::AwaitsShadow | LoaderState::Filters);
    let loading = Loading { conv, state, tile: place.tile, place: of_fold.then_some(place) };
    (state != LoaderState::Idle).then_some(loading)
}

fn extend<T: PartialEq>(spans: &mut Vec<Span<T>>, now: u64, what: Option<T>) {
    match (spans.last_mut(), what) {
        (_, None) => {}
        (Some(last), Some(what)) if last.what == what && last.start + last.cycles == now => last.cycles += 1,
        (_, Some(what)) => spans.push(Span { start: now, cycles: 1, what }),
    }
}

/// Names what the controller does.
fn controller_state(state: ControllerState) -> &'static str {
    match state {
        ControllerState::Fetches => "fetches",
        ControllerState::AwaitsScore => "awaits_score",
        ControllerState::AwaitsArray => "awaits_array",
        ControllerState::AwaitsGate => "awaits_gate",
        ControllerState::AwaitsMoves => "awaits_moves",
        ControllerState::DecidesToStart | ControllerState::DecidesToStepOver => "decides",
        ControllerState::Starts => "starts",
        ControllerState::StepsOver => "steps_over",
        ControllerState::Stopped => "stopped",
    }
}

/// Names what the loader does.
fn loader_state(state: LoaderState) -> &'static str {
    match state {
        LoaderState::Idle => "idle",
        LoaderState::AwaitsList => "awaits_list",
        LoaderState::AwaitsSet => "awaits_set",
        LoaderState::Parameters => "parameters",
        LoaderState::AwaitsDram => "awaits_dram",
        LoaderState::AwaitsShadow => "awaits_shadow",
        LoaderState::Filters => "filters",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_that_are_equal_make_a_span_and_a_gap_ends_it() {
        let mut spans = vec![];
        for (now, what) in [Some('a'), Some('a'), Some('b'), None, Some('b')].into_iter().enumerate() {
            extend(&mut spans, now as u64, what);
        }
        let plain: Vec<_> = spans.iter().map(|s| (s.start, s.cycles, s.what)).collect();
        assert_eq!(plain, [(0, 2, 'a'), (2, 1, 'b'), (4, 1, 'b')]);
    }
}
