//! Builds a program: instructions, their jobs, and the lines of the report.

use super::ids::{LayerId, ListId, OffChipId};
use super::jobs::{Condition, LayerInfo, OffChip, Op, Unit};
use super::layout::Layout;
use super::place::Place;
use super::program::Program;
use super::region::Region;
use crate::report::LayerKind;
use crate::{AcceleratorConfig, Shape};

pub(super) struct Builder<'a> {
    pub program: Program,
    pub layout: Layout<'a>,
    /// The number of words of the filter memory that are in use.
    pub filter_words: usize,
}

impl<'a> Builder<'a> {
    /// Begins a program that only has an image, at `place` in a layout.
    pub fn new(config: &AcceleratorConfig, image: Shape, place: &Place, layout: Layout<'a>) -> Self {
        let (memory, base, plane) = (place.memory, place.base.unwrap_or(0), place.shape.pixels());
        let program = Program {
            config: config.clone(),
            image,
            image_region: Region { memory, base, plane, high: place.high },
            image_copies: (config.array.rows / image.channels).max(1),
            image_off_chip: None,
            ops: vec![],
            convs: vec![],
            gates: vec![],
            pools: vec![],
            moves: vec![],
            maps: 0,
            off_chip: vec![],
            layers: vec![],
            filters_on_chip: true,
            gate_weights_on_chip: true,
            filters: vec![],
            params: vec![],
            gate_weights: vec![],
            gate_params: vec![],
        };
        Self { program, layout, filter_words: 0 }
    }

    /// Adds an instruction.
    pub fn op(&mut self, unit: Unit, condition: Condition, layer: LayerId) {
        self.program.ops.push(Op { unit, condition, layer });
    }

    /// Adds a line of the report.
    pub fn layer(&mut self, name: &str, kind: LayerKind, macs_dense: u64, channels: usize) -> LayerId {
        self.program.layers.push(LayerInfo { name: name.into(), kind, macs_dense, channels });
        LayerId::new(self.program.layers.len() - 1)
    }

    /// Gives a map that is off chip its number in the program.
    pub fn off_chip(&mut self, place: &mut Place, list: Option<ListId>, times: usize) {
        if place.base.is_none() {
            place.off_chip = Some(OffChipId::new(self.program.off_chip.len()));
            self.program.off_chip.push(OffChip { shape: place.shape, list, times });
        }
    }
}
