//! The operators that networks are made of, a room each.
//!
//! A room is a module of this name in each crate that has to know the operator: `golden` (how it is
//! imported, computed in floats and integers, and quantised), `sim` (both engines and what they
//! count), `hdl` (the unit, or the refusal). `tests/tests/rooms.rs` walks over
//! [`Operator::ALL`] and names what is missing.

pub mod convolution;
pub mod depthwise;
pub mod gate;
pub mod image;
pub mod max_pool;
mod parameters;
pub mod pool;
pub mod pooling;

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The image port writes the image to the scratch memory.
    Image,
    /// The array computes a convolution.
    Convolution,
    /// The array computes a convolution whose output channels each read one input channel.
    Depthwise,
    /// The largest value of each window.
    MaxPool,
    /// The gate unit computes fully connected layers on pooled maps.
    Gate,
    /// Rows of maps move between the memories and DRAM.
    Move,
}

impl Operator {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Image, Self::Convolution, Self::Depthwise, Self::MaxPool, Self::Gate, Self::Move];

    /// The name of its room. `move` is a word of Rust's.
    pub fn room(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Convolution => "convolution",
            Self::Depthwise => "depthwise",
            Self::MaxPool => "max_pool",
            Self::Gate => "gate",
            Self::Move => "moves",
        }
    }
}
