//! The scripts that build a core for a part, and its constraints.

use super::device::{Device, Target};
use crate::bus::Bus;
use minijinja::{Environment, context};

impl Device {
    /// The scripts that build the module `top` of the Verilog files `sources`, and its constraints,
    /// as (name, text). They run in the folder of these files.
    pub fn scripts(&self, top: &str, sources: &[String], clock_mhz: f64) -> Vec<(String, String)> {
        scripts(self.target, Some(self), top, sources, clock_mhz, None)
    }

    /// The scripts for a board with this part in `package`. Its pins are constraints of the board's
    /// own, in a file of the name of `top`.
    pub(crate) fn board_scripts(&self, top: &str, sources: &[String], package: &str) -> Vec<(String, String)> {
        // The clock of the core comes from a PLL, so that no port has it.
        let mut files = scripts(self.target, Some(self), top, sources, 1.0, Some(package));
        files.pop();
        files
    }
}

impl Target {
    /// The scripts for the family's part, as [`Device::scripts`]; for generic gates without one.
    pub fn scripts(self, top: &str, sources: &[String], clock_mhz: f64) -> Vec<(String, String)> {
        scripts(self, self.device(), top, sources, clock_mhz, None)
    }
}

fn scripts(
    target: Target,
    device: Option<&Device>,
    top: &str,
    sources: &[String],
    clock_mhz: f64,
    board: Option<&str>,
) -> Vec<(String, String)> {
    let period = 1000.0 / clock_mhz;
    let clock = Bus::clock(top);
    let create = format!("create_clock -name {clock} -period {period:.3} [get_ports {clock}]\n");
    let frequency = format!("FREQUENCY PORT \"{clock}\" {clock_mhz} MHZ;\n");
    const ROUTE: &str = "place_and_route.sh";
    let (synthesis, others, constraints) = match target {
        Target::Ecp5 => (
            include_str!("ecp5.ys"),
            vec![(ROUTE, include_str!("ecp5.sh")), ("ecp5_registers.py", include_str!("ecp5_registers.py"))],
            ("lpf", frequency),
        ),
        Target::Ice40 => (
            include_str!("ice40.ys"),
            vec![(ROUTE, include_str!("ice40.sh"))],
            ("pcf", format!("set_frequency {clock} {clock_mhz}\n")),
        ),
        Target::Xilinx => {
            (include_str!("xilinx.ys"), vec![("vivado.tcl", include_str!("vivado.tcl"))], ("xdc", create))
        }
        // nextpnr does not know the largest MachXO2, and routes no core on a Gowin part before each
        // port has a pin.
        Target::Gowin => (include_str!("gowin.ys"), vec![], ("sdc", create)),
        Target::Machxo2 => (include_str!("machxo2.ys"), vec![], ("lpf", frequency)),
        Target::Asic => (include_str!("asic.ys"), vec![], ("sdc", create)),
    };
    let fill = |text: &str| {
        let values = context! {
            sources => sources.join(" "),
            top => top,
            clock => clock_mhz.to_string(),
            device => device.map_or("generic gates", |device| device.name),
            route => device.map_or("", |device| device.route),
            package => board.or(device.map(|device| device.package)),
            board => board.is_some(),
            family => device.map_or("", |device| device.family),
        };
        let filled = Environment::new().render_str(text, values);
        filled.unwrap_or_else(|error| unreachable!("a script of lcsim's own: {error}"))
    };
    let mut files = vec![("synth.ys".to_string(), fill(synthesis) + "\n")];
    files.extend(others.into_iter().map(|(name, text)| (name.to_string(), fill(text) + "\n")));
    files.push((format!("{top}.{}", constraints.0), constraints.1));
    files
}
