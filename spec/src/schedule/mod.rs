//! The schedule: what each unit does, in which order, and what every memory holds when an image
//! arrives.
//!
//! docs/microarchitecture.md describes it in "Program" and "Memory map". Nothing here counts
//! cycles.
//!
//! ```
//! use lcsim_spec::schedule::{Capacity, Program, ScheduleError, Unit};
//! use lcsim_spec::AcceleratorConfig;
//! # use lcsim_spec::{Conv, Fc, InputSpec, Layer, QuantNetwork, Shape};
//! #
//! # let shape = Shape { channels: 1, height: 4, width: 4 };
//! # let stem = Conv {
//! #     name: "stem".to_owned(),
//! #     input: shape,
//! #     output: Shape { channels: 2, ..shape },
//! #     kernel: [3, 3],
//! #     stride: [1, 1],
//! #     pad: [1, 1],
//! #     relu: true,
//! #     depthwise: false,
//! #     weights: vec![1; 2 * 9],
//! #     bias: vec![0; 2],
//! #     multiplier: vec![1 << 14; 2],
//! #     shift: vec![4; 2],
//! # };
//! # let (name, weights, bias, multiplier, shift) = ("fc".to_owned(), vec![1; 6], vec![0; 3], vec![], vec![]);
//! # let classifier = Fc { name, inputs: 2, outputs: 3, weights, bias, multiplier, shift, pool_shift: 2 };
//! # let input = InputSpec { shape, mean: vec![0.0], std: vec![1.0], scale: 0.01 };
//! # let (name, layers) = ("tiny".to_owned(), vec![Layer::Conv(stem)]);
//! # let network = QuantNetwork { name, input, layers, classifier, logit_scale: 1.0 };
//! # let toml = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../configs/8x8.toml"));
//!
//! let mut config = AcceleratorConfig::parse(toml, "8x8")?;
//! let program = Program::new(&network, &config)?; // a convolution and a classifier
//! let units: Vec<_> = program.ops.iter().map(|op| op.unit).collect();
//! assert!(matches!(units[..], [Unit::LoadImage, Unit::Conv(0), Unit::Gate(0)]));
//!
//! config.memory.parameters = 1;
//! let Err(ScheduleError::Capacity(misfit)) = Program::new(&network, &config) else { panic!("too small") };
//! assert_eq!(misfit.shortages[0].capacity, Capacity::Parameters);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bands;
mod builder;
mod convolution;
mod fit;
mod gate;
mod ids;
mod jobs;
mod lay_out;
mod layout;
mod place;
mod pooling;
mod program;
mod region;
mod walk;

pub use fit::{Capacity, Misfit, Shortage};
pub use ids::{BlockId, LayerId, ListId, MapId, OffChipId};
pub use jobs::{
    Band, Condition, ConvJob, FcJob, GateJob, Inputs, LayerInfo, MoveJob, OffChip, Op, Param, PoolJob, Reads, Target,
    Unit,
};
pub use lay_out::ScheduleError;
pub use program::Program;
pub use region::{Memory, Region, pool_region};
