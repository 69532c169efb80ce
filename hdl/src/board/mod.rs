//! Boards: a top module with pins and clock, a script that makes a bitstream, and a program for the
//! host.

use crate::about::about;
use crate::emit::Module;
use crate::map;
use crate::sizes::Sizes;
use crate::target::{Device, Exhausted, Instead};
use crate::values;
use lcsim_spec::AcceleratorConfig;

/// A board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Board {
    /// ULX3S with an LFE5U-85F, driven by the serial line of its USB connector.
    Ulx3s,
}

/// The bits of a second on the serial line.
const BAUD: f64 = 1e6;
/// The clock of the board in MHz.
const OSCILLATOR: f64 = 25.0;
/// The range of the PLL's own oscillator in MHz, by Lattice's data sheet of the family.
const OSCILLATES: std::ops::RangeInclusive<f64> = 400.0..=800.0;
/// The range of the clock that the PLL makes in MHz, by the same data sheet.
const MAKES: std::ops::RangeInclusive<f64> = 3.125..=400.0;

/// The divisors of a PLL, and the clock that it makes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pll {
    input: usize,
    feedback: usize,
    output: usize,
    mhz: f64,
}

impl Pll {
    /// The fastest clock of at most `mhz`.
    fn new(mhz: f64) -> Option<Self> {
        let all = (1..=8_usize).flat_map(|input| (1..=80_usize).map(move |feedback| (input, feedback)));
        let clock = |(input, feedback): (usize, usize)| {
            let clock = OSCILLATOR * feedback as f64 / input as f64;
            let output = (1..=128_usize).find(|output| OSCILLATES.contains(&(clock * *output as f64)))?;
            Some(Self { input, feedback, output, mhz: clock })
        };
        all.filter_map(clock).filter(|pll| pll.mhz <= mhz).max_by(|a, b| a.mhz.total_cmp(&b.mhz))
    }
}

/// The PLL for a core.
fn pll(config: &AcceleratorConfig) -> Result<Pll, String> {
    let (clock, least, most) = (config.clock_mhz, MAKES.start(), MAKES.end());
    let range = || format!("clock_mhz: expected {least} to {most}, which the PLL of the board makes, found {clock}");
    let pll = Pll::new(clock).filter(|_| MAKES.contains(&clock));
    pll.ok_or_else(range)
}

impl Board {
    /// The part on the board.
    pub fn device(self) -> &'static Device {
        let Self::Ulx3s = self;
        Device::named("LFE5U-85F").unwrap_or_else(|| unreachable!("a part of the table"))
    }

    /// Checks that the part on the board has the multipliers and the block RAMs of a core.
    ///
    /// # Errors
    /// Lists each resource that runs out, with the parameter that needs most of it.
    pub fn check(self, config: &AcceleratorConfig) -> Result<(), Exhausted> {
        self.device().check(config, None).map_err(|Exhausted(resources, _)| Exhausted(resources, Instead::NoOther))
    }

    /// The clock of the board in MHz: the fastest one of at most `clock_mhz` that its PLL can make.
    ///
    /// # Errors
    /// Fails if `clock_mhz` is outside of what the PLL can make.
    pub fn clock(self, config: &AcceleratorConfig) -> Result<f64, String> {
        Ok(pll(config)?.mhz)
    }

    /// The modules around the core of `config`; the board's own is the last one.
    ///
    /// # Errors
    /// Fails if `clock_mhz` is outside of what the PLL can make.
    pub fn modules(self, config: &AcceleratorConfig) -> Result<Vec<Module>, String> {
        let s = &Sizes::new(config);
        let pll = pll(config)?;
        let bit = (pll.mhz * 1e6 / BAUD).round() as usize;
        let numbers = [
            ("ADDRESS", map::address_bits(s)),
            ("BIT", bit),
            ("INPUT", pll.input),
            ("FEEDBACK", pll.feedback),
            ("OUTPUT", pll.output),
        ];
        let files = [
            ("lcsim_uart", include_str!("../../rtl/lcsim_uart.v")),
            ("lcsim_uart_top", include_str!("../../rtl/lcsim_uart_top.v")),
            ("ulx3s", include_str!("ulx3s.v")),
        ];
        let about = about(config);
        let module = |(name, text): (&str, &str)| {
            let text = values::set(text, "parameter", &numbers);
            Module { name: name.into(), text: values::head(&text, &about) }
        };
        Ok(files.map(module).into())
    }

    /// The name of the board's module.
    pub fn top(self) -> &'static str {
        let Self::Ulx3s = self;
        "ulx3s"
    }

    /// The other files of the board, as (name, text). `sources` are all Verilog files.
    pub fn files(self, sources: &[String]) -> Vec<(String, String)> {
        let Self::Ulx3s = self;
        let scripts = self.device().board_scripts(self.top(), sources, "CABGA381");
        let files = [("ulx3s.lpf", include_str!("ulx3s.lpf")), ("lcsim_uart.py", include_str!("lcsim_uart.py"))];
        files.map(|(name, text)| (name.to_string(), text.to_string())).into_iter().chain(scripts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pll_makes_the_fastest_clock_that_is_slow_enough() {
        for (mhz, made) in [(75.0, 75.0), (90.0, 90.0), (77.7, 75.0), (120.0, 120.0)] {
            let pll = Pll::new(mhz).unwrap_or_else(|| panic!("{mhz} MHz"));
            assert!(pll.mhz <= mhz && pll.mhz >= made, "{pll:?}");
            assert!(OSCILLATES.contains(&(pll.mhz * pll.output as f64)), "{pll:?}");
            assert!((pll.mhz - OSCILLATOR * pll.feedback as f64 / pll.input as f64).abs() < 1e-9);
        }
        assert_eq!(Pll::new(2.0), None);
    }
}
