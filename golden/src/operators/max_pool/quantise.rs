//! Quantises max pooling. Its output consists of values of its input, so both have the same scale.

use crate::operators::pooling::Quantise;
use lcsim_spec::MaxPool;

impl Quantise for MaxPool {
    fn scale(&self, of_input: f64) -> f64 {
        of_input
    }
}
