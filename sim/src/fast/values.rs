//! Values and decisions of one image, on no accelerator in particular.

use super::convolution::{Filters, Scratch, Way};
use super::gate::{Pooling, score};
use super::input::{Input, Lanes};
use super::requantize::{Kept, Requantizer};
use crate::outcome::Mode;
use lcsim_spec::{Block, Conv, Fc, GateDecision, Layer, MaxPool, QuantNetwork, Score, Shape, Trace};
use std::sync::Arc;

/// A network whose filters are ready for the products.
pub(crate) struct Network {
    net: Arc<QuantNetwork>,
    /// In the order of [`QuantNetwork::convs`].
    filters: Vec<Filters>,
    gates: usize,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        self.net.fmt(f)
    }
}

/// A stored map, `[pixel][entry]`.
#[derive(Debug, Default, Clone)]
struct Map {
    values: Vec<i8>,
    relu: bool,
    /// Channels of the entries; all of them without.
    live: Option<Vec<usize>>,
    entries: usize,
}

/// Channels that a convolution computes.
struct Keep {
    live: Option<Vec<usize>>,
    /// Which decision of the trace has their scores.
    decision: Option<usize>,
    lscore: Score,
}

const WHOLE: Keep = Keep { live: None, decision: None, lscore: Score::ONE };

/// What is added before a value is saturated.
enum Base {
    Nothing,
    /// What stands at the destination, with the ReLU of its readers or without.
    Residual {
        relu: bool,
    },
}

/// What an image fills, used again by the next one.
#[derive(Default)]
pub(super) struct Buffers {
    scratch: Scratch,
    sums: Vec<Lanes>,
    requantizer: Requantizer,
    pooling: Pooling,
    /// Values of maps that are not read any more, and live lists.
    spare: Vec<Vec<i8>>,
    lists: Vec<Vec<usize>>,
}

/// One image on its way.
struct Run<'a> {
    network: &'a Network,
    mode: Mode,
    keep_maps: bool,
    trace: Trace,
    buffers: &'a mut Buffers,
    /// Convolutions so far.
    conv: usize,
}

impl Map {
    fn read(&self) -> Input<'_> {
        Input { values: &self.values, relu: self.relu, entries: self.entries, live: self.live.as_deref() }
    }
}

impl Network {
    pub fn new(net: &Arc<QuantNetwork>) -> Self {
        let way = Way::of_machine();
        let filters = net.convs().map(|c| Filters::new(c, way)).collect();
        Self { net: Arc::clone(net), filters, gates: net.gates().count() }
    }

    /// Decisions and logits of an image (`[channel][row][column]`), and every map if `keep_maps`.
    pub(super) fn infer(&self, image: &[i8], mode: Mode, keep_maps: bool, buffers: &mut Buffers) -> Trace {
        let shape = self.net.input.shape;
        let pixels = shape.pixels();
        let trace = Trace { gates: Vec::with_capacity(self.gates), ..Trace::default() };
        let mut run = Run { network: self, mode, keep_maps, trace, buffers, conv: 0 };
        let mut stream = Map { entries: shape.channels, ..run.map(false) };
        stream.values.extend((0..shape.len()).map(|i| image[i % shape.channels * pixels + i / shape.channels]));
        for layer in &self.net.layers {
            match layer {
                Layer::Conv(c) => {
                    let out = run.plain(c, &stream);
                    run.done(std::mem::replace(&mut stream, out));
                }
                Layer::Block(b) => run.block(b, &mut stream),
                Layer::MaxPool(p) => {
                    let out = run.max_pool(p, &stream);
                    run.done(std::mem::replace(&mut stream, out));
                }
            }
        }
        run.trace.logits = run.buffers.pooling.fully_connected(&self.net.classifier, &stream.read()).to_vec();
        run.done(stream);
        run.trace
    }
}

impl Run<'_> {
    /// An empty map.
    fn map(&mut self, relu: bool) -> Map {
        let mut values = self.buffers.spare.pop().unwrap_or_default();
        values.clear();
        Map { values, relu, ..Map::default() }
    }

    /// Nothing reads that map any more.
    fn done(&mut self, map: Map) {
        self.buffers.spare.push(map.values);
        self.buffers.lists.extend(map.live);
    }

    fn plain(&mut self, c: &Conv, x: &Map) -> Map {
        let mut out = self.map(c.relu);
        self.convolve(c, x, &WHOLE, &Base::Nothing, &mut out);
        self.note(&c.name, c.output, &out);
        self.conv += 1;
        out
    }

    fn max_pool(&mut self, p: &MaxPool, x: &Map) -> Map {
        let channels = p.output.channels;
        let mut out = Map { entries: channels, ..self.map(x.relu) };
        out.values.resize(p.output.len(), i8::MIN);
        for (o, best) in out.values.chunks_exact_mut(channels).enumerate() {
            for row in p.window(0, o / p.output.width) {
                for column in p.window(1, o % p.output.width) {
                    let pixel = &x.values[(row * p.input.width + column) * channels..][..channels];
                    best.iter_mut().zip(pixel).for_each(|(best, value)| *best = (*best).max(*value));
                }
            }
        }
        self.note(&p.name, p.output, &out);
        out
    }

    /// Replaces `stream` by the block's output.
    fn block(&mut self, b: &Block, stream: &mut Map) {
        let lscore = b.lnet.as_ref().map_or(Score::ONE, |g| {
            let decision = self.gate(g, stream);
            self.trace.gates[decision].scores[0]
        });
        let skipped = lscore == Score::ZERO && self.mode == Mode::Gated;
        let last = b.convs.len() - 1;
        let mut branch: Option<Map> = None;
        for g in &b.convs[..last] {
            if !skipped {
                let input = branch.as_ref().unwrap_or(stream);
                let keep = self.keep(g.gate.as_ref(), input);
                let mut out = self.map(g.conv.relu);
                self.convolve(&g.conv, input, &keep, &Base::Nothing, &mut out);
                out.live = keep.live;
                self.note(&g.conv.name, g.conv.output, &out);
                branch.replace(out).into_iter().for_each(|read| self.done(read));
            }
            self.conv += 1;
        }
        let g = &b.convs[last];
        // The last C-Net is scored beside the shortcut.
        let input = branch.as_ref().unwrap_or(stream);
        let keep = (!skipped).then(|| Keep { lscore, ..self.keep(g.gate.as_ref(), input) });
        let mut relu = stream.relu;
        if let Some(s) = &b.shortcut {
            let out = self.plain(s, stream);
            let before = std::mem::replace(stream, out);
            if branch.is_some() {
                self.done(before);
            } else {
                branch = Some(before);
            }
            relu = false;
        }
        if let Some(keep) = keep {
            let input = branch.unwrap_or_else(|| {
                let mut copy = Map { entries: stream.entries, ..self.map(stream.relu) };
                copy.values.extend_from_slice(&stream.values);
                copy
            });
            self.convolve(&g.conv, &input, &keep, &Base::Residual { relu }, stream);
            self.note(&g.conv.name, g.conv.output, stream);
            self.done(input);
            self.buffers.lists.extend(keep.live);
        } else {
            branch.into_iter().for_each(|read| self.done(read));
        }
        self.conv += 1;
        stream.relu = b.relu;
    }

    /// What a C-Net keeps of its convolution.
    fn keep(&mut self, gate: Option<&Fc>, x: &Map) -> Keep {
        let Some(gate) = gate else { return WHOLE };
        let decision = self.gate(gate, x);
        let scores = &self.trace.gates[decision].scores;
        let listed = |c: &usize| self.mode == Mode::ForcedOpen || scores[*c] > Score::ZERO;
        let mut live = self.buffers.lists.pop().unwrap_or_default();
        live.clear();
        live.extend((0..scores.len()).filter(listed));
        Keep { live: Some(live), decision: Some(decision), lscore: Score::ONE }
    }

    /// Evaluates a gate; which decision of the trace that is.
    fn gate(&mut self, gate: &Fc, x: &Map) -> usize {
        let sums = self.buffers.pooling.fully_connected(gate, &x.read());
        let scores = sums.iter().enumerate().map(|(o, t)| score(*t, gate, o)).collect();
        self.trace.gates.push(GateDecision { gate: gate.name.clone(), scores });
        self.trace.gates.len() - 1
    }

    /// Computes the channels that `keep` names into `out`: by channel where that has all of them
    /// already, else densely.
    fn convolve(&mut self, c: &Conv, x: &Map, keep: &Keep, base: &Base, out: &mut Map) {
        let Buffers { scratch, sums, requantizer, .. } = &mut *self.buffers;
        let live = keep.live.as_deref();
        let scores = keep.decision.map(|d| &self.trace.gates[d].scores[..]);
        self.network.filters[self.conv].accumulate(c, &x.read(), live, scratch, sums);
        let kept = Kept { live, scores, lscore: keep.lscore };
        match base {
            Base::Nothing => {
                out.entries = live.map_or(c.output.channels, <[usize]>::len);
                requantizer.store(c, &kept, sums, &mut out.values);
            }
            Base::Residual { relu } => requantizer.add(c, &kept, *relu, sums, &mut out.values),
        }
    }

    /// Ends a layer: its map, if it is wanted, by channel.
    fn note(&mut self, name: &str, shape: Shape, out: &Map) {
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
