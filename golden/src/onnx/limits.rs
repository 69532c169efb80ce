//! Limits on the files that are read.

/// The largest number of elements of a map, and of parameters of a network. It is far above any
/// ResNet, and small enough that no product of sizes overflows.
pub(crate) const MAX_ELEMENTS: usize = 1 << 28;

/// The largest memory of a file's decoded messages: the sum of this number of bytes, and of this
/// multiple of the file's size. Nearly all bytes of a network are weights, which take the same
/// memory as in the file.
pub(crate) const MAX_WEIGHT: (usize, usize) = (48 << 20, 5);

/// The largest file in bytes, which is protobuf's own limit.
pub(crate) const MAX_BYTES: u64 = (1 << 31) - 1;
