//! Accumulators of a convolution, in the way that suits machine and shape.

#[cfg(target_arch = "x86_64")]
use super::direct;
use super::input::{Input, Lanes, VECTOR};
use super::product;
use crate::operators::depthwise;
use lcsim_spec::Conv;
#[cfg(target_arch = "x86_64")]
use pulp::x86::V3;

/// What this machine multiplies with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    /// Matrix products, on any machine.
    Product,
    /// AVX2 instructions, without a matrix.
    #[cfg(target_arch = "x86_64")]
    Direct(V3),
}

impl Way {
    /// The fastest one. Machines with instructions for sums of four int8 products have matrix
    /// products that are hard to beat.
    pub fn of_machine() -> Self {
        let products_are_slow = |_: &Self| product::Multiplier::new().may_saturate();
        Self::direct().filter(products_are_slow).unwrap_or(Self::Product)
    }

    /// The direct one, if this machine has its instructions.
    pub fn direct() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        {
            V3::try_new().map(Self::Direct)
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            None
        }
    }
}

/// A convolution's filters, ready for use.
pub(crate) enum Filters {
    Depthwise(depthwise::Filters),
    Product(product::Filters),
    #[cfg(target_arch = "x86_64")]
    Direct(direct::Filters),
}

/// Buffers, used again from layer to layer.
#[derive(Default)]
pub(crate) struct Scratch {
    product: product::Scratch,
    #[cfg(target_arch = "x86_64")]
    direct: direct::Scratch,
}

impl Filters {
    pub fn new(conv: &Conv, way: Way) -> Self {
        match way {
            _ if conv.depthwise => Self::Depthwise(depthwise::Filters::new(conv)),
            Way::Product => Self::Product(product::Filters::new(conv)),
            #[cfg(target_arch = "x86_64")]
            Way::Direct(simd) => Self::Direct(direct::Filters::new(conv, simd)),
        }
    }

    /// Accumulators of the output channels `live`, all without: `[pixel][vector]`, where the last
    /// vector of a pixel may have lanes more, and the last pixels may be none.
    pub fn accumulate(
        &self,
        conv: &Conv,
        x: &Input,
        live: Option<&[usize]>,
        scratch: &mut Scratch,
        sums: &mut Vec<Lanes>,
    ) {
        let outputs = live.map_or(conv.output.channels, <[usize]>::len);
        if x.entries == 0 || outputs == 0 {
            sums.clear();
            return sums.resize(conv.output.pixels() * outputs.div_ceil(VECTOR), [0; VECTOR]);
        }
        match self {
            Self::Depthwise(filters) => filters.accumulate(conv, x, sums),
            Self::Product(filters) => filters.accumulate(conv, x, live, &mut scratch.product, sums),
            #[cfg(target_arch = "x86_64")]
            Self::Direct(filters) => filters.accumulate(conv, x, live, &mut scratch.direct, sums),
        }
    }
}
