//! Average pooling.

mod float;
#[cfg(feature = "onnx")]
pub(crate) mod import;
mod integer;
mod quantise;
pub(crate) mod store;

use lcsim_spec::Windows;
use lcsim_spec::operators::average_pool::AveragePool;
use num_traits::{AsPrimitive, NumAssign};

/// Computes `average` of the sum and the divisor of each window, as `[channel][row][column]`.
fn averages<X, S>(pool: &AveragePool, p: &Windows, x: &[X], average: impl Fn(S, usize) -> X) -> Vec<X>
where
    X: AsPrimitive<S>,
    S: NumAssign + Copy + 'static,
{
    let mut y = Vec::with_capacity(p.output.len());
    for plane in x.chunks_exact(p.input.pixels()) {
        for o in 0..p.output.pixels() {
            let (rows, columns) = (p.window(0, o / p.output.width), p.window(1, o % p.output.width));
            let inside = rows.len() * columns.len();
            let mut sum = S::zero();
            for row in rows {
                plane[row * p.input.width..][columns.clone()].iter().for_each(|x| sum += x.as_());
            }
            y.push(average(sum, if pool.counts_padding { p.taps() } else { inside }));
        }
    }
    y
}
