//! A pooling layer: its windows, and the function that it computes of each window.
//!
//! ```
//! use lcsim_spec::{MaxPool, Pool, Pooling, Shape, Windows};
//!
//! let input = Shape { channels: 4, height: 8, width: 8 };
//! let output = Shape { channels: 4, height: 4, width: 4 };
//! let windows = Windows { input, output, kernel: [2, 2], stride: [2, 2], pad: [0, 0] };
//! let pool = Pool { name: "pool".to_owned(), windows, pooling: Pooling::Max(MaxPool) };
//! assert_eq!(pool.check(input)?, output);
//! assert!(pool.check(output).is_err(), "the map has to be the one that the windows are on");
//! # Ok::<(), lcsim_spec::NetworkError>(())
//! ```

use super::pooling::Pools;
use crate::require::{NetworkError, check_windows, layer, require};
use crate::shape::{Shape, Windows};

/// A pooling layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Unique name.
    pub name: String,
    /// The windows. The output has as many channels as the input.
    pub windows: Windows,
    /// The function of each window.
    pub pooling: Pooling,
}

/// Calls the macro `$to` with the table of poolings: the variant, the type of its room, and its
/// description. Each crate makes its own edge from the table.
#[macro_export]
macro_rules! poolings {
    ($to:ident) => {
        $to! {
            Max(super::max_pool::MaxPool) "The maximum."
            Average(super::average_pool::AveragePool) "The mean."
        }
    };
}

macro_rules! define {
    ($($name:ident($room:ty) $what:literal)*) => {
        /// The function that a pooling computes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Pooling {
            $(#[doc = $what] $name($room),)*
        }

        impl Pooling {
            /// The pooling's own room.
            pub fn room(&self) -> &dyn Pools {
                match self {
                    $(Self::$name(room) => room,)*
                }
            }
        }
    };
}

poolings!(define);

impl Pool {
    /// Checks that the layer reads a map of shape `input`, and that each window contains at least
    /// one pixel of the map. Returns the shape of the output.
    ///
    /// # Errors
    /// Names the property that is wrong.
    pub fn check(&self, input: Shape) -> Result<Shape, NetworkError> {
        let (item, windows) = (layer(&self.name), &self.windows);
        check_windows(&item, windows, input)?;
        let output = windows.output;
        require(&item, "output channels", input.channels, output.channels)?;
        for (axis, last) in [output.height - 1, output.width - 1].into_iter().enumerate() {
            if windows.window(axis, last).is_empty() {
                let expected = format!("windows with a pixel of the input map, {input}");
                return Err(NetworkError::new(item, "output shape", expected, output));
            }
        }
        self.pooling.room().check(&item, windows)?;
        Ok(output)
    }
}
