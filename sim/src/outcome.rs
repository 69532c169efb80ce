//! Modes and results of simulating one image, the same for both engines.

use crate::counters::LayerCount;
use lcsim_spec::schedule::LayerId;
use lcsim_spec::{Score, Trace};

/// The effect of a score of 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It skips.
    Gated,
    /// It multiplies, as published implementations do: same values, full cost.
    ForcedOpen,
}

/// The result of one image.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Class of the largest logit.
    pub class: usize,
    /// Values.
    pub trace: Trace,
    /// Cycles from the first word of the image to the last logit.
    pub cycles: u64,
    /// In the order of the report's lines.
    pub layers: Vec<LayerCount>,
    /// Line of the report of each instruction, and the cycle at which it had ended; skipped ones
    /// are absent.
    pub ends: Vec<(LayerId, u64)>,
    /// Cycles in which bytes arrived from DRAM.
    pub dram_busy: u64,
}

/// The content of the memories between two clock edges.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// For each convolution, by name: its output region in channel order. Before it is written,
    /// what stood there before.
    pub maps: Vec<(String, Vec<i8>)>,
    /// Both live lists: channels and scores.
    pub lists: [Vec<(usize, Score)>; 2],
    /// The L-Net's score, once it is there.
    pub lscore: Option<Score>,
    /// Logits that have left the gate unit.
    pub logits: Vec<i32>,
}
