//! Writes pictures in their file formats.

use super::picture::{Picture, register};
use anyhow::{Context, Result, anyhow};
use lcsim_spec::escape::printable_lines;
use plotters::coord::Shift;
use plotters::prelude::*;

/// How many pixels of the file one pixel of a PNG or JPEG picture has along each axis.
const DENSITY: u32 = 2;
/// The quality of a JPEG, from 1 to 100. At this quality text and thin lines have no fringes.
const QUALITY: u8 = 95;

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines and text, which are sharp at any size.
    Svg,
    /// Pixels.
    Png,
    /// Pixels, for programs that read no other format.
    Jpeg,
}

impl Format {
    /// The ending of file names.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }
}

/// Removes formats that are asked for twice.
pub fn formats(asked: &[Format]) -> Vec<Format> {
    let mut formats = vec![];
    for format in asked {
        if !formats.contains(format) {
            formats.push(*format);
        }
    }
    formats
}

/// Draws a picture as a file of this format.
///
/// # Errors
/// Fails only if the embedded font cannot be read.
pub fn file(picture: &impl Picture, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Svg => Ok(svg(picture)?.into_bytes()),
        Format::Png => png(picture),
        Format::Jpeg => jpeg(picture),
    }
}

/// Draws a picture as SVG.
///
/// # Errors
/// Fails only if the embedded font cannot be read.
pub fn svg(picture: &impl Picture) -> Result<String> {
    register()?;
    let mut text = String::new();
    draw(&SVGBackend::with_string(&mut text, picture.size()).into_drawing_area(), picture, 1)?;
    // XML does not allow control characters, not even as escapes.
    Ok(printable_lines(&text).into())
}

/// Draws a picture as PNG.
///
/// # Errors
/// Fails only if the embedded font cannot be read.
pub fn png(picture: &impl Picture) -> Result<Vec<u8>> {
    let (pixels, (width, height)) = pixels(picture)?;
    let mut file = vec![];
    let mut encoder = ::png::Encoder::new(&mut file, width, height);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels)).context("cannot encode the plot")?;
    Ok(file)
}

fn jpeg(picture: &impl Picture) -> Result<Vec<u8>> {
    let (pixels, (width, height)) = pixels(picture)?;
    let (width, height) = (u16::try_from(width)?, u16::try_from(height)?);
    let mut file = vec![];
    let encoder = jpeg_encoder::Encoder::new(&mut file, QUALITY);
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb).context("cannot encode the plot")?;
    Ok(file)
}

/// Draws the pixels, three bytes for each and row by row. Returns them with the number of pixels
/// along each axis.
fn pixels(picture: &impl Picture) -> Result<(Vec<u8>, (u32, u32))> {
    register()?;
    let (width, height) = picture.size();
    let (width, height) = (width * DENSITY, height * DENSITY);
    let mut pixels = vec![0; (3 * width * height) as usize];
    draw(&BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area(), picture, DENSITY)?;
    Ok((pixels, (width, height)))
}

fn draw<DB: DrawingBackend>(root: &DrawingArea<DB, Shift>, picture: &impl Picture, scale: u32) -> Result<()> {
    // The error of a backend has no type that could be kept.
    picture.paint(root, scale).map_err(|e| anyhow!("cannot draw the plot: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::picture::Painted;

    struct Grey;

    impl Picture for Grey {
        fn size(&self) -> (u32, u32) {
            (30, 20)
        }
        fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, _: u32) -> Painted<DB> {
            root.fill(&RGBColor(90, 90, 90))
        }
    }

    #[test]
    fn each_format_is_what_it_says() {
        let begins = [(Format::Svg, &b"<svg"[..]), (Format::Png, b"\x89PNG"), (Format::Jpeg, b"\xff\xd8\xff")];
        for (format, magic) in begins {
            assert!(file(&Grey, format).expect("drawn").starts_with(magic), "{format:?}");
        }
        assert_eq!(formats(&[Format::Png, Format::Svg, Format::Png]), [Format::Png, Format::Svg]);
    }
}
