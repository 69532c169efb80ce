//! The float reference: what the network computes with exact gates, and the MACs that it really
//! needs.

use crate::Error;
use crate::kernel::{conv2d, max_pool};
use crate::model::{Block, Conv, Fc, Gate, Layer, Network};
use lcsim_spec::work::expect_memory as expect;
use lcsim_spec::{Decision, Head, Pooling, Shape};

/// The activations of one image.
#[derive(Debug, Clone, PartialEq)]
pub struct Activations {
    /// Of each executed convolution, in order of execution: its name and its output before its
    /// ReLU, times its scores. For the last convolution of a block, the block's sum before its
    /// ReLU. A branch that its L-Net skips is absent.
    pub maps: Vec<(String, Vec<f32>)>,
    /// Of each evaluated gate, in order of evaluation: its name and its scores.
    pub scores: Vec<(String, Vec<f32>)>,
    /// Of the same gates: the pooled channels that they read.
    pub pooled: Vec<Vec<f32>>,
    /// One a class.
    pub logits: Vec<f32>,
    /// Multiply-accumulates of live channels in convolutions, and of the classifier.
    pub macs: u64,
}

impl Activations {
    /// The class with the largest logit, the first of equals.
    pub fn class(&self) -> usize {
        let mut best = 0;
        for (i, logit) in self.logits.iter().enumerate() {
            if *logit > self.logits[best] {
                best = i;
            }
        }
        best
    }
}

/// The first value of a network that no float of 32 bits can hold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "layer `{layer}`: expected values that a float of 32 bits can hold, found {value}: its weights, or those of a layer in \
     front of it, are too large"
)]
pub struct Overflow {
    /// The layer that it arises in.
    pub layer: String,
    /// The value: infinite, or no number.
    pub value: f32,
}

/// The values that the network reads for an image of channel-major bytes.
pub fn normalize(net: &Network, image: &[u8]) -> Vec<f32> {
    let planes = image.chunks_exact(net.input.pixels()).zip(net.mean.iter().zip(&net.std));
    planes.flat_map(|(plane, (mean, std))| plane.iter().map(move |&p| (f32::from(p) / 255.0 - mean) / std)).collect()
}

/// Asks the system for the memory of so many images at a time: each keeps all of its maps.
///
/// # Errors
/// [`Error::Memory`].
pub fn expect_memory(net: &Network, images: usize) -> Result<(), Error> {
    let maps: usize = net.convs().map(|c| 2 * c.output.len()).sum();
    let bytes = (size_of::<f32>() * images) as u64 * (net.input.len() + maps) as u64;
    let what = format!("{images} images at a time");
    expect(what, bytes).map_err(|source| Error::Memory { path: net.name.clone(), source })
}

/// Runs a valid network on a normalised image.
///
/// # Errors
/// The first [`Overflow`].
pub fn run(net: &Network, x: &[f32]) -> Result<Activations, Overflow> {
    let mut a = Activations { maps: vec![], scores: vec![], pooled: vec![], logits: vec![], macs: 0 };
    let (mut x, mut shape) = (x.to_vec(), net.input);
    finite("input", &x)?;
    for layer in &net.layers {
        match layer {
            Layer::Conv(c) => {
                x = a.conv(c, &x, c.input.channels, c.output.channels)?;
                a.maps.push((c.name.clone(), x.clone()));
                relu(&mut x, c.relu);
                shape = c.output;
            }
            Layer::Block(b) => {
                x = a.block(b, x, shape)?;
                shape = b.convs.last().map_or(shape, |g| g.conv.output);
            }
            Layer::Pool(p) => {
                x = match p.pooling {
                    Pooling::Max(_) => max_pool(&p.windows, &x),
                };
                shape = p.windows.output;
            }
        }
    }
    a.logits = connect(&net.classifier, &pool(&x, shape));
    finite(&net.classifier.name, &a.logits)?;
    a.macs += net.classifier.weights.len() as u64;
    Ok(a)
}

fn finite(layer: &str, values: &[f32]) -> Result<(), Overflow> {
    match values.iter().find(|v| !v.is_finite()) {
        None => Ok(()),
        Some(&value) => Err(Overflow { layer: layer.into(), value }),
    }
}

impl Activations {
    fn conv(&mut self, c: &Conv, x: &[f32], live_in: usize, live_out: usize) -> Result<Vec<f32>, Overflow> {
        self.macs += c.macs(live_in, live_out);
        let y = conv2d(&c.geometry(), x, &c.weights, &c.bias);
        finite(&c.name, &y)?;
        Ok(y)
    }

    fn gate(&mut self, gate: &Gate, x: &[f32], shape: Shape) -> Result<Vec<f32>, Overflow> {
        let pooled = pool(x, shape);
        let Head::OneLayer(fc) = &gate.head;
        let mut scores = connect(fc, &pooled);
        // Before the clamp, which an infinity would not outlive.
        finite(&fc.name, &scores)?;
        // A float network comes without a threshold: quantised ones get theirs afterwards.
        let Decision::ClampScale { .. } = gate.decision;
        scores.iter_mut().for_each(|s| *s = s.clamp(0.0, 1.0));
        self.pooled.push(pooled);
        self.scores.push((fc.name.clone(), scores.clone()));
        Ok(scores)
    }

    fn block(&mut self, b: &Block, input: Vec<f32>, shape: Shape) -> Result<Vec<f32>, Overflow> {
        let lscore = match &b.lnet {
            Some(gate) => self.gate(gate, &input, shape)?[0],
            None => 1.0,
        };
        let branch = (lscore > 0.0).then(|| self.branch(b, lscore, &input)).transpose()?;
        let mut sum = match &b.shortcut {
            Some(c) => {
                let y = self.conv(c, &input, c.input.channels, c.output.channels)?;
                self.maps.push((c.name.clone(), y.clone()));
                y
            }
            None => input,
        };
        if let (Some(branch), Some(last)) = (branch, b.convs.last()) {
            sum.iter_mut().zip(branch).for_each(|(s, r)| *s += r);
            finite(&last.conv.name, &sum)?;
            self.maps.push((last.conv.name.clone(), sum.clone()));
        }
        relu(&mut sum, b.relu.then_some(f32::INFINITY));
        Ok(sum)
    }

    /// The map that a branch which is not skipped adds to the shortcut.
    fn branch(&mut self, b: &Block, lscore: f32, input: &[f32]) -> Result<Vec<f32>, Overflow> {
        let mut x = input.to_vec();
        let mut live_in = b.convs.first().map_or(0, |g| g.conv.input.channels);
        for (i, g) in b.convs.iter().enumerate() {
            let is_last = i + 1 == b.convs.len();
            let mut scores = match &g.gate {
                Some(gate) => self.gate(gate, &x, g.conv.input)?,
                None => vec![1.0; g.conv.output.channels],
            };
            let live = scores.iter().filter(|&&s| s > 0.0).count();
            if is_last {
                scores.iter_mut().for_each(|s| *s *= lscore);
            }
            x = self.conv(&g.conv, &x, live_in, live)?;
            for (plane, &s) in x.chunks_exact_mut(g.conv.output.pixels()).zip(&scores) {
                // Not a product: the channel is not computed, and a product could be -0.
                plane.iter_mut().for_each(|v| *v = if s > 0.0 { *v * s } else { 0.0 });
            }
            if !is_last {
                self.maps.push((g.conv.name.clone(), x.clone()));
                relu(&mut x, g.conv.relu);
            }
            live_in = live;
        }
        Ok(x)
    }
}

fn relu(x: &mut [f32], max: Option<f32>) {
    if let Some(max) = max {
        x.iter_mut().for_each(|v| *v = v.clamp(0.0, max));
    }
}

/// The average of each channel.
fn pool(x: &[f32], shape: Shape) -> Vec<f32> {
    x.chunks_exact(shape.pixels()).map(|plane| plane.iter().sum::<f32>() / shape.pixels() as f32).collect()
}

fn connect(fc: &Fc, x: &[f32]) -> Vec<f32> {
    let rows = fc.weights.chunks_exact(fc.inputs).zip(&fc.bias);
    rows.map(|(row, bias)| bias + row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>()).collect()
}
