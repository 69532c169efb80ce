//! Depthwise convolution: where it differs from a convolution of all channels.

pub(crate) mod float;
pub(crate) mod import;
pub(crate) mod integer;
pub(crate) mod quantise;
pub(crate) mod store;
