//! The operators that networks are made of, a room each.
//!
//! A room is a module of this name in each crate that has to know the operator: `golden` (how it is
//! imported, computed in floats and integers, and quantised), `sim` (both engines and what they
//! count), `hdl` (the unit, or the refusal). `tests/tests/rooms.rs` walks over
//! [`Operator::ALL`] and names what is missing.

pub mod average_pool;
pub mod convolution;
pub mod depthwise;
pub mod gate;
pub mod image;
pub mod max_pool;
mod parameters;
pub mod pool;
pub mod pooling;

/// One line an operator: its name, the name of its room, what it is.
macro_rules! operators {
    ($($name:ident $room:literal $what:literal)*) => {
        /// An operator.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operator {
            $(#[doc = $what] $name,)*
        }

        impl Operator {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name of its room.
            pub fn room(self) -> &'static str {
                match self {
                    $(Self::$name => $room,)*
                }
            }
        }
    };
}

operators! {
    Image "image" "The image port writes the image to the scratch memory."
    Convolution "convolution" "The array computes a convolution."
    Depthwise "depthwise" "The array computes a convolution whose output channels each read one input channel."
    MaxPool "max_pool" "The largest value of each window of a map."
    AveragePool "average_pool" "The mean of each window of a map."
    Gate "gate" "The gate unit computes fully connected layers on a pooled map."
    Move "moves" "Rows of maps move between the memories and DRAM. (`move` is a word of Rust's.)"
}
