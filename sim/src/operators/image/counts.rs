//! The activities of loading the image.

use crate::counters::Activity;
use lcsim_spec::schedule::Program;

pub(super) fn image(a: &mut Activity, program: &Program) {
    a.scratch_write = (program.image.len() * program.image_copies) as u64;
}
