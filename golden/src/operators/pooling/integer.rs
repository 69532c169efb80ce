//! Computes a pooling in integers.

use super::room::room;
use crate::integer::{Map, Run};
use lcsim_spec::Pool;

/// Computes the output of a pooling of the map `x`.
pub(crate) fn layer(p: &Pool, run: &mut Run, x: &Map) -> Map {
    let stored = room(&p.pooling).infer(&p.windows, x);
    run.trace.maps.push((p.name.clone(), stored.clone()));
    Map { shape: p.windows.output, relu: p.pooling.room().relu(x.relu), stored }
}
