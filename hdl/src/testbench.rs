//! A testbench that runs real images through the core and compares it with the simulator.

use crate::sizes::Sizes;
use crate::{Write, about, load, load_image};
use lcsim_spec::Trace;
use lcsim_spec::schedule::{Program, Purpose};
use std::fmt::Write as _;

/// What the core must give for an image.
#[derive(Debug, Clone)]
pub struct Vector {
    image: Vec<i8>,
    /// Live list (0: none), channel, score.
    scores: Vec<(usize, usize, u16)>,
    logits: Vec<i32>,
    cycles: u64,
}

impl Vector {
    /// From the simulator's values for `image` (int8), gated.
    pub fn new(program: &Program, image: &[i8], trace: &Trace, cycles: u64) -> Self {
        let purpose = |name: &str| {
            program.gates.iter().find(|g| program.layers[g.layer].name == name).map_or(Purpose::LNet, |g| g.purpose)
        };
        let scores = trace.gates.iter().flat_map(|gate| {
            let purpose = purpose(&gate.gate);
            gate.scores.iter().enumerate().map(move |(channel, score)| match (purpose, score.to_bits()) {
                (Purpose::CNet(list), score) if score > 0 => (1 << list, channel, score),
                (_, score) => (0, 0, score),
            })
        });
        Self { image: image.to_vec(), scores: scores.collect(), logits: trace.logits.clone(), cycles }
    }
}

/// Name and text of the testbench's files. If not `initialised`, it loads the network first.
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

fn writes<'a>(writes: impl IntoIterator<Item = &'a Write>) -> String {
    lines(writes, |(address, data)| format!("{address:08x}{data:08x}"))
}

fn lines<T>(values: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) -> String {
    values.into_iter().fold(String::new(), |mut text, value| {
        let _ = writeln!(text, "{}", line(value)); // a String takes every write
        text
    })
}
