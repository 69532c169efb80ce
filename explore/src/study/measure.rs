//! Measures images, blocks and convolutions.

use anyhow::{Context, Result};
use lcsim_input::Image;
use lcsim_report::parallel;
use lcsim_sim::{Costs, Mode, Outcome, Simulator};
use lcsim_spec::progress::Progress;
use lcsim_spec::report::LayerKind;
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use serde::Serialize;

/// The results of one image.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// The number of the image in the data.
    pub image: usize,
    /// The label of the image.
    pub label: usize,
    /// The class that the network predicts.
    pub class: usize,
    /// The cycles that the image took.
    pub cycles: u64,
    /// The MACs of convolutions and classifier.
    pub macs: u64,
}

/// The results of a block with an L-Net.
#[derive(Debug, Clone, Serialize)]
pub struct Block {
    /// The name of the L-Net.
    pub lnet: String,
    /// The share of images that skip its branch.
    pub skip_rate: f64,
}

/// The results of a convolution with a C-Net.
#[derive(Debug, Clone, Serialize)]
pub struct Layer {
    /// Name of the convolution.
    pub conv: String,
    /// The number of its output channels.
    pub channels: usize,
    /// For each class: the mean number of computed channels over its images. An image that skips
    /// the branch counts as 0. `None` for a class without images.
    pub computed: Vec<Option<f64>>,
}

/// The results of a study.
#[derive(Debug, Serialize)]
pub struct Study {
    /// Name of the network.
    pub model: String,
    /// Scores below it counted as 0.
    pub threshold: f64,
    /// Name of the accelerator.
    pub accelerator: String,
    /// Name of the data.
    pub data: String,
    /// The names of the classes, or their numbers.
    pub classes: Vec<String>,
    /// The cycles of the same network without gates. They are the same for every image.
    pub cycles_ungated: u64,
    /// Blocks with an L-Net, in the order of execution.
    pub blocks: Vec<Block>,
    /// Convolutions with a C-Net, in the order of execution.
    pub layers: Vec<Layer>,
    /// All images, in the order of the data.
    pub images: Vec<Record>,
}

/// The network, accelerator and images of a study.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The network.
    pub net: &'a QuantNetwork,
    /// The accelerator.
    pub config: &'a AcceleratorConfig,
    /// Name of the data.
    pub data: String,
    /// The number of the first image in the data.
    pub first: usize,
    /// The images, at least one.
    pub images: &'a [Image],
    /// The names of the classes, or their numbers.
    pub classes: Vec<String>,
}

impl Study {
    /// Simulates every image.
    ///
    /// # Errors
    /// Fails if the network does not fit the accelerator, or if `progress` stops the work.
    pub fn measure(setting: &Setting, progress: &dyn Progress) -> Result<Self> {
        let (net, images) = (setting.net, setting.images);
        let context = || format!("{} on {}", net.name, setting.config.name);
        let gated = Simulator::new(net, setting.config).with_context(context)?;
        let ungated = Simulator::new(&net.ungated(), setting.config).with_context(context)?;
        gated.expect_memory(parallel::at_a_time(images.len()))?;
        let quantized = |i: usize| net.input.quantize_image(&images[i].pixels);
        let run = |i: usize| gated.run(&quantized(i), Mode::Gated);
        let outcomes = parallel::images(images.len(), progress, run).context("nothing was written")?;
        let mut costs = Costs::none(&gated);
        outcomes.iter().for_each(|outcome| costs.add(&gated, outcome));
        let record = |(i, outcome): (usize, &Outcome)| Record {
            image: setting.first + i,
            label: images[i].label,
            class: outcome.class,
            cycles: outcome.cycles,
            macs: costs.image_macs[i],
        };
        Ok(Self {
            model: net.name.clone(),
            threshold: net.threshold().to_num(),
            accelerator: setting.config.name.clone(),
            data: setting.data.clone(),
            classes: setting.classes.clone(),
            cycles_ungated: ungated.forced_open(&quantized(0)).cycles,
            blocks: blocks(&gated, &outcomes),
            layers: layers(&gated, &outcomes, images, setting.classes.len()),
            images: outcomes.iter().enumerate().map(record).collect(),
        })
    }

    /// The number of images of each class.
    pub(super) fn images_of_classes(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        self.images.iter().for_each(|record| counts[record.label] += 1);
        counts
    }

    /// Describes what a picture shows.
    pub fn caption(&self) -> String {
        let threshold = crate::curve::suffix(self.threshold);
        format!("{}{threshold} on {}, {} images of {}", self.model, self.accelerator, self.images.len(), self.data)
    }
}

fn blocks(gated: &Simulator, outcomes: &[Outcome]) -> Vec<Block> {
    let layers = gated.program().layers.iter().enumerate().filter(|(_, layer)| layer.kind == LayerKind::LNet);
    layers
        .map(|(i, layer)| {
            let skips = outcomes.iter().filter(|outcome| outcome.layers[i].skips).count();
            Block { lnet: layer.name.clone(), skip_rate: skips as f64 / outcomes.len() as f64 }
        })
        .collect()
}

fn layers(gated: &Simulator, outcomes: &[Outcome], images: &[Image], classes: usize) -> Vec<Layer> {
    let program = gated.program();
    let with_cnet = program.convs.iter().filter(|job| job.outputs.is_some());
    with_cnet
        .map(|job| {
            let of_class = |class: usize| {
                let live: Vec<u64> = (images.iter().zip(outcomes))
                    .filter(|(image, _)| image.label == class)
                    .map(|(_, outcome)| outcome.layers[job.layer.index()].live)
                    .collect();
                (!live.is_empty()).then(|| live.iter().sum::<u64>() as f64 / live.len() as f64)
            };
            let layer = program.layer(job.layer);
            Layer { conv: layer.name.clone(), channels: layer.channels, computed: (0..classes).map(of_class).collect() }
        })
        .collect()
}
