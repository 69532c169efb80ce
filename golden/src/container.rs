//! The file of a quantised network: safetensors, as docs/network-format.md describes it.
//!
//! Tensors `<layer>.weight` (I8), `.bias` (I32), `.multiplier` (U16) and `.shift` (U8); the
//! structure is JSON in the metadata key `lcsim`.

use crate::Error;
use lcsim_spec::work::expect_memory;
use lcsim_spec::{
    Block, Conv, Fc, Gate, GatedConv, Head, InputSpec, Layer, MaxPool, Pool, Pooling, QuantNetwork, Score, Shape,
    Windows, file,
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Value of the field `format`; grows when the layout changes.
pub const FORMAT: &str = "lcsim.network/1";
const KEY: &str = "lcsim";
/// Largest file, in bytes: more than the filter memory of any accelerator.
const MAX_BYTES: u64 = 1 << 31;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    name: String,
    input: InputHeader,
    layers: Vec<LayerHeader>,
    classifier: FcHeader,
    logit_scale: f32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InputHeader {
    shape: [usize; 3],
    mean: Vec<f32>,
    std: Vec<f32>,
    scale: f32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LayerHeader {
    Conv(ConvHeader),
    Block(BlockHeader),
    MaxPool(PoolHeader),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PoolHeader {
    name: String,
    input: [usize; 3],
    output: [usize; 3],
    kernel: [usize; 2],
    stride: [usize; 2],
    pad: [usize; 2],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockHeader {
    name: String,
    relu: bool,
    lnet: Option<FcHeader>,
    convs: Vec<GatedHeader>,
    shortcut: Option<ConvHeader>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GatedHeader {
    conv: ConvHeader,
    gate: Option<FcHeader>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConvHeader {
    name: String,
    input: [usize; 3],
    output: [usize; 3],
    kernel: [usize; 2],
    stride: [usize; 2],
    pad: [usize; 2],
    relu: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    depthwise: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FcHeader {
    name: String,
    inputs: usize,
    outputs: usize,
    pool_shift: u8,
    /// A score as its 16 bits.
    #[serde(default, skip_serializing_if = "is_zero")]
    threshold: u16,
}

fn is_zero(threshold: &u16) -> bool {
    *threshold == 0
}

/// The bytes of the file.
///
/// # Errors
/// [`Error::Network`] if `net` contradicts itself.
pub fn save(net: &QuantNetwork) -> Result<Vec<u8>, Error> {
    net.validate().map_err(|source| Error::Network { path: net.name.clone(), source })?;
    let mut tensors = Tensors::default();
    let header = Header {
        format: FORMAT.into(),
        name: net.name.clone(),
        input: InputHeader {
            shape: from_shape(net.input.shape),
            mean: net.input.mean.clone(),
            std: net.input.std.clone(),
            scale: net.input.scale,
        },
        layers: net.layers.iter().map(|l| tensors.layer(l)).collect(),
        classifier: tensors.fc(&net.classifier),
        logit_scale: net.logit_scale,
    };
    let broken = |e: &dyn std::fmt::Display| invalid(&net.name, "container", "serialisable tensors", &e.to_string());
    let json = serde_json::to_string(&header).map_err(|e| broken(&e))?;
    let views: Result<Vec<_>, _> =
        tensors.0.iter().map(|(n, dtype, dims, data)| Ok((n, TensorView::new(*dtype, dims.clone(), data)?))).collect();
    let views = views.map_err(|e: safetensors::SafeTensorError| broken(&e))?;
    safetensors::serialize(views, Some(HashMap::from([(KEY.to_string(), json)]))).map_err(|e| broken(&e))
}

#[derive(Default)]
struct Tensors(Vec<(String, Dtype, Vec<usize>, Vec<u8>)>);

impl Tensors {
    fn add(&mut self, layer: &str, part: &str, dtype: Dtype, dims: Vec<usize>, data: Vec<u8>) {
        self.0.push((format!("{layer}.{part}"), dtype, dims, data));
    }

    fn parameters(&mut self, name: &str, dims: Vec<usize>, w: &[i8], bias: &[i32], m: &[u16], s: &[u8]) {
        self.add(name, "weight", Dtype::I8, dims, w.iter().map(|w| *w as u8).collect());
        self.add(name, "bias", Dtype::I32, vec![bias.len()], bias.iter().flat_map(|b| b.to_le_bytes()).collect());
        if !m.is_empty() {
            self.add(name, "multiplier", Dtype::U16, vec![m.len()], m.iter().flat_map(|m| m.to_le_bytes()).collect());
            self.add(name, "shift", Dtype::U8, vec![s.len()], s.to_vec());
        }
    }

    fn layer(&mut self, layer: &Layer) -> LayerHeader {
        match layer {
            Layer::Conv(c) => LayerHeader::Conv(self.conv(c)),
            Layer::Block(b) => LayerHeader::Block(BlockHeader {
                name: b.name.clone(),
                relu: b.relu,
                lnet: b.lnet.as_ref().map(|g| self.gate(g)),
                convs: (b.convs.iter())
                    .map(|g| GatedHeader { conv: self.conv(&g.conv), gate: g.gate.as_ref().map(|g| self.gate(g)) })
                    .collect(),
                shortcut: b.shortcut.as_ref().map(|s| self.conv(s)),
            }),
            Layer::Pool(p) => {
                let Windows { input, output, kernel, stride, pad } = p.windows;
                let (name, input, output) = (p.name.clone(), from_shape(input), from_shape(output));
                match p.pooling {
                    Pooling::Max(_) => LayerHeader::MaxPool(PoolHeader { name, input, output, kernel, stride, pad }),
                }
            }
        }
    }

    fn conv(&mut self, c: &Conv) -> ConvHeader {
        let dims = vec![c.output.channels, c.fan_in(), c.kernel[0], c.kernel[1]];
        self.parameters(&c.name, dims, &c.weights, &c.bias, &c.multiplier, &c.shift);
        ConvHeader {
            name: c.name.clone(),
            input: from_shape(c.input),
            output: from_shape(c.output),
            kernel: c.kernel,
            stride: c.stride,
            pad: c.pad,
            relu: c.relu,
            depthwise: c.depthwise,
        }
    }

    fn gate(&mut self, gate: &Gate) -> FcHeader {
        let Head::OneLayer(fc) = &gate.head;
        FcHeader { threshold: gate.decision.threshold().to_bits(), ..self.fc(fc) }
    }

    fn fc(&mut self, f: &Fc) -> FcHeader {
        self.parameters(&f.name, vec![f.outputs, f.inputs], &f.weights, &f.bias, &f.multiplier, &f.shift);
        FcHeader { name: f.name.clone(), inputs: f.inputs, outputs: f.outputs, pool_shift: f.pool_shift, threshold: 0 }
    }
}

/// Reads and checks a file.
///
/// # Errors
/// See [`Error`]; each names the file and the item.
pub fn load(path: &Path) -> Result<QuantNetwork, Error> {
    let shown = path.display().to_string();
    let bytes = file::read(path, MAX_BYTES).map_err(|source| Error::Read { path: shown.clone(), source })?;
    load_bytes(&bytes, &shown)
}

/// Like [`load`]; `path` is for error messages.
///
/// # Errors
/// See [`Error`]; each names `path` and the item.
pub fn load_bytes(bytes: &[u8], path: &str) -> Result<QuantNetwork, Error> {
    // Weights are copied out of it.
    let memory = expect_memory("its weights", 2 * bytes.len() as u64);
    memory.map_err(|source| Error::Memory { path: path.into(), source })?;
    let broken = |e: safetensors::SafeTensorError| invalid(path, "file", "a safetensors file", &e.to_string());
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
    let json = metadata.metadata().as_ref().and_then(|m| m.get(KEY));
    let json = json.ok_or_else(|| invalid(path, "metadata", "key `lcsim`", "none"))?;
    let header: Header =
        serde_json::from_str(json).map_err(|e| invalid(path, "metadata `lcsim`", FORMAT, &e.to_string()))?;
    if header.format != FORMAT {
        return Err(invalid(path, "format", FORMAT, &header.format));
    }
    let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
    let file = File { path, tensors, read: RefCell::default() };
    let layers: Result<Vec<Layer>, Error> = header.layers.into_iter().map(|l| file.layer(l)).collect();
    let InputHeader { shape, mean, std, scale } = header.input;
    let scales = [("input.scale", &vec![scale]), ("logit_scale", &vec![header.logit_scale])];
    for (item, values) in [("input.mean", &mean), ("input.std", &std)].into_iter().chain(scales) {
        if let Some(v) = values.iter().find(|v| !v.is_finite() || (item != "input.mean" && **v <= 0.0)) {
            return Err(invalid(path, item, "finite values, above 0 unless a mean", &v.to_string()));
        }
    }
    let net = QuantNetwork {
        name: header.name,
        input: InputSpec { shape: to_shape(shape), mean, std, scale },
        layers: layers?,
        classifier: file.classifier(header.classifier)?,
        logit_scale: header.logit_scale,
    };
    net.validate().map_err(|source| Error::Network { path: path.into(), source })?;
    Ok(net)
}

struct File<'a> {
    path: &'a str,
    tensors: SafeTensors<'a>,
    /// Layers that were read: with a name more than once, a small file could describe a network of
    /// any size.
    read: RefCell<HashSet<String>>,
}

impl File<'_> {
    fn bytes(&self, layer: &str, part: &str, dtype: Dtype, dims: &[usize]) -> Result<&[u8], Error> {
        let item = format!("tensor `{layer}.{part}`");
        let absent = |_| invalid(self.path, &item, "a tensor of this name", "none");
        let view = self.tensors.tensor(&format!("{layer}.{part}")).map_err(absent)?;
        if view.dtype() != dtype {
            return Err(invalid(self.path, &item, &format!("{dtype:?}"), &format!("{:?}", view.dtype())));
        }
        if view.shape() != dims {
            return Err(invalid(self.path, &item, &format!("shape {dims:?}"), &format!("{:?}", view.shape())));
        }
        Ok(view.data())
    }

    fn weights(&self, layer: &str, dims: &[usize]) -> Result<(Vec<i8>, Vec<i32>), Error> {
        if !self.read.borrow_mut().insert(layer.into()) {
            return Err(invalid(
                self.path,
                &format!("layer `{layer}`"),
                "a name of its own",
                "another layer of this name",
            ));
        }
        let weights = self.bytes(layer, "weight", Dtype::I8, dims)?.iter().map(|w| *w as i8).collect();
        let bias = self.bytes(layer, "bias", Dtype::I32, &dims[..1])?;
        let bias = bias.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Ok((weights, bias))
    }

    fn scales(&self, layer: &str, outputs: usize) -> Result<(Vec<u16>, Vec<u8>), Error> {
        let m = self.bytes(layer, "multiplier", Dtype::U16, &[outputs])?;
        let m = m.chunks_exact(2).map(|m| u16::from_le_bytes([m[0], m[1]])).collect();
        Ok((m, self.bytes(layer, "shift", Dtype::U8, &[outputs])?.to_vec()))
    }

    fn layer(&self, layer: LayerHeader) -> Result<Layer, Error> {
        Ok(match layer {
            LayerHeader::Conv(c) => Layer::Conv(self.conv(c)?),
            LayerHeader::Block(b) => {
                let gated = |g: GatedHeader| {
                    Ok(GatedConv { conv: self.conv(g.conv)?, gate: g.gate.map(|g| self.gate(g)).transpose()? })
                };
                Layer::Block(Block {
                    name: b.name,
                    lnet: b.lnet.map(|g| self.gate(g)).transpose()?,
                    convs: b.convs.into_iter().map(gated).collect::<Result<_, Error>>()?,
                    shortcut: b.shortcut.map(|s| self.conv(s)).transpose()?,
                    relu: b.relu,
                })
            }
            LayerHeader::MaxPool(header) => Layer::Pool(pool(header, Pooling::Max(MaxPool))),
        })
    }

    fn conv(&self, c: ConvHeader) -> Result<Conv, Error> {
        let dims = [c.output[0], if c.depthwise { 1 } else { c.input[0] }, c.kernel[0], c.kernel[1]];
        let (weights, bias) = self.weights(&c.name, &dims)?;
        let (multiplier, shift) = self.scales(&c.name, c.output[0])?;
        let (input, output) = (to_shape(c.input), to_shape(c.output));
        let ConvHeader { name, kernel, stride, pad, relu, depthwise, .. } = c;
        Ok(Conv { name, input, output, kernel, stride, pad, relu, depthwise, weights, bias, multiplier, shift })
    }

    fn gate(&self, f: FcHeader) -> Result<Gate, Error> {
        let (weights, bias) = self.weights(&f.name, &[f.outputs, f.inputs])?;
        let (multiplier, shift) = self.scales(&f.name, f.outputs)?;
        let FcHeader { name, inputs, outputs, pool_shift, threshold } = f;
        let fc = Fc { name, inputs, outputs, weights, bias, multiplier, shift, pool_shift };
        Ok(Gate::clamp_scale(fc, Score::from_bits(threshold)))
    }

    fn classifier(&self, f: FcHeader) -> Result<Fc, Error> {
        let (weights, bias) = self.weights(&f.name, &[f.outputs, f.inputs])?;
        let FcHeader { name, inputs, outputs, pool_shift, threshold } = f;
        if threshold != 0 {
            let (item, found) = (format!("layer `{name}`: threshold"), Score::from_bits(threshold).to_string());
            return Err(invalid(self.path, &item, "0, as the classifier has no scores", &found));
        }
        Ok(Fc { name, inputs, outputs, weights, bias, multiplier: vec![], shift: vec![], pool_shift })
    }
}

fn pool(header: PoolHeader, pooling: Pooling) -> Pool {
    let PoolHeader { name, input, output, kernel, stride, pad } = header;
    Pool { name, windows: Windows { input: to_shape(input), output: to_shape(output), kernel, stride, pad }, pooling }
}

fn from_shape(s: Shape) -> [usize; 3] {
    [s.channels, s.height, s.width]
}

fn to_shape([channels, height, width]: [usize; 3]) -> Shape {
    Shape { channels, height, width }
}

fn invalid(path: &str, item: &str, expected: &str, found: &str) -> Error {
    // Names of a file may have any length.
    let [item, expected, found] = [item, expected, found].map(file::quoted);
    Error::Invalid { path: path.into(), item, expected, found }
}
