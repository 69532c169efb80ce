//! Computes max pooling in integers. It compares the stored values, before their ReLU.

use super::maxima;
use crate::integer::Map;
use crate::operators::pooling::Integer;
use lcsim_spec::{MaxPool, Windows};

impl Integer for MaxPool {
    fn infer(&self, windows: &Windows, x: &Map) -> Vec<i8> {
        maxima(windows, &x.stored)
    }
}
