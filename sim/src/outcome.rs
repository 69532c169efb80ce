//! Modes and results of the simulation of one image. Both engines use them.

use crate::counters::LayerCount;
use lcsim_spec::schedule::LayerId;
use lcsim_spec::{GateDecision, Score, Trace};

/// What a score of 0 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It skips its block or channel.
    Gated,
    /// It multiplies, as in published implementations. The values are the same, at full cost.
    ForcedOpen,
}

/// An image, with the scores that come with it.
#[derive(Debug, Clone, Copy)]
pub struct Image<'a> {
    /// `[channel][row][column]`, quantised.
    pub pixels: &'a [i8],
    /// The scores of each gate whose decision is [`lcsim_spec::Decision::Given`].
    pub given: &'a [GateDecision],
}

impl<'a> From<&'a [i8]> for Image<'a> {
    fn from(pixels: &'a [i8]) -> Self {
        Self { pixels, given: &[] }
    }
}

/// The result of simulating one image.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The class with the largest logit.
    pub class: usize,
    /// Decisions, logits and, if wanted, maps.
    pub trace: Trace,
    /// The cycles from the first word of the image to the last logit.
    pub cycles: u64,
    /// The counts of each line of the report, in its order.
    pub layers: Vec<LayerCount>,
    /// For each instruction that was executed: its line of the report, and the cycle at which it
    /// had ended.
    pub ends: Vec<(LayerId, u64)>,
    /// Cycles in which the DRAM transferred bytes.
    pub dram_busy: u64,
}

/// The content of the memories between two clock edges.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// The output region of each convolution in channel order, with the convolution's name. Before
    /// the convolution writes the region, it has older content.
    pub maps: Vec<(String, Vec<i8>)>,
    /// Both live lists, as channels with their scores.
    pub lists: [Vec<(usize, Score)>; 2],
    /// The L-Net's score, as soon as it is known.
    pub lscore: Option<Score>,
    /// The logits that have left the gate unit.
    pub logits: Vec<i32>,
}
