//! Max pooling.

mod float;
#[cfg(feature = "onnx")]
pub(crate) mod import;
mod integer;
mod quantise;
pub(crate) mod store;

use lcsim_spec::Windows;

/// The maximum of each window, as `[channel][row][column]`.
fn maxima<X: Copy + PartialOrd>(p: &Windows, x: &[X]) -> Vec<X> {
    let mut y = Vec::with_capacity(p.output.len());
    for plane in x.chunks_exact(p.input.pixels()) {
        for o in 0..p.output.pixels() {
            let rows = p.window(0, o / p.output.width);
            let window = rows.flat_map(|r| plane[r * p.input.width..][p.window(1, o % p.output.width)].iter().copied());
            y.extend(window.reduce(|best, value| if value > best { value } else { best }));
        }
    }
    y
}
