//! What all pictures share: size, colours and the font.

use crate::colours;
use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::sync::OnceLock;

/// The default size in pixels. A picture can have another one.
pub const SIZE: (u32, u32) = (960, 640);
/// The colours of pictures and pages, as plotters takes them.
pub const COLOURS: [RGBColor; 7] = {
    let mut all = [BLACK; 7];
    let mut i = 0;
    while i < all.len() {
        let (red, green, blue) = colours::COLOURS[i];
        all[i] = RGBColor(red, green, blue);
        i += 1;
    }
    all
};
/// The name of the one font.
pub const FONT: &str = "sans-serif";

/// The result of painting on a backend.
pub type Painted<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// A picture that can be painted on any backend of plotters.
pub trait Picture {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32) {
        SIZE
    }
    /// Paints the picture. One pixel of [`Picture::size`] is `scale` pixels of the backend.
    ///
    /// # Errors
    /// The errors of the backend.
    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB>;
}

/// The colour of the `n`th of many things. After [`COLOURS`] come hues that are as different as
/// possible, in three lightnesses in turn. We chose the first hue so that 24 colours are easy to
/// distinguish.
pub fn colour(n: usize) -> RGBColor {
    let golden = 0.618_033_988_749_895;
    COLOURS.get(n).copied().unwrap_or_else(|| {
        let lightness = [0.3, 0.5, 0.75][n % 3];
        let (r, g, b) = HSLColor((n as f64 * golden + 0.7).fract(), 0.9, lightness).rgb();
        RGBColor(r, g, b)
    })
}

/// Registers our font. plotters measures text with it, so that a plot is the same on every machine.
pub(super) fn register() -> Result<()> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let known = DONE.get_or_init(|| register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_ok());
    if *known { Ok(()) } else { Err(anyhow!("the embedded font cannot be read")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_many_things_differ() {
        let all: Vec<RGBColor> = (0..24).map(colour).collect();
        for (n, a) in all.iter().enumerate() {
            for b in &all[n + 1..] {
                let apart = [(a.0, b.0), (a.1, b.1), (a.2, b.2)].map(|(a, b)| u32::from(a.abs_diff(b)));
                assert!(apart.iter().sum::<u32>() > 70, "{a:?} and {b:?}");
            }
        }
    }
}
