//! Targets: the resources that a core needs of a part, and the scripts that build it.

mod device;
mod resources;
mod scripts;

pub use device::{DEVICES, Device, Target};
pub use resources::{Exhausted, Instead, Resources, TooSmall};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Board;
    use crate::kind::Kind;
    use lcsim_spec::AcceleratorConfig;
    use std::path::Path;

    fn part(name: &str) -> &'static Device {
        Device::named(name).unwrap_or_else(|| panic!("no {name}"))
    }

    fn config(name: &str) -> AcceleratorConfig {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs").join(name);
        AcceleratorConfig::read(&path).expect("shipped")
    }

    #[test]
    fn what_yosys_reports_is_estimated() {
        // The numbers are those of docs/synthesis.md.
        let resources = part("LFE5U-85F").resources(&config("ecp5-8x8.toml"));
        assert_eq!(resources, Resources { dsps: 80, block_rams: 121 });
        let resources = part("LFE5U-85F").resources(&config("ecp5-8x8-resnet20.toml"));
        assert_eq!(resources, Resources { dsps: 80, block_rams: 193 });
        assert_eq!(part("LFE5U-85F").check(&config("ecp5-8x8.toml"), None), Ok(()));
        let resources = part("iCE40UP5K").resources(&config("ice40-2x1.toml"));
        assert_eq!(resources, Resources { dsps: 7, block_rams: 27 });
        assert_eq!(Target::Asic.device(), None);
    }

    #[test]
    fn a_part_that_is_too_small_is_refused_with_parameter_need_and_limit() {
        let error = part("LFE5U-85F").check(&config("16x16.toml"), None).expect_err("156 DSPs").to_string();
        let dsps = "array.rows * array.cols = 256 needs 256 DSPs, all together 295: LFE5U-85F has 156; ";
        assert!(error.starts_with(dsps) && error.contains(" block RAMs of 18 kbit, all together "), "{error}");
        let mut large = config("ecp5-8x8.toml");
        large.memory.weight_bytes = 1 << 20;
        let error = part("LFE5U-85F").check(&large, None).expect_err("208 block RAMs").to_string();
        assert_eq!(
            error,
            "memory.weight_bytes = 1048576 needs 512 block RAMs of 18 kbit, all together 569: LFE5U-85F has 208; XC7A200T has enough (`--device XC7A200T`); or make the array or the memories smaller"
        );
        assert!(part("iCE40UP5K").check(&config("4x4.toml"), None).is_err());
        let error = part("LFE5U-25F").check(&config("ecp5-8x8.toml"), None).expect_err("56 block RAMs").to_string();
        assert!(error.contains("; LFE5U-85F has enough (`--device LFE5U-85F`)"), "{error}");
        let error = part("XCZU3EG").check(&config("32x32.toml"), None).expect_err("1024 PEs").to_string();
        assert!(error.contains("no part that lcsim knows has enough"), "{error}");
        let error = part("XC7Z020").check(&config("16x16.toml"), None).expect_err("220 DSPs").to_string();
        assert!(error.contains("`--device XCZU3EG`"), "the smallest that has enough: {error}");
        let error = Board::Ulx3s.check(&config("8x8.toml")).expect_err("208 block RAMs").to_string();
        assert!(error.ends_with("the board has no other part: make the array or the memories smaller"), "{error}");
    }

    #[test]
    fn a_unit_alone_is_checked_too() {
        let large = config("16x16.toml");
        assert!(part("LFE5U-85F").check(&large, Some(Kind::Array)).is_err());
        assert_eq!(part("LFE5U-85F").check(&large, Some(Kind::Gate)), Ok(()));
        assert_eq!(part("LFE5U-85F").check(&config("8x8.toml"), Some(Kind::Array)), Ok(()));
    }

    #[test]
    fn scripts_name_sources_top_part_and_clock_and_leave_no_placeholder() {
        let sources = ["a.v".to_string(), "top.v".to_string()];
        let some = DEVICES.iter().map(|device| device.scripts("top", &sources, 62.5));
        for files in some.chain([Target::Asic.scripts("top", &sources, 62.5)]) {
            let (_, synthesis) = files.iter().find(|(name, _)| name == "synth.ys").expect("a script");
            assert!(synthesis.contains("read_verilog a.v top.v\n") && synthesis.contains(" -top top"), "{files:?}");
            assert!(files.iter().all(|(_, text)| !text.contains("{{") && !text.contains("}}")), "{files:?}");
            let clock = files.iter().any(|(_, text)| text.contains("62.5") || text.contains("16.000"));
            assert!(clock, "{files:?}");
        }
        let files = part("XC7A35T").scripts("top", &sources, 62.5);
        let vivado = files.iter().find(|(name, _)| name == "vivado.tcl").map_or("", |(_, text)| text);
        assert!(vivado.contains("set part xc7a35tcpg236-1\n"), "{vivado}");
    }
}
