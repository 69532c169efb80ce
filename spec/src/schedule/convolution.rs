//! Makes the instructions of a convolution, one for each band.

use super::bands::{Layer as Cutting, Piece};
use super::builder::Builder;
use super::ids::ListId;
use super::jobs::{Condition, ConvJob, Inputs, Param, Reads, Unit};
use super::place::{Place, Placed, Rows, Spill};
use crate::Conv;
use crate::operators::convolution::Convolution;
use crate::report::LayerKind;

/// Where and how a convolution writes its output.
pub(super) struct Output {
    pub place: Place,
    /// The live list of the convolution's C-Net.
    pub list: Option<ListId>,
    /// Whether the destination is indexed by channel, and not by the position in the live list.
    pub natural: bool,
    /// How the convolution reads the values at the destination, to which it adds its output.
    pub residual: Reads,
    pub l_scaled: bool,
    /// How the pool sums take its output values.
    pub pool: Reads,
    pub copies: bool,
    /// Whether later layers read the map, and not only its pool sums.
    pub read: bool,
}

impl Builder<'_> {
    /// Adds a convolution outside any branch.
    pub(super) fn plain(
        &mut self,
        c: &Conv,
        map: Placed,
        kind: LayerKind,
        pool: Reads,
        read: bool,
    ) -> Result<Placed, Spill> {
        let mut place = self.layout.stream(c.output, &c.name)?;
        self.off_chip(&mut place, None, 1);
        let output = Output {
            place,
            list: None,
            natural: true,
            residual: Reads::Nothing,
            l_scaled: false,
            pool,
            copies: false,
            read,
        };
        self.conv(c, map, kind, output, Condition::Always)?;
        Ok(Placed { place, relu: c.relu, inputs: Inputs::Dense, copies: false })
    }

    /// Adds a convolution.
    pub(super) fn conv(
        &mut self,
        c: &Conv,
        x: Placed,
        kind: LayerKind,
        to: Output,
        condition: Condition,
    ) -> Result<(), Spill> {
        let filter_base = self.filter_words;
        self.filter_words += c.output.channels.div_ceil(self.program.config.array.cols) * c.taps() * c.fan_in();
        let param_base = self.program.params.len();
        let params =
            (0..c.output.channels).map(|o| Param { bias: c.bias[o], multiplier: c.multiplier[o], shift: c.shift[o] });
        self.program.params.extend(params);
        let layer = self.layer(&c.name, kind, c.dense_macs(), c.output.channels);
        let windows = Rows::of(&c.windows());
        let cut = self.layout.cut(&c.name, windows, &x.place, &to.place)?;
        let (adds, read) = (to.residual.any(), to.read);
        let whole = Cutting { layer, src: x, dst: to.place, condition, adds, read };
        self.bands(&whole, &cut, |builder, piece| {
            let Piece { band, input, output, pad, src, dst } = piece;
            builder.program.convs.push(ConvJob {
                layer,
                input,
                output,
                band,
                kernel: c.kernel,
                stride: c.stride,
                pad: [pad, c.pad[1]],
                depthwise: c.depthwise,
                src,
                dst,
                src_relu: x.relu,
                inputs: x.inputs,
                src_copies: x.copies,
                // A map off chip gets its copies when its rows come back from DRAM.
                dst_copies: to.copies && to.place.base.is_some(),
                outputs: to.list,
                natural: to.natural,
                residual: to.residual,
                l_scaled: to.l_scaled,
                pool: to.pool,
                filter_base,
                param_base,
            });
            Unit::Conv(builder.program.convs.len() - 1)
        });
        Ok(())
    }
}
