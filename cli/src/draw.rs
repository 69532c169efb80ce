//! What all plots share: size, colours, font, and the two file formats.

use anyhow::{Context, Result, anyhow};
use plotters::coord::{CoordTranslate, Shift};
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::sync::OnceLock;

/// Pixels; a picture may say otherwise.
pub const SIZE: (u32, u32) = (960, 640);
/// A PNG has twice as many along each axis.
const DENSITY: u32 = 2;
/// Colours that the colour-blind can tell apart (M. Okabe, K. Ito, "Color Universal Design", 2008), without the yellow.
pub const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];
/// The name of the one font.
pub const FONT: &str = "sans-serif";

/// What painting on a backend gives.
pub type Painted<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// Something to be seen.
pub trait Picture {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32) {
        SIZE
    }
    /// Paints it, `scale` pixels for each of [`Picture::size`].
    ///
    /// # Errors
    /// The backend's.
    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB>;
}

/// Names the series that have a label.
///
/// # Errors
/// The backend's.
pub fn legend<'a, DB: DrawingBackend + 'a, CT: CoordTranslate>(
    chart: &mut ChartContext<'a, DB, CT>,
    at: SeriesLabelPosition,
    scale: u32,
) -> Painted<DB> {
    chart
        .configure_series_labels()
        .position(at)
        .legend_area_size(28 * scale)
        .label_font((FONT, 12 * scale).into_font())
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()
}

/// As SVG.
///
/// # Errors
/// None that depends on the picture.
pub fn svg(picture: &impl Picture) -> Result<String> {
    let mut text = String::new();
    draw(&SVGBackend::with_string(&mut text, picture.size()).into_drawing_area(), picture, 1)?;
    Ok(text)
}

/// As PNG.
///
/// # Errors
/// None that depends on the picture.
pub fn png(picture: &impl Picture) -> Result<Vec<u8>> {
    let (width, height) = picture.size();
    let (width, height) = (width * DENSITY, height * DENSITY);
    let mut pixels = vec![0; (3 * width * height) as usize];
    draw(&BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area(), picture, DENSITY)?;
    let mut file = vec![];
    let mut encoder = ::png::Encoder::new(&mut file, width, height);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels)).context("cannot encode the plot")?;
    Ok(file)
}

fn draw<DB: DrawingBackend>(root: &DrawingArea<DB, Shift>, picture: &impl Picture, scale: u32) -> Result<()> {
    register()?;
    // A backend's error has no type of its own that could be kept.
    picture.paint(root, scale).map_err(|e| anyhow!("cannot draw the plot: {e}"))
}

/// plotters measures text with a font of its own, so that a plot is the same on every machine.
fn register() -> Result<()> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let known = DONE.get_or_init(|| register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_ok());
    if *known { Ok(()) } else { Err(anyhow!("the embedded font cannot be read")) }
}
