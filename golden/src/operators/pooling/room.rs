//! The faces of a pooling.

use crate::integer::Map;
use lcsim_spec::{Pooling, Windows};

/// In floats.
pub(crate) trait Float {
    /// The output map of a map `[channel][row][column]`.
    fn compute(&self, windows: &Windows, x: &[f32]) -> Vec<f32>;
}

/// In integers.
pub(crate) trait Integer {
    /// The stored values of the output map.
    fn infer(&self, windows: &Windows, x: &Map) -> Vec<i8>;
}

/// As a part of a network that is quantised.
pub(crate) trait Quantise {
    /// The scale of the output map, where that of the input map is `of_input`. Blocks behind it add
    /// to the output map.
    fn scale(&self, of_input: f64) -> f64;
}

/// A pooling.
pub(crate) trait Room: Float + Integer + Quantise {}
impl<P: Float + Integer + Quantise> Room for P {}

/// The room of a pooling.
pub(crate) fn room(pooling: &Pooling) -> &dyn Room {
    macro_rules! edge {
        ($($name:ident($room:ty) $what:literal)*) => {
            match pooling {
                $(Pooling::$name(room) => room,)*
            }
        };
    }
    lcsim_spec::poolings!(edge)
}
