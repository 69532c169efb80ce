//! A testbench that runs real images through the core and compares the results with the simulator.

use crate::about::about;
use crate::image::{Write, load, load_image};
use crate::kind::Kind;
use crate::sizes::Sizes;
use lcsim_spec::schedule::{Program, Target};
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
    let numbers = [
        ("WRITES", network.len()),
        ("IMAGES", vectors.len()),
        ("BEATS", images.first().map_or(0, Vec::len)),
        ("CLASSES", vectors.first().map_or(0, |v| v.logits.len())),
        ("EVENTS", events.len()),
        ("PCW", Sizes::new(&program.config).pcw()),
    ];
    let bench = numbers
        .iter()
        .fold(include_str!("verilog/core_tb.sv").to_string(), |t, (key, n)| {
            t.replace(&format!("@{key}@"), &n.to_string())
        })
        .replace("@ABOUT@", &about(&program.config));
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
    let job = s.gate();
    let fields: Vec<String> =
        job.fields().iter().map(|(name, width)| format!("  reg [{}:0] j_{name} = 0;", width - 1)).collect();
    let text = text
        .replace("@ABOUT@", &about(config))
        .replace("@FIELDS@", &fields.join("\n"))
        .replace("@K@", &s.channels.to_string());
    Some((name.into(), s.fill(&text)))
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
