//! Depthwise convolution: where it differs from a dense convolution.

pub(crate) mod float;
pub(crate) mod import;
pub(crate) mod integer;
pub(crate) mod quantise;
pub(crate) mod store;
