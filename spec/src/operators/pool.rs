//! A pooling of a network: its windows, and what is computed of each.

use super::pooling::Pools;
use crate::require::{NetworkError, check_windows, layer, require};
use crate::shape::{Shape, Windows};

/// A pooling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Unique name.
    pub name: String,
    /// Its windows; the output has as many channels as the input.
    pub windows: Windows,
    /// What is computed of each window.
    pub pooling: Pooling,
}

/// Hands the table of poolings to the macro `$to`: one line each, with its name, the type of its room,
/// and what it gives of each window. Each crate makes its edge of it.
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
        /// Which pooling.
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
    /// Checks that it reads a map of shape `input`, and that each of its windows has a pixel of it;
    /// gives the shape of its output.
    ///
    /// # Errors
    /// Names what is wrong.
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
