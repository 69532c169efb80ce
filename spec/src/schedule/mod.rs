//! The schedule: which unit does what in which order, and what every memory holds when an image arrives.
//!
//! docs/microarchitecture.md, "Program" and "Memory map". No cycle is counted here.

mod jobs;
mod layout;

pub use jobs::{ConvJob, GateJob, Inputs, LayerInfo, MaxPoolJob, Op, Param, Purpose, Unit};
pub use layout::{Memory, Region, pool_region};

use crate::network::NetworkError;
use crate::report::LayerKind;
use crate::{AcceleratorConfig, Block, Conv, Fc, Layer, MaxPool, QuantNetwork, Shape};
use layout::Layout;
use thiserror::Error;

/// Why a network cannot run on an accelerator.
#[derive(Debug, Error)]
pub enum ScheduleError {
    /// The network contradicts itself.
    #[error("network `{name}`: {source}")]
    Network {
        /// The network's name.
        name: String,
        /// Cause.
        source: NetworkError,
    },
    /// Something does not fit.
    #[error(
        "network `{name}` does not fit accelerator `{accelerator}`: {parameter} is {limit}, {layer} needs {needed}"
    )]
    Capacity {
        /// The network's name.
        name: String,
        /// The configuration's name.
        accelerator: String,
        /// The configuration's key.
        parameter: &'static str,
        /// What needs it.
        layer: String,
        /// What there is, in the parameter's unit.
        limit: usize,
        /// What it takes, in the parameter's unit.
        needed: usize,
    },
}

/// Everything that is fixed before an image arrives.
#[derive(Debug, Clone)]
pub struct Program {
    /// The accelerator.
    pub config: AcceleratorConfig,
    /// Shape of an image.
    pub image: Shape,
    /// Where the image is written.
    pub image_region: Region,
    /// Times each of its channels is stored.
    pub image_copies: usize,
    /// Instructions in order.
    pub ops: Vec<Op>,
    /// Convolutions, in the order of their instructions.
    pub convs: Vec<ConvJob>,
    /// Gates and classifier, in the order of their instructions.
    pub gates: Vec<GateJob>,
    /// Max poolings, in the order of their instructions.
    pub max_pools: Vec<MaxPoolJob>,
    /// Lines of the report, in order.
    pub layers: Vec<LayerInfo>,
    /// Filters stand in the filter memory; otherwise it holds two tiles of them, which come from DRAM.
    pub filters_on_chip: bool,
    /// Gate weights stand in their memory; otherwise it holds those of a gate, which come from DRAM.
    pub gate_weights_on_chip: bool,
    /// Words of `cols` bytes.
    pub filters: Vec<i8>,
    /// Parameter memory: a word for each output channel.
    pub params: Vec<Param>,
    /// Words of `gate.macs` bytes.
    pub gate_weights: Vec<i8>,
    /// Gate parameter memory: a word for each output.
    pub gate_params: Vec<Param>,
}

impl Program {
    /// Lays `net` out on the accelerator `config`.
    ///
    /// # Errors
    /// [`ScheduleError`]: the network contradicts itself, or something does not fit.
    pub fn new(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<Self, ScheduleError> {
        net.validate().map_err(|source| ScheduleError::Network { name: net.name.clone(), source })?;
        let mut layout = Layout::new(net, config);
        let copies = (config.array.rows / net.input.shape.channels).max(1);
        let image_region = layout.image(net.input.shape)?;
        let mut builder = Builder {
            program: Self {
                config: config.clone(),
                image: net.input.shape,
                image_region,
                image_copies: copies,
                ops: vec![],
                convs: vec![],
                gates: vec![],
                max_pools: vec![],
                filters_on_chip: true,
                gate_weights_on_chip: true,
                layers: vec![],
                filters: vec![],
                params: vec![],
                gate_weights: vec![],
                gate_params: vec![],
            },
            layout,
        };
        builder.build(net)?;
        let Builder { mut program, layout } = builder;
        layout.check_memories(&mut program)?;
        Ok(program)
    }

    /// Words that one pixel of the image takes.
    pub fn image_words(&self) -> usize {
        self.image.channels.div_ceil(self.config.banks())
    }

    /// Words of the image at its port.
    pub fn image_depth(&self) -> usize {
        self.image.pixels() * self.image_words()
    }
}

struct Builder<'a> {
    program: Program,
    layout: Layout<'a>,
}

/// A map where it stands.
#[derive(Clone, Copy)]
struct Placed {
    region: Region,
    relu: bool,
    inputs: Inputs,
    copies: bool,
}

impl Builder<'_> {
    fn build(&mut self, net: &QuantNetwork) -> Result<(), ScheduleError> {
        let input = self.layer("input", LayerKind::Input, 0, net.input.shape.channels);
        self.op(Unit::LoadImage, false, input);
        let packed =
            if self.program.image_copies > 1 { Inputs::Packed(self.program.image_copies) } else { Inputs::Dense };
        let mut map = Placed { region: self.program.image_region, relu: false, inputs: packed, copies: false };
        for (i, layer) in net.layers.iter().enumerate() {
            let pooled = pool_is_read(&net.layers[i + 1..]);
            map = match layer {
                Layer::Conv(c) => self.plain(c, map, LayerKind::Conv, pooled.then_some(c.relu))?,
                Layer::Block(b) => self.block(b, map, pooled)?,
                Layer::MaxPool(p) => self.max_pool(p, map, pooled)?,
            };
        }
        self.gate(&net.classifier, Purpose::Classifier, map, false)
    }

    fn plain(&mut self, c: &Conv, map: Placed, kind: LayerKind, pool: Option<bool>) -> Result<Placed, ScheduleError> {
        let region = self.layout.stream(c.output, &c.name)?;
        let job = ConvJob { pool, natural: true, ..self.job(c, map, region, kind) };
        self.conv(job, false);
        Ok(Placed { region, relu: c.relu, inputs: Inputs::Dense, copies: false })
    }

    fn max_pool(&mut self, p: &MaxPool, map: Placed, pooled: bool) -> Result<Placed, ScheduleError> {
        let region = self.layout.stream(p.output, &p.name)?;
        let layer = self.layer(&p.name, LayerKind::MaxPool, 0, p.output.channels);
        self.op(Unit::MaxPool(self.program.max_pools.len()), false, layer);
        let (windows, pool) = (p.clone(), pooled.then_some(map.relu));
        self.program.max_pools.push(MaxPoolJob { layer, windows, src: map.region, dst: region, pool });
        Ok(Placed { region, ..map })
    }

    fn block(&mut self, b: &Block, stream: Placed, pooled: bool) -> Result<Placed, ScheduleError> {
        self.layout.begin_branch();
        let predicated = b.lnet.is_some();
        if let Some(g) = &b.lnet {
            self.gate(g, Purpose::LNet, stream, false)?;
        }
        let last = b.convs.len() - 1;
        let mut x = stream;
        let mut out = stream.region;
        for (i, g) in b.convs.iter().enumerate() {
            let list = g.gate.as_ref().map(|_| i % 2);
            if let (Some(gate), Some(list)) = (&g.gate, list) {
                self.gate(gate, Purpose::CNet(list), x, predicated)?;
            }
            if i < last {
                let region = self.layout.scratch(&g.conv)?;
                let next = &b.convs[i + 1];
                let pool = next.gate.is_some().then_some(g.conv.relu);
                // One tap has no other to share a fold with, and a channel that is read alone no other row.
                let copies = next.conv.taps() > 1 && !next.conv.depthwise;
                let job = self.job(&g.conv, x, region, LayerKind::Conv);
                self.conv(ConvJob { pool, outputs: list, dst_copies: copies, ..job }, predicated);
                x = Placed { region, relu: g.conv.relu, inputs: list.map_or(Inputs::Dense, Inputs::List), copies };
                continue;
            }
            // The shortcut runs while the gate unit scores the last convolution's channels.
            let mut residual_relu = stream.relu;
            if let Some(s) = &b.shortcut {
                out = self.plain(s, stream, LayerKind::Shortcut, pooled.then_some(b.relu))?.region;
                residual_relu = false;
            }
            let job = ConvJob {
                pool: pooled.then_some(b.relu),
                outputs: list,
                natural: true,
                residual: Some(residual_relu),
                l_scaled: predicated,
                ..self.job(&g.conv, x, out, LayerKind::Conv)
            };
            self.conv(job, predicated);
        }
        Ok(Placed { region: out, relu: b.relu, inputs: Inputs::Dense, copies: false })
    }

    fn job(&mut self, c: &Conv, x: Placed, dst: Region, kind: LayerKind) -> ConvJob {
        let filter_base = self.program.filters.len() / self.program.config.array.cols;
        let param_base = self.program.params.len();
        self.program.filters.extend(filter_words(c, self.program.config.array.cols));
        let params =
            (0..c.output.channels).map(|o| Param { bias: c.bias[o], multiplier: c.multiplier[o], shift: c.shift[o] });
        self.program.params.extend(params);
        ConvJob {
            layer: self.layer(&c.name, kind, c.dense_macs(), c.output.channels),
            input: c.input,
            output: c.output,
            kernel: c.kernel,
            stride: c.stride,
            pad: c.pad,
            depthwise: c.depthwise,
            src: x.region,
            dst,
            src_relu: x.relu,
            inputs: x.inputs,
            src_copies: x.copies,
            dst_copies: false,
            outputs: None,
            natural: false,
            residual: None,
            l_scaled: false,
            pool: None,
            filter_base,
            param_base,
        }
    }

    fn conv(&mut self, job: ConvJob, predicated: bool) {
        self.op(Unit::Conv(self.program.convs.len()), predicated, job.layer);
        self.program.convs.push(job);
    }

    fn gate(&mut self, f: &Fc, purpose: Purpose, x: Placed, predicated: bool) -> Result<(), ScheduleError> {
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
        self.layout.check_channels(&f.name, f.inputs.max(f.outputs))?;
        let job = GateJob {
            layer,
            purpose,
            inputs: f.inputs,
            outputs: f.outputs,
            pool_region: pool_region(x.region),
            pool_shift: f.pool_shift,
            threshold: f.threshold,
            list: if let Inputs::List(list) = x.inputs { Some(list) } else { None },
            weight_base,
            param_base,
        };
        self.op(Unit::Gate(self.program.gates.len()), predicated, layer);
        self.program.gates.push(job);
        Ok(())
    }

    fn op(&mut self, unit: Unit, predicated: bool, layer: usize) {
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

/// Word `(group * taps + tap) * inputs + input` holds the weights of `cols` neighbouring output channels; of a depthwise convolution word
/// `group * taps + tap`, each for its own input.
fn filter_words(c: &Conv, cols: usize) -> impl Iterator<Item = i8> {
    let (taps, inputs, outputs) = (c.taps(), c.fan_in(), c.output.channels);
    (0..outputs.div_ceil(cols) * taps * inputs).flat_map(move |word| {
        let (input, tap, group) = (word % inputs, word / inputs % taps, word / inputs / taps);
        let weight = move |o: usize| c.weight(o, if c.depthwise { o } else { input }, tap);
        (group * cols..(group + 1) * cols).map(move |o| if o < outputs { weight(o) } else { 0 })
    })
}
