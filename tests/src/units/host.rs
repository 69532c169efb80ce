//! The host port: beats of 32 bits become words of the memories, registers answer, and each request
//! is answered two cycles later.

use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, header, unit};
use lcsim_spec::AcceleratorConfig;
use std::collections::BTreeMap;

/// Memories that are written.
const MEMORIES: [&str; 6] = ["program", "filter", "param", "gate_weight", "gate_param", "image"];
/// Responses.
const OKAY: i64 = 0;
const REFUSED: i64 = 2;
const UNMAPPED: i64 = 3;

struct Host {
    script: Script,
    rng: Rng,
    now: usize,
    /// The numbers of `lcsim.h`.
    map: BTreeMap<String, i64>,
    /// What the core has been told by this model.
    busy: bool,
    done: bool,
    image_free: bool,
    has_program: bool,
    error: i64,
    interrupt: i64,
    enabled: i64,
    open: i64,
    cycles: i64,
    logits: i64,
}

/// Reads the numbers of `lcsim.h`.
fn numbers(config: &AcceleratorConfig) -> BTreeMap<String, i64> {
    let number = |text: &str| {
        let text = text.trim_end_matches('u');
        text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |hex| i64::from_str_radix(hex, 16).ok())
    };
    let text = header(config);
    let defines = text.lines().filter_map(|line| line.strip_prefix("#define LCSIM_")?.split_once(' '));
    defines.filter_map(|(name, value)| Some((name.to_string(), number(value)?))).collect()
}

/// `rounds` times: some words, some reads, an image.
pub fn host(config: &AcceleratorConfig, rounds: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Host);
    let quiet = ["i_write", "i_read", "i_running", "i_image_ends", "i_logit_valid"];
    let silent = ["o_go", "o_reset_units"];
    let mut script = Script::new("host port", &part, seed, &quiet, &silent);
    // The units are reset a cycle later.
    script.expect(script.start(), "o_reset_units", 1);
    let now = script.start() + 1;
    let mut host = Host {
        script,
        rng: Rng::new(seed),
        now,
        map: numbers(config),
        busy: false,
        done: false,
        image_free: true,
        has_program: false,
        error: 0,
        interrupt: 0,
        enabled: 0,
        open: 0,
        cycles: 0,
        logits: 0,
    };
    for memory in MEMORIES {
        host.script.silence(&format!("o_{memory}_write"));
    }
    host.start(REFUSED);
    host.word("program");
    for _ in 0..rounds {
        for _ in 0..4 {
            let memory = host.rng.pick(&MEMORIES);
            host.word(memory);
        }
        host.nowhere();
        host.reads();
        host.image();
        host.reads();
        host.clear();
        host.stop("ABORT");
    }
    host.stop("RESET");
    host.reads();
    host.script.drive(host.now + 4, "i_write", 0);
    (part, host.script)
}

impl Host {
    fn at(&self, name: &str) -> i64 {
        *self.map.get(name).unwrap_or_else(|| panic!("lcsim.h has no {name}"))
    }

    /// A write, and its response two cycles later.
    fn write(&mut self, address: i64, data: i64, strobe: i64, response: i64) {
        for (port, value) in [("", 1), ("_address", address), ("_data", data), ("_strobe", strobe)] {
            self.script.drive(self.now, &format!("i_write{port}"), value);
        }
        self.script.expect(self.now + 2, "o_write_response", response);
        match response {
            UNMAPPED => self.error |= self.at("ERROR_UNMAPPED"),
            REFUSED => self.error |= self.at("ERROR_REFUSED"),
            _ => {}
        }
        if response != OKAY {
            self.interrupt |= self.at("INTERRUPT_ERROR");
        }
        self.now += 1;
    }

    /// A write to a register.
    fn put(&mut self, name: &str, data: i64) {
        let address = self.at(name);
        // Bytes without a strobe do not count, whatever they are.
        let noise = if self.rng.once_in(2) { 0 } else { self.rng.bits() as i64 & 0xffff_ff00 };
        self.write(address, data | noise, 1, OKAY);
    }

    /// A word, beat by beat, all bytes at once or some first; the last beat writes the word.
    fn word(&mut self, memory: &str) {
        let upper = memory.to_uppercase();
        let [base, words, beats, stride] =
            ["BASE", "WORDS", "BEATS", "STRIDE"].map(|what| self.at(&format!("{upper}_{what}")));
        let width = self.script.output_width(&format!("o_{memory}_data"));
        let word = self.rng.range(0, words - 1);
        let free = if memory == "image" { self.image_free } else { !self.busy };
        let response = if free { OKAY } else { REFUSED };
        let mut content = vec![];
        for beat in 0..beats {
            let (address, value) = (base + word * stride + 4 * beat, self.rng.bits() as i64 & 0xffff_ffff);
            if beat + 1 < beats && self.rng.once_in(3) {
                let noise = self.rng.bits() as i64 & 0xffff_ffff;
                self.write(address, noise & !0xffff | value & 0xffff, 3, response);
                self.write(address, noise & 0xffff | value & !0xffff, 12, response);
            } else {
                self.write(address, value, 15, response);
            }
            content.push(value);
        }
        if free {
            // The memory takes the word two cycles after its last beat.
            let written = self.now + 1;
            self.script.expect(written, &format!("o_{memory}_write"), 1);
            self.script.expect(written, &format!("o_{memory}_address"), word);
            for bit in 0..width {
                let bit_of = format!("o_{memory}_data[{bit}/{width}]");
                self.script.expect(written, &bit_of, content[bit / 32] >> (bit % 32) & 1);
            }
            self.has_program |= memory == "program";
        }
        // The next word's first beat may come in the next cycle, when this one is still written.
        self.now += self.rng.pick(&[1, 1, 2]);
    }

    /// Writes behind the ends of memories and to registers that are only read change nothing.
    fn nowhere(&mut self) {
        let mut places: Vec<i64> = ["STATUS", "CYCLES", "LOGITS_BASE"].map(|name| self.at(name)).into();
        places.push(self.at("LOGITS") + 4);
        for memory in MEMORIES {
            let upper = memory.to_uppercase();
            let [base, words, beats, stride] =
                ["BASE", "WORDS", "BEATS", "STRIDE"].map(|what| self.at(&format!("{upper}_{what}")));
            let bytes = words * stride;
            if !(bytes as u64).is_power_of_two() {
                places.push(base + bytes);
            }
            // A beat that no word has.
            if 4 * beats < stride {
                places.push(base + 4 * beats);
            }
        }
        let place = self.rng.pick(&places);
        let value = self.rng.bits() as i64 & 0xffff_ffff;
        self.write(place, value, 15, UNMAPPED);
    }

    /// A read, and its answer two cycles later.
    fn read(&mut self, address: i64, answer: i64, response: i64) {
        self.script.drive(self.now, "i_read", 1);
        self.script.drive(self.now, "i_read_address", address);
        self.script.expect(self.now + 2, "o_read_data", answer);
        self.script.expect(self.now + 2, "o_read_response", response);
        if response == UNMAPPED {
            self.error |= self.at("ERROR_UNMAPPED");
            self.interrupt |= self.at("INTERRUPT_ERROR");
        }
        self.now += 1;
    }

    fn reads(&mut self) {
        // What was asked for before has happened.
        self.now += 2;
        let [array, gate, pc] = [self.rng.range(0, 1), self.rng.range(0, 1), self.rng.range(0, 7)];
        for (port, value) in [("i_array_busy", array), ("i_gate_busy", gate), ("i_pc", pc)] {
            (0..3).for_each(|n| self.script.drive(self.now + n, port, value));
        }
        let flag = |host: &Self, on: bool, name: &str| if on { host.at(name) } else { 0 };
        let status = flag(self, self.busy, "STATUS_BUSY")
            | flag(self, self.done, "STATUS_DONE")
            | flag(self, self.error != 0, "STATUS_ERROR")
            | flag(self, self.image_free, "STATUS_IMAGE_FREE")
            | flag(self, array == 1, "STATUS_ARRAY_BUSY")
            | flag(self, gate == 1, "STATUS_GATE_BUSY")
            | pc << self.at("STATUS_INSTRUCTION_SHIFT");
        self.read(self.at("STATUS"), status, OKAY);
        self.now += 2;
        let interrupt = i64::from(self.interrupt & self.enabled != 0);
        self.script.expect(self.now, "o_interrupt", interrupt);
        for (name, value) in [
            ("ERROR", self.error),
            ("INTERRUPT", self.interrupt),
            ("INTERRUPT_ENABLE", self.enabled),
            ("MODE", self.open),
            ("CYCLES", self.cycles),
            ("LOGITS", self.logits),
            ("CONTROL", 0),
            ("IDENTITY", self.at("IDENTITY_IDENTITY_VALUE")),
        ] {
            self.read(self.at(name), value, OKAY);
        }
        // Nothing can be read there.
        let place = [self.at("FILTER_BASE"), self.at("LOGITS") + 4, self.at("IMAGE_BASE")];
        let place = self.rng.pick(&place);
        self.read(place, 0, UNMAPPED);
        let logit = self.rng.range(0, self.at("LOGITS_WORDS") - 1);
        let value = self.rng.bits() as i64 & 0xffff_ffff;
        if self.at("LOGITS_WORDS") > 1 {
            self.script.expect(self.now, "o_logit_read_address", logit);
        }
        self.script.drive(self.now + 1, "i_logit_read", value);
        self.read(self.at("LOGITS_BASE") + 4 * logit, value, OKAY);
        self.now += 2;
    }

    /// Clears what has happened, and chooses anew what raises the interrupt.
    fn clear(&mut self) {
        self.put("ERROR", 0xff);
        self.put("INTERRUPT", 0xff);
        self.enabled = self.rng.range(0, 7);
        self.put("INTERRUPT_ENABLE", self.enabled);
        (self.error, self.interrupt) = (0, 0);
    }

    /// A start. Three cycles later the controller is told, if the start was not refused.
    fn start(&mut self, response: i64) {
        let without = !self.has_program && !self.busy;
        let before = self.error;
        self.write(self.at("CONTROL"), self.at("CONTROL_START"), 15, response);
        if without {
            self.error = before | self.at("ERROR_NO_PROGRAM");
        }
        if response == OKAY {
            self.script.expect(self.now + 2, "o_go", 1);
            (self.busy, self.done, self.image_free) = (true, false, false);
            (self.cycles, self.logits) = (0, 0);
        }
    }

    /// An image, from its start to its end or to the end of the program memory.
    fn image(&mut self) {
        self.open = self.rng.range(0, 1);
        self.put("MODE", self.open);
        self.start(OKAY);
        let open = self.open;
        self.open = self.rng.range(0, 1);
        self.put("MODE", self.open);
        let (taken_in, cycles) = (self.rng.range(8, 20), self.rng.range(30, 60));
        let runs_away = self.rng.once_in(3);
        self.now += 2;
        let begin = self.now;
        // The cycle that finds the end of the program runs too, and does not count.
        for n in 0..=cycles {
            let cycle = begin + n as usize;
            self.script.drive(cycle, "i_running", 1);
            self.script.expect(cycle, "o_forced_open", open);
            self.script.expect(cycle, "o_busy", 1);
            self.script.expect(cycle, "o_done", 0);
            self.script.expect(cycle, "o_image_free", i64::from(n > taken_in));
            if n == taken_in {
                self.script.drive(cycle, "i_image_ends", 1);
            }
            if self.rng.once_in(8) {
                self.script.drive(cycle, "i_logit_valid", 1);
                self.script.expect(cycle, "o_logit_write_address", self.logits);
                self.logits += 1;
            }
        }
        // Weights stay, and so does an image that has not been taken in.
        self.word("filter");
        self.start(REFUSED);
        self.now = begin + taken_in as usize - 3;
        self.write(self.at("IMAGE_BASE"), 0, 15, REFUSED);
        self.now = begin + taken_in as usize + 1;
        self.image_free = true;
        self.interrupt |= self.at("INTERRUPT_IMAGE_FREE");
        self.word("image");
        self.now = begin + cycles as usize + 1;
        (0..4).for_each(|n| self.script.drive(self.now + n, "i_done", i64::from(!runs_away)));
        self.cycles = cycles;
        self.busy = false;
        self.done = !runs_away;
        if runs_away {
            self.script.expect(self.now + 1, "o_reset_units", 1);
            self.error |= self.at("ERROR_NO_STOP");
            self.interrupt |= self.at("INTERRUPT_ERROR");
        } else {
            self.interrupt |= self.at("INTERRUPT_DONE");
        }
        self.now += 1;
        self.script.expect(self.now, "o_busy", 0);
        self.script.expect(self.now, "o_done", i64::from(self.done));
    }

    /// Stops an image, or nothing.
    fn stop(&mut self, how: &str) {
        if self.rng.once_in(2) {
            self.start(OKAY);
            self.now += 3;
            (0..self.rng.range(0, 9)).for_each(|_| {
                self.script.drive(self.now, "i_running", 1);
                self.now += 1;
            });
            (0..2).for_each(|n| self.script.drive(self.now + n, "i_running", 1));
        }
        self.write(self.at("CONTROL"), self.at(&format!("CONTROL_{how}")), 15, OKAY);
        self.script.expect(self.now + 1, "o_reset_units", 1);
        self.script.expect(self.now + 1, "o_busy", 0);
        (self.busy, self.image_free) = (false, true);
        self.now += 2;
        if how == "RESET" {
            (self.error, self.interrupt, self.enabled, self.open, self.done) = (0, 0, 0, 0, false);
        }
        // How long it ran is of no use to anybody.
        self.put("MODE", 0);
        self.open = 0;
        self.start_over();
    }

    /// Runs a short image, so that cycles and logits are known again.
    fn start_over(&mut self) {
        self.start(OKAY);
        self.now += 3;
        for n in 0..4 {
            self.script.drive(self.now, "i_running", 1);
            if n == 0 {
                self.script.drive(self.now, "i_image_ends", 1);
            }
            self.now += 1;
        }
        (0..3).for_each(|n| self.script.drive(self.now + n, "i_done", 1));
        self.now += 2;
        (self.busy, self.done, self.image_free, self.cycles) = (false, true, true, 3);
        self.interrupt |= self.at("INTERRUPT_DONE") | self.at("INTERRUPT_IMAGE_FREE");
    }
}
