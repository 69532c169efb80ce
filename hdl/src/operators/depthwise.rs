//! Depthwise convolutions: the core's loader gives a tile the same input channels for all columns.

use super::absent::Absent;
use lcsim_spec::schedule::{ConvJob, Program};

pub(super) fn absent(program: &Program, job: &ConvJob) -> Absent {
    Absent::in_layer("loader for depthwise convolutions", program, job.layer)
}
