//! Computes values and decisions of one image, independent of the accelerator.

use super::run::{Keep, Map, Network, Run, ValueBuffers};
use crate::outcome::{Image, Mode};
use lcsim_spec::schedule::Reads;
use lcsim_spec::{Block, Layer, Score, Trace};

impl Network {
    /// Runs an image. Returns decisions and logits, and every map if `keep_maps`.
    pub fn infer(&self, image: Image, mode: Mode, keep_maps: bool, buffers: &mut ValueBuffers) -> Trace {
        let Image { pixels: image, given } = image;
        let shape = self.net.input.shape;
        let pixels = shape.pixels();
        let trace = Trace { gates: Vec::with_capacity(self.gates), ..Trace::default() };
        let mut run = Run { network: self, mode, given, keep_maps, trace, buffers, conv: 0 };
        let mut stream = Map { entries: shape.channels, ..run.map(false) };
        stream.values.extend((0..shape.len()).map(|i| image[i % shape.channels * pixels + i / shape.channels]));
        for layer in &self.net.layers {
            match layer {
                Layer::Conv(c) => {
                    let out = run.plain(c, &stream);
                    run.done(std::mem::replace(&mut stream, out));
                }
                Layer::Block(b) => run.block(b, &mut stream),
                Layer::Pool(p) => {
                    let out = run.pool(p, &stream);
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
    /// Runs a block and replaces `stream` by its output.
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
                self.convolve(&g.conv, input, &keep, Reads::Nothing, &mut out);
                out.live = keep.live;
                self.note(&g.conv.name, g.conv.output, &out);
                branch.replace(out).into_iter().for_each(|read| self.done(read));
            }
            self.conv += 1;
        }
        let g = &b.convs[last];
        // The gate unit evaluates the last C-Net while the array computes the shortcut.
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
            self.convolve(&g.conv, &input, &keep, Reads::map(relu), stream);
            self.note(&g.conv.name, g.conv.output, stream);
            self.done(input);
            self.buffers.lists.extend(keep.live);
        } else {
            branch.into_iter().for_each(|read| self.done(read));
        }
        self.conv += 1;
        stream.relu = b.relu;
    }
}
