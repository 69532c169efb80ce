//! Walks a network in the order of its execution and makes the instructions.

use super::bands::{Layer as Cutting, Windows};
use super::fit::Lacks;
use super::layout::{Layout, Place, Spill};
use super::*;
use crate::report::LayerKind;
use crate::{Block, Fc, Layer, MaxPool};

pub(super) struct Builder<'a> {
    pub program: Program,
    layout: Layout<'a>,
    /// Words of the filter memory that have been given away.
    filter_words: usize,
}

/// A map where it stands, and how it is read.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub place: Place,
    relu: bool,
    inputs: Inputs,
    pub copies: bool,
}

/// The destination of a convolution's output.
struct Output {
    place: Place,
    /// The C-Net's live list.
    list: Option<usize>,
    /// Indexed by channel, not by position in the list.
    natural: bool,
    /// Adds to what stands there, which is read with ReLU if the flag is set.
    residual: Option<bool>,
    l_scaled: bool,
    pool: Option<bool>,
    copies: bool,
    /// Something reads the map, not just its pool sums.
    read: bool,
}

impl<'a> Builder<'a> {
    /// The program of `net` without its filters, with the maps `off` off chip, and what does not
    /// fit.
    pub fn build(
        net: &'a QuantNetwork,
        config: &'a AcceleratorConfig,
        off: &'a BTreeSet<usize>,
    ) -> Result<(Program, Lacks), Spill> {
        let mut layout = Layout::new(config, off);
        let mut place = layout.image(net.input.shape)?;
        let (memory, base, plane) = (place.memory, place.base.unwrap_or(0), place.shape.pixels());
        let program = Program {
            config: config.clone(),
            image: net.input.shape,
            image_region: Region { memory, base, plane, high: place.high },
            image_copies: (config.array.rows / net.input.shape.channels).max(1),
            image_off_chip: None,
            ops: vec![],
            convs: vec![],
            gates: vec![],
            max_pools: vec![],
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
        let mut builder = Self { program, layout, filter_words: 0 };
        let input = builder.layer("input", LayerKind::Input, 0, net.input.shape.channels);
        let copies = builder.program.image_copies;
        builder.off_chip(&mut place, None, copies);
        match place.base {
            Some(_) => builder.op(Unit::LoadImage, false, input),
            None => builder.program.image_off_chip = Some(place.off_chip),
        }
        let inputs = if copies > 1 { Inputs::Packed(copies) } else { Inputs::Dense };
        let mut map = Placed { place, relu: false, inputs, copies: false };
        for (i, layer) in net.layers.iter().enumerate() {
            let rest = &net.layers[i + 1..];
            let (pooled, read) = (pool_is_read(rest), !rest.is_empty());
            map = match layer {
                Layer::Conv(c) => builder.plain(c, map, LayerKind::Conv, pooled.then_some(c.relu), read)?,
                Layer::Block(b) => builder.block(b, map, pooled, read)?,
                Layer::MaxPool(p) => builder.max_pool(p, map, pooled, read)?,
            };
        }
        builder.gate(&net.classifier, Purpose::Classifier, map, false);
        builder.program.maps = builder.layout.maps;
        let Self { mut program, mut layout, filter_words } = builder;
        layout.check_memories(&mut program, filter_words * config.array.cols);
        Ok((program, layout.lacks))
    }

    fn plain(
        &mut self,
        c: &Conv,
        map: Placed,
        kind: LayerKind,
        pool: Option<bool>,
        read: bool,
    ) -> Result<Placed, Spill> {
        let mut place = self.layout.stream(c.output, &c.name)?;
        self.off_chip(&mut place, None, 1);
        let output =
            Output { place, list: None, natural: true, residual: None, l_scaled: false, pool, copies: false, read };
        self.conv(c, map, kind, output, false)?;
        Ok(Placed { place, relu: c.relu, inputs: Inputs::Dense, copies: false })
    }

    fn max_pool(&mut self, p: &MaxPool, map: Placed, pooled: bool, read: bool) -> Result<Placed, Spill> {
        let mut dst = self.layout.stream(p.output, &p.name)?;
        self.off_chip(&mut dst, None, 1);
        let layer = self.layer(&p.name, LayerKind::MaxPool, 0, p.output.channels);
        let windows = Windows { kernel: p.kernel[0], stride: p.stride[0], pad: p.pad[0], input: p.input.height };
        let cut = self.layout.cut(&p.name, windows, &map.place, &dst)?;
        let whole = Cutting { layer, src: map, dst, predicated: false, adds: false, read };
        self.bands(&whole, &cut, |builder, piece| {
            let bands::Piece { band, input, output, pad, src, dst } = piece;
            let windows = MaxPool { input, output, pad: [pad, p.pad[1]], ..p.clone() };
            let pool = pooled.then_some(map.relu);
            builder.program.max_pools.push(MaxPoolJob { layer, windows, band, src, dst, pool });
            Unit::MaxPool(builder.program.max_pools.len() - 1)
        });
        Ok(Placed { place: dst, ..map })
    }

    fn block(&mut self, b: &Block, stream: Placed, pooled: bool, read: bool) -> Result<Placed, Spill> {
        self.layout.begin_branch();
        let predicated = b.lnet.is_some();
        if let Some(g) = &b.lnet {
            self.gate(g, Purpose::LNet, stream, false);
        }
        let last = b.convs.len() - 1;
        let mut x = stream;
        let mut out = stream.place;
        for (i, g) in b.convs.iter().enumerate() {
            let list = g.gate.as_ref().map(|_| i % 2);
            if let (Some(gate), Some(list)) = (&g.gate, list) {
                self.gate(gate, Purpose::CNet(list), x, predicated);
            }
            if i < last {
                let mut place = self.layout.scratch(&g.conv)?;
                self.off_chip(&mut place, list, 1);
                let next = &b.convs[i + 1];
                let pool = next.gate.is_some().then_some(g.conv.relu);
                // One tap has no other to share a fold with, and a channel that is read alone no
                // other row.
                let copies = next.conv.taps() > 1 && !next.conv.depthwise;
                let output =
                    Output { place, list, natural: false, residual: None, l_scaled: false, pool, copies, read: true };
                self.conv(&g.conv, x, LayerKind::Conv, output, predicated)?;
                x = Placed { place, relu: g.conv.relu, inputs: list.map_or(Inputs::Dense, Inputs::List), copies };
                continue;
            }
            // The shortcut runs while the gate unit scores the last convolution's channels.
            let mut residual_relu = stream.relu;
            if let Some(s) = &b.shortcut {
                out = self.plain(s, stream, LayerKind::Shortcut, pooled.then_some(b.relu), true)?.place;
                residual_relu = false;
            }
            let output = Output {
                place: out,
                list,
                natural: true,
                residual: Some(residual_relu),
                l_scaled: predicated,
                pool: pooled.then_some(b.relu),
                copies: false,
                read,
            };
            self.conv(&g.conv, x, LayerKind::Conv, output, predicated)?;
        }
        Ok(Placed { place: out, relu: b.relu, inputs: Inputs::Dense, copies: false })
    }

    fn conv(&mut self, c: &Conv, x: Placed, kind: LayerKind, to: Output, predicated: bool) -> Result<(), Spill> {
        let filter_base = self.filter_words;
        self.filter_words += c.output.channels.div_ceil(self.program.config.array.cols) * c.taps() * c.fan_in();
        let param_base = self.program.params.len();
        let params =
            (0..c.output.channels).map(|o| Param { bias: c.bias[o], multiplier: c.multiplier[o], shift: c.shift[o] });
        self.program.params.extend(params);
        let layer = self.layer(&c.name, kind, c.dense_macs(), c.output.channels);
        let windows = Windows { kernel: c.kernel[0], stride: c.stride[0], pad: c.pad[0], input: c.input.height };
        let cut = self.layout.cut(&c.name, windows, &x.place, &to.place)?;
        let (adds, read) = (to.residual.is_some(), to.read);
        let whole = Cutting { layer, src: x, dst: to.place, predicated, adds, read };
        self.bands(&whole, &cut, |builder, piece| {
            let bands::Piece { band, input, output, pad, src, dst } = piece;
            builder.program.convs.push(ConvJob {
                layer,
                input,
                output,
                band,
                kernel: c.kernel,
                stride: c.stride,
                pad: [pad, c.pad[1]],
                depthwise: c.depthwise,
                src,
                dst,
                src_relu: x.relu,
                inputs: x.inputs,
                src_copies: x.copies,
                // Of a map off chip, the copies are made when it comes back.
                dst_copies: to.copies && to.place.base.is_some(),
                outputs: to.list,
                natural: to.natural,
                residual: to.residual,
                l_scaled: to.l_scaled,
                pool: to.pool,
                filter_base,
                param_base,
            });
            Unit::Conv(builder.program.convs.len() - 1)
        });
        Ok(())
    }

    fn gate(&mut self, f: &Fc, purpose: Purpose, x: Placed, predicated: bool) {
        let macs = self.program.config.gate.macs;
        let weight_base = self.program.gate_weights.len() / macs;
        let param_base = self.program.gate_params.len();
        for group in 0..f.outputs.div_ceil(macs) {
            for i in 0..f.inputs {
                let outputs = group * macs..(group + 1) * macs;
                self.program.gate_weights.extend(outputs.map(|o| f.weights.get(o * f.inputs + i).map_or(0, |w| *w)));
            }
        }
        // The classifier has neither multipliers nor shifts.
        let param = |o: usize| Param {
            bias: f.bias[o],
            multiplier: f.multiplier.get(o).copied().unwrap_or(0),
            shift: f.shift.get(o).copied().unwrap_or(0),
        };
        self.program.gate_params.extend((0..f.outputs).map(param));
        let kind = match purpose {
            Purpose::LNet => LayerKind::LNet,
            Purpose::CNet(_) => LayerKind::CNet,
            Purpose::Classifier => LayerKind::Classifier,
        };
        let layer = self.layer(&f.name, kind, f.weights.len() as u64, f.outputs);
        self.layout.check_channels(&f.name, f.inputs.max(f.outputs));
        let job = GateJob {
            layer,
            purpose,
            inputs: f.inputs,
            outputs: f.outputs,
            pool_region: x.place.pool_region(),
            pool_shift: f.pool_shift,
            threshold: f.threshold,
            list: if let Inputs::List(list) = x.inputs { Some(list) } else { None },
            weight_base,
            param_base,
        };
        self.op(Unit::Gate(self.program.gates.len()), predicated, layer);
        self.program.gates.push(job);
    }

    pub(super) fn op(&mut self, unit: Unit, predicated: bool, layer: usize) {
        self.program.ops.push(Op { unit, predicated, layer });
    }

    fn layer(&mut self, name: &str, kind: LayerKind, macs_dense: u64, channels: usize) -> usize {
        self.program.layers.push(LayerInfo { name: name.into(), kind, macs_dense, channels });
        self.program.layers.len() - 1
    }
}

/// Whether pool sums of the stream are read before it is replaced; the classifier reads the last.
fn pool_is_read(rest: &[Layer]) -> bool {
    for layer in rest {
        match layer {
            Layer::Conv(_) | Layer::MaxPool(_) => return false,
            Layer::Block(b) if b.lnet.is_some() || b.convs[0].gate.is_some() => return true,
            Layer::Block(b) if b.shortcut.is_some() => return false,
            Layer::Block(_) => {}
        }
    }
    true
}
