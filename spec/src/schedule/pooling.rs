//! Makes the instructions of a pooling, one for each band.

use super::bands::{Layer as Cutting, Piece};
use super::builder::Builder;
use super::jobs::{Condition, PoolJob, Reads, Unit};
use super::place::{Placed, Rows, Spill};
use crate::{Pool, Windows};

impl Builder<'_> {
    pub(super) fn pool(&mut self, p: &Pool, map: Placed, pooled: bool, read: bool) -> Result<Placed, Spill> {
        let (room, whole) = (p.pooling.room(), &p.windows);
        let relu = room.relu(map.relu);
        let mut dst = self.layout.stream(whole.output, &p.name)?;
        self.off_chip(&mut dst, None, 1);
        let layer = self.layer(&p.name, room.kind(), 0, whole.output.channels);
        let cut = self.layout.cut(&p.name, Rows::of(whole), &map.place, &dst)?;
        let cutting = Cutting { layer, src: map, dst, condition: Condition::Always, adds: false, read };
        self.bands(&cutting, &cut, |builder, piece| {
            let Piece { band, input, output, pad, src, dst } = piece;
            let windows = Windows { input, output, pad: [pad, whole.pad[1]], ..*whole };
            let pool = Pool { windows, ..p.clone() };
            let sums = Reads::map(relu).only_if(pooled);
            builder.program.pools.push(PoolJob { layer, pool, band, src, src_relu: map.relu, dst, sums });
            Unit::Pool(builder.program.pools.len() - 1)
        });
        Ok(Placed { place: dst, relu, ..map })
    }
}
