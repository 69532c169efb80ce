//! The files by which tools of others take a core: FuseSoC, LiteX, cocotb, Verilator's lint.

use crate::about::about;
use crate::bus::Bus;
use lcsim_spec::AcceleratorConfig;

/// Makes the files that come with a core of `config`, as (name, text). `sources` are its Verilog
/// files, children first, and `top` is its top module. With a bus come a bench in Python and a
/// module for LiteX.
pub fn delivery(config: &AcceleratorConfig, sources: &[String], top: &str, bus: Option<Bus>) -> Vec<(String, String)> {
    let mut files = vec![
        ("lcsim.vlt", include_str!("lcsim.vlt").to_string()),
        ("lcsim.core", fusesoc(config, sources, top, bus.is_some())),
    ];
    if bus.is_some() {
        files.push(("Makefile", include_str!("Makefile").to_string()));
        files.push(("test_lcsim.py", include_str!("test_lcsim.py").to_string()));
        files.push(("lcsim_litex.py", include_str!("lcsim_litex.py").to_string()));
    }
    files.into_iter().map(|(name, text)| (name.to_string(), text)).collect()
}

/// The description of the core for FuseSoC (CAPI2).
fn fusesoc(config: &AcceleratorConfig, sources: &[String], top: &str, header: bool) -> String {
    let (version, about) = (env!("CARGO_PKG_VERSION"), about(config));
    let list = |names: &[String]| names.iter().map(|name| format!("      - {name}\n")).collect::<String>();
    let description = about.replace('"', "'");
    let header = if header { "      - lcsim.h: {file_type: user}\n" } else { "" };
    format!(
        "CAPI=2:\n# SPDX-License-Identifier: MIT OR Apache-2.0\nname: ::lcsim:{version}\n\
         description: \"{description}\"\n\nfilesets:\n  rtl:\n    files:\n{}{header}    file_type: verilogSource\n  \
         lint:\n    files:\n      - lcsim.vlt: {{file_type: vlt}}\n\ntargets:\n  default: &default\n    \
         filesets: [rtl]\n    toplevel: {top}\n  lint:\n    <<: *default\n    filesets: [lint, rtl]\n    \
         flow: lint\n    flow_options:\n      tool: verilator\n      verilator_options: [-Wall]\n",
        list(sources)
    )
}
