//! Decisions that come with the images.

use crate::error::Result;
use crate::network::Network;
use lcsim_golden::Network as FloatNetwork;
use lcsim_input::DecisionsFile;
use lcsim_spec::{GateDecision, QuantNetwork};
use std::ops::Range;
use std::path::Path;

/// Masks from a file (docs/decisions-file.md) that say which blocks, and which channels of
/// convolutions, each image computes. A gate of any kind can have made these decisions, in any
/// program.
///
/// ```no_run
/// use lcsim::{Accelerator, Decisions, Images, Network, Options, simulate};
///
/// let network = Network::open("plain.safetensors")?;
/// let decisions = Decisions::open("masks.npz", &network)?;
/// let images = Images::open("cifar10/test_batch.bin")?.take(decisions.images());
/// let options = Options::default().decisions(&decisions);
/// let report = simulate(&network, &Accelerator::named("16x16")?, &images, &options)?;
/// println!("{:.2} times as fast as without skipping", report.speedup);
/// # Ok::<(), lcsim::Error>(())
/// ```
#[derive(Debug)]
pub struct Decisions(lcsim_input::Decisions);

/// Networks whose gates take the decisions of a file, and these decisions for each image.
pub(crate) struct Given {
    pub(crate) net: QuantNetwork,
    pub(crate) float: Option<FloatNetwork>,
    pub(crate) scores: Vec<Vec<GateDecision>>,
    pub(crate) file: String,
}

impl Decisions {
    /// Reads the decisions in an `.npz`, for this network.
    ///
    /// # Errors
    /// Fails if the network is float, if the file is no `.npz`, or if an array is damaged, has an
    /// unknown name, or another shape than the network needs.
    pub fn open(path: impl AsRef<Path>, network: &Network) -> Result<Self> {
        Self::from_file(DecisionsFile::open(path.as_ref())?, network)
    }

    /// Takes the decisions of a file that is open already, for this network.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    #[doc(hidden)]
    pub fn from_file(file: DecisionsFile, network: &Network) -> Result<Self> {
        Ok(Self(file.of(&network.quantized()?.0.layers)?))
    }

    /// The number of images of which the file says something.
    pub fn images(&self) -> usize {
        self.0.images()
    }

    /// Gives `network` the decisions of the images in `range`.
    pub(crate) fn give(&self, network: &Network, range: Range<usize>) -> anyhow::Result<Given> {
        let (net, float) = network.quantized()?;
        let (mut net, mut float) = (net.clone(), float.cloned());
        self.0.give(&mut net.layers);
        if let Some(float) = &mut float {
            self.0.give(&mut float.layers);
        }
        let scores = self.0.of(range, &net.layers)?;
        Ok(Given { net, float, scores, file: self.0.path().into() })
    }
}
