//! Computes average pooling in floats.

use super::averages;
use crate::operators::pooling::Float;
use lcsim_spec::Windows;
use lcsim_spec::operators::average_pool::AveragePool;

impl Float for AveragePool {
    fn compute(&self, windows: &Windows, x: &[f32]) -> Vec<f32> {
        let relu = |value: f32| if self.relu { value.max(0.0) } else { value };
        averages(self, windows, x, |sum: f32, divisor| relu(sum / divisor as f32))
    }
}
