//! What the gates of one network do, image by image: the figures behind `lcsim plot`.

mod blocks;
mod channels;
mod cycles;
mod extremes;

pub use blocks::Blocks;
pub use channels::Channels;
pub use cycles::Cycles;
pub use extremes::{Extremes, SHOWN};

use anyhow::{Context, Result};
use lcsim_input::Image;
use lcsim_report::parallel;
use lcsim_sim::{Costs, Mode, Outcome, Simulator};
use lcsim_spec::progress::Progress;
use lcsim_spec::report::LayerKind;
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use serde::Serialize;

/// One image.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// Its number in the data.
    pub image: usize,
    /// Its label.
    pub label: usize,
    /// The class that the network predicts.
    pub class: usize,
    /// Cycles it took.
    pub cycles: u64,
    /// MACs of convolutions and classifier.
    pub macs: u64,
}

/// A block with an L-Net.
#[derive(Debug, Clone, Serialize)]
pub struct Block {
    /// Name of the L-Net.
    pub lnet: String,
    /// Share of the images that skip its branch.
    pub skip_rate: f64,
}

/// A convolution with a C-Net.
#[derive(Debug, Clone, Serialize)]
pub struct Layer {
    /// Name of the convolution.
    pub conv: String,
    /// Its output channels.
    pub channels: usize,
    /// For each class, mean over its images of the channels computed, none where the branch was
    /// skipped; nothing for a class without images.
    pub computed: Vec<Option<f64>>,
}

/// What was measured.
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
    /// Names of the classes, or their numbers.
    pub classes: Vec<String>,
    /// Cycles of the same network without gates, the same for every image.
    pub cycles_ungated: u64,
    /// In order of execution.
    pub blocks: Vec<Block>,
    /// In order of execution.
    pub layers: Vec<Layer>,
    /// In the order of the data.
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
    /// Number of the first image in the data.
    pub first: usize,
    /// The images, at least one.
    pub images: &'a [Image],
    /// Names of the classes, or their numbers.
    pub classes: Vec<String>,
}

impl Study {
    /// Simulates every image, with a progress bar if `bar` is set.
    ///
    /// # Errors
    /// The network does not fit the accelerator; the user stopped the work.
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

    /// How many images each class has.
    fn images_of_classes(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        self.images.iter().for_each(|record| counts[record.label] += 1);
        counts
    }

    /// Says what a picture shows.
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

#[cfg(test)]
mod tests {
    use super::*;
    use lcsim_report::draw::{Picture, png, svg};
    use lcsim_spec::Shape;

    /// Images of 1 pixel, with these cycles; every third is taken for another class.
    fn study(cycles: &[u64]) -> Study {
        let record = |(image, &cycles): (usize, &u64)| Record {
            image,
            label: image % 2,
            class: if image % 3 == 0 { 1 - image % 2 } else { image % 2 },
            cycles,
            macs: 1,
        };
        Study {
            model: "net".into(),
            threshold: 0.0,
            accelerator: "8x8".into(),
            data: "some".into(),
            classes: vec!["a & b".into(), "c".into()],
            cycles_ungated: 1000,
            blocks: vec![Block { lnet: "l".into(), skip_rate: 0.25 }],
            layers: vec![Layer {
                conv: "a name that is much too long/conv".into(),
                channels: 8,
                computed: vec![Some(2.5), None],
            }],
            images: cycles.iter().enumerate().map(record).collect(),
        }
    }

    #[test]
    fn every_image_is_in_one_bin() {
        for cycles in [vec![5; 7], vec![100, 139, 140, 140, 900], (0..1000).collect()] {
            let study = study(&cycles);
            let (low, width, bins) = Cycles(&study).bins();
            let wrong = study.images.iter().filter(|r| r.class != r.label).count();
            let sum = |n: usize| bins.iter().map(|b| b[n]).sum::<usize>();
            assert_eq!((sum(0), sum(1)), (cycles.len() - wrong, wrong));
            assert!(
                bins[0][0] + bins[0][1] > 0 && low == cycles.iter().copied().min().unwrap_or(0) as f64 && width >= 1.0
            );
        }
    }

    #[test]
    fn the_cheapest_and_the_dearest_are_chosen_in_order() {
        let study = study(&(0..40).map(|i| 100 + (i * 7) % 40).collect::<Vec<u64>>());
        let images: Vec<Image> = (0..40).map(|_| Image { pixels: vec![9], label: 0 }).collect();
        let extremes = Extremes { study: &study, images: &images, shape: Shape { channels: 1, height: 1, width: 1 } };
        let [easy, hard] =
            extremes.chosen().map(|chosen| chosen.iter().map(|i| study.images[*i].cycles).collect::<Vec<_>>());
        assert_eq!(easy, (100..112).collect::<Vec<u64>>());
        assert_eq!(hard, (128..140).rev().collect::<Vec<u64>>());
        assert!(png(&extremes).expect("drawn").starts_with(b"\x89PNG"));
    }

    #[test]
    fn pictures_name_what_they_show() {
        let study = study(&[100, 200, 200, 300]);
        let drawn =
            [svg(&Cycles(&study)), svg(&Blocks(&study)), svg(&Channels(&study))].map(|text| text.expect("drawn"));
        assert!(drawn.iter().all(|text| text.contains("net on 8x8, 4 images of some")));
        assert!(drawn[0].contains("mean: 200") && drawn[0].contains("without gates: 1,000"));
        assert!(drawn[1].contains("25.0"));
        for word in ["a &amp; b", "2.5", "of 8", "is much too long/conv"] {
            assert!(drawn[2].contains(word), "{word}");
        }
    }

    /// `layers` convolutions of 8 channels, and classes whose images compute as many channels as
    /// their number, modulo 8.
    fn large(layers: usize, classes: usize) -> Study {
        let images = (0..classes).map(|image| Record { image, label: image, class: image, cycles: 100, macs: 1 });
        let layer = |n: usize| Layer {
            conv: format!("layer {n}"),
            channels: 8,
            computed: (0..classes).map(|class| Some((class % 8) as f64)).collect(),
        };
        let block = |n: usize| Block { lnet: format!("lnet {n}"), skip_rate: 0.25 };
        Study {
            classes: (0..classes).map(|class| format!("class with a long name {class}")).collect(),
            layers: (0..layers).map(layer).collect(),
            blocks: (0..layers).map(block).collect(),
            images: images.collect(),
            ..study(&[])
        }
    }

    #[test]
    fn a_picture_of_many_classes_and_layers_is_bounded_and_says_what_it_merges() {
        let small = large(20, 10);
        let text = svg(&Channels(&small)).expect("drawn");
        assert!(!text.contains("plot.json") && text.contains("layer 19"), "all fit");
        let study = large(200, 1000);
        let channels = Channels(&study);
        let (width, height) = channels.size();
        assert!(width < 2400 && height < 2000, "{width}x{height}");
        let columns = channels.columns();
        assert!(columns.windows(2).all(|two| two[0].end == two[1].start), "{columns:?}");
        assert_eq!((columns[0].start, columns[columns.len() - 1].end), (0, 1000));
        let text = svg(&channels).expect("drawn");
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let texts: Vec<(f64, f64, &str)> = (document.descendants().filter(|n| n.has_tag_name("text")))
            .map(|n| {
                let number = |name| n.attribute(name).and_then(|v| v.parse().ok()).expect("a number");
                (number("x"), number("y"), n.text().unwrap_or_default().trim())
            })
            .collect();
        assert!(
            texts.iter().any(|t| t.2 == "28 classes to a column, one of 4 convolutions; plot.json has all of them")
        );
        assert!(texts.iter().any(|t| t.2 == "0-27") && texts.iter().any(|t| t.2 == "layer 196"), "{texts:?}");
        // Of classes 0 to 27, 4 have each number from 0 to 3, and 3 each from 4 to 7.
        assert!(texts.iter().any(|t| t.2 == format!("{:.1}", (4.0 * 6.0 + 3.0 * 22.0) / 28.0)));
        // No text covers the next on its line.
        let mut heads: Vec<_> = texts.iter().filter(|t| t.2.contains('-')).collect();
        heads.sort_by(|a, b| a.0.total_cmp(&b.0));
        let clear = |a: &(f64, f64, &str), b: &(f64, f64, &str)| {
            b.0 - a.0 > f64::from(lcsim_report::draw::width(a.2, 12) + lcsim_report::draw::width(b.2, 12)) / 2.0
        };
        assert!(heads.windows(2).all(|two| clear(two[0], two[1])), "{heads:?}");
        svg(&Blocks(&study)).expect("drawn");
    }
}
