//! Calibration: runs the float network on some images.

use super::seen::Seen;
use crate::float::{self, Activations};
use crate::model::Network;
use crate::operators;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Runs all images, and merges their histograms.
pub(super) fn calibrate(net: &Network, images: &[Vec<u8>], done: &(dyn Fn() + Sync)) -> Seen {
    let relu: BTreeMap<&str, Option<f32>> = net.layers.iter().flat_map(operators::relus).collect();
    let observe = |mut all: Seen, (i, image): (usize, &Vec<u8>)| {
        let Activations { maps, inputs, .. } = match float::run(net, &float::normalize(net, image)) {
            Ok(activations) => activations,
            Err(overflow) => {
                all.overflow.get_or_insert((i, overflow));
                return all;
            }
        };
        for (name, values) in maps {
            let relu = relu.get(name.as_str()).copied().flatten();
            let seen = values.iter().map(|&v| relu.map_or(v.abs(), |max| v.clamp(0.0, max)));
            all.ranges.entry(name).or_default().add(seen);
        }
        for (layer, inputs) in inputs {
            all.add_inputs(layer, &inputs);
        }
        done();
        all
    };
    images.par_iter().enumerate().fold(Seen::default, observe).reduce(Seen::default, Seen::merge)
}
