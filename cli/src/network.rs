//! The network that is simulated.

use crate::error::Result;
use crate::images::Images;
use anyhow::{Context, bail};
use lcsim_golden::import::{self, Options};
use lcsim_golden::{Network as FloatNetwork, container};
use lcsim_input::calibration;
use lcsim_input::load::{self, Kind};
use lcsim_output::Destination;
use lcsim_spec::number::nearest_score;
use lcsim_spec::progress::Silent;
use lcsim_spec::{QuantNetwork, Shape};
use std::path::Path;

/// A network, float or quantised. Only a quantised one can be simulated.
///
/// ```
/// let network = lcsim::Network::embedded()?;
/// assert_eq!((network.name(), network.classes()), ("resnet20-lcnet-60", 10));
/// # Ok::<(), lcsim::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Network {
    form: Form,
    /// The name in messages, which is the file.
    shown: String,
}

#[derive(Debug, Clone)]
enum Form {
    Float(Box<FloatNetwork>),
    Quantized {
        net: Box<QuantNetwork>,
        /// The float network that was quantised, if it is known.
        float: Option<Box<FloatNetwork>>,
    },
}

impl Network {
    /// Opens the embedded LC-Net, a quantised ResNet-20 for CIFAR-10.
    ///
    /// # Errors
    /// Fails only if lcsim was built with a damaged model.
    pub fn embedded() -> Result<Self> {
        Ok(Self::new(load::embedded_model()?, None, load::shown(None)))
    }

    /// Opens the model in a file: `.safetensors` is quantised, `.onnx` is float.
    ///
    /// ```no_run
    /// use lcsim::{Images, Network};
    ///
    /// let float = Network::open("model.onnx")?;
    /// let network = float.quantize(&Images::open("cifar10/data_batch_1.bin")?.take(512))?;
    /// network.save("model.safetensors")?;
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if the file cannot be read, is no model, or has an operator that lcsim does not
    /// understand.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        match load::kind(path)? {
            Kind::Quantized => {
                let net = container::load(path).map_err(anyhow::Error::from)?;
                Ok(Self::new(net, None, load::shown(Some(path))))
            }
            Kind::Float => Self::open_onnx(path, &Options::default()),
        }
    }

    /// Opens the float model in an ONNX file. `known` has what the file does not say, or says
    /// wrongly.
    ///
    /// ```no_run
    /// use lcsim::{Network, OnnxOptions};
    ///
    /// let (mean, std) = (Some(vec![0.5]), Some(vec![0.25]));
    /// let known = OnnxOptions { mean, std, ..OnnxOptions::default() };
    /// let network = Network::open_onnx("model.onnx", &known)?;
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`open`](Self::open).
    pub fn open_onnx(path: impl AsRef<Path>, known: &Options) -> Result<Self> {
        let path = path.as_ref();
        let imported = import::open(path, known).map_err(anyhow::Error::from)?;
        Ok(Self { form: Form::Float(Box::new(imported.network)), shown: load::shown(Some(path)) })
    }

    /// Takes a quantised network, and the float network that was quantised, if it is known.
    /// Messages call the network `shown`.
    pub fn new(net: QuantNetwork, float: Option<FloatNetwork>, shown: impl Into<String>) -> Self {
        let (net, float) = (Box::new(net), float.map(Box::new));
        Self { form: Form::Quantized { net, float }, shown: shown.into() }
    }

    /// Quantises the float network to int8, as the accelerator computes. `calibration` sets the
    /// scales. Take some hundred images like those of the training, but not the images that you
    /// measure. A network that is already quantised is returned unchanged.
    ///
    /// # Errors
    /// Fails if there is no image, or if the network cannot read an image.
    pub fn quantize(&self, calibration: &Images) -> Result<Self> {
        let Form::Float(float) = &self.form else { return Ok(self.clone()) };
        let images = calibration.some()?;
        let (data, range) = (images.data(), images.range());
        let net = calibration::with(Path::new(&self.shown), float, data, range, &Silent)?.network;
        Ok(Self::new(net, Some((**float).clone()), self.shown.clone()))
    }

    /// Returns the network with another threshold, from 0 to 1. Scores of gates below it count as
    /// 0, and skip.
    ///
    /// ```
    /// let network = lcsim::Network::embedded()?.with_threshold(0.25)?;
    /// assert_eq!(network.threshold(), 0.25);
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if the threshold is out of range, or if the network is float.
    pub fn with_threshold(&self, threshold: f64) -> Result<Self> {
        let score = nearest_score(threshold);
        let score = score.with_context(|| format!("threshold: expected a number from 0 to 1, found {threshold}"))?;
        let (net, float) = self.quantized()?;
        Ok(Self::new(net.with_threshold(score), float.cloned(), self.shown.clone()))
    }

    /// The largest threshold of the gates. 0 if there is none.
    pub fn threshold(&self) -> f64 {
        match &self.form {
            Form::Float(_) => 0.0,
            Form::Quantized { net, .. } => net.threshold().to_num(),
        }
    }

    /// The name of the network, as reports show it.
    pub fn name(&self) -> &str {
        match &self.form {
            Form::Float(net) => &net.name,
            Form::Quantized { net, .. } => &net.name,
        }
    }

    /// The shape of the images that it reads.
    pub fn input(&self) -> Shape {
        match &self.form {
            Form::Float(net) => net.input,
            Form::Quantized { net, .. } => net.input.shape,
        }
    }

    /// The number of classes that it knows.
    pub fn classes(&self) -> usize {
        match &self.form {
            Form::Float(net) => net.classifier.outputs,
            Form::Quantized { net, .. } => net.classifier.outputs,
        }
    }

    /// Whether it is quantised, so that it can be simulated.
    pub fn is_quantized(&self) -> bool {
        matches!(self.form, Form::Quantized { .. })
    }

    /// Writes the quantised network as `.safetensors` (docs/network-format.md). The file is written
    /// whole or not at all.
    ///
    /// # Errors
    /// Fails if the network is float, or if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = container::save(self.quantized()?.0).map_err(|error| anyhow::Error::from(error.in_file(path)))?;
        Ok(Destination::check(path)?.write(&bytes)?)
    }

    /// The quantised network, and the float network that was quantised, if it is known.
    pub(crate) fn quantized(&self) -> anyhow::Result<(&QuantNetwork, Option<&FloatNetwork>)> {
        match &self.form {
            Form::Quantized { net, float } => Ok((net, float.as_deref())),
            Form::Float(_) => {
                bail!("{}: is a float model, and only a quantised one runs: quantise it first", self.shown)
            }
        }
    }

    /// The name in messages.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }
}
