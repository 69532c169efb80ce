//! Computes a convolution's sums in the way that suits the machine and the shape.

#[cfg(target_arch = "x86_64")]
use super::direct;
use super::input::{Input, Lanes, VECTOR};
use super::product;
use crate::operators::depthwise;
use lcsim_spec::Conv;
#[cfg(target_arch = "x86_64")]
use pulp::x86::V3;

/// How this machine computes convolutions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    /// By matrix products, which any machine can compute.
    Product,
    /// By AVX2 instructions, without a matrix.
    #[cfg(target_arch = "x86_64")]
    Direct(V3),
}

impl Way {
    /// The fastest way. If a machine has instructions for sums of four int8 products, its matrix
    /// products are faster than the direct way.
    pub fn of_machine() -> Self {
        let products_are_slow = |_: &Self| product::Multiplier::new().may_saturate();
        Self::direct().filter(products_are_slow).unwrap_or(Self::Product)
    }

    /// The direct way, if this machine has the instructions.
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

/// A convolution's filters, prepared for their way.
pub(crate) enum Filters {
    Depthwise(depthwise::Filters),
    Product(product::Filters),
    #[cfg(target_arch = "x86_64")]
    Direct(direct::Filters),
}

/// Buffers that all layers reuse.
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

    /// Computes the sums of the output channels `live`, or of all without a list, as
    /// `[pixel][vector]`. The last vector of a pixel can have unused lanes, and there can be unused
    /// pixels at the end.
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
