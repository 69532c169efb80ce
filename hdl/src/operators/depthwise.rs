//! Depthwise convolution. The core cannot compute it, because its loader gives all columns of a
//! tile the same input channels.

use super::absent::Absent;
use lcsim_spec::schedule::{ConvJob, Program};

pub(super) fn absent(program: &Program, job: &ConvJob) -> Absent {
    Absent::in_layer("loader for depthwise convolutions", program, job.layer)
}
