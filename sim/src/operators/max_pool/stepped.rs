//! The comparison of max pooling.

/// The larger of a bank's register and a stored value.
pub(super) fn join(register: i64, stored: i8) -> i64 {
    register.max(stored.into())
}
