//! One image, cycle by cycle: spans on tracks for a trace viewer ([`chrome`]), signals for a
//! waveform viewer ([`wave`]).

pub mod chrome;
pub mod wave;

use lcsim_sim::{ControllerState, Cycle, LoaderState, Place, Spent};
use lcsim_spec::schedule::LayerId;

/// Neighbouring cycles in which a unit did the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<T> {
    /// The first cycle.
    pub start: u64,
    /// How many.
    pub cycles: u64,
    /// The unit's activity.
    pub what: T,
}

/// What the array's cycles are charged to: a line of the report and a reason; while it computes,
/// the fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// Line of the report.
    pub layer: LayerId,
    /// The reason.
    pub spent: Spent,
    /// The fold whose pixels it is fed.
    pub place: Option<Place>,
}

/// What the loader does, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loading {
    /// Convolution.
    pub conv: usize,
    /// Its activity.
    pub state: LoaderState,
    /// Tile of the convolution.
    pub tile: usize,
    /// The fold, once the tile's parameters are there.
    pub place: Option<Place>,
}

/// The spans of each unit, in order; a unit without a span is idle.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// Instruction, and what the controller does with it.
    pub controller: Vec<Span<(usize, ControllerState)>>,
    /// Every cycle of the image, once.
    pub array: Vec<Span<Charge>>,
    /// The loader.
    pub loader: Vec<Span<Loading>>,
    /// Jobs of the gate unit.
    pub gate: Vec<Span<usize>>,
    /// The image port.
    pub image: Vec<Span<()>>,
    /// The unit for poolings.
    pub pooling: Vec<Span<LayerId>>,
    /// Bytes from DRAM: line of the report that they are for.
    pub dram: Vec<Span<LayerId>>,
}

impl Timeline {
    /// Takes in the next cycle.
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

/// The controller's activity, in words.
fn controller_state(state: ControllerState) -> &'static str {
    match state {
        ControllerState::Fetches => "fetches",
        ControllerState::AwaitsScore => "awaits_score",
        ControllerState::AwaitsArray => "awaits_array",
        ControllerState::AwaitsGate => "awaits_gate",
        ControllerState::AwaitsMoves => "awaits_moves",
        ControllerState::Starts => "starts",
        ControllerState::StepsOver => "steps_over",
        ControllerState::Stopped => "stopped",
    }
}

/// The loader's activity, in words.
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
