//! Formal proofs of the emitted Verilog: what is proven of which unit.
//!
//! Assertions stand in the files beside this one. They are inserted into the emitted modules here;
//! [`Proof`] proves them.

mod proof;

use lcsim_hdl::{Bus, Kind, Module, PortShape, around, core, unit};
use lcsim_spec::AcceleratorConfig;
use proof::PROPERTIES;
pub use proof::{Failure, PROGRAMS, Proof};
use std::fmt::Write;

const RESET: &str = include_str!("reset.sv");
const GATE: [&str; 2] = [include_str!("gate_given.sv"), include_str!("gate.sv")];
const CONTROLLER: [&str; 2] = [include_str!("controller_given.sv"), include_str!("controller.sv")];
const HOST: [&str; 2] = [include_str!("host_given.sv"), include_str!("host.sv")];
const LOADER: [&str; 2] = [include_str!("loader_given.sv"), include_str!("loader.sv")];
const STREAMER: [&str; 2] = [include_str!("streamer_given.sv"), include_str!("streamer.sv")];
const MEMORY: &str = include_str!("memory.sv");

/// The module of the program's memory, where it is told from the other memories.
const PROGRAM_MEMORY: &str = "lcsim_program_ram";

/// Memories that the host port writes, in the order of their regions, from 1 on.
const REGIONS: [&str; 6] = ["program", "filter", "param", "gate_weight", "gate_param", "image"];

/// Modules that belong to a unit with properties, or only connect others.
const CLOSED: [&str; 6] =
    ["lcsim_setup", "lcsim_registers", "lcsim_region", "lcsim_fields", "lcsim_list", "lcsim_program_registered_ram"];

/// Every output of the gate unit leaves once, and the live lists are right.
pub fn gate(config: &AcceleratorConfig) -> Proof {
    let mut proof = alone("gate unit", config, Kind::Gate, &[GATE[0], GATE[1], include_str!("list.sv")]);
    proof.modules.splice(0..0, unit(config, Kind::Ram).modules);
    Proof { depth: 2, reach: 22, flat: config.gate.channels <= 16, ..proof }
}

/// Scores are what the contract says.
pub fn score(config: &AcceleratorConfig) -> Proof {
    let modules = unit(config, Kind::Gate).modules.into_iter();
    let module = modules.filter(|m| m.name == "lcsim_gate_score");
    let modules = module.map(|m| with(&m, &[], config, &[include_str!("score.sv")])).collect();
    Proof { depth: 3, reach: 10, ..Proof::new("score", modules) }
}

/// Instructions are taken in order, or skipped.
pub fn controller(config: &AcceleratorConfig) -> Proof {
    Proof { depth: 2, reach: 7, ..alone("controller", config, Kind::Controller, &CONTROLLER) }
}

/// Requests are answered, and words written, once.
pub fn host(config: &AcceleratorConfig) -> Proof {
    Proof { depth: 2, reach: 20, ..alone("host port", config, Kind::Host, &[HOST[0], &host_regions(), HOST[1]]) }
}

/// The properties of all memories that the host port writes.
fn host_regions() -> String {
    let region = |name: &&str| {
        let stays = if *name == "image" { "o_image_free" } else { "!o_busy" };
        let text = include_str!("host_region.sv").replace("SIZE", &name.to_uppercase());
        text.replace("NAME", name).replace("STAYS", stays)
    };
    let any = |what: &str| REGIONS.map(|name| what.replace("NAME", name)).join(" | ");
    let stored = format!("wire any_stored = {};\n", any("NAME_stored"));
    let part = format!("wire [ADDRESS-1:0] any_part = {};\n", any("(NAME_stored ? NAME_part : 0)"));
    let addressed = format!("wire [ADDRESS-1:0] addressed_part = {};\n", any("(NAME_inside ? NAME_part : 0)"));
    REGIONS.iter().map(region).chain([stored, part, addressed]).collect()
}

/// AXI4-Lite: each transfer reaches the core once, and is answered once.
pub fn axi4_lite(config: &AcceleratorConfig) -> Proof {
    Proof {
        depth: 3,
        reach: 12,
        ..beside("AXI4-Lite", config, Bus::Axi4Lite, "lcsim_axi4_lite", include_str!("axi4_lite.sv"))
    }
}

/// Wishbone: each transfer reaches the core once, and is answered once.
pub fn wishbone(config: &AcceleratorConfig) -> Proof {
    Proof {
        depth: 3,
        reach: 8,
        ..beside("Wishbone", config, Bus::Wishbone, "lcsim_wishbone", include_str!("wishbone.sv"))
    }
}

/// Streams: beats and logits pass once, in order.
pub fn stream(config: &AcceleratorConfig) -> Proof {
    Proof { depth: 3, reach: 12, ..beside("streams", config, Bus::Wishbone, "lcsim_stream", include_str!("stream.sv")) }
}

/// A module that stands beside the core, with the values that the core gives its parameters.
fn beside(name: &'static str, config: &AcceleratorConfig, bus: Bus, module: &str, properties: &str) -> Proof {
    let modules = around(config, bus);
    let top = modules.last().expect("a top module");
    let mut own = modules.iter().find(|m| m.name == module).expect("a module").clone();
    let parameters: Vec<(String, String)> = top.text.lines().filter_map(parameter).collect();
    for (name, value) in parameters {
        if own.text.lines().filter_map(parameter).any(|(own, _)| own == name) {
            own.text = set(&own.text, &name, &value);
        }
    }
    Proof::new(name, vec![with(&own, &[], config, &[properties])])
}

/// The name and the value of the parameter that a line declares.
fn parameter(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("  parameter ")?.split_once(" = ")?;
    Some((name.rsplit(' ').next()?.into(), value.trim_end_matches(',').into()))
}

/// Folds are offered once.
pub fn loader(config: &AcceleratorConfig) -> Proof {
    Proof { reach: 16, ..alone("loader", config, Kind::Loader, &LOADER) }
}

/// Folds are taken once, and all of their pixels issued.
pub fn streamer(config: &AcceleratorConfig) -> Proof {
    Proof { reach: 9, ..alone("streamer", config, Kind::Streamer, &STREAMER) }
}

/// A memory answers with what was written.
pub fn memory(config: &AcceleratorConfig) -> Proof {
    Proof { flat: false, reach: 5, ..alone("memory", config, Kind::Ram, &[MEMORY]) }
}

/// The core gives each unit what is assumed of it alone.
pub fn together(config: &AcceleratorConfig) -> Proof {
    let regions = host_regions();
    let host = [HOST[0], &regions, HOST[1]];
    let properties = |kind| match kind {
        Kind::Gate => GATE.as_slice(),
        Kind::Controller => &CONTROLLER,
        Kind::Host => &host,
        Kind::Loader => &LOADER,
        Kind::Streamer => &STREAMER[..1],
        _ => &[],
    };
    let kinds = [Kind::Gate, Kind::Controller, Kind::Host, Kind::Loader, Kind::Streamer, Kind::Image];
    let units = kinds.map(|kind| (unit(config, kind), properties(kind)));
    let units = units.map(|(part, texts)| (part.modules[part.modules.len() - 1].name.clone(), part.ports, texts));
    Proof { depth: 2, reach: 14, ..joined("units together", config, &units, include_str!("core.sv")) }
}

/// The controller runs the program that the host wrote.
pub fn program(config: &AcceleratorConfig) -> Proof {
    let regions = host_regions();
    let host = [HOST[0], &regions, HOST[1]];
    let units = [
        ("lcsim_controller".to_string(), unit(config, Kind::Controller).ports, CONTROLLER.as_slice()),
        ("lcsim_host".to_string(), unit(config, Kind::Host).ports, &host),
        (PROGRAM_MEMORY.to_string(), vec![], &[MEMORY]),
    ];
    Proof { flat: false, depth: 2, reach: 24, ..joined("program", config, &units, include_str!("program.sv")) }
}

/// A unit with properties. They stand in its own module, not in those that it instantiates.
fn alone(name: &'static str, config: &AcceleratorConfig, kind: Kind, properties: &[&str]) -> Proof {
    let part = unit(config, kind);
    let mut modules = part.modules;
    let mut top = modules.pop().expect("a unit is a module at least");
    for (name, value) in &part.parameters {
        top.text = set(&top.text, name, value);
    }
    modules.push(with(&top, &part.ports, config, properties));
    Proof::new(name, modules)
}

/// A module with another value of a parameter.
fn set(text: &str, parameter: &str, value: &str) -> String {
    let declares = |line: &&str| self::parameter(line).is_some_and(|(name, _)| name == parameter);
    let line = text.lines().find(declares).expect("a parameter");
    let (declared, _) = line.split_once("= ").expect("a value");
    let declared = format!("{declared}= ");
    let (before, rest) = text.split_once(&declared).expect("a parameter");
    let (_, after) = rest.split_once('\n').expect("more lines");
    let comma = if rest.lines().next().is_some_and(|line| line.ends_with(',')) { "," } else { "" };
    format!("{before}{declared}{value}{comma}\n{after}")
}

/// Moves the parameters of a module's one instance in `top` into the module. yosys would rename it.
fn settle(top: &mut Module, module: &mut Module) {
    let begin = format!("  {} #(\n", module.name);
    let Some((before, rest)) = top.text.split_once(&begin) else { return };
    let (parameters, instance) = rest.split_once("\n  ) ").expect("an instance");
    for parameter in parameters.lines() {
        let (name, value) = parameter.trim_matches([' ', '.', ',']).split_once('(').expect("a value");
        let value = value.strip_suffix(')').expect("a value");
        // It may be a parameter of the module around it.
        let around = top.text.lines().filter_map(self::parameter).find(|(name, _)| name == value);
        module.text = set(&module.text, name, &around.map_or(value.into(), |(_, value)| value));
    }
    top.text = format!("{before}  {} {instance}", module.name);
}

/// The core with some of its units, their ports and properties, and with properties around them.
/// What the other units put out is left open.
fn joined(
    name: &'static str,
    config: &AcceleratorConfig,
    units: &[(String, Vec<PortShape>, &[&str])],
    around: &str,
) -> Proof {
    let mut modules = core(config, None).modules;
    let mut top = modules.pop().expect("a core is a module at least");
    // The memory of the program gets a module of its own, because what other memories hold is open.
    let copy = |name: &str| {
        let ram = modules.iter().find(|m| m.name == name)?;
        let own = name.replace("lcsim", "lcsim_program");
        let text = ram.text.replace(&format!("module {name} "), &format!("module {own} "));
        Some(Module { name: own, text: text.replace("  lcsim_ram #(", &format!("  {PROGRAM_MEMORY} #(")) })
    };
    if let (Some(mut registered), Some(mut ram)) = (copy("lcsim_registered_ram"), copy("lcsim_ram")) {
        let end = top.text.find(") program_memory (").expect("a memory of the program");
        let begin = top.text[..end].rfind("lcsim_registered_ram ").expect("its module");
        top.text.replace_range(begin..begin + "lcsim".len(), "lcsim_program");
        settle(&mut top, &mut registered);
        settle(&mut registered, &mut ram);
        modules.extend([ram, registered]);
    }
    let mut open = vec![];
    for module in &mut modules {
        match units.iter().find(|u| u.0 == module.name) {
            Some((_, ports, properties)) => {
                settle(&mut top, module);
                *module = with(module, ports, config, properties);
            }
            // The properties of the loader are about its set-up too, those of the host port about
            // its parts.
            None if CLOSED.contains(&&*module.name) => {}
            None => open.push(module.name.clone()),
        }
    }
    modules.push(with(&top, &[], config, &[around]));
    let asserting = units.iter().map(|u| u.0.clone()).collect();
    Proof { open, asserting, ..Proof::new(name, modules) }
}

/// A module with properties before its end. They see the accelerator's sizes, and what ports carry
/// as `PORT_FIELD`.
fn with(module: &Module, ports: &[PortShape], config: &AcceleratorConfig, properties: &[&str]) -> Module {
    let (rows, cols, macs) = (config.array.rows, config.array.cols, config.gate.macs);
    let (banks, channels, depth) = (config.banks(), config.gate.channels, config.array.accumulator_depth);
    let mut text = format!(
        "{PROPERTIES}localparam R = {rows}, C = {cols}, G = {macs}, B = {banks}, K = {channels}, D = {depth};\n"
    );
    for port in ports {
        let mut high = port.width;
        for (field, width) in &port.fields {
            let name = &port.name;
            let _ = writeln!(text, "wire [{}:0] {name}_{field} = {name}[{}:{}];", width - 1, high - 1, high - width); // a String takes every write
            high -= width;
        }
    }
    if !module.text.contains("input wire reset") {
        // Proofs begin with a reset. A memory takes no notice of it.
        text += "(* anyseq *) reg reset;\n";
    }
    text += RESET;
    text.extend(properties.iter().copied());
    let (body, rest) = module.text.rsplit_once("endmodule").expect("a module ends");
    Module { name: module.name.clone(), text: format!("{body}{text}endmodule{rest}") }
}
