//! Quantises average pooling. An average is never beyond the values that it averages, so the scale
//! stays the same.

use crate::operators::pooling::Quantise;
use lcsim_spec::operators::average_pool::AveragePool;

impl Quantise for AveragePool {
    fn scale(&self, of_input: f64) -> f64 {
        of_input
    }
}
