//! The schedule: which unit does what in which order, and what every memory holds when an image
//! arrives.
//!
//! docs/microarchitecture.md, "Program" and "Memory map". No cycle is counted here.

mod bands;
mod builder;
mod convolution;
mod fit;
mod gate;
mod ids;
mod jobs;
mod lay_out;
mod layout;
mod place;
mod pooling;
mod program;
mod region;
mod walk;

pub use fit::{Capacity, Misfit, Shortage};
pub use ids::{BlockId, LayerId, ListId, MapId, OffChipId};
pub use jobs::{
    Band, Condition, ConvJob, FcJob, GateJob, Inputs, LayerInfo, MoveJob, OffChip, Op, Param, PoolJob, Reads, Target,
    Unit,
};
pub use lay_out::ScheduleError;
pub use program::Program;
pub use region::{Memory, Region, pool_region};
