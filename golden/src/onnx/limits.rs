//! Limits of what is read.

/// Largest number of elements of a map, and of parameters of a network: far above any ResNet, and
/// small enough that no product of sizes overflows.
pub(crate) const MAX_ELEMENTS: usize = 1 << 28;

/// Most that the messages of a file may weigh: so much, and so often its own bytes. A network's
/// bytes are nearly all weights, which weigh what they take in the file.
pub(crate) const MAX_WEIGHT: (usize, usize) = (48 << 20, 5);

/// Largest file, in bytes: as much as protobuf allows.
pub(crate) const MAX_BYTES: u64 = (1 << 31) - 1;
