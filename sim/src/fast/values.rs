//! Values and decisions of one image, on no accelerator in particular.

use super::product::{Multiplier, Operands, Scratch, Weights};
use super::requantize::{Requantizer, half};
use crate::Mode;
use lcsim_spec::number::SCORE_SHIFT;
use lcsim_spec::{Block, Conv, Fc, GateDecision, Layer, MaxPool, QuantNetwork, Score, Shape, Trace};
use std::sync::Arc;

/// A network whose filters are ready for the products.
pub(crate) struct Network {
    net: Arc<QuantNetwork>,
    /// In the order of [`QuantNetwork::convs`].
    weights: Vec<Weights>,
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

/// Channels that a convolution computes, with their scores.
struct Keep {
    live: Option<Vec<usize>>,
    scores: Option<Vec<Score>>,
    lscore: Score,
}

const WHOLE: Keep = Keep { live: None, scores: None, lscore: Score::ONE };

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
    multiplier: Multiplier,
    operands: Operands,
    scratch: Scratch,
    sums: Vec<i32>,
    requantizer: Requantizer,
    /// Values of maps that are not read any more.
    spare: Vec<Vec<i8>>,
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

impl Network {
    pub fn new(net: &Arc<QuantNetwork>) -> Self {
        let multiplier = Multiplier::new();
        let weights = net.convs().map(|c| Weights::new(c, &multiplier)).collect();
        Self { net: Arc::clone(net), weights }
    }

    /// Decisions and logits of an image (`[channel][row][column]`), and every map if `keep_maps`.
    pub(super) fn infer(&self, image: &[i8], mode: Mode, keep_maps: bool, buffers: &mut Buffers) -> Trace {
        let shape = self.net.input.shape;
        let pixels = shape.pixels();
        let mut run = Run { network: self, mode, keep_maps, trace: Trace::default(), buffers, conv: 0 };
        let mut stream = Map { entries: shape.channels, ..run.map(false) };
        stream.values.extend((0..shape.len()).map(|i| image[i % shape.channels * pixels + i / shape.channels]));
        for layer in &self.net.layers {
            match layer {
                Layer::Conv(c) => {
                    let out = run.plain(c, &stream);
                    run.done(std::mem::replace(&mut stream, out));
                }
                Layer::Block(b) => run.block(b, &mut stream),
                Layer::MaxPool(p) => stream = run.max_pool(p, &stream),
            }
        }
        run.trace.logits = fully_connected(&self.net.classifier, &stream);
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
        let mut values = vec![i8::MIN; p.output.len()];
        for (o, best) in values.chunks_exact_mut(channels).enumerate() {
            for row in p.window(0, o / p.output.width) {
                for column in p.window(1, o % p.output.width) {
                    let pixel = &x.values[(row * p.input.width + column) * channels..][..channels];
                    best.iter_mut().zip(pixel).for_each(|(best, value)| *best = (*best).max(*value));
                }
            }
        }
        let out = Map { values, relu: x.relu, live: None, entries: channels };
        self.note(&p.name, p.output, &out);
        out
    }

    /// Replaces `stream` by the block's output.
    fn block(&mut self, b: &Block, stream: &mut Map) {
        let lscore = b.lnet.as_ref().map_or(Score::ONE, |g| self.gate(g, stream)[0]);
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
            branch = branch.or(Some(before));
            relu = false;
        }
        if let Some(keep) = keep {
            let input = branch.unwrap_or_else(|| stream.clone());
            self.convolve(&g.conv, &input, &keep, &Base::Residual { relu }, stream);
            self.note(&g.conv.name, g.conv.output, stream);
            self.done(input);
        }
        self.conv += 1;
        stream.relu = b.relu;
    }

    /// What a C-Net keeps of its convolution.
    fn keep(&mut self, gate: Option<&Fc>, x: &Map) -> Keep {
        let Some(gate) = gate else { return WHOLE };
        let scores = self.gate(gate, x);
        let listed = |c: &usize| self.mode == Mode::ForcedOpen || scores[*c] > Score::ZERO;
        let live = (0..scores.len()).filter(listed).collect();
        Keep { live: Some(live), scores: Some(scores), lscore: Score::ONE }
    }

    fn gate(&mut self, gate: &Fc, x: &Map) -> Vec<Score> {
        let sums = fully_connected(gate, x);
        let scores: Vec<Score> = sums.iter().enumerate().map(|(o, t)| score(*t, gate, o)).collect();
        self.trace.gates.push(GateDecision { gate: gate.name.clone(), scores: scores.clone() });
        scores
    }

    /// Computes the channels that `keep` names into `out`: by channel where that has all of them already, else densely.
    fn convolve(&mut self, c: &Conv, x: &Map, keep: &Keep, base: &Base, out: &mut Map) {
        let Buffers { multiplier, operands, scratch, sums, requantizer, .. } = &mut *self.buffers;
        operands.read(&x.values, x.relu);
        let weights = &self.network.weights[self.conv];
        let (live_in, live) = (x.live.as_deref(), keep.live.as_deref());
        weights.accumulate(multiplier, c, operands, [live_in, live], scratch, sums);
        requantizer.set(c, live, keep.scores.as_deref(), keep.lscore);
        match base {
            Base::Nothing => {
                out.entries = live.map_or(c.output.channels, <[usize]>::len);
                out.values.resize(sums.len(), 0);
                requantizer.store(sums, &mut out.values);
            }
            Base::Residual { relu } => requantizer.add(sums, &mut out.values, out.entries, *relu),
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

/// Accumulators of a fully connected layer on a map's pooled channels, bias added.
fn fully_connected(f: &Fc, x: &Map) -> Vec<i32> {
    let mut sums = vec![0i32; x.entries];
    for pixel in x.values.chunks_exact(x.entries.max(1)) {
        sums.iter_mut().zip(pixel).for_each(|(sum, v)| *sum += i32::from(if x.relu { (*v).max(0) } else { *v }));
    }
    let pooled: Vec<i32> = sums.iter().map(|sum| (sum + half(f.pool_shift)) >> f.pool_shift).collect();
    let rows = f.weights.chunks_exact(f.inputs).zip(&f.bias);
    rows.map(|(w, bias)| {
        let weight = |entry: usize| i32::from(w[x.live.as_ref().map_or(entry, |l| l[entry])]);
        bias + pooled.iter().enumerate().map(|(entry, p)| weight(entry) * p).sum::<i32>()
    })
    .collect()
}

fn score(sum: i32, gate: &Fc, output: usize) -> Score {
    let shift = gate.shift[output];
    let rounded = (i64::from(sum) + i64::from(half(shift))) >> shift;
    let narrow = rounded.clamp(i16::MIN.into(), i16::MAX.into()) as i32;
    let scaled = (narrow * i32::from(gate.multiplier[output]) + (1 << (SCORE_SHIFT - 1))) >> SCORE_SHIFT;
    let score = Score::from_bits(scaled.clamp(0, Score::ONE.to_bits().into()) as u16);
    if score < gate.threshold { Score::ZERO } else { score }
}
