//! Vectors of ports.

/// Makes a vector of `count` ports.
pub(crate) fn ports<S: Default + Clone>(count: usize) -> Vec<S> {
    vec![S::default(); count]
}
