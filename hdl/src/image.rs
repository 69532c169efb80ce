//! Memory images: the program and the weights of a network, as the memories of the core hold them.

use crate::map::{IMAGE, Region, regions};
use crate::operators::instructions;
use crate::plain::BLOCK_WORDS;
use crate::sizes::Sizes;
use lcsim_spec::schedule::{Param, Program};

/// A write to the host port: byte address and data.
pub type Write = (u32, u32);

/// The files for `$readmemb` that hold the whole network and its program, as (name, text).
///
/// # Panics
/// If the core cannot run the program; [`check_program`](crate::check_program) finds out.
pub fn memory_files(program: &Program) -> Vec<(String, String)> {
    let contents = contents(&Sizes::new(&program.config), program);
    contents.into_iter().flat_map(|(region, words)| files(region.name, &words)).collect()
}

/// The memories that are cut into blocks. Each has a file for each block.
pub(crate) const IN_BLOCKS: [&str; 2] = ["filter", "gate_weight"];

/// The files of a memory.
fn files(name: &str, words: &[String]) -> Vec<(String, String)> {
    let text = |words: &[String]| words.join("\n") + "\n";
    if !IN_BLOCKS.contains(&name) {
        return vec![(format!("{name}.mem"), text(words))];
    }
    let blocks = words.chunks(BLOCK_WORDS).enumerate();
    blocks.map(|(block, words)| (format!("{name}_{block:02}.mem"), text(words))).collect()
}

/// The writes to the host port that load the whole network and its program.
///
/// # Panics
/// If the core cannot run the program; [`check_program`](crate::check_program) finds out.
pub fn load(program: &Program) -> Vec<Write> {
    let contents = contents(&Sizes::new(&program.config), program);
    let writes = |(region, words): &(Region, Vec<String>)| {
        words.iter().enumerate().flat_map(|(at, word)| region.writes(at, word)).collect::<Vec<_>>()
    };
    contents.iter().flat_map(writes).collect()
}

/// The writes to the host port that load an image (int8, channel by channel).
pub fn load_image(program: &Program, image: &[i8]) -> Vec<Write> {
    let region = &regions(&Sizes::new(&program.config))[IMAGE];
    let words = image_words(program, image);
    words.iter().enumerate().flat_map(|(at, word)| region.writes(at, word)).collect()
}

/// The content of each memory: its region, and its words as binary digits.
pub(crate) fn contents(s: &Sizes, program: &Program) -> Vec<(Region, Vec<String>)> {
    let instructions = instructions(program).unwrap_or_else(|absent| panic!("{absent}"));
    let words = [
        instructions.iter().flat_map(|i| program_words(s, i)).collect(),
        program.filters.chunks(s.cols).map(bytes).collect(),
        program.params.iter().map(param).collect(),
        program.gate_weights.chunks(s.macs).map(bytes).collect(),
        program.gate_params.iter().map(param).collect(),
    ];
    regions(s).into_iter().zip(words).collect()
}

/// The words of an image. For each pixel, a word has one byte for each bank. Channels are in as
/// many copies as the program needs.
fn image_words(program: &Program, image: &[i8]) -> Vec<String> {
    let (channels, pixels, copies) = (program.image.channels, program.image.pixels(), program.image_copies);
    let banks = program.config.banks();
    let byte = |pixel: usize, part: usize, bank: usize| {
        let entry = if copies > 1 { bank % channels } else { part * banks + bank };
        let used = entry < channels && (copies == 1 || bank < copies * channels);
        if used { image[entry * pixels + pixel] } else { 0 }
    };
    let word = |w: usize| {
        let (pixel, part) = (w / program.image_words(), w % program.image_words());
        bytes(&(0..banks).map(|bank| byte(pixel, part, bank)).collect::<Vec<_>>())
    };
    (0..program.image_depth()).map(word).collect()
}

/// Joins bytes to a word. Byte 0 is the least significant one.
fn bytes(word: &[i8]) -> String {
    word.iter().rev().map(|b| format!("{:08b}", *b as u8)).collect()
}

fn param(p: &Param) -> String {
    format!("{:032b}{:015b}{:05b}", p.bias as u32, p.multiplier, p.shift)
}

/// Splits an instruction into words, the low one first.
fn program_words(s: &Sizes, instruction: &str) -> Vec<String> {
    let (width, words) = (s.program_width(), s.instruction_words);
    let padded = format!("{instruction:0>total$}", total = width * words);
    (0..words).rev().map(|w| padded[w * width..(w + 1) * width].to_string()).collect()
}
