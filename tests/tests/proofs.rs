//! Formal proofs of the emitted Verilog (docs/verification.md), and that they can fail.

use lcsim_hdl::{Kind, PortShape, memory_files, unit};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::Program;
use lcsim_tests::proofs::{self, PROGRAMS, Proof};
use lcsim_tests::random::{accelerator, plan};
use lcsim_tests::{shipped, tiny, tools};
use proptest::prelude::*;
use std::time::Instant;

type Subject = fn(&AcceleratorConfig) -> Proof;

const SUBJECTS: [Subject; 11] = [
    proofs::gate,
    proofs::score,
    proofs::controller,
    proofs::host,
    proofs::axi4_lite,
    proofs::wishbone,
    proofs::stream,
    proofs::loader,
    proofs::streamer,
    proofs::memory,
    proofs::together,
];

fn installed() -> bool {
    PROGRAMS.iter().all(|program| tools::installed(program))
}

fn prove(config: &AcceleratorConfig, subjects: &[Subject]) {
    if !installed() {
        return;
    }
    for subject in subjects {
        let proof = subject(config);
        let started = Instant::now();
        proof.run().unwrap_or_else(|failure| panic!("{}, {}", config.name, failure.keep()));
        println!("{}, {}: {:.1} s", config.name, proof.name(), started.elapsed().as_secs_f64());
    }
}

fn small(rows: usize, cols: usize, macs: usize, channels: usize) -> AcceleratorConfig {
    let mut config = tiny::array(rows, cols, macs);
    config.name = format!("{rows}x{cols}");
    config.gate.channels = channels;
    config
}

fn some_macs() -> AcceleratorConfig {
    small(4, 4, 2, 8)
}

#[test]
fn core_with_one_mac() {
    prove(&small(3, 5, 1, 7), &SUBJECTS);
}

#[test]
fn core_with_some_macs() {
    prove(&some_macs(), &SUBJECTS);
}

#[test]
fn core_with_more_macs_than_a_group_has() {
    prove(&small(5, 3, 5, 4), &SUBJECTS);
}

#[test]
fn core_that_was_routed() {
    prove(&shipped("ecp5-8x8"), &SUBJECTS);
    prove(&shipped("ecp5-8x8"), &[proofs::program]);
}

/// Its instructions are of several words, which those of the controller do not speak of.
#[test]
fn smallest_core() {
    use proofs::{gate, host, loader, memory, score, streamer};
    prove(&shipped("ice40-2x1"), &[gate, score, host, loader, streamer, memory]);
}

#[test]
#[ignore = "takes minutes"]
fn other_cores_that_come_along() {
    for name in ["4x4", "8x8", "16x16", "32x32"] {
        prove(&shipped(name), &SUBJECTS);
        prove(&shipped(name), &[proofs::program]);
    }
}

/// Assumptions leave room for what assertions are about.
#[test]
fn what_is_proven_happens() {
    if !installed() {
        return;
    }
    for subject in SUBJECTS.into_iter().chain([proofs::program as Subject]) {
        subject(&some_macs()).cover().unwrap_or_else(|failure| panic!("{}", failure.keep()));
    }
}

/// The field `name` of a bundle, in binary.
fn field<'a>(bits: &'a str, bundle: &PortShape, name: &str) -> &'a str {
    let at = bundle.fields.iter().position(|f| f.0 == name).expect("a field");
    let before: usize = bundle.fields[..at].iter().map(|f| f.1).sum();
    &bits[before..before + bundle.fields[at].1]
}

proptest! {
    /// Programs are what the proofs assume of them.
    #[test]
    fn programs_keep_what_is_assumed(plan in plan(), config in accelerator()) {
        let program = Program::new(&plan.build(), &config).expect("every accelerator holds every plan");
        let ports = unit(&config, Kind::Controller).ports;
        let bundle = |name: &str| ports.iter().find(|p| p.name == name).expect("a port");
        let files = memory_files(&program);
        let (_, words) = files.iter().find(|file| file.0 == "program.mem").expect("a program");
        let words: Vec<&str> = words.lines().collect();
        for words in words.chunks(config.memory.instruction_words) {
            // The low word comes first, and the high one may begin with bits that are no
            // instruction's.
            let word: String = words.iter().rev().copied().collect();
            // Kind, whether it is predicated, the fields of a convolution, those of a gate.
            let (of_gate, of_conv) = (bundle("o_gate"), bundle("o_conv"));
            let (head, fields) = word.split_at(word.len() - of_conv.width - of_gate.width);
            let (conv, gate) = fields.split_at(of_conv.width);
            let (kind, predicated) = head[head.len() - 3..].split_at(2);
            let value = |bits: &str| u64::from_str_radix(bits, 2).expect("binary");
            let gate = |name: &str| value(field(gate, of_gate, name));
            let conv = |name: &str| value(field(conv, of_conv, name));
            match kind {
                "01" => prop_assert!(conv("out_pixels") >= 1 && conv("out_channels") < 1 << 15),
                "10" => {
                    prop_assert!((1..=config.gate.channels as u64).contains(&gate("outputs")));
                    prop_assert!(gate("threshold") <= 1 << 15);
                    prop_assert!(gate("step") == 0 || gate("threshold") > 0);
                    let writes_a_list = gate("purpose") == 1;
                    prop_assert!(!writes_a_list || gate("list_on") == 0 || gate("in_list") != gate("out_list"));
                }
                "11" => prop_assert_eq!(predicated, "0"),
                _ => {}
            }
        }
    }
}
