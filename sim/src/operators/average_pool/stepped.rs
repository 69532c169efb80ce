//! The addition, and the stages in front of the write.

use super::mean;

/// A bank's register with one more value.
pub(super) fn join(register: i64, stored: i8, relu: bool) -> i64 {
    register + i64::from(if relu { stored.max(0) } else { stored })
}

/// What a stage makes of the value of the one before it.
pub(super) fn stage(stage: usize, value: i64, divisor: usize) -> i64 {
    if stage == 0 { mean::scaled(value, divisor) } else { mean::rounded(value, divisor) }
}
