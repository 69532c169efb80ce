//! Finds where a quantised network and its float model differ most: which images, and which gates.
//!
//! ```
//! use lcsim_golden::float::Activations;
//! use lcsim_report::differences::Differences;
//! use lcsim_spec::Trace;
//! # let net = lcsim_tests::tiny::network(
//! #     lcsim_tests::tiny::conv("stem", lcsim_tests::tiny::shape(1, 4, 4), 2, 3),
//! #     vec![],
//! #     3,
//! # );
//!
//! let float = Activations { logits: vec![1.0, 2.5, 0.0], ..Activations::default() };
//! let integer = Trace { gates: vec![], maps: vec![], logits: vec![3, 2, 0] };
//! let mut differences = Differences::none(&net);
//! differences.add(&net, 0, 1, &float, &integer); // a step of a logit is 1.0
//! let image = &differences.images()[0];
//! assert_eq!((image.float_class, image.integer_class, image.logit_difference), (1, 0, 2.0));
//! ```

use lcsim_golden::float::Activations;
use lcsim_spec::{QuantNetwork, Score, Trace};
use serde::Serialize;

/// The number of images that are shown.
const SHOWN: usize = 5;

/// The differences of one image.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImageDifference {
    /// The number of the image in the data.
    pub image: usize,
    /// The label of the image.
    pub label: usize,
    /// The class that the float model predicts.
    pub float_class: usize,
    /// The class that the quantised model predicts.
    pub integer_class: usize,
    /// The largest difference of a logit.
    pub logit_difference: f64,
    /// Blocks and channels that one model computes and the other skips. Only gates that both models
    /// evaluate count.
    pub differing_decisions: u64,
}

/// The differences of one gate, over all images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GateDifference {
    /// The name of the gate.
    pub gate: String,
    /// The number of images for which both models evaluate the gate. If one of them skips the
    /// gate's block, the gate is not compared.
    pub images: u64,
    /// The number of compared scores: for each of these images one for each output.
    pub decisions: u64,
    /// The number of compared scores of which one is 0 and the other is not.
    pub differing_decisions: u64,
    /// The largest difference of a score.
    pub score_difference: f64,
    /// The image that has this difference.
    pub image: Option<usize>,
}

/// The differences of the images that were added so far.
#[derive(Debug, Clone)]
pub struct Differences {
    images: Vec<ImageDifference>,
    gates: Vec<GateDifference>,
}

impl Differences {
    /// The differences before any image was added.
    pub fn none(net: &QuantNetwork) -> Self {
        let gate = |name: &str| GateDifference {
            gate: name.into(),
            images: 0,
            decisions: 0,
            differing_decisions: 0,
            score_difference: 0.0,
            image: None,
        };
        Self { images: vec![], gates: net.gates().map(|(g, _)| gate(g.name())).collect() }
    }

    /// Adds an image. `image` is its number in the data.
    pub fn add(&mut self, net: &QuantNetwork, image: usize, label: usize, float: &Activations, integer: &Trace) {
        let logits = integer.logits.iter().map(|&v| f64::from(v) * f64::from(net.logit_scale));
        let logit_difference = largest(logits.zip(&float.logits).map(|(q, f)| q - f64::from(*f)));
        let mut differing_decisions = 0;
        for gate in &mut self.gates {
            let q = integer.gates.iter().find(|d| d.gate == gate.gate);
            let f = float.scores.iter().find(|(name, _)| *name == gate.gate);
            let (Some(q), Some((_, f))) = (q, f) else { continue };
            let differing = q.scores.iter().zip(f).filter(|(q, f)| (**q > Score::ZERO) != (**f > 0.0)).count() as u64;
            let difference = largest(q.scores.iter().zip(f).map(|(q, f)| q.to_num::<f64>() - f64::from(*f)));
            gate.images += 1;
            gate.decisions += f.len() as u64;
            gate.differing_decisions += differing;
            gate.larger(difference, Some(image));
            differing_decisions += differing;
        }
        self.images.push(ImageDifference {
            image,
            label,
            float_class: float.class(),
            integer_class: integer.class(),
            logit_difference,
            differing_decisions,
        });
    }

    /// Adds the images that follow those of `self`.
    pub fn append(&mut self, later: Self) {
        self.images.extend(later.images);
        for (gate, other) in self.gates.iter_mut().zip(later.gates) {
            gate.images += other.images;
            gate.decisions += other.decisions;
            gate.differing_decisions += other.differing_decisions;
            gate.larger(other.score_difference, other.image);
        }
    }

    /// The images whose logits differ most; of equal ones, the first.
    pub fn images(&self) -> Vec<ImageDifference> {
        let mut images = self.images.clone();
        images.sort_by(|a, b| b.logit_difference.total_cmp(&a.logit_difference));
        images.truncate(SHOWN);
        images
    }

    /// All gates. Those with the most differing decisions come first; among equal ones, those with
    /// the largest difference of a score.
    pub fn gates(&self) -> Vec<GateDifference> {
        let mut gates = self.gates.clone();
        gates.sort_by(|a, b| {
            let decisions = b.differing_decisions.cmp(&a.differing_decisions);
            decisions.then(b.score_difference.total_cmp(&a.score_difference))
        });
        gates
    }
}

impl GateDifference {
    fn larger(&mut self, difference: f64, image: Option<usize>) {
        if difference > self.score_difference {
            (self.score_difference, self.image) = (difference, image);
        }
    }
}

fn largest(differences: impl Iterator<Item = f64>) -> f64 {
    differences.map(f64::abs).fold(0.0, f64::max)
}

/// Formats both as tables for people: the images, and the same number of gates.
pub fn text(images: &[ImageDifference], gates: &[GateDifference]) -> String {
    let mut table = crate::table::plain(&[
        "image",
        "label",
        "float",
        "quantised",
        "largest difference\nof a logit",
        "differing\ndecisions",
    ]);
    for i in images {
        let [image, label, float, integer] = [i.image, i.label, i.float_class, i.integer_class].map(|n| n.to_string());
        let (logit, decisions) = (difference(i.logit_difference), i.differing_decisions.to_string());
        table.add_row([image, label, float, integer, logit, decisions]);
    }
    let mut text = format!("images that differ most\n{table}\n");
    if !gates.is_empty() {
        let header = ["gate", "images", "differing\ndecisions", "of", "largest difference\nof a score", "of image"];
        let mut table = crate::table::plain(&header);
        for g in gates.iter().take(SHOWN) {
            let image = g.image.map_or_else(|| "-".into(), |i| i.to_string());
            let [images, differing, of] = [g.images, g.differing_decisions, g.decisions].map(lcsim_output::text::count);
            table.add_row([
                lcsim_spec::escape::printable(&g.gate).into_owned(),
                images,
                differing,
                of,
                format!("{:.6}", g.score_difference),
                image,
            ]);
        }
        text += &format!("\ngates that differ most, of {}\n{table}\n", gates.len());
    }
    text
}

/// Formats a difference of logits. A very large one is in scientific notation.
fn difference(x: f64) -> String {
    if x < 1e6 { format!("{x:.4}") } else { format!("{x:.2e}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lcsim_input::load;
    use lcsim_spec::GateDecision;

    #[test]
    fn what_differs_most_comes_first() {
        let net = load::embedded_model().expect("embedded");
        let gates: Vec<String> = net.gates().map(|(f, _)| f.name().into()).collect();
        let integer = |logits: Vec<i32>| Trace {
            gates: vec![
                GateDecision { gate: gates[0].clone(), scores: vec![Score::ONE] },
                GateDecision { gate: gates[1].clone(), scores: vec![Score::ZERO, Score::from_num(0.5)] },
            ],
            maps: vec![],
            logits,
        };
        let float = |second: [f32; 2]| Activations {
            maps: vec![],
            scores: vec![(gates[0].clone(), vec![0.75]), (gates[1].clone(), second.to_vec())],
            inputs: vec![],
            logits: vec![0.0, 1.0],
            macs: 0,
        };
        let mut all = Differences::none(&net);
        all.add(&net, 10, 3, &float([0.0, 0.5]), &integer(vec![0, 0]));
        let mut later = Differences::none(&net);
        later.add(&net, 11, 3, &float([0.125, 0.0]), &integer(vec![0, -1000]));
        all.append(later);
        let scale = f64::from(net.logit_scale);
        let [first, second] = &all.images()[..] else { panic!("two images") };
        assert_eq!((first.image, second.image), (11, 10));
        assert_eq!((first.logit_difference, second.logit_difference), (1.0 + 1000.0 * scale, 1.0));
        assert_eq!((first.float_class, first.integer_class, first.differing_decisions), (1, 0, 2));
        let ranked = all.gates();
        let figures = |g: &GateDifference| (g.images, g.decisions, g.differing_decisions, g.score_difference, g.image);
        assert_eq!((&ranked[0].gate, figures(&ranked[0])), (&gates[1], (2, 4, 2, 0.5, Some(11))));
        assert_eq!((&ranked[1].gate, figures(&ranked[1])), (&gates[0], (2, 2, 0, 0.25, Some(10))));
        assert_eq!(figures(&ranked[2]), (0, 0, 0, 0.0, None));
    }
}
