//! The file formats of pictures.

use super::picture::{Picture, register};
use anyhow::{Context, Result, anyhow};
use lcsim_spec::escape::printable_lines;
use plotters::coord::Shift;
use plotters::prelude::*;

/// Pictures made of pixels have twice as many along each axis.
const DENSITY: u32 = 2;
/// Of JPEG, from 1 to 100: text and thin lines show no fringes.
const QUALITY: u8 = 95;

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines and text, sharp at any size.
    Svg,
    /// Pixels.
    Png,
    /// Pixels, for what reads nothing else.
    Jpeg,
}

impl Format {
    /// Of the name of a file.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }
}

/// Each of the formats asked for, once.
pub fn formats(asked: &[Format]) -> Vec<Format> {
    let mut formats = vec![];
    for format in asked {
        if !formats.contains(format) {
            formats.push(*format);
        }
    }
    formats
}

/// The file of a picture.
///
/// # Errors
/// None that depends on the picture.
pub fn file(picture: &impl Picture, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Svg => Ok(svg(picture)?.into_bytes()),
        Format::Png => png(picture),
        Format::Jpeg => jpeg(picture),
    }
}

/// As SVG.
///
/// # Errors
/// None that depends on the picture.
pub fn svg(picture: &impl Picture) -> Result<String> {
    register()?;
    let mut text = String::new();
    draw(&SVGBackend::with_string(&mut text, picture.size()).into_drawing_area(), picture, 1)?;
    // XML has no control characters, not even escaped.
    Ok(printable_lines(&text).into())
}

/// As PNG.
///
/// # Errors
/// None that depends on the picture.
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

/// Three bytes a pixel, row by row, and how many pixels there are along each axis.
fn pixels(picture: &impl Picture) -> Result<(Vec<u8>, (u32, u32))> {
    register()?;
    let (width, height) = picture.size();
    let (width, height) = (width * DENSITY, height * DENSITY);
    let mut pixels = vec![0; (3 * width * height) as usize];
    draw(&BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area(), picture, DENSITY)?;
    Ok((pixels, (width, height)))
}

fn draw<DB: DrawingBackend>(root: &DrawingArea<DB, Shift>, picture: &impl Picture, scale: u32) -> Result<()> {
    // A backend's error has no type of its own that could be kept.
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
