//! Targets: the resources that a core needs of a part, and the scripts that build it.

use crate::limits::joined;
use crate::map::{LOGITS, regions};
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use thiserror::Error;

/// The target for which the Verilog is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Lattice ECP5.
    Ecp5,
    /// Lattice iCE40 UltraPlus.
    Ice40,
    /// AMD 7-series.
    Xilinx,
    /// Generic gates. Memories stay whole.
    Asic,
}

/// Multipliers and block memories of a core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// DSP blocks.
    pub dsps: usize,
    /// Block RAMs.
    pub block_rams: usize,
}

/// A resource of which a part has too little.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{parameter} needs {needed} {resource}, all parameters {total}: {part} has {limit}")]
pub struct TooSmall {
    /// The parameter that needs most, with its value.
    pub parameter: String,
    /// The resource.
    pub resource: &'static str,
    /// The number that the parameter needs.
    pub needed: usize,
    /// The number that the core needs.
    pub total: usize,
    /// The name of the part.
    pub part: &'static str,
    /// The number that the part has.
    pub limit: usize,
}

/// All resources of which a part has too little.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", joined(_0))]
pub struct Exhausted(pub Vec<TooSmall>);

/// A part of a target's family.
struct Part {
    name: &'static str,
    dsps: usize,
    block_rams: usize,
    /// The bits of the narrowest product for which synthesis uses a multiplier.
    narrowest: usize,
    /// The depth and the width of a block RAM, for each of its shapes.
    shapes: &'static [(usize, usize)],
}

const KBIT18: &[(usize, usize)] = &[(16384, 1), (8192, 2), (4096, 4), (2048, 9), (1024, 18), (512, 36)];
const KBIT4: &[(usize, usize)] = &[(2048, 2), (1024, 4), (512, 8), (256, 16)];

/// A parameter with its value, and the number that it needs.
type Use = (String, usize);

impl Target {
    /// The part for which the scripts build. `None` for generic gates, which have no limits.
    fn part(self) -> Option<Part> {
        match self {
            Self::Ecp5 => Some(Part { name: "LFE5U-85F", dsps: 156, block_rams: 208, narrowest: 0, shapes: KBIT18 }),
            Self::Ice40 => Some(Part { name: "iCE40UP5K", dsps: 8, block_rams: 30, narrowest: 11, shapes: KBIT4 }),
            Self::Xilinx => Some(Part { name: "XC7A100T", dsps: 240, block_rams: 270, narrowest: 0, shapes: KBIT18 }),
            Self::Asic => None,
        }
    }

    /// The resources that a core needs of the target's part. A block RAM has 18 kbit, on iCE40 4
    /// kbit. `None` for generic gates.
    pub fn resources(self, config: &AcceleratorConfig) -> Option<Resources> {
        let part = self.part()?;
        let total = |uses: Vec<Use>| uses.iter().map(|u| u.1).sum();
        Some(Resources {
            dsps: total(dsps(config, part.narrowest)),
            block_rams: total(block_rams(config, part.shapes)),
        })
    }

    /// Checks that the part has the multipliers and the block RAMs of a core.
    ///
    /// # Errors
    /// Lists each resource that runs out, with the parameter that needs most of it.
    pub fn check(self, config: &AcceleratorConfig) -> Result<(), Exhausted> {
        let Some(part) = self.part() else { return Ok(()) };
        let checks = [
            ("DSPs", part.dsps, dsps(config, part.narrowest)),
            ("block RAMs", part.block_rams, block_rams(config, part.shapes)),
        ];
        let mut exhausted = vec![];
        for (resource, limit, uses) in checks {
            let total = uses.iter().map(|u| u.1).sum();
            if let Some((parameter, needed)) = uses.into_iter().max_by_key(|u| u.1).filter(|_| total > limit) {
                exhausted.push(TooSmall { parameter, resource, needed, total, part: part.name, limit });
            }
        }
        if exhausted.is_empty() { Ok(()) } else { Err(Exhausted(exhausted)) }
    }

    /// The scripts that build the module `top` of the Verilog files `sources`, and its constraints,
    /// as (name, text). They run in the folder of these files.
    pub fn scripts(self, top: &str, sources: &[String], clock_mhz: f64) -> Vec<(String, String)> {
        let part = self.part().map_or("generic gates", |p| p.name);
        let fill = |text: &str| {
            let text = text.replace("@SOURCES@", &sources.join(" ")).replace("@TOP@", top);
            text.replace("@PART@", part).replace("@CLOCK@", &clock_mhz.to_string())
        };
        let period = 1000.0 / clock_mhz;
        let create = format!("create_clock -name clock -period {period:.3} [get_ports clock]\n");
        let (synthesis, route, constraints) = match self {
            Self::Ecp5 => (
                include_str!("targets/ecp5.ys"),
                Some(include_str!("targets/ecp5.sh")),
                ("lpf", format!("FREQUENCY PORT \"clock\" {clock_mhz} MHZ;\n")),
            ),
            Self::Ice40 => (
                include_str!("targets/ice40.ys"),
                Some(include_str!("targets/ice40.sh")),
                ("pcf", format!("set_frequency clock {clock_mhz}\n")),
            ),
            Self::Xilinx => (include_str!("targets/xilinx.ys"), None, ("xdc", create)),
            Self::Asic => (include_str!("targets/asic.ys"), None, ("sdc", create)),
        };
        let mut files = vec![("synth.ys".to_string(), fill(synthesis))];
        files.extend(route.map(|text| ("place_and_route.sh".to_string(), fill(text))));
        files.push((format!("{top}.{}", constraints.0), constraints.1));
        files
    }
}

fn dsps(config: &AcceleratorConfig, narrowest: usize) -> Vec<Use> {
    let s = Sizes::new(config);
    // Both scores; the row of a listed channel, the first word of a group, the words of a fold; all
    // rows of a rest.
    let products = [Some(32), Some(32), Some(s.aw()), Some(s.fw()), Some(s.nw()), s.packs().then_some(s.ew())];
    let loader = products.iter().flatten().filter(|bits| **bits >= narrowest).count();
    let (rows, cols, macs) = (config.array.rows, config.array.cols, config.gate.macs);
    vec![
        (format!("array.rows * array.cols = {}", rows * cols), rows * cols),
        (format!("array.cols = {cols}"), cols),
        // One more is for the score.
        (format!("gate.macs = {macs}"), macs + 1),
        ("the loader".into(), loader),
    ]
}

fn block_rams(config: &AcceleratorConfig, shapes: &[(usize, usize)]) -> Vec<Use> {
    let s = Sizes::new(config);
    let ram = |width: usize, depth: usize| {
        let blocks = |&(words, bits): &(usize, usize)| width.div_ceil(bits) * depth.div_ceil(words);
        shapes.iter().map(blocks).min().unwrap_or(0)
    };
    let m = &config.memory;
    let (depth, channels) = (s.acc_depth, s.channels);
    // Both lists have one copy for the loader and one for the gate unit, which needs only the
    // channel. Then the pool sums and the logits.
    let lists = 2 * (ram(s.entry().width(), channels) + ram(s.kw(), channels));
    let by_channel = lists + ram(s.pool(), s.pool_depth()) + ram(32, channels);
    let mut uses = vec![
        (format!("memory.stream_bytes = {}", m.stream_bytes), s.banks * ram(8, s.stream_depth)),
        (format!("memory.scratch_bytes = {}", m.scratch_bytes), s.banks * ram(8, s.scratch_depth)),
        (format!("array.accumulator_depth = {depth}"), s.cols * ram(32, depth)),
        (format!("gate.channels = {channels}"), by_channel),
    ];
    uses.extend(regions(&s)[..LOGITS].iter().map(|r| (format!("{} = {}", r.key, r.value), ram(r.width, r.depth))));
    uses
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn config(name: &str) -> AcceleratorConfig {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs").join(name);
        AcceleratorConfig::read(&path).expect("shipped")
    }

    #[test]
    fn what_yosys_reports_is_estimated() {
        // The numbers are those of docs/synthesis.md.
        let resources = Target::Ecp5.resources(&config("ecp5-8x8.toml"));
        assert_eq!(resources, Some(Resources { dsps: 80, block_rams: 138 }));
        assert_eq!(Target::Ecp5.check(&config("ecp5-8x8.toml")), Ok(()));
        let resources = Target::Ice40.resources(&config("ice40-2x1.toml"));
        assert_eq!(resources, Some(Resources { dsps: 7, block_rams: 27 }));
        assert_eq!(Target::Asic.resources(&config("8x8.toml")), None);
    }

    #[test]
    fn a_part_that_is_too_small_is_refused_with_parameter_need_and_limit() {
        let error = Target::Ecp5.check(&config("16x16.toml")).expect_err("156 DSPs").to_string();
        let dsps = "array.rows * array.cols = 256 needs 256 DSPs, all parameters 295: LFE5U-85F has 156; ";
        assert!(error.starts_with(dsps) && error.contains(" block RAMs, all parameters "), "{error}");
        let mut large = config("ecp5-8x8.toml");
        large.memory.weight_bytes = 1 << 20;
        let error = Target::Ecp5.check(&large).expect_err("208 block RAMs").to_string();
        assert_eq!(error, "memory.weight_bytes = 1048576 needs 512 block RAMs, all parameters 586: LFE5U-85F has 208");
        assert!(Target::Ice40.check(&config("4x4.toml")).is_err());
        assert_eq!(Target::Asic.check(&config("32x32.toml")), Ok(()));
    }

    #[test]
    fn scripts_name_sources_top_and_clock_and_leave_no_placeholder() {
        let sources = ["a.v".to_string(), "top.v".to_string()];
        for (target, count) in [(Target::Ecp5, 3), (Target::Ice40, 3), (Target::Xilinx, 2), (Target::Asic, 2)] {
            let files = target.scripts("top", &sources, 62.5);
            assert_eq!(files.len(), count, "{target:?}");
            assert!(files[0].1.contains("read_verilog a.v top.v\nhierarchy -check -top top\n"), "{target:?}");
            assert!(files.iter().all(|(_, text)| !text.contains('@')), "{target:?}");
            let constraints = &files[count - 1].1;
            assert!(constraints.contains("62.5") || constraints.contains("16.000"), "{constraints}");
        }
    }
}
