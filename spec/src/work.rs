//! Limits on the time and the memory that one image may need. Without them, a file of a few bytes
//! could describe windows and maps of any size.
//!
//! ```
//! use lcsim_spec::work::expect_memory;
//!
//! expect_memory("a map", 1 << 20)?;
//! let error = expect_memory("a map", u64::MAX).unwrap_err();
//! assert_eq!(error.what, "a map");
//! # Ok::<(), lcsim_spec::work::OutOfMemory>(())
//! ```

use crate::escape::count;
use crate::network::Layer;
use crate::operators::convolution::Convolution;
use crate::require::{NetworkError, layer};
use thiserror::Error;

/// The largest number of multiply-accumulates of an image. A ResNet-101 for ImageNet has 2^33.
pub const MACS_MAX: u64 = 1 << 40;
/// The largest number of pixels in all pooling windows together, inside the map or outside. Each
/// pixel takes one cycle. A ResNet for ImageNet has 2^23.
pub const WINDOW_PIXELS_MAX: u64 = 1 << 34;

/// The work of the layers of a network that were added so far.
#[derive(Debug, Default)]
pub struct Work {
    macs: u64,
    window_pixels: u64,
}

impl Work {
    /// Adds the work of a layer whose shapes and lengths agree.
    ///
    /// # Errors
    /// Fails if the network then exceeds a limit.
    pub fn add<C: Convolution, F>(&mut self, of: &Layer<C, F>) -> Result<(), NetworkError> {
        for c in of.convs() {
            let macs = c.lengths()[0] as u64 * c.windows().output.pixels() as u64;
            let what = "multiply-accumulates of an image, with the layers before this one";
            add(&mut self.macs, macs, MACS_MAX, c.name(), what)?;
        }
        if let Layer::Pool(p) = of {
            let pixels = p.windows.output.len() as u64 * p.windows.taps() as u64;
            let what = "pixels in all windows of poolings, with the layers before this one";
            add(&mut self.window_pixels, pixels, WINDOW_PIXELS_MAX, &p.name, what)?;
        }
        Ok(())
    }
}

fn add(sum: &mut u64, more: u64, most: u64, name: &str, what: &'static str) -> Result<(), NetworkError> {
    *sum = sum.saturating_add(more);
    if *sum <= most {
        return Ok(());
    }
    Err(NetworkError::new(layer(name), what, format!("at most {}", count(most)), count(*sum)))
}

/// The system cannot give the memory for something whose size is known in advance.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("expected {} bytes of free memory for {what}, found less", count(*bytes))]
pub struct OutOfMemory {
    /// The purpose of the memory, for messages.
    pub what: String,
    /// The size of the request in bytes.
    pub bytes: u64,
}

/// Requests this number of bytes from the system and returns them at once. If this request fails,
/// the caller gets an error; a failed allocation later would end the process.
///
/// # Errors
/// Fails if the system does not give the memory.
pub fn expect_memory(what: impl Into<String>, bytes: u64) -> Result<(), OutOfMemory> {
    let asked = usize::try_from(bytes).ok().is_some_and(|bytes| Vec::<u8>::new().try_reserve_exact(bytes).is_ok());
    if asked { Ok(()) } else { Err(OutOfMemory { what: what.into(), bytes }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_summed_over_the_layers() {
        let mut sum = MACS_MAX - 1;
        add(&mut sum, 1, MACS_MAX, "b", "MACs").expect("within");
        let error = add(&mut sum, 1, MACS_MAX, "c", "MACs").expect_err("beyond").to_string();
        assert_eq!(error, "layer `c`: MACs: expected at most 1,099,511,627,776, found 1,099,511,627,777");
        add(&mut sum, u64::MAX, MACS_MAX, "d", "MACs").expect_err("beyond, and no overflow");
    }

    #[test]
    fn memory_that_no_machine_has_is_an_error() {
        expect_memory("a map", 1 << 10).expect("there");
        let error = expect_memory("a map", 1 << 62).expect_err("not there").to_string();
        assert!(error.contains("bytes of free memory for a map"), "{error}");
    }
}
