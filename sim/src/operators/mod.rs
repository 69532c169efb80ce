//! The operators, one room each: how an instruction runs on the machine (`stepped`), the same
//! cycles and values computed at once (`fast`), and its activities (`counts`).

mod average_pool;
pub(crate) mod convolution;
pub(crate) mod depthwise;
mod edge;
pub(crate) mod gate;
mod image;
mod max_pool;
pub(crate) mod moves;
pub(crate) mod pooling;
