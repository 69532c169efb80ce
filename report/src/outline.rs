//! The blocks and gates of a network, and the map that each gate reads. With it, users check what
//! the import recognised.
//!
//! ```
//! use lcsim_report::outline::{Kind, blocks};
//!
//! let network = lcsim_input::load::embedded_model()?;
//! let blocks = blocks(&network.layers);
//! assert_eq!(blocks.len(), 9, "a ResNet-20 has 9 blocks");
//! let lnet = &blocks[0].gates[0];
//! assert!(matches!(lnet.kind, Kind::LNet) && lnet.reads_block_input);
//! assert_eq!(lnet.scores, blocks[0].name);
//! # Ok::<(), anyhow::Error>(())
//! ```

use lcsim_spec::operators::convolution::Convolution;
use lcsim_spec::operators::gate::{self, Connected};
use lcsim_spec::{Block, Layer};
use serde::Serialize;

/// A residual block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Channels, height and width of the map that it reads.
    pub input: [usize; 3],
    /// Channels, height and width of its output map.
    pub output: [usize; 3],
    /// The convolutions of its branch in order.
    pub convs: Vec<String>,
    /// The projection. `None` if the shortcut is the identity.
    pub shortcut: Option<String>,
    /// The L-Net and the C-Nets in the order of their evaluation.
    pub gates: Vec<Gate>,
}

/// What a gate scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A block.
    LNet,
    /// Output channels of a convolution.
    CNet,
}

/// A gate and the map that it reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// Its target.
    pub kind: Kind,
    /// The block that an L-Net skips, or the convolution whose channels a C-Net skips.
    pub scores: String,
    /// The layer or block whose output it reads.
    pub reads: String,
    /// Whether this map is the input of its block.
    pub reads_block_input: bool,
    /// The number of channels that it reads.
    pub inputs: usize,
    /// The number of scores that it gives.
    pub outputs: usize,
}

/// Lists the blocks of a float or a quantised network in the order of execution.
pub fn blocks<C: Convolution, F: Connected>(layers: &[Layer<C, F>]) -> Vec<Part> {
    let mut blocks = vec![];
    let mut before = "the image";
    for layer in layers {
        before = match layer {
            Layer::Conv(c) => c.name(),
            Layer::Pool(p) => &p.name,
            Layer::Block(b) => {
                blocks.push(part(b, before));
                &b.name
            }
        };
    }
    blocks
}

fn part<C: Convolution, F: Connected>(b: &Block<C, F>, before: &str) -> Part {
    let gate = |gate: &gate::Gate<F>, kind, scores: &str, reads: &str, reads_block_input| {
        let (inputs, outputs) = (gate.head.layers().first().map_or(0, |layer| layer.sizes()[0]), gate.outputs());
        let (name, scores, reads) = (gate.name().into(), scores.into(), reads.into());
        Gate { name, kind, scores, reads, reads_block_input, inputs, outputs }
    };
    let mut gates: Vec<Gate> = b.lnet.iter().map(|f| gate(f, Kind::LNet, &b.name, before, true)).collect();
    for (i, g) in b.convs.iter().enumerate() {
        let reads = i.checked_sub(1).map_or(before, |front| b.convs[front].conv.name());
        gates.extend(g.gate.iter().map(|f| gate(f, Kind::CNet, g.conv.name(), reads, i == 0)));
    }
    let shape = |s: lcsim_spec::Shape| [s.channels, s.height, s.width];
    let windows = |g: &lcsim_spec::GatedConv<C, F>| g.conv.windows();
    Part {
        name: b.name.clone(),
        input: b.convs.first().map_or([0; 3], |g| shape(windows(g).input)),
        output: b.convs.last().map_or([0; 3], |g| shape(windows(g).output)),
        convs: b.convs.iter().map(|g| g.conv.name().into()).collect(),
        shortcut: b.shortcut.as_ref().map(|c| c.name().into()),
        gates,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lcsim_input::load;

    #[test]
    fn gates_name_the_map_that_they_read() {
        let net = load::embedded_model().expect("embedded");
        let blocks = blocks(&net.layers);
        let gates: Vec<&Gate> = blocks.iter().flat_map(|b| &b.gates).collect();
        let names: Vec<&str> = net.gates().map(|(gate, _)| gate.name()).collect();
        assert_eq!(gates.iter().map(|g| g.name.as_str()).collect::<Vec<_>>(), names);
        let second = &blocks[1];
        let [lnet, first, last] = &second.gates[..] else { panic!("an L-Net and two C-Nets: {second:?}") };
        assert_eq!((lnet.scores.as_str(), lnet.reads.as_str()), (second.name.as_str(), blocks[0].name.as_str()));
        assert_eq!((&first.scores, &first.reads, first.reads_block_input), (&second.convs[0], &lnet.reads, true));
        assert_eq!((&last.scores, &last.reads, last.reads_block_input), (&second.convs[1], &second.convs[0], false));
    }
}
