//! The instruction of a convolution.

use crate::word::word;
use lcsim_spec::schedule::{ConvJob, Inputs, ListId, Memory, Reads, pool_region};
use std::num::Wrapping;

word! {
    /// The fields of a convolution.
    ConvWord(s, job: ConvJob) {
        /// Rows of the input map.
        in_height: 16 => job.input.height,
        /// Columns of the input map.
        in_width: 16 => job.input.width,
        /// Pixels of the input map: words from a channel to the next one in its bank.
        in_pixels: s.pw() => job.input.pixels(),
        /// The last column of the output map.
        last_column: 16 => job.output.width - 1,
        /// Pixels of the output map; of an image: its pixels.
        out_pixels: s.pw() => job.output.pixels(),
        /// The last row of the kernel.
        last_y: 16 => job.kernel[0] - 1,
        /// The last column of the kernel.
        last_x: 16 => job.kernel[1] - 1,
        /// Words from the last tap of a kernel row to the first tap of the next one.
        row_step: s.aw() => Wrapping((job.input.width + 1) as i64 - job.kernel[1] as i64),
        /// Vertical stride.
        stride_y: 16 => job.stride[0],
        /// Horizontal stride.
        stride_x: 16 => job.stride[1],
        /// Words from the first window of an output row to that of the next one.
        stride_line: s.aw() => Wrapping((job.stride[0] * job.input.width) as i64),
        /// The row where the first window begins: negative, in the padding, or 0.
        corner_y: 17 => -(job.pad[0] as i64),
        /// The column where it begins.
        corner_x: 17 => -(job.pad[1] as i64),
        /// Words from the map's first row to the row where the first window begins.
        corner_line: s.aw() => Wrapping(-((job.pad[0] * job.input.width) as i64)),
        /// Channels of the input map; of an image: words of a pixel.
        in_channels: 16 => job.input.channels,
        /// Channels of the output map.
        out_channels: 16 => job.output.channels,
        /// Input channels: 0 all of the map, 1 those of a live list, 2 an image's, in copies.
        inputs: 2 => match job.inputs {
            Inputs::Dense => 0_usize,
            Inputs::List(_) => 1,
            Inputs::Packed(_) => 2,
        },
        /// Which live list they are of.
        in_list: 1 => if let Inputs::List(list) = job.inputs { list.index() } else { 0 },
        /// The input's rest stands in copies, so that several taps share a fold.
        src_copies: 1 => job.src_copies,
        /// The output's rest is written in copies.
        dst_copies: 1 => job.dst_copies,
        /// Rows that all taps of an image take together; of another map: those of a channel of the
        /// rest.
        fold_inputs: s.ew() => if let Inputs::Packed(_) = job.inputs {
            job.taps() * job.input.channels
        } else {
            job.taps()
        },
        /// Rows of the taps that share a fold of an image.
        fold_rows: s.rw() => if let Inputs::Packed(taps) = job.inputs {
            taps.min(job.taps()) * job.input.channels
        } else {
            0
        },
        /// Only the output channels of a live list are computed, in its order.
        out_list_on: 1 => job.outputs.is_some(),
        /// Which live list that is.
        out_list: 1 => job.outputs.map_or(0, ListId::index),
        /// An output stands at the place of its channel, not of its position in the list.
        natural: 1 => job.natural,
        /// Outputs are added to what stands at their place.
        residual: 1 => job.residual.any(),
        /// What stands there is read with ReLU.
        residual_relu: 1 => job.residual == Reads::Rectified,
        /// Outputs are scaled by the L-Net's score.
        l_scaled: 1 => job.l_scaled,
        /// Pool sums of the outputs are added up.
        pool: 1 => job.pool.any(),
        /// The values with ReLU are added up.
        pool_relu: 1 => job.pool == Reads::Rectified,
        /// The region of the pool memory that takes the sums.
        pool_region: 2 => pool_region(job.dst),
        /// The input stands in the scratch memory, otherwise in the stream memory.
        src_scratch: 1 => job.src.memory == Memory::Scratch,
        /// The input's first word in every bank.
        src_base: s.aw() => job.src.base,
        /// The input is read with ReLU.
        src_relu: 1 => job.src_relu,
        /// The output goes to the scratch memory, otherwise to the stream memory.
        dst_scratch: 1 => job.dst.memory == Memory::Scratch,
        /// The first word of the output, or of an image, in every bank.
        dst_base: s.aw() => job.dst.base,
        /// The first word of the filters in their memory.
        filter_base: s.fw() => job.filter_base,
        /// Words of the filters of a group of output channels.
        group_step: s.fw() => Wrapping((job.taps() * job.input.channels) as i64),
        /// The first word of the output channels' parameters in their memory.
        param_base: s.pa() => job.param_base,
    }
}
