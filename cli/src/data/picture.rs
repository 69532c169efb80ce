//! PNG pictures as channel-major bytes.

use super::{Sample, Source};
use crate::embedded;
use anyhow::{Context, Result, bail};
use lcsim_spec::Shape;
use png::{BitDepth, Transformations};
use std::io::Cursor;

/// Largest file of a picture, in bytes.
pub(super) const MAX_BYTES: u64 = 1 << 26;
/// Bytes that a picture may take when it is decoded: a header of 33 bytes can ask for more than any machine has.
const MAX_DECODED: usize = 1 << 26;

/// Decodes a PNG; palettes and depths below 8 bits are expanded, transparency is dropped.
pub(super) fn decode(bytes: &[u8]) -> Result<(Shape, Vec<u8>)> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info()?;
    let (color, depth) = reader.output_color_type();
    if depth != BitDepth::Eight {
        bail!("bits per channel: expected at most 8, found {}", depth as u8);
    }
    let size = reader.output_buffer_size().filter(|size| *size <= MAX_DECODED);
    let Some(size) = size else {
        let (width, height) = (reader.info().width, reader.info().height);
        bail!("size: expected at most {MAX_DECODED} bytes when decoded, found {width} x {height} pixels");
    };
    let mut samples = vec![0; size];
    let frame = reader.next_frame(&mut samples)?;
    samples.truncate(frame.buffer_size());
    let stored = color.samples();
    // Grey is 1 sample a pixel and colour 3, with transparency 2 and 4.
    let channels = if stored < 3 { 1 } else { 3 };
    let shape = Shape { channels, height: frame.height as usize, width: frame.width as usize };
    let planes = (0..channels).flat_map(|c| samples.iter().skip(c).step_by(stored));
    Ok((shape, planes.copied().collect()))
}

/// Images one under the other in one picture.
pub(super) struct Stack {
    shape: Shape,
    pixels: Vec<u8>,
    labels: &'static [u8],
}

impl Stack {
    /// The embedded images.
    pub(super) fn embedded() -> Result<Self> {
        let (shape, pixels) = decode(embedded::IMAGES).context("embedded images")?;
        Ok(Self { shape, pixels, labels: embedded::LABELS })
    }
}

impl Source for Stack {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn origin(&self, index: usize) -> String {
        format!("{}, image {index}", embedded::DATA_NAME)
    }

    fn read(&self, index: usize) -> Result<Sample> {
        let shape = Shape { height: self.shape.height / self.labels.len(), ..self.shape };
        let planes = self.pixels.chunks_exact(self.shape.pixels());
        let size = shape.pixels();
        let pixels = planes.flat_map(|plane| &plane[index * size..][..size]).copied().collect();
        Ok(Sample { shape, pixels, label: self.labels[index].into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use png::ColorType;

    /// A picture of two pixels.
    fn picture(color: ColorType, depth: BitDepth, palette: Option<&'static [u8]>, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![];
        let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if let Some(palette) = palette {
            encoder.set_palette(palette);
        }
        encoder.write_header().and_then(|mut w| w.write_image_data(data)).expect("encodes");
        bytes
    }

    #[test]
    fn every_color_type_becomes_grey_or_rgb_planes() {
        use BitDepth::{Eight, One};
        let cases = [
            (picture(ColorType::Grayscale, Eight, None, &[1, 2]), "1x1x2", vec![1, 2]),
            (picture(ColorType::Grayscale, One, None, &[0b0100_0000]), "1x1x2", vec![0, 255]),
            (picture(ColorType::GrayscaleAlpha, Eight, None, &[1, 9, 2, 9]), "1x1x2", vec![1, 2]),
            (picture(ColorType::Rgb, Eight, None, &[1, 2, 3, 4, 5, 6]), "3x1x2", vec![1, 4, 2, 5, 3, 6]),
            (picture(ColorType::Rgba, Eight, None, &[1, 2, 3, 9, 4, 5, 6, 9]), "3x1x2", vec![1, 4, 2, 5, 3, 6]),
            (picture(ColorType::Indexed, Eight, Some(&[1, 2, 3, 4, 5, 6]), &[1, 0]), "3x1x2", vec![4, 1, 5, 2, 6, 3]),
        ];
        for (bytes, shape, planes) in cases {
            let (found, pixels) = decode(&bytes).expect("decodes");
            assert_eq!((found.to_string().as_str(), pixels), (shape, planes));
        }
    }

    #[test]
    fn deep_and_truncated_pictures_are_refused() {
        let deep = picture(ColorType::Grayscale, BitDepth::Sixteen, None, &[1, 2, 3, 4]);
        assert!(decode(&deep).expect_err("refused").to_string().contains("found 16"));
        let whole = picture(ColorType::Grayscale, BitDepth::Eight, None, &[1, 2]);
        assert!(decode(&whole[..50]).is_err());
    }
}
