//! Walks a network in the order of its execution and makes the instructions.

use super::builder::Builder;
use super::convolution::Output;
use super::fit::Lacks;
use super::ids::{BlockId, ListId, MapId};
use super::jobs::{Condition, Inputs, Reads, Target, Unit};
use super::layout::Layout;
use super::place::{Placed, Spill};
use super::program::Program;
use crate::report::LayerKind;
use crate::{AcceleratorConfig, Block, Gate, Layer, QuantNetwork};
use std::collections::BTreeSet;

/// Makes the program of `net` without its filters, with the maps `off` off chip, and lists what
/// does not fit.
pub(super) fn build<'a>(
    net: &'a QuantNetwork,
    config: &'a AcceleratorConfig,
    off: &'a BTreeSet<MapId>,
) -> Result<(Program, Lacks), Spill> {
    let mut layout = Layout::new(config, off);
    let mut place = layout.image(net.input.shape)?;
    let mut builder = Builder::new(config, net.input.shape, &place, layout);
    let input = builder.layer("input", LayerKind::Input, 0, net.input.shape.channels);
    let copies = builder.program.image_copies;
    builder.off_chip(&mut place, None, copies);
    match place.off_chip {
        None => builder.op(Unit::LoadImage, Condition::Always, input),
        off_chip => builder.program.image_off_chip = off_chip,
    }
    let inputs = if copies > 1 { Inputs::Packed(copies) } else { Inputs::Dense };
    let mut map = Placed { place, relu: false, inputs, copies: false };
    let mut blocks = 0;
    for (i, layer) in net.layers.iter().enumerate() {
        let rest = &net.layers[i + 1..];
        let (pooled, read) = (pool_is_read(rest), !rest.is_empty());
        map = match layer {
            Layer::Conv(c) => builder.plain(c, map, LayerKind::Conv, Reads::map(c.relu).only_if(pooled), read)?,
            Layer::Block(b) => {
                blocks += 1;
                builder.block(b, BlockId::new(blocks - 1), map, pooled, read)?
            }
            Layer::Pool(p) => builder.pool(p, map, pooled, read)?,
        };
    }
    builder.classifier(&net.classifier, map);
    builder.program.maps = builder.layout.maps;
    let Builder { mut program, mut layout, filter_words } = builder;
    layout.check_memories(&mut program, filter_words * config.array.cols);
    Ok((program, layout.lacks))
}

impl Builder<'_> {
    fn block(&mut self, b: &Block, id: BlockId, stream: Placed, pooled: bool, read: bool) -> Result<Placed, Spill> {
        self.layout.begin_branch();
        let condition = if b.lnet.is_some() { Condition::IfLive(id) } else { Condition::Always };
        if let Some(g) = &b.lnet {
            self.gate(g, Target::Block(id), stream, Condition::Always);
        }
        let last = b.convs.len() - 1;
        let mut x = stream;
        let mut out = stream.place;
        for (i, g) in b.convs.iter().enumerate() {
            let list = g.gate.as_ref().map(|_| ListId::new(i % 2));
            if let (Some(gate), Some(list)) = (&g.gate, list) {
                self.gate(gate, Target::Channels(list), x, condition);
            }
            if i < last {
                let mut place = self.layout.scratch(&g.conv)?;
                self.off_chip(&mut place, list, 1);
                let next = &b.convs[i + 1];
                let pool = Reads::map(g.conv.relu).only_if(reads_pool(next.gate.as_ref()));
                // Copies help only where taps can share a fold. A kernel of one tap has no other
                // tap. A depthwise channel reads one row, so other rows cannot help it.
                let copies = next.conv.taps() > 1 && !next.conv.depthwise;
                let output = Output {
                    place,
                    list,
                    natural: false,
                    residual: Reads::Nothing,
                    l_scaled: false,
                    pool,
                    copies,
                    read: true,
                };
                self.conv(&g.conv, x, LayerKind::Conv, output, condition)?;
                x = Placed { place, relu: g.conv.relu, inputs: list.map_or(Inputs::Dense, Inputs::List), copies };
                continue;
            }
            // The shortcut runs while the gate unit scores the last convolution's channels.
            let mut residual_relu = stream.relu;
            if let Some(s) = &b.shortcut {
                out = self.plain(s, stream, LayerKind::Shortcut, Reads::map(b.relu).only_if(pooled), true)?.place;
                residual_relu = false;
            }
            let output = Output {
                place: out,
                list,
                natural: true,
                residual: Reads::map(residual_relu),
                l_scaled: b.lnet.is_some(),
                pool: Reads::map(b.relu).only_if(pooled),
                copies: false,
                read,
            };
            self.conv(&g.conv, x, LayerKind::Conv, output, condition)?;
        }
        Ok(Placed { place: out, relu: b.relu, inputs: Inputs::Dense, copies: false })
    }
}

/// Whether there is a gate that reads pool sums.
fn reads_pool(gate: Option<&Gate>) -> bool {
    gate.is_some_and(|gate| !gate.head.layers().is_empty())
}

/// Whether a later layer reads the pool sums of the stream before the stream is replaced. The
/// classifier reads the last ones.
fn pool_is_read(rest: &[Layer]) -> bool {
    for layer in rest {
        match layer {
            Layer::Conv(_) | Layer::Pool(_) => return false,
            Layer::Block(b) if reads_pool(b.lnet.as_ref()) || reads_pool(b.convs[0].gate.as_ref()) => return true,
            Layer::Block(b) if b.shortcut.is_some() => return false,
            Layer::Block(_) => {}
        }
    }
    true
}
