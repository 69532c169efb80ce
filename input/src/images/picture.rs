//! Decodes PNG and JPEG pictures to bytes, channel by channel.

use super::memory::planes;
use super::names;
use super::source::{Opened, Sample, Source};
use crate::embedded;
use anyhow::{Context, Result, bail};
use lcsim_spec::Shape;
use png::{BitDepth, Transformations};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The first bytes of a PNG.
pub(super) const PNG: &[u8] = b"\x89PNG";
/// The first bytes of a JPEG.
pub(super) const JPEG: &[u8] = &[0xff, 0xd8, 0xff];

/// The largest file of a picture in bytes.
pub(super) const MAX_BYTES: u64 = 1 << 26;
/// The largest size of a decoded PNG in bytes. A header of 33 bytes can claim more than any machine
/// has.
const MAX_DECODED: usize = 1 << 26;
/// The largest size of a decoded JPEG. Its decoder needs several times this memory.
const MAX_DECODED_JPEG: usize = 1 << 24;

/// Decodes a picture. Returns its shape, and its pixels plane by plane.
pub(super) fn decode(bytes: &[u8]) -> Result<(Shape, Vec<u8>)> {
    if bytes.starts_with(PNG) {
        return decode_png(bytes);
    }
    if bytes.starts_with(JPEG) {
        return decode_jpeg(bytes);
    }
    bail!("expected a PNG or JPEG, found {:02x?}", &bytes[..bytes.len().min(4)])
}

/// Refuses to decode a picture that would need too much memory.
fn check_size(size: Option<usize>, most: usize, width: usize, height: usize) -> Result<usize> {
    match size {
        Some(size) if size <= most => Ok(size),
        _ => bail!("size: expected at most {most} bytes when decoded, found {width} x {height} pixels"),
    }
}

/// Decodes a PNG. Palettes and depths below 8 bits are expanded, and transparency is dropped.
fn decode_png(bytes: &[u8]) -> Result<(Shape, Vec<u8>)> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info()?;
    let (color, depth) = reader.output_color_type();
    if depth != BitDepth::Eight {
        bail!("bits per channel: expected at most 8, found {}", depth as u8);
    }
    let (width, height) = (reader.info().width as usize, reader.info().height as usize);
    let mut samples = vec![0; check_size(reader.output_buffer_size(), MAX_DECODED, width, height)?];
    let frame = reader.next_frame(&mut samples)?;
    samples.truncate(frame.buffer_size());
    let stored = color.samples();
    // A grey pixel has 1 sample and a colour pixel 3. With transparency they have 2 and 4.
    let channels = if stored < 3 { 1 } else { 3 };
    Ok((Shape { channels, height, width }, planes(&samples, stored, channels)))
}

/// Decodes a JPEG. Grey stays grey, and everything else becomes RGB. A truncated picture is
/// refused, not filled up.
fn decode_jpeg(bytes: &[u8]) -> Result<(Shape, Vec<u8>)> {
    let options = DecoderOptions::new_safe().set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers()?;
    let grey = decoder.input_colorspace() == Some(ColorSpace::Luma);
    let (channels, space) = if grey { (1, ColorSpace::Luma) } else { (3, ColorSpace::RGB) };
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let Some(info) = decoder.info() else { bail!("no header") };
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    let mut samples = vec![0; check_size(decoder.output_buffer_size(), MAX_DECODED_JPEG, width, height)?];
    decoder.decode_into(&mut samples)?;
    Ok((Shape { channels, height, width }, planes(&samples, channels, channels)))
}

/// Images of one size, one below the other in one picture.
pub(super) struct Stack {
    shape: Shape,
    pixels: Vec<u8>,
    labels: &'static [u8],
}

impl Stack {
    /// Opens the embedded images.
    pub(super) fn embedded() -> Result<Opened> {
        let (shape, pixels) = decode(embedded::IMAGES).context("embedded images")?;
        let stack = Self { shape, pixels, labels: embedded::LABELS };
        Ok(Opened { classes: names::owned(&names::CIFAR_10), ..Opened::new(Box::new(stack)) })
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

    /// Encodes a picture of two pixels.
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

    /// Pictures that another encoder wrote: (file, channels, pixel of the original at channel, row
    /// and column).
    #[test]
    fn jpegs_are_what_was_encoded() {
        let colour = |c: usize, y: usize, x: usize| [8 * x, 8 * y, 255 - 4 * x - 4 * y][c];
        let grey = |_, y: usize, x: usize| 5 * x + 3 * y;
        type Original<'a> = &'a dyn Fn(usize, usize, usize) -> usize;
        let cases: [(&[u8], usize, Original); 3] = [
            (include_bytes!("../../tests/jpeg/grey.jpg"), 1, &grey),
            (include_bytes!("../../tests/jpeg/colour.jpg"), 3, &colour),
            (include_bytes!("../../tests/jpeg/progressive.jpg"), 3, &colour),
        ];
        for (bytes, channels, original) in cases {
            let (shape, pixels) = decode(bytes).expect("decodes");
            assert_eq!(shape, Shape { channels, height: 32, width: 32 });
            let original = |i: usize| original(i / 1024, i / 32 % 32, i % 32);
            let errors: Vec<usize> = pixels.iter().enumerate().map(|(i, &p)| original(i).abs_diff(p.into())).collect();
            let mean = errors.iter().sum::<usize>() as f64 / errors.len() as f64;
            let most = errors.into_iter().max();
            assert!(mean < 1.2 && most <= Some(9), "{mean} in the mean, {most:?} at most");
        }
    }

    #[test]
    fn jpegs_that_end_early_are_refused() {
        let whole = include_bytes!("../../tests/jpeg/progressive.jpg");
        for end in [4, whole.len() / 2, whole.len() - 60] {
            assert!(decode(&whole[..end]).is_err(), "{end} of {} bytes", whole.len());
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
