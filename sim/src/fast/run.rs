//! The state of one image on its way through a network: maps, buffers, and the trace.

use crate::operators::convolution::{Filters, Input, Lanes, Requantizer, Scratch, Way};
use crate::operators::gate::Pooling;
use crate::outcome::Mode;
use lcsim_spec::{GateDecision, QuantNetwork, Score, Shape, Trace};
use std::sync::Arc;

/// A network whose filters are prepared for the matrix products.
pub(crate) struct Network {
    pub(crate) net: Arc<QuantNetwork>,
    /// The filters, in the order of [`QuantNetwork::convs`].
    pub(crate) filters: Vec<Filters>,
    pub(crate) gates: usize,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        self.net.fmt(f)
    }
}

/// A stored map as `[pixel][entry]`.
#[derive(Debug, Default, Clone)]
pub(crate) struct Map {
    pub values: Vec<i8>,
    pub relu: bool,
    /// The channels of the entries. Without a list, the map has all channels.
    pub live: Option<Vec<usize>>,
    pub entries: usize,
}

/// The channels that a convolution computes, and how it scales them.
pub(crate) struct Keep {
    pub live: Option<Vec<usize>>,
    /// The index of the trace's decision that has the scores of the channels.
    pub decision: Option<usize>,
    pub lscore: Score,
}

/// All channels, without scaling.
pub(crate) const WHOLE: Keep = Keep { live: None, decision: None, lscore: Score::ONE };

/// Buffers that one image fills and the next one reuses.
#[derive(Default)]
pub(crate) struct ValueBuffers {
    pub scratch: Scratch,
    pub sums: Vec<Lanes>,
    pub requantizer: Requantizer,
    pub pooling: Pooling,
    /// Memory of maps and live lists that nothing reads any more.
    pub spare: Vec<Vec<i8>>,
    pub lists: Vec<Vec<usize>>,
}

/// One image on its way.
pub(crate) struct Run<'a> {
    pub network: &'a Network,
    pub mode: Mode,
    /// The scores that came with the image.
    pub given: &'a [GateDecision],
    pub keep_maps: bool,
    pub trace: Trace,
    pub buffers: &'a mut ValueBuffers,
    /// The number of convolutions so far.
    pub conv: usize,
}

impl Map {
    pub fn read(&self) -> Input<'_> {
        Input { values: &self.values, relu: self.relu, entries: self.entries, live: self.live.as_deref() }
    }
}

impl Network {
    pub fn new(net: &Arc<QuantNetwork>) -> Self {
        let way = Way::of_machine();
        let filters = net.convs().map(|c| Filters::new(c, way)).collect();
        Self { net: Arc::clone(net), filters, gates: net.gates().count() }
    }
}

impl Run<'_> {
    /// An empty map.
    pub fn map(&mut self, relu: bool) -> Map {
        let mut values = self.buffers.spare.pop().unwrap_or_default();
        values.clear();
        Map { values, relu, ..Map::default() }
    }

    /// Takes back the memory of a map that nothing reads any more.
    pub fn done(&mut self, map: Map) {
        self.buffers.spare.push(map.values);
        self.buffers.lists.extend(map.live);
    }

    /// Ends a layer. If maps are wanted, adds its map to the trace, in channel order.
    pub fn note(&mut self, name: &str, shape: Shape, out: &Map) {
        if self.keep_maps {
            let mut map = vec![0; shape.len()];
            for entry in 0..out.entries {
                let channel = out.live.as_ref().map_or(entry, |l| l[entry]);
                let values = out.values.iter().skip(entry).step_by(out.entries);
                map[channel * shape.pixels()..].iter_mut().zip(values).for_each(|(to, from)| *to = *from);
            }
            self.trace.maps.push((name.to_string(), map));
        }
    }
}
