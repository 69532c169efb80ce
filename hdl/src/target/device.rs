//! The parts for which a core can be built, with their multipliers and block memories.

/// A family of parts, or generic gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Lattice ECP5.
    Ecp5,
    /// Lattice iCE40 UltraPlus.
    Ice40,
    /// AMD 7-series and UltraScale+.
    Xilinx,
    /// Gowin LittleBee and Arora.
    Gowin,
    /// Lattice MachXO2.
    Machxo2,
    /// Generic gates. Memories stay whole.
    Asic,
}

/// A part. The numbers are those of the vendor's data sheet of its family.
#[derive(Debug, PartialEq, Eq)]
pub struct Device {
    /// The name of the part.
    pub name: &'static str,
    /// Its family.
    pub target: Target,
    /// Multipliers of 18 bits or more. `None` for a part whose products are made of LUTs.
    pub dsps: Option<usize>,
    /// Block RAMs, counted in pieces of the shapes below.
    pub block_rams: usize,
    /// The bits of the narrowest product for which synthesis uses a multiplier.
    pub(super) narrowest: usize,
    /// LUTs. lcsim does not know how many a core takes; synthesis tells.
    pub luts: usize,
    /// The words of the largest memory that the script leaves to LUTs.
    pub(super) small: usize,
    /// The depth and the width of a block RAM, for each of its shapes.
    pub(super) shapes: &'static [(usize, usize)],
    /// How its tools call it.
    pub(super) route: &'static str,
    /// The package for which the scripts route, if the route does not name it.
    pub(super) package: &'static str,
    /// The family of yosys, if its tool builds for several.
    pub(super) family: &'static str,
}

const KBIT18: &[(usize, usize)] = &[(16384, 1), (8192, 2), (4096, 4), (2048, 9), (1024, 18), (512, 36)];
const KBIT9: &[(usize, usize)] = &[(8192, 1), (4096, 2), (2048, 4), (1024, 9), (512, 18)];
const KBIT4: &[(usize, usize)] = &[(2048, 2), (1024, 4), (512, 8), (256, 16)];

/// A part of the 7-series or of UltraScale+. Their block RAMs are counted in halves of 18 kbit.
const fn amd(
    name: &'static str,
    [luts, dsps, block_rams]: [usize; 3],
    family: &'static str,
    route: &'static str,
) -> Device {
    let (target, dsps) = (Target::Xilinx, Some(dsps));
    Device { name, target, dsps, block_rams, luts, narrowest: 0, small: 0, shapes: KBIT18, route, package: "", family }
}

const fn ecp5(
    name: &'static str,
    [luts, dsps, block_rams]: [usize; 3],
    route: &'static str,
    package: &'static str,
) -> Device {
    let (target, dsps) = (Target::Ecp5, Some(dsps));
    Device { name, target, dsps, block_rams, luts, narrowest: 0, small: 64, shapes: KBIT18, route, package, family: "" }
}

const fn gowin(name: &'static str, luts: usize, block_rams: usize) -> Device {
    let (target, dsps, shapes) = (Target::Gowin, None, KBIT18);
    Device { name, target, dsps, block_rams, luts, narrowest: 0, small: 0, shapes, route: "", package: "", family: "" }
}

/// All parts: those of a family together, the smaller ones first.
pub static DEVICES: [Device; 14] = [
    ecp5("LFE5U-25F", [24_288, 28, 56], "--25k", "CABGA381"),
    ecp5("LFE5U-45F", [43_848, 72, 108], "--45k", "CABGA554"),
    ecp5("LFE5U-85F", [83_640, 156, 208], "--85k", "CABGA756"),
    Device {
        name: "iCE40UP5K",
        target: Target::Ice40,
        dsps: Some(8),
        block_rams: 30,
        luts: 5_280,
        narrowest: 11,
        small: 0,
        shapes: KBIT4,
        route: "--up5k",
        package: "sg48",
        family: "",
    },
    amd("XC7A35T", [20_800, 90, 100], "xc7", "xc7a35tcpg236-1"),
    amd("XC7A50T", [32_600, 120, 150], "xc7", "xc7a50tcsg324-1"),
    amd("XC7Z020", [53_200, 220, 280], "xc7", "xc7z020clg400-1"),
    amd("XC7A100T", [63_400, 240, 270], "xc7", "xc7a100tcsg324-1"),
    amd("XC7A200T", [134_600, 740, 730], "xc7", "xc7a200tsbg484-1"),
    amd("XCZU3EG", [70_560, 360, 432], "xcup", "xczu3eg-sbva484-1-e"),
    gowin("GW1NR-9", 8_640, 26),
    gowin("GW2AR-18", 20_736, 46),
    gowin("GW2A-18", 20_736, 46),
    Device {
        name: "LCMXO2-7000",
        target: Target::Machxo2,
        dsps: None,
        block_rams: 26,
        luts: 6_864,
        narrowest: 0,
        small: 0,
        shapes: KBIT9,
        route: "",
        package: "",
        family: "",
    },
];

impl Device {
    /// What its data sheet, or the synthesis for it, calls the block RAMs that are counted.
    pub fn block_ram(&self) -> &'static str {
        match self.target {
            Target::Ecp5 | Target::Xilinx | Target::Gowin | Target::Asic => "block RAMs of 18 kbit",
            Target::Machxo2 => "block RAMs of 9 kbit",
            Target::Ice40 => "block RAMs of 4 kbit",
        }
    }

    /// The part of this name, in capitals or not.
    ///
    /// ```
    /// let device = lcsim_hdl::Device::named("lfe5u-85f").expect("a known part");
    /// assert_eq!(device.block_rams, 208);
    /// ```
    pub fn named(name: &str) -> Option<&'static Self> {
        DEVICES.iter().find(|device| device.name.eq_ignore_ascii_case(name))
    }
}

impl Target {
    /// The part for which the scripts build if none is named. `None` for generic gates, which have
    /// no limits.
    pub fn device(self) -> Option<&'static Device> {
        let name = match self {
            Self::Ecp5 => "LFE5U-85F",
            Self::Ice40 => "iCE40UP5K",
            Self::Xilinx => "XC7A100T",
            Self::Gowin => "GW2A-18",
            Self::Machxo2 => "LCMXO2-7000",
            Self::Asic => return None,
        };
        Device::named(name)
    }
}
