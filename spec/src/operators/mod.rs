//! The operators that networks are made of, one module each.
//!
//! ```
//! use lcsim_spec::operators::Operator;
//!
//! assert!(Operator::ALL.contains(&Operator::Depthwise));
//! assert_eq!(Operator::MaxPool.room(), "max_pool");
//! ```
//!
//! Each operator has a room: a module of the same name in each crate that has to know the operator.
//! In `golden` the room imports, computes and quantises it. In `sim` it has both engines and the
//! counts. In `hdl` it is the unit, or the refusal. `tests/tests/rooms.rs` walks over
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

/// The table of operators: the variant, the name of its room, and its description.
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
