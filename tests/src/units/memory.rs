//! Memories and the image port.

use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::timing::REGISTERED_ANSWER;

/// A synchronous memory: what is written in a cycle shows to reads that are addressed in later
/// ones.
#[derive(Debug)]
struct Memory(Vec<Option<i64>>);

impl Memory {
    /// Reads, then writes; the port shows what was read out of a register, if it has ever been
    /// written.
    fn edge(&mut self, script: &mut Script, cycle: usize, read: usize, write: Option<(usize, i64)>) {
        if let Some(value) = self.0[read] {
            script.expect(cycle + REGISTERED_ANSWER, "o_data", value);
        }
        if let Some((address, value)) = write {
            self.0[address] = Some(value);
        }
    }

    /// An address, often one of a few, so that what was just written is read.
    fn address(&self, rng: &mut Rng) -> usize {
        let last = self.0.len() as i64 - 1;
        if rng.once_in(2) { rng.pick(&[0, 1.min(last), last]) as usize } else { rng.range(0, last) as usize }
    }
}

/// The pool memory.
pub fn ram(config: &AcceleratorConfig, cycles: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Ram);
    let mut rng = Rng::new(seed);
    let mut script = Script::new("ram", &part, seed, &[], &[]);
    let mut memory = Memory(vec![None; 3 * config.gate.channels]);
    let mut shown = None;
    for cycle in script.start()..script.start() + cycles {
        let (read, write, value) = (memory.address(&mut rng), memory.address(&mut rng), rng.within((1 << 31) - 1));
        let (reads, writes) = (!rng.once_in(4), rng.once_in(2));
        script.drive(cycle, "i_read", i64::from(reads));
        script.drive(cycle, "i_read_address", read as i64);
        script.drive(cycle, "i_write", i64::from(writes));
        script.drive(cycle, "i_write_address", write as i64);
        script.drive(cycle, "i_write_data", value);
        // The memory shows a word until it reads another one.
        if reads {
            shown = memory.0[read];
        }
        if let Some(value) = shown {
            script.expect(cycle + 1, "o_data", value);
        }
        if writes {
            memory.0[write] = Some(value);
        }
    }
    (part, script)
}

/// A bank of the scratch memory: rows or columns read, columns or the image port write.
pub fn bank(config: &AcceleratorConfig, cycles: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Bank);
    let mut rng = Rng::new(seed);
    let mut script = Script::new("bank", &part, seed, &[], &[]);
    let mut memory = Memory(vec![None; config.scratch_depth()]);
    // A word is written a cycle after it came, and a column's address is a cycle ahead.
    let mut came = None;
    let mut asked = memory.address(&mut rng);
    for cycle in script.start()..script.start() + cycles {
        let words = [(); 4].map(|()| memory.address(&mut rng));
        let [row, column, output, image] = words;
        for (port, word) in ["i_row_word", "i_read_word", "i_write_word", "i_image_word"].into_iter().zip(words) {
            script.drive(cycle, port, word as i64);
        }
        let (value, reads, writer) = (i64::from(rng.int8()), rng.once_in(2), rng.range(0, 2));
        script.drive(cycle, "i_read", i64::from(reads));
        script.drive(cycle, "i_write", i64::from(writer == 1));
        script.drive(cycle, "i_image_write", i64::from(writer == 2));
        if writer != 1 {
            // The crossbar gives 0 where no column writes.
            script.drive(cycle, "i_write_word", 0);
            script.drive(cycle, "i_write_data", 0);
        }
        let write = match writer {
            0 => None,
            1 => Some(("i_write_data", output)),
            _ => Some(("i_image_data", image)),
        };
        if let Some((port, _)) = write {
            script.drive(cycle, port, value);
        }
        let write = write.map(|(_, word)| (word, value));
        memory.edge(&mut script, cycle, if reads { asked } else { row }, std::mem::replace(&mut came, write));
        asked = column;
    }
    (part, script)
}

/// What columns want of a bank: at most one reads it and one writes it in a cycle.
pub fn crossbar(config: &AcceleratorConfig, cycles: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Crossbar);
    let cols = config.array.cols;
    let mut rng = Rng::new(seed);
    let mut script = Script::new("crossbar", &part, seed, &[], &["o_write"]);
    for cycle in script.start()..script.start() + cycles {
        for what in ["read", "write"] {
            let chosen = rng.range(0, 2 * cols as i64 - 1) as usize;
            for c in 0..cols {
                script.drive(cycle, &format!("i_{what}s[{c}/{cols}]"), i64::from(c == chosen));
            }
            if chosen < cols {
                if what == "write" {
                    script.expect(cycle, "o_write", 1);
                }
                for field in if what == "read" { &["_word"][..] } else { &["_word", "_data"] } {
                    let value = rng.range(0, 255);
                    script.drive(cycle, &format!("i_{what}{field}[{chosen}/{cols}]"), value);
                    script.expect(cycle, &format!("o_{what}{field}"), value);
                }
            } else if what == "write" {
                script.expect(cycle, "o_write_word", 0);
                script.expect(cycle, "o_write_data", 0);
            }
        }
    }
    (part, script)
}

/// The image port: word `part` of pixel `p` goes to `base + part * pixels + p`, one a cycle.
pub fn image(config: &AcceleratorConfig, jobs: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Image);
    let mut rng = Rng::new(seed);
    let mut script = Script::new("image port", &part, seed, &["i_start"], &["o_write", "o_busy", "o_ends"]);
    let mut cycle = script.start();
    for _ in 0..jobs {
        let (pixels, words) = (rng.pick(&[1, 2, 3, 25, 49]), rng.range(1, 4));
        let base = rng.range(0, config.scratch_depth() as i64 - 1);
        cycle += rng.pick(&[0, 1, 5]);
        script.hold("i_pixels", pixels);
        script.hold("i_words", words);
        script.drive(cycle, "i_start", 1);
        script.drive(cycle, "i_base", base);
        // The buffer answers a cycle after it is addressed, and a register holds its word for
        // another.
        let last = pixels * words - 1;
        for word in 0..=last {
            script.expect(cycle + word as usize, "o_buffer_address", word);
        }
        cycle += 1;
        script.expect(cycle, "o_busy", 1);
        for word in 0..=last {
            cycle += 1;
            script.expect(cycle, "o_busy", 1);
            script.expect(cycle, "o_write", 1);
            script.expect(cycle, "o_address", base + word % words * pixels + word / words);
        }
        script.expect(cycle, "o_ends", 1);
        cycle += 1;
    }
    script.drive(cycle + 2, "i_start", 0);
    (part, script)
}
