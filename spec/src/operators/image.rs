//! The image, which the image port writes to the scratch memory.
//!
//! ```
//! use lcsim_spec::{InputSpec, Shape};
//!
//! let shape = Shape { channels: 1, height: 1, width: 2 };
//! let input = InputSpec { shape, mean: vec![0.5], std: vec![0.25], scale: 1.0 / 50.0 };
//! assert_eq!(input.normalize(255, 0), 2.0);
//! assert_eq!(input.quantize_image(&[0, 255]), [-100, 100]);
//! ```

use crate::shape::Shape;

/// The shape of an image, and how its bytes become the `i8` that the first layer reads: `q =
/// round(((p / 255 - mean) / std) / scale)`, saturated to `i8`.
#[derive(Debug, Clone, PartialEq)]
pub struct InputSpec {
    /// Shape of an image.
    pub shape: Shape,
    /// One mean for each channel, of pixels in [0, 1].
    pub mean: Vec<f32>,
    /// One standard deviation for each channel, of pixels in [0, 1].
    pub std: Vec<f32>,
    /// The real value of one step of the `i8`.
    pub scale: f32,
}

impl InputSpec {
    /// The real value that the network reads for byte `p` of channel `c`.
    pub fn normalize(&self, p: u8, c: usize) -> f32 {
        (f32::from(p) / 255.0 - self.mean[c]) / self.std[c]
    }
    /// The `i8` that the accelerator reads for byte `p` of channel `c`.
    pub fn quantize(&self, p: u8, c: usize) -> i8 {
        (self.normalize(p, c) / self.scale).round().clamp(-128.0, 127.0) as i8
    }
    /// Converts a whole image, given as bytes channel by channel, to the `i8` that the accelerator
    /// reads.
    pub fn quantize_image(&self, image: &[u8]) -> Vec<i8> {
        let pixels = self.shape.pixels();
        image.iter().enumerate().map(|(i, &p)| self.quantize(p, i / pixels)).collect()
    }
}
