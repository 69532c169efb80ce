//! Max pooling. The core has no unit for it.

use super::absent::Absent;
use lcsim_spec::schedule::{PoolJob, Program};

pub(super) fn absent(program: &Program, job: &PoolJob) -> Absent {
    Absent::in_layer("unit for max pooling", program, job.layer)
}
