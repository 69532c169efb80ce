//! The memory map: the place of each map, and the check that everything fits.
//!
//! Entry `i` of a map is in bank `i mod B`, at word `base + (i div B) * pixels + pixel`. Maps that
//! are needed at the same time are at the two ends of their memory. The next map takes the end that
//! the map before it does not use.

use super::fit::{Capacity, Lacks, lack};
use super::ids::MapId;
use super::place::{Cut, Place, Rows, Spill};
use super::program::Program;
use super::region::Memory;
use crate::{AcceleratorConfig, Conv, Shape};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Layout<'a> {
    config: &'a AcceleratorConfig,
    /// The maps that go off chip.
    off: &'a BTreeSet<MapId>,
    /// The number of maps so far.
    pub maps: usize,
    stream: Option<Place>,
    scratch: Option<Place>,
    /// The capacities that are too small. The layout continues, so that it finds all of them.
    pub lacks: Lacks,
}

impl<'a> Layout<'a> {
    pub fn new(config: &'a AcceleratorConfig, off: &'a BTreeSet<MapId>) -> Self {
        Self { config, off, maps: 0, stream: None, scratch: None, lacks: Lacks::new() }
    }

    /// Places the image in the scratch memory. The next image waits in a memory of its own.
    pub fn image(&mut self, shape: Shape) -> Result<Place, Spill> {
        let image = self.place(Memory::Scratch, None, shape, "the image".into())?;
        self.scratch = Some(image);
        let banks = self.config.banks();
        let (waits, needed) = (self.config.image_depth(), shape.pixels() * shape.channels.div_ceil(banks));
        if waits < needed && image.base.is_some() {
            if self.config.dram.is_some() {
                return Err(Spill(MapId::new(0)));
            }
            lack(&mut self.lacks, Capacity::Image, needed * banks, "the image");
        }
        Ok(image)
    }

    /// Places the stream's next map, beside the map that it is computed from.
    pub fn stream(&mut self, map: Shape, layer: &str) -> Result<Place, Spill> {
        let place = self.place(Memory::Stream, self.stream, map, format!("layer `{layer}`"))?;
        self.stream = Some(place);
        Ok(place)
    }

    /// Begins a branch. All maps in the scratch memory can then be overwritten.
    pub fn begin_branch(&mut self) {
        self.scratch = None;
    }

    /// Places a branch's next map, beside the map before it.
    pub fn scratch(&mut self, c: &Conv) -> Result<Place, Spill> {
        let place = self.place(Memory::Scratch, self.scratch, c.output, format!("layer `{}`", c.name))?;
        self.scratch = Some(place);
        Ok(place)
    }

    fn place(&mut self, memory: Memory, beside: Option<Place>, shape: Shape, item: String) -> Result<Place, Spill> {
        let high = beside.is_some_and(|b| !b.high);
        let mut place = Place { map: MapId::new(self.maps), memory, high, shape, base: None, off_chip: None };
        self.maps += 1;
        if self.off.contains(&place.map) {
            return Ok(place);
        }
        let beside = beside.filter(|b| b.base.is_some());
        let (depth, words) = (self.depth(memory), self.words(&place));
        let needed = words + beside.map_or(0, |b| self.words(&b));
        if needed > depth {
            let item = if beside.is_some() { format!("{item} beside the map before it") } else { item };
            self.misfit(memory, beside.into_iter().chain([place]), item, needed)?;
        }
        place.base = Some(if high { depth.saturating_sub(words) } else { 0 });
        Ok(place)
    }

    fn depth(&self, memory: Memory) -> usize {
        match memory {
            Memory::Stream => self.config.stream_depth(),
            Memory::Scratch => self.config.scratch_depth(),
        }
    }

    /// The number of words that a map takes in every bank.
    fn words(&self, place: &Place) -> usize {
        self.groups(place) * place.shape.pixels()
    }

    /// The largest number of a map's entries in one bank.
    fn groups(&self, place: &Place) -> usize {
        place.shape.channels.div_ceil(self.config.banks())
    }

    /// Handles `item`, which needs this number of words of a memory, for or beside `maps`. With a
    /// DRAM, the largest of these maps goes off chip. Without one, the memory is too small.
    fn misfit(
        &mut self,
        memory: Memory,
        maps: impl Iterator<Item = Place>,
        item: String,
        needed: usize,
    ) -> Result<(), Spill> {
        let spills = maps.filter(|_| self.config.dram.is_some());
        if let Some(largest) = spills.max_by_key(|m| (self.words(m), m.map)) {
            return Err(Spill(largest.map));
        }
        let capacity = match memory {
            Memory::Stream => Capacity::Stream,
            Memory::Scratch => Capacity::Scratch,
        };
        lack(&mut self.lacks, capacity, needed * self.config.banks(), item);
        Ok(())
    }

    /// Cuts a layer that reads `src` and writes `dst` into bands that are as high as the memories
    /// allow. Each map off chip has two buffers.
    pub fn cut(&mut self, layer: &str, windows: Rows, src: &Place, dst: &Place) -> Result<Cut, Spill> {
        let ends = [src, dst];
        if ends.iter().all(|p| p.base.is_some()) {
            return Ok(Cut { windows, rows: dst.shape.height, buffers: [None; 2] });
        }
        // The number of words that the buffers of both maps take if a band has this number of rows.
        let groups = ends.map(|p| self.groups(p));
        let buffers = |rows: usize| {
            let rows = [windows.most_input_rows(rows), rows];
            [0, 1].map(|end| match ends[end].base {
                Some(_) => 0,
                None => 2 * rows[end] * ends[end].shape.width * groups[end],
            })
        };
        let mut rows = dst.shape.height;
        let mut bases = [0; 2];
        for memory in [Memory::Stream, Memory::Scratch] {
            let stays = self.stream.into_iter().chain([*src, *dst]).filter(|p| p.memory == memory && p.base.is_some());
            let stays: BTreeMap<MapId, Place> = stays.map(|p| (p.map, p)).collect();
            let end = |high: bool| stays.values().filter(|p| p.high == high).map(|p| self.words(p)).max().unwrap_or(0);
            let (low, high) = (end(false), end(true));
            let needed = |rows: usize| -> usize {
                buffers(rows).iter().zip(ends).filter(|(_, p)| p.memory == memory).map(|(words, _)| words).sum()
            };
            let free = self.depth(memory) - low - high;
            while rows > 1 && needed(rows) > free {
                rows -= 1;
            }
            if needed(rows) > free {
                let item = format!("layer `{layer}` in bands of one row");
                let needed = low + high + needed(rows);
                self.misfit(memory, stays.into_values(), item, needed)?;
            }
            for end in (0..2).filter(|end| ends[*end].memory == memory) {
                bases[end] = low;
            }
        }
        let words = buffers(rows);
        if src.memory == dst.memory {
            bases[1] += words[0];
        }
        let buffers = [0, 1].map(|end| (words[end] > 0).then(|| [bases[end], bases[end] + words[end] / 2]));
        Ok(Cut { windows, rows, buffers })
    }

    /// Checks the number of channels that a gate or the classifier reads or scores.
    pub fn check_channels(&mut self, layer: &str, channels: usize) {
        if channels > self.config.gate.channels {
            lack(&mut self.lacks, Capacity::Channels, channels, format!("layer `{layer}`"));
        }
    }

    /// Checks the other memories. Program and parameters always stay on chip. Filters (of
    /// `filter_bytes` bytes) and gate weights stay on chip if they fit. If they come from DRAM, two
    /// tiles of filters, or the weights of a whole gate, have to fit.
    pub fn check_memories(&mut self, program: &mut Program, filter_bytes: usize) {
        let (cols, macs) = (self.config.array.cols, self.config.gate.macs);
        let memory = &self.config.memory;
        let whole = "the whole network";
        let (filters, gate_weights) = (self.config.weight_depth() * cols, self.config.gate_weight_depth() * macs);
        let (mut filters_needed, mut gates_needed) = (filter_bytes, program.gate_weights.len());
        let (mut filters_for, mut gates_for) = (whole, whole);
        if self.config.dram.is_some() {
            program.filters_on_chip = filters_needed <= filters;
            program.gate_weights_on_chip = gates_needed <= gate_weights;
            let tiles = program.convs.iter().map(|c| 2 * c.taps() * c.words_of_tap() * cols);
            let gates = program.gates.iter().filter_map(|g| g.fc.as_ref());
            let gates = gates.map(|fc| fc.inputs * fc.outputs.next_multiple_of(macs));
            if !program.filters_on_chip {
                (filters_needed, filters_for) = (tiles.max().unwrap_or(0), "two tiles of a convolution");
            }
            if !program.gate_weights_on_chip {
                (gates_needed, gates_for) = (gates.max().unwrap_or(0), "a fully connected layer");
            }
        }
        let checks = [
            (Capacity::Filters, filters, filters_needed, filters_for),
            (Capacity::GateWeights, gate_weights, gates_needed, gates_for),
            (Capacity::Parameters, memory.parameters, program.params.len(), whole),
            (Capacity::GateParameters, memory.gate_parameters, program.gate_params.len(), whole),
            // The stop follows the last instruction.
            (Capacity::Instructions, memory.instructions, program.ops.len() + 1, whole),
        ];
        for (capacity, limit, needed, item) in checks {
            if needed > limit {
                lack(&mut self.lacks, capacity, needed, item);
            }
        }
    }
}
