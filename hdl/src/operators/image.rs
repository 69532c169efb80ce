//! The instruction that loads an image.

use super::convolution::ConvWord;
use lcsim_spec::schedule::Program;

/// Makes the parameters of the image port. They are in fields of a convolution.
pub(super) fn word(program: &Program) -> ConvWord {
    ConvWord {
        out_pixels: program.image.pixels().into(),
        in_channels: program.image_words().into(),
        dst_base: program.image_region.base.into(),
        ..ConvWord::default()
    }
}
