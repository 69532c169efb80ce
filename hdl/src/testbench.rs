//! A testbench that runs real images through the core and compares the results with the simulator.

use crate::about::about;
use crate::image::{Write, load, load_image};
use crate::kind::Kind;
use crate::map;
use crate::sizes::Sizes;
use crate::values;
use lcsim_spec::number::SCORE_SHIFT;
use lcsim_spec::schedule::{Program, Target};
use lcsim_spec::timing::GateStage;
use lcsim_spec::{AcceleratorConfig, Trace};
use std::fmt::Write as _;

/// The result that the core must give for one image.
#[derive(Debug, Clone)]
pub struct Vector {
    image: Vec<i8>,
    /// Live list (0: none), channel, score.
    scores: Vec<(usize, usize, u16)>,
    logits: Vec<i32>,
    cycles: u64,
}

impl Vector {
    /// Takes the simulator's values for `image` (int8), with active gates.
    pub fn new(program: &Program, image: &[i8], trace: &Trace, cycles: u64) -> Self {
        let target = |name: &str| program.gates.iter().find(|g| program.layer(g.layer).name == name).map(|g| g.target);
        let scores = trace.gates.iter().flat_map(|gate| {
            let target = target(&gate.gate);
            gate.scores.iter().enumerate().map(move |(channel, score)| match (target, score.to_bits()) {
                (Some(Target::Channels(list)), score) if score > 0 => (1 << list.index(), channel, score),
                (_, score) => (0, 0, score),
            })
        });
        Self { image: image.to_vec(), scores: scores.collect(), logits: trace.logits.clone(), cycles }
    }
}

/// Makes the files of the testbench, as (name, text). If the memories are not `initialised`, it
/// first loads the network.
pub fn testbench(program: &Program, initialised: bool, vectors: &[Vector]) -> Vec<(String, String)> {
    let network = if initialised { vec![] } else { load(program) };
    let images: Vec<Vec<Write>> = vectors.iter().map(|v| load_image(program, &v.image)).collect();
    let events: Vec<_> = vectors.iter().flat_map(|v| &v.scores).collect();
    let sizes = &Sizes::new(&program.config);
    let [control, status, cycles] = ["CONTROL", "STATUS", "CYCLES"].map(|name| map::named(sizes, name));
    let numbers = [
        ("ADDRESS", map::address_bits(sizes)),
        ("COUNT", sizes.pcw()),
        ("LOGITS", sizes.kw() + 1),
        ("CONTROL", control.address()),
        ("STATUS", status.address()),
        ("CYCLES", cycles.address()),
        ("LOGITS_BASE", map::regions(sizes)[map::LOGITS].base),
        ("START", control.field("start").low),
        ("DONE", status.field("done").low),
        ("WRITES", network.len()),
        ("IMAGES", vectors.len()),
        ("BEATS", images.first().map_or(0, Vec::len)),
        ("CLASSES", vectors.first().map_or(0, |v| v.logits.len())),
        ("EVENTS", events.len()),
    ];
    let bench = set(include_str!("verilog/core_tb.sv"), &program.config, &numbers);
    let results =
        vectors.iter().flat_map(|v| std::iter::once(v.cycles as u32).chain(v.logits.iter().map(|l| *l as u32)));
    let mut files = vec![
        ("lcsim_core_tb.sv", bench),
        ("core_tb_images.hex", writes(images.iter().flatten())),
        ("core_tb_results.hex", lines(results, |word| format!("{word:08x}"))),
    ];
    if !events.is_empty() {
        let event = |(lists, channel, score): &(usize, usize, u16)| format!("{lists:02x}{channel:04x}{score:04x}");
        files.push(("core_tb_scores.hex", lines(events, event)));
    }
    if !network.is_empty() {
        files.push(("core_tb_network.hex", writes(&network)));
    }
    files.into_iter().map(|(name, text)| (name.to_string(), text)).collect()
}

/// Makes a testbench for `kind` alone, with random vectors, as (name, text). Only the gate unit and
/// the array have one.
pub fn unit_testbench(config: &AcceleratorConfig, kind: Kind) -> Option<(String, String)> {
    let s = Sizes::new(config);
    let (name, text) = match kind {
        Kind::Array => ("lcsim_array_tb.sv", include_str!("verilog/array_tb.sv")),
        Kind::Gate => ("lcsim_gate_tb.sv", include_str!("verilog/gate_tb.sv")),
        _ => return None,
    };
    let numbers = [
        ("G", s.macs),
        ("CHANNELS", s.channels),
        ("KW", s.kw()),
        ("GW", s.gw()),
        ("GA", s.ga()),
        ("KC", s.kc()),
        ("POOL", s.pool()),
        ("CHANNEL", s.gate_channel()),
        ("SCORE_SHIFT", SCORE_SHIFT as usize),
        ("TO_LOGIT", GateStage::Shift as usize),
        ("TO_SCORE", GateStage::Score as usize),
        ("ROWS", s.rows),
        ("COLS", s.cols),
    ];
    Some((name.into(), set(text, config, &numbers)))
}

/// Gives the local parameters of a bench their values.
fn set(bench: &str, config: &AcceleratorConfig, numbers: &[(&str, usize)]) -> String {
    values::set(&values::head(bench, &about(config)), "localparam", numbers)
}

fn writes<'a>(writes: impl IntoIterator<Item = &'a Write>) -> String {
    lines(writes, |(address, data)| format!("{address:08x}{data:08x}"))
}

fn lines<T>(values: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) -> String {
    values.into_iter().fold(String::new(), |mut text, value| {
        let _ = writeln!(text, "{}", line(value)); // a String takes every write
        text
    })
}
