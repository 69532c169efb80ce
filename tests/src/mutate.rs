//! Damaged inputs: what a reader must refuse, or read, and never panic on, wait for or allocate
//! without bound.

use crate::onnx_builder::Rng;
use std::time::{Duration, Instant};

/// Inputs of a mutated test.
pub const INPUTS: usize = 100_000;
/// Longest input that grows from others.
const LONGEST: usize = 1 << 15;
/// What no small input may take: a hang, on however busy a machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes that mean something extreme in one of the formats: varints, lengths and sizes of 32 and 64
/// bits, numbers, brackets.
const EXTREMES: [&[u8]; 22] = [
    &[0xff; 9],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0x80, 0x80, 0x80, 0x80, 0x40],
    &[0xff, 0xff, 0xff, 0xff, 0x07],
    &[0x7f, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0x7f],
    &[0, 0, 0, 0, 0, 0, 0, 0x80],
    &[0, 0xe4, 0x0b, 0x54, 0x02, 0, 0, 0],
    &[0; 8],
    &[0x0b; 200],
    b"-1",
    b"0",
    b"18446744073709551616",
    b"9223372036854775807",
    b"4294967295",
    b"1e400",
    b"nan",
    b"[[[[[[[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":",
    b"\"\n\r,=:#;",
    "\u{feff}\u{e4}\u{10ffff}".as_bytes(),
    &[0xc3],
];

/// Damages inputs, always in the same way for the same seed.
#[derive(Debug)]
pub struct Mutator(Rng);

impl Mutator {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(Rng::new(seed))
    }

    /// One of `seeds` with one to four damages.
    pub fn next(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.0.below(seeds.len())].clone();
        for _ in 0..=self.0.below(4) {
            let other = &seeds[self.0.below(seeds.len())];
            self.damage(&mut bytes, other);
            bytes.truncate(LONGEST);
        }
        bytes
    }

    fn damage(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let rng = &mut self.0;
        let at = rng.below(bytes.len() + 1);
        let end = (at + 1 + rng.below(64)).min(bytes.len());
        match rng.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
            1 if at < bytes.len() => bytes[at] = rng.bits() as u8,
            2 => bytes.truncate(at),
            3 => bytes.extend_from_within(at..),
            4 => drop(bytes.drain(at..end)),
            5 => {
                let from = rng.below(other.len() + 1);
                let to = (from + rng.below(256)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            6 => drop(bytes.splice(at..at, EXTREMES[rng.below(EXTREMES.len())].iter().copied())),
            _ => {
                let extreme = EXTREMES[rng.below(EXTREMES.len())];
                let end = (at + extreme.len()).min(bytes.len());
                bytes.splice(at..end, extreme.iter().copied());
            }
        }
    }
}

/// Gives a reader [`INPUTS`] damaged forms of `seeds`. It has to read the seeds, to read some of
/// the damaged forms and to refuse others, each within a moment and with a message on which the eye
/// can rest.
///
/// # Panics
/// If it does not, or if the reader does.
pub fn survives(seeds: &[Vec<u8>], mut read: impl FnMut(&[u8]) -> Result<(), String>) {
    for seed in seeds {
        read(seed).expect("a valid input");
    }
    let (mut mutator, mut refused) = (Mutator::new(1), 0);
    for i in 0..INPUTS {
        let input = mutator.next(seeds);
        let start = Instant::now();
        let guard = Context { i, input: &input };
        let result = read(&input);
        assert!(start.elapsed() < PATIENCE, "input {i} took {:?}", start.elapsed());
        if let Err(message) = result {
            refused += 1;
            assert!(!message.is_empty() && message.len() < 4000, "input {i}: {message}");
        }
        drop(guard);
    }
    assert!((1..INPUTS).contains(&refused), "{refused} of {INPUTS} refused");
    println!("{refused} of {INPUTS} refused");
}

/// Tells which input a panic came from.
struct Context<'a> {
    i: usize,
    input: &'a [u8],
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("input {}: {:02x?}", self.i, self.input);
        }
    }
}
