//! Bit-exact integer inference, untimed: what the accelerator must compute, written down without
//! it.
//!
//! The formats and roundings are those of `lcsim_spec::number`.

use crate::kernel::{Geometry, conv2d, max_pool};
use lcsim_spec::number::{REQUANT_SHIFT, SCORE_FRAC, SCORE_SHIFT};
use lcsim_spec::{
    Block, Conv, Decision, Fc, Gate, GateDecision, Head, Layer, Pool, Pooling, QuantNetwork, Score, Shape, Trace,
};

/// The effect of a score of 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It skips.
    Gated,
    /// It multiplies, as published implementations do: same values, full cost.
    ForcedOpen,
}

/// A stored map; its readers see [`Map::read`].
struct Map {
    shape: Shape,
    relu: bool,
    stored: Vec<i8>,
}

impl Map {
    fn read(&self) -> Vec<i8> {
        self.stored.iter().map(|&v| if self.relu { v.max(0) } else { v }).collect()
    }
}

/// Which channels are computed, and by how much each is scaled.
struct Keep {
    live: Vec<usize>,
    scores: Vec<Score>,
    /// The L-Net's score, on the last convolution of a block.
    lscore: Score,
}

/// What a convolution's result is added to, and what stays where it is not computed.
struct Target {
    base: Vec<i8>,
    unchanged: Vec<i8>,
}

impl Target {
    fn zeros(shape: Shape) -> Self {
        Self { base: vec![0; shape.len()], unchanged: vec![0; shape.len()] }
    }
}

impl Keep {
    fn all(channels: usize) -> Self {
        Self { live: (0..channels).collect(), scores: vec![Score::ONE; channels], lscore: Score::ONE }
    }
}

/// Runs one image (`[channel][row][column]`, quantised by
/// [`lcsim_spec::InputSpec::quantize_image`]).
pub fn run(net: &QuantNetwork, image: &[i8], mode: Mode) -> Trace {
    run_counted(net, image, mode).0
}

/// Like [`run`], with the MACs executed by convolutions and classifier.
pub fn run_counted(net: &QuantNetwork, image: &[i8], mode: Mode) -> (Trace, u64) {
    let mut run = Run { mode, trace: Trace::default(), macs: 0 };
    let mut stream = Map { shape: net.input.shape, relu: false, stored: image.to_vec() };
    for layer in &net.layers {
        stream = match layer {
            Layer::Conv(c) => run.plain_conv(c, &stream),
            Layer::Block(b) => run.block(b, stream),
            Layer::Pool(p) => run.pool(p, &stream),
        };
    }
    run.trace.logits = fc_accumulators(&net.classifier, &pooled(&stream, net.classifier.pool_shift));
    run.macs += net.classifier.weights.len() as u64;
    (run.trace, run.macs)
}

struct Run {
    mode: Mode,
    trace: Trace,
    macs: u64,
}

impl Run {
    fn plain_conv(&mut self, c: &Conv, x: &Map) -> Map {
        let keep = Keep::all(c.output.channels);
        self.conv(c, x, &(0..c.input.channels).collect::<Vec<_>>(), &keep, &Target::zeros(c.output))
    }

    fn pool(&mut self, p: &Pool, x: &Map) -> Map {
        let stored = match p.pooling {
            Pooling::Max(_) => max_pool(&p.windows, &x.stored),
        };
        self.trace.maps.push((p.name.clone(), stored.clone()));
        Map { shape: p.windows.output, relu: p.pooling.room().relu(x.relu), stored }
    }

    fn block(&mut self, b: &Block, stream: Map) -> Map {
        let lscore = b.lnet.as_ref().map_or(Score::ONE, |g| self.gate(g, &stream)[0]);
        let skipped = lscore == Score::ZERO && self.mode == Mode::Gated;
        let last = b.convs.len() - 1;
        let mut branch: Option<Map> = None;
        let mut live_in: Vec<usize> = (0..stream.shape.channels).collect();
        if !skipped {
            for g in &b.convs[..last] {
                let input = branch.as_ref().unwrap_or(&stream);
                let keep = self.keep(g.gate.as_ref(), input, g.conv.output.channels);
                branch = Some(self.conv(&g.conv, input, &live_in, &keep, &Target::zeros(g.conv.output)));
                live_in = keep.live;
            }
        }
        let target = match &b.shortcut {
            Some(s) => {
                let raw = self.plain_conv(s, &stream).stored;
                Target { base: raw.clone(), unchanged: raw }
            }
            None => Target { base: stream.read(), unchanged: stream.stored.clone() },
        };
        if skipped {
            return Map { shape: b.convs[last].conv.output, relu: b.relu, stored: target.unchanged };
        }
        let g = &b.convs[last];
        let input = branch.as_ref().unwrap_or(&stream);
        let keep = Keep { lscore, ..self.keep(g.gate.as_ref(), input, g.conv.output.channels) };
        let out = self.conv(&g.conv, input, &live_in, &keep, &target);
        Map { relu: b.relu, ..out }
    }

    fn keep(&mut self, gate: Option<&Gate>, x: &Map, channels: usize) -> Keep {
        let mut keep = Keep::all(channels);
        if let Some(gate) = gate {
            keep.scores = self.gate(gate, x);
            if self.mode == Mode::Gated {
                keep.live.retain(|&c| keep.scores[c] > Score::ZERO);
            }
        }
        keep
    }

    fn gate(&mut self, gate: &Gate, x: &Map) -> Vec<Score> {
        let Head::OneLayer(fc) = &gate.head;
        let Decision::ClampScale { threshold } = gate.decision;
        let t = fc_accumulators(fc, &pooled(x, fc.pool_shift));
        let scores: Vec<Score> = t.iter().enumerate().map(|(o, &t)| score(t, fc, o, threshold)).collect();
        self.trace.gates.push(GateDecision { gate: fc.name.clone(), scores: scores.clone() });
        scores
    }

    /// One convolution over the live channels; dead ones stay `unchanged`.
    fn conv(&mut self, c: &Conv, x: &Map, live_in: &[usize], keep: &Keep, target: &Target) -> Map {
        let (x, taps) = (x.read(), c.taps());
        let packed_x: Vec<i8> =
            live_in.iter().flat_map(|&i| &x[i * c.input.pixels()..][..c.input.pixels()]).copied().collect();
        let filter = |o: usize| live_in.iter().flat_map(move |&i| (0..taps).map(move |tap| c.weight(o, i, tap)));
        let packed_w: Vec<i8> = if c.depthwise {
            // All channels are live.
            c.weights.clone()
        } else {
            keep.live.iter().flat_map(|&o| filter(o)).collect()
        };
        let bias: Vec<i32> = keep.live.iter().map(|&o| c.bias[o]).collect();
        let geometry = Geometry {
            input: Shape { channels: live_in.len(), ..c.input },
            output: Shape { channels: keep.live.len(), ..c.output },
            kernel: c.kernel,
            stride: c.stride,
            pad: c.pad,
            depthwise: c.depthwise,
        };
        let t = conv2d::<i8, i32>(&geometry, &packed_x, &packed_w, &bias);
        let pixels = c.output.pixels();
        let mut stored = target.unchanged.clone();
        for (&o, t) in keep.live.iter().zip(t.chunks_exact(pixels)) {
            let m = fold(fold(c.multiplier[o], keep.scores[o]), keep.lscore);
            let base = &target.base[o * pixels..];
            for (p, &t) in t.iter().enumerate() {
                stored[o * pixels + p] = requantize(t, m, c.shift[o], base[p]);
            }
        }
        self.macs += c.macs(live_in.len(), keep.live.len());
        self.trace.maps.push((c.name.clone(), stored.clone()));
        Map { shape: c.output, relu: c.relu, stored }
    }
}

/// Sum of each channel as its readers see it, rounded to 15 bits.
fn pooled(x: &Map, shift: u8) -> Vec<i32> {
    let values = x.read();
    let sums = values.chunks_exact(x.shape.pixels()).map(|c| c.iter().map(|&v| i32::from(v)).sum::<i32>());
    sums.map(|sum| (sum + (1 << shift >> 1)) >> shift).collect()
}

fn fc_accumulators(f: &Fc, x: &[i32]) -> Vec<i32> {
    let rows = f.weights.chunks_exact(f.inputs);
    rows.zip(&f.bias).map(|(w, &b)| b + w.iter().zip(x).map(|(&w, &x)| i32::from(w) * x).sum::<i32>()).collect()
}

/// `sat16(round(t / 2^shift))`.
fn narrow(t: i32, shift: u8) -> i32 {
    let rounded = (i64::from(t) + (1i64 << shift >> 1)) >> shift;
    rounded.clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i32
}

/// The accumulator of a gate's output as score.
fn score(t: i32, gate: &Fc, output: usize, threshold: Score) -> Score {
    let product = narrow(t, gate.shift[output]) * i32::from(gate.multiplier[output]);
    let scaled = (product + (1 << (SCORE_SHIFT - 1))) >> SCORE_SHIFT;
    let score = Score::from_bits(scaled.clamp(0, i32::from(Score::ONE.to_bits())) as u16);
    if score < threshold { Score::ZERO } else { score }
}

/// A multiplier that scales by `score` as well.
fn fold(multiplier: u16, score: Score) -> u16 {
    ((u32::from(multiplier) * u32::from(score.to_bits()) + (1 << (SCORE_FRAC - 1))) >> SCORE_FRAC) as u16
}

fn requantize(t: i32, multiplier: u16, shift: u8, base: i8) -> i8 {
    let scaled = (narrow(t, shift) * i32::from(multiplier) + (1 << (REQUANT_SHIFT - 1))) >> REQUANT_SHIFT;
    (scaled + i32::from(base)).clamp(-128, 127) as i8
}
