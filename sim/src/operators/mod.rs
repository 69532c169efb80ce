//! The operators, a room each: how an instruction runs on the machine (`stepped`), when and with
//! what values it does so computed at once (`fast`), and what it costs (`counts`).

mod average_pool;
pub(crate) mod convolution;
pub(crate) mod depthwise;
mod edge;
pub(crate) mod gate;
mod image;
mod max_pool;
pub(crate) mod moves;
pub(crate) mod pooling;
