//! The addition of average pooling, and the stages before the write.

use super::mean::Reciprocal;

/// Adds one more value to a bank's register.
pub(super) fn join(register: i64, stored: i8, relu: bool) -> i64 {
    register + i64::from(if relu { stored.max(0) } else { stored })
}

/// Computes a stage from the value of the stage before.
pub(super) fn stage(stage: usize, value: i64, divisor: usize) -> i64 {
    let reciprocal = Reciprocal::of(divisor);
    if stage == 0 { reciprocal.scaled(value) } else { reciprocal.rounded(value) }
}
