//! Memory map: where each map stands, and whether everything fits.
//!
//! Entry `i` of a map is in bank `i mod B`, at word `base + (i div B) * pixels + pixel`. Maps that live side by side
//! stand at the two ends of their memory; the next map takes the end that its predecessor does not use.

use super::{Program, ScheduleError};
use crate::{AcceleratorConfig, Conv, QuantNetwork, Shape};

/// One of the two activation memories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// The residual stream.
    Stream,
    /// Maps inside a block, and the image.
    Scratch,
}

/// A map in a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// In which memory.
    pub memory: Memory,
    /// First word in every bank.
    pub base: usize,
    /// Words in every bank.
    pub words: usize,
    /// Stands at the high end.
    pub high: bool,
}

pub(super) struct Layout<'a> {
    net: &'a QuantNetwork,
    config: &'a AcceleratorConfig,
    stream: Option<Region>,
    scratch: Option<Region>,
}

impl<'a> Layout<'a> {
    pub fn new(net: &'a QuantNetwork, config: &'a AcceleratorConfig) -> Self {
        Self { net, config, stream: None, scratch: None }
    }

    pub fn image(&mut self, shape: Shape) -> Result<Region, ScheduleError> {
        let region = self.place(Memory::Scratch, None, shape, "the image")?;
        self.scratch = Some(region);
        Ok(region)
    }

    /// The stream's next map, beside the one that it is computed from.
    pub fn stream(&mut self, map: Shape, layer: &str) -> Result<Region, ScheduleError> {
        let region = self.place(Memory::Stream, self.stream, map, layer)?;
        self.stream = Some(region);
        Ok(region)
    }

    /// Nothing of the scratch memory is needed any more.
    pub fn begin_branch(&mut self) {
        self.scratch = None;
    }

    /// A branch's next map, beside the one before it.
    pub fn scratch(&mut self, c: &Conv) -> Result<Region, ScheduleError> {
        let region = self.place(Memory::Scratch, self.scratch, c.output, &c.name)?;
        self.scratch = Some(region);
        Ok(region)
    }

    fn place(
        &self,
        memory: Memory,
        beside: Option<Region>,
        shape: Shape,
        layer: &str,
    ) -> Result<Region, ScheduleError> {
        let banks = self.config.banks();
        let words = shape.channels.div_ceil(banks) * shape.pixels();
        let (depth, parameter) = match memory {
            Memory::Stream => (self.config.stream_depth(), "memory.stream_bytes"),
            Memory::Scratch => (self.config.scratch_depth(), "memory.scratch_bytes"),
        };
        let needed = words + beside.map_or(0, |r| r.words);
        if needed > depth {
            let item = match beside {
                Some(_) => format!("layer `{layer}` beside the map before it"),
                None => format!("layer `{layer}`"),
            };
            return Err(self.too_small(parameter, item, depth * banks, needed * banks));
        }
        let high = beside.is_some_and(|r| !r.high);
        Ok(Region { memory, base: if high { depth - words } else { 0 }, words, high })
    }

    pub fn check_channels(&self, layer: &str, channels: usize) -> Result<(), ScheduleError> {
        let limit = self.config.gate.channels;
        if channels > limit {
            return Err(self.too_small("gate.channels", format!("layer `{layer}`"), limit, channels));
        }
        Ok(())
    }

    /// Program, parameters and the waiting image stay on chip; so do filters and gate weights, if they fit. Of those that come from
    /// DRAM, the filters of two tiles and the weights of a whole gate have to fit.
    pub fn check_memories(&self, program: &mut Program) -> Result<(), ScheduleError> {
        let (cols, macs, banks) = (self.config.array.cols, self.config.gate.macs, self.config.banks());
        let memory = &self.config.memory;
        let whole = || "the whole network".to_string();
        let (filters, gate_weights) = (self.config.weight_depth() * cols, self.config.gate_weight_depth() * macs);
        let (mut filters_needed, mut gates_needed) = (program.filters.len(), program.gate_weights.len());
        let (mut filters_for, mut gates_for) = (whole(), whole());
        if self.config.dram.is_some() {
            program.filters_on_chip = filters_needed <= filters;
            program.gate_weights_on_chip = gates_needed <= gate_weights;
            let tiles = program.convs.iter().map(|c| 2 * c.taps() * c.words_of_tap() * cols);
            let gates = program.gates.iter().map(|g| g.inputs * g.outputs.next_multiple_of(macs));
            if !program.filters_on_chip {
                (filters_needed, filters_for) = (tiles.max().unwrap_or(0), "two tiles of a convolution".into());
            }
            if !program.gate_weights_on_chip {
                (gates_needed, gates_for) = (gates.max().unwrap_or(0), "a fully connected layer".into());
            }
        }
        let checks = [
            ("memory.weight_bytes", filters, filters_needed, filters_for),
            ("memory.gate_weight_bytes", gate_weights, gates_needed, gates_for),
            ("memory.image_bytes", self.config.image_depth() * banks, program.image_depth() * banks, whole()),
            ("memory.parameters", memory.parameters, program.params.len(), whole()),
            ("memory.gate_parameters", memory.gate_parameters, program.gate_params.len(), whole()),
            // The stop follows the last one.
            ("memory.instructions", memory.instructions, program.ops.len() + 1, whole()),
        ];
        for (parameter, limit, needed, item) in checks {
            if needed > limit {
                return Err(self.too_small(parameter, item, limit, needed));
            }
        }
        Ok(())
    }

    fn too_small(&self, parameter: &'static str, layer: String, limit: usize, needed: usize) -> ScheduleError {
        let (name, accelerator) = (self.net.name.clone(), self.config.name.clone());
        ScheduleError::Capacity { name, accelerator, parameter, layer, limit, needed }
    }
}

/// Number of the region of the pool memory that belongs to a map: the stream, or an end of the scratch memory.
pub fn pool_region(region: Region) -> usize {
    match (region.memory, region.high) {
        (Memory::Stream, _) => 0,
        (Memory::Scratch, false) => 1,
        (Memory::Scratch, true) => 2,
    }
}
