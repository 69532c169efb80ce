//! The controller: "in order; each instruction takes at least two cycles".

use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::AcceleratorConfig;

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
        cycle = run(&mut script, &mut rng, cycle, config.memory.instructions as i64);
    }
    (part, script)
}

/// One program, started in cycle `start`; gives the cycle in which it has ended.
fn run(script: &mut Script, rng: &mut Rng, start: usize, most: i64) -> usize {
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
    let open = rng.once_in(3);
    // The memory shows in each cycle what was addressed in the one before: the first, then the one ahead.
    let shows = |script: &mut Script, cycle: usize, pc: usize| {
        let Some(instruction) = program.get(pc) else { return };
        script.drive(cycle, "i_program.kind", instruction.kind);
        script.drive(cycle, "i_program.predicated", i64::from(instruction.predicated));
        script.drive(cycle, "i_program.conv", instruction.conv);
        script.drive(cycle, "i_program.gate", instruction.gate);
    };
    let addresses = |script: &mut Script, cycle: usize, pc: usize| {
        script.expect(cycle, "o_program_address", (pc % (most as usize).next_power_of_two()) as i64);
    };
    script.drive(start, "i_go", 1);
    shows(script, start, 0);
    addresses(script, start, 0);
    let (mut pc, mut cycle, mut fetched) = (0, start, true);
    loop {
        cycle += 1;
        addresses(script, cycle, pc + 1);
        script.drive(cycle, "i_forced_open", i64::from(open));
        script.expect(cycle, "o_running", 1);
        script.expect(cycle, "o_done", 0);
        script.expect(cycle, "o_pc", pc as i64);
        // The memory does not show the next one yet.
        if std::mem::replace(&mut fetched, false) {
            continue;
        }
        let instruction = program[pc];
        shows(script, cycle, pc + 1);
        let (array, gate, known) = (rng.once_in(3), rng.once_in(3), rng.range(0, 2) > 0);
        let skip = rng.once_in(2);
        script.drive(cycle, "i_array_busy", i64::from(array));
        script.drive(cycle, "i_gate_running", i64::from(gate));
        script.drive(cycle, "i_lscore_valid", i64::from(known));
        script.drive(cycle, "i_skip", i64::from(skip));
        if instruction.kind == STOP {
            if !array && !gate {
                script.expect(cycle + 1, "o_done", 1);
                addresses(script, cycle + 1, 0);
                return cycle + 2;
            }
            continue;
        }
        let skips = instruction.predicated && known && skip && !open;
        let decided = !instruction.predicated || known;
        let starts = decided && !skips && !array && (instruction.kind != GATE || !gate);
        if starts {
            let port = ["o_start_image", "o_start_conv", "o_start_gate"][instruction.kind as usize];
            script.expect(cycle, port, 1);
            match instruction.kind {
                CONV => script.expect(cycle + 1, "o_conv", instruction.conv),
                GATE => script.expect(cycle + 1, "o_gate", instruction.gate),
                _ => {}
            }
        }
        fetched = skips || starts;
        pc += usize::from(fetched);
    }
}
