//! The controller: "in order; each word of an instruction takes two cycles", and a start comes a
//! cycle behind its decision.

use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::timing::{self, DECISION_TO_START, WORD_FETCH};

const IMAGE: i64 = 0;
const CONV: i64 = 1;
const GATE: i64 = 2;
const STOP: i64 = 3;

#[derive(Debug, Clone, Copy)]
struct Instruction {
    kind: i64,
    predicated: bool,
    conv: i64,
    gate: i64,
}

/// `programs` random programs, each run once.
pub fn controller(config: &AcceleratorConfig, programs: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Controller);
    let silent = ["o_start_image", "o_start_conv", "o_start_gate", "o_running"];
    let mut script = Script::new("controller", &part, seed, &["i_go"], &silent);
    let mut rng = Rng::new(seed);
    let mut cycle = script.start();
    for n in 0..programs {
        script.expect(cycle, "o_done", i64::from(n > 0));
        cycle = run(&mut script, &mut rng, cycle, config);
    }
    (part, script)
}

/// One program, started in cycle `start`; gives the cycle in which it has ended.
fn run(script: &mut Script, rng: &mut Rng, start: usize, config: &AcceleratorConfig) -> usize {
    let (most, words) = (config.memory.instructions, config.memory.instruction_words);
    let program = program(rng, most);
    let widths = ["conv", "gate"].map(|field| script.output_width(&format!("o_{field}")));
    let open = rng.once_in(3);
    let addresses = |script: &mut Script, cycle: usize, word: usize| {
        script.expect(cycle, "o_program_address", (word % (most * words).next_power_of_two()) as i64);
    };
    // The memory shows a word a cycle after it was fetched.
    let shows = |script: &mut Script, cycle: usize, word: usize| {
        addresses(script, cycle, word);
        let Some(instruction) = program.get(word / words) else { return };
        if words == 1 {
            script.drive(cycle + 1, "i_program.kind", instruction.kind);
            script.drive(cycle + 1, "i_program.predicated", i64::from(instruction.predicated));
            script.drive(cycle + 1, "i_program.conv", instruction.conv);
            script.drive(cycle + 1, "i_program.gate", instruction.gate);
        } else {
            let width = script.width("i_program");
            script.drive(cycle + 1, "i_program", instruction.word(widths, width, word % words));
        }
    };
    let runs = |script: &mut Script, cycle: usize, pc: usize| {
        script.drive(cycle, "i_forced_open", i64::from(open));
        script.expect(cycle, "o_running", 1);
        script.expect(cycle, "o_done", 0);
        script.expect(cycle, "o_pc", pc as i64);
    };
    script.drive(start, "i_go", 1);
    let mut fetched = start;
    for (pc, instruction) in program.iter().enumerate() {
        // A word every other cycle; behind the last the memory does not show the next one yet.
        for word in 0..words {
            shows(script, fetched + WORD_FETCH * word, pc * words + word);
            addresses(script, fetched + WORD_FETCH * word + 1, pc * words + word + 1);
        }
        let acts = fetched + timing::first_fetch(words) + 1;
        (fetched + 1..acts).for_each(|cycle| runs(script, cycle, pc));
        let mut cycle = acts;
        loop {
            runs(script, cycle, pc);
            shows(script, cycle, (pc + 1) * words);
            if act(script, rng, cycle, *instruction, open) {
                break;
            }
            cycle += 1;
        }
        // The next one is asked for with the start.
        fetched = cycle + DECISION_TO_START;
        if pc + 1 < program.len() {
            runs(script, fetched, pc);
        }
    }
    script.expect(fetched, "o_done", 1);
    script.expect(fetched + 1, "o_program_address", 0);
    fetched + 2
}

/// Drives what the controller looks at; whether it takes the next instruction then.
fn act(script: &mut Script, rng: &mut Rng, cycle: usize, instruction: Instruction, open: bool) -> bool {
    let (array, gate, known) = (rng.once_in(3), rng.once_in(3), rng.range(0, 2) > 0);
    let skip = rng.once_in(2);
    script.drive(cycle, "i_array_busy", i64::from(array));
    script.drive(cycle, "i_gate_running", i64::from(gate));
    script.drive(cycle, "i_lscore_valid", i64::from(known));
    script.drive(cycle, "i_skip", i64::from(skip));
    if instruction.kind == STOP {
        return !array && !gate;
    }
    let skips = instruction.predicated && known && skip && !open;
    let decided = !instruction.predicated || known;
    let starts = decided && !skips && !array && (instruction.kind != GATE || !gate);
    if starts {
        let port = ["o_start_image", "o_start_conv", "o_start_gate"][instruction.kind as usize];
        let start = cycle + DECISION_TO_START;
        script.expect(start, port, 1);
        match instruction.kind {
            GATE => script.expect(start, "o_gate", instruction.gate),
            _ => script.expect(start, "o_conv", instruction.conv),
        }
    }
    skips || starts
}

/// Up to `most` instructions, a stop the last.
fn program(rng: &mut Rng, most: usize) -> Vec<Instruction> {
    let length = rng.pick(&[0, 1, 9, most - 1]);
    let any = |rng: &mut Rng, kind: i64| Instruction {
        kind,
        predicated: kind != STOP && rng.once_in(2),
        conv: rng.bits() as i64,
        gate: rng.bits() as i64,
    };
    let mut program: Vec<Instruction> = vec![];
    for _ in 0..length {
        let kind = rng.pick(&[IMAGE, CONV, CONV, GATE, GATE]);
        program.push(any(rng, kind));
    }
    program.push(any(rng, STOP));
    program
}

impl Instruction {
    /// One of its words, of `width` bits, the low one first.
    fn word(self, widths: [usize; 2], width: usize, word: usize) -> i64 {
        let [conv, gate] = widths;
        // Fields are wider than numbers: a number's sign goes on in front of it.
        let bit = |at: usize| match at {
            _ if at < gate => self.gate >> at.min(63),
            _ if at < gate + conv => self.conv >> (at - gate).min(63),
            _ if at == gate + conv => i64::from(self.predicated),
            _ => self.kind >> (at - gate - conv - 1).min(63),
        };
        (0..width).map(|i| (bit(word * width + i) & 1) << i).sum()
    }
}
