//! Computes max pooling in floats.

use super::maxima;
use crate::operators::pooling::Float;
use lcsim_spec::{MaxPool, Windows};

impl Float for MaxPool {
    fn compute(&self, windows: &Windows, x: &[f32]) -> Vec<f32> {
        maxima(windows, x)
    }
}
