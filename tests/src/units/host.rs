//! The host port: beats of 32 bits become words of the memories, registers answer.

use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::{AcceleratorConfig, CYCLE_MODEL};

/// Regions that are written, by number, and their memories.
const MEMORIES: [(i64, &str); 6] =
    [(1, "program"), (2, "filter"), (3, "param"), (4, "gate_weight"), (5, "gate_param"), (6, "image")];
const IMAGE: i64 = 6;

struct Host {
    script: Script,
    rng: Rng,
    now: usize,
    shape: i64,
    /// Cycles and logits of the last image.
    cycles: i64,
    logits: i64,
}

/// `rounds` times: some words, some reads, an image.
pub fn host(config: &AcceleratorConfig, rounds: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Host);
    let quiet = ["i_request_valid", "i_running", "i_image_ends", "i_logit_valid"];
    let silent = ["o_go"];
    let script = Script::new("host port", &part, seed, &quiet, &silent);
    let now = script.start();
    let shape = (config.array.cols as i64) << 16 | config.array.rows as i64;
    let mut host = Host { script, rng: Rng::new(seed), now, shape, cycles: 0, logits: 0 };
    for (_, memory) in MEMORIES {
        host.script.silence(&format!("o_{memory}_write"));
    }
    for _ in 0..rounds {
        for _ in 0..4 {
            host.word(&part);
        }
        host.reads(false);
        host.image();
        host.reads(true);
    }
    host.script.drive(host.now + 2, "i_request_valid", 0);
    (part, host.script)
}

impl Host {
    /// A request that is taken in this cycle, or is not.
    fn request(&mut self, write: bool, address: i64, data: i64, taken: bool) {
        self.script.drive(self.now, "i_request_valid", 1);
        self.script.drive(self.now, "i_request_write", i64::from(write));
        self.script.drive(self.now, "i_request_address", address);
        if write {
            self.script.drive(self.now, "i_request_data", data);
        }
        self.script.expect(self.now, "o_request_ready", i64::from(taken));
        self.now += 1;
    }

    /// "A word is n = ceil(width / 32) beats, the low ones first, at `word << ceil(log2 n)`;
    /// writing its last beat writes the word."
    fn word(&mut self, part: &Part) {
        let (region, memory) = self.rng.pick(&MEMORIES);
        let width = |port: String| part.ports.iter().find(|p| p.name == port).map_or(0, |p| p.width);
        let (data, address) = (width(format!("o_{memory}_data")), width(format!("o_{memory}_address")));
        let beats = data.div_ceil(32);
        let word = self.rng.range(0, (1 << address) - 1);
        let base = region << 28 | word << beats.next_power_of_two().ilog2();
        for beat in 0..beats {
            let value = self.rng.bits() as i64 & 0xffff_ffff;
            self.request(true, base | beat as i64, value, true);
            // The memory takes the word in the cycle after its last beat.
            let written = self.now + beats - 1 - beat;
            for bit in (32 * beat..data).take(32) {
                let bit_of = format!("o_{memory}_data[{bit}/{data}]");
                self.script.expect(written, &bit_of, value >> (bit - 32 * beat) & 1);
            }
        }
        self.script.expect(self.now, &format!("o_{memory}_write"), 1);
        self.script.expect(self.now, &format!("o_{memory}_address"), word);
        self.now += self.rng.pick(&[0, 0, 1]);
    }

    /// A read and its answer, which is held until it is taken; until then no request is.
    fn read(&mut self, address: i64, answer: i64) {
        self.request(false, address, 0, true);
        let patience = self.rng.range(0, 3) as usize;
        // In the second cycle after the request it is there.
        let there = self.now + 1;
        self.script.expect(self.now, "o_request_ready", 0);
        for cycle in there..=there + patience {
            self.script.expect(cycle, "o_response_valid", 1);
            self.script.expect(cycle, "o_response_data", answer);
            self.script.expect(cycle, "o_request_ready", 0);
            self.script.drive(cycle, "i_response_ready", i64::from(cycle == there + patience));
        }
        self.now = there + patience + 1;
        self.script.expect(self.now, "o_response_valid", 0);
    }

    /// Drives what the status register shows for some cycles: array busy, gate unit busy, program
    /// counter.
    fn status(&mut self, done: bool) -> [i64; 3] {
        let [array, gate, pc] = [self.rng.range(0, 1), self.rng.range(0, 1), self.rng.range(0, 30)];
        for (port, value) in [("i_array_busy", array), ("i_gate_busy", gate), ("i_pc", pc), ("i_done", i64::from(done))]
        {
            (0..8).for_each(|n| self.script.drive(self.now + n, port, value));
        }
        [array, gate, pc]
    }

    fn reads(&mut self, done: bool) {
        let [array, gate, pc] = self.status(done);
        self.read(0, pc << 16 | gate << 3 | array << 2 | i64::from(done) << 1);
        self.read(1, self.cycles);
        self.read(2, self.logits);
        self.read(3, self.shape);
        self.read(4, i64::from(CYCLE_MODEL));
        // What does not exist.
        let address = self.rng.pick(&[5, 8, 1000, 1 << 28, 15 << 28]);
        self.read(address, 0);
        let logit = self.rng.range(0, 7);
        let value = self.rng.within((1 << 31) - 1);
        self.script.expect(self.now, "o_logit_read_address", logit);
        self.script.drive(self.now + 1, "i_logit_read", value);
        self.read(7 << 28 | logit, value);
    }

    /// "While an image is worked on, writes wait, except those of the next image: they wait until
    /// this one has been taken in."
    fn image(&mut self) {
        let open = self.rng.range(0, 1);
        self.request(true, 0, 1 | open << 1, true);
        self.script.expect(self.now + 1, "o_go", 1);
        // An image that has only been asked for runs, and is not done, whatever the controller
        // still says.
        let [array, gate, pc] = self.status(true);
        self.read(0, pc << 16 | gate << 3 | array << 2 | 1);
        let (taken_in, cycles) = (self.rng.range(1, 20) as usize, self.rng.range(21, 60));
        let begin = self.now + 1;
        (self.cycles, self.logits) = (cycles, 0);
        self.request(true, IMAGE << 28, 0, false);
        // The cycle that finds the end of the program runs too, and does not count.
        for n in 0..=cycles as usize {
            self.script.drive(self.now, "i_running", 1);
            self.script.expect(self.now, "o_forced_open", open);
            if n == taken_in {
                self.script.drive(self.now, "i_image_ends", 1);
            }
            if self.rng.once_in(8) {
                self.script.drive(self.now, "i_logit_valid", 1);
                self.script.expect(self.now, "o_logit_write_address", self.logits);
                self.logits += 1;
            }
            // Offered, and taken only where it may be.
            let region = self.rng.range(0, 6);
            let may = region == IMAGE && self.now > begin + taken_in;
            self.script.drive(self.now, "i_request_write", 1);
            self.script.drive(self.now, "i_request_address", region << 28);
            self.script.drive(self.now, "i_request_valid", i64::from(!may));
            self.script.expect(self.now, "o_request_ready", i64::from(may));
            self.now += 1;
        }
    }
}
