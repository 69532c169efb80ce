//! The interface of a pooling's room.

use crate::integer::Map;
use lcsim_spec::{Pooling, Windows};

/// The face for floats.
pub(crate) trait Float {
    /// Computes the output map from a map `[channel][row][column]`.
    fn compute(&self, windows: &Windows, x: &[f32]) -> Vec<f32>;
}

/// The face for integers.
pub(crate) trait Integer {
    /// Computes the stored values of the output map.
    fn infer(&self, windows: &Windows, x: &Map) -> Vec<i8>;
}

/// The face for quantisation.
pub(crate) trait Quantise {
    /// The scale of the output map, if the input map has the scale `of_input`. Later blocks add to
    /// the output map.
    fn scale(&self, of_input: f64) -> f64;
}

/// All faces of a pooling.
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
