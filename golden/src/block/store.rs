//! Stores a residual block in the file of a quantised network.

use crate::Error;
use crate::container::{File, Tensors};
use crate::operators::convolution::store::ConvHeader;
use crate::operators::gate::store::FcHeader;
use lcsim_spec::{Block, GatedConv};
use serde::{Deserialize, Serialize};

/// A block in the header of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlockHeader {
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

impl BlockHeader {
    /// Makes the header of a block, and adds its numbers to `tensors`.
    pub fn new(b: &Block, tensors: &mut Tensors) -> Self {
        let lnet = b.lnet.as_ref().map(|g| FcHeader::of_gate(g, tensors));
        let mut gated = |g: &GatedConv| GatedHeader {
            conv: ConvHeader::new(&g.conv, tensors),
            gate: g.gate.as_ref().map(|g| FcHeader::of_gate(g, tensors)),
        };
        let convs = b.convs.iter().map(&mut gated).collect();
        let shortcut = b.shortcut.as_ref().map(|s| ConvHeader::new(s, tensors));
        Self { name: b.name.clone(), relu: b.relu, lnet, convs, shortcut }
    }

    /// Makes the block from the header and the numbers in `file`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the numbers are missing or do not fit.
    pub fn read(self, file: &File) -> Result<Block, Error> {
        let gated = |g: GatedHeader| {
            Ok(GatedConv { conv: g.conv.read(file)?, gate: g.gate.map(|g| g.gate(file)).transpose()? })
        };
        Ok(Block {
            name: self.name,
            lnet: self.lnet.map(|g| g.gate(file)).transpose()?,
            convs: self.convs.into_iter().map(gated).collect::<Result<_, Error>>()?,
            shortcut: self.shortcut.map(|s| s.read(file)).transpose()?,
            relu: self.relu,
        })
    }
}
