//! Memory images: a network's program and weights as the core's memories hold them.

use crate::regions::{Region, regions};
use crate::sizes::Sizes;
use lcsim_spec::Head;
use lcsim_spec::schedule::{
    Condition, ConvJob, GateJob, Inputs, ListId, Memory, Op, Param, Program, Reads, Target, Unit, pool_region,
};

/// The content of a memory: its region, and its words as binary digits.
pub(crate) fn contents(s: &Sizes, program: &Program) -> Vec<(Region, Vec<String>)> {
    let ops =
        program.ops.iter().map(|op| instruction(s, program, op)).chain([stop(s)]).flat_map(|i| program_words(s, &i));
    let words = [
        ops.collect(),
        program.filters.chunks(s.cols).map(bytes).collect(),
        program.params.iter().map(param).collect(),
        program.gate_weights.chunks(s.macs).map(bytes).collect(),
        program.gate_params.iter().map(param).collect(),
    ];
    regions(s).into_iter().zip(words).collect()
}

/// The words of an image: for each pixel a byte for each bank, channels in as many copies as the
/// program wants.
pub(crate) fn image(program: &Program, image: &[i8]) -> Vec<String> {
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

/// Byte 0 is the least significant.
fn bytes(word: &[i8]) -> String {
    word.iter().rev().map(|b| format!("{:08b}", *b as u8)).collect()
}

fn param(p: &Param) -> String {
    format!("{:032b}{:015b}{:05b}", p.bias as u32, p.multiplier, p.shift)
}

fn stop(s: &Sizes) -> String {
    format!("110{}", "0".repeat(s.instruction().width() - 3))
}

/// The words of an instruction, the low one first.
fn program_words(s: &Sizes, instruction: &str) -> Vec<String> {
    let (width, words) = (s.program_width(), s.instruction_words);
    let padded = format!("{instruction:0>total$}", total = width * words);
    (0..words).rev().map(|w| padded[w * width..(w + 1) * width].to_string()).collect()
}

fn instruction(s: &Sizes, program: &Program, op: &Op) -> String {
    let none = |_: &str| 0;
    let (kind, conv, gate) = match op.unit {
        Unit::LoadImage => ("00", s.conv().digits(|f| image_field(program, f)), s.gate().digits(none)),
        // `limits::check_program` refuses it.
        Unit::Pool(_) | Unit::Move(_) => ("00", s.conv().digits(none), s.gate().digits(none)),
        Unit::Conv(c) => ("01", s.conv().digits(|f| conv_field(&program.convs[c], f)), s.gate().digits(none)),
        Unit::Gate(g) => ("10", s.conv().digits(none), s.gate().digits(|f| gate_field(&program.gates[g], f))),
    };
    format!("{kind}{}{conv}{gate}", u8::from(matches!(op.condition, Condition::IfLive(_))))
}

fn image_field(program: &Program, field: &str) -> i64 {
    let value = match field {
        "out_pixels" => program.image.pixels(),
        "in_channels" => program.image_words(),
        "dst_base" => program.image_region.base,
        _ => 0,
    };
    value as i64
}

fn conv_field(j: &ConvJob, field: &str) -> i64 {
    let corner = [-(j.pad[0] as i64), -(j.pad[1] as i64)];
    let shared = if let Inputs::Packed(taps) = j.inputs { taps.min(j.taps()) } else { 0 };
    let value = match field {
        "in_height" => j.input.height,
        "in_width" => j.input.width,
        "in_pixels" => j.input.pixels(),
        "last_column" => j.output.width - 1,
        "out_pixels" => j.output.pixels(),
        "last_y" => j.kernel[0] - 1,
        "last_x" => j.kernel[1] - 1,
        "row_step" => return (j.input.width + 1) as i64 - j.kernel[1] as i64,
        "stride_y" => j.stride[0],
        "stride_x" => j.stride[1],
        "stride_line" => j.stride[0] * j.input.width,
        "corner_y" => return corner[0],
        "corner_x" => return corner[1],
        "corner_line" => return corner[0] * j.input.width as i64,
        "in_channels" => j.input.channels,
        "out_channels" => j.output.channels,
        "inputs" => match j.inputs {
            Inputs::Dense => 0,
            Inputs::List(_) => 1,
            Inputs::Packed(_) => 2,
        },
        "in_list" => usize::from(j.inputs == Inputs::List(ListId::new(1))),
        "src_copies" => usize::from(j.src_copies),
        "dst_copies" => usize::from(j.dst_copies),
        // Rows that all taps of an image take; of another map's rest each entry takes so many.
        "fold_inputs" if matches!(j.inputs, Inputs::Packed(_)) => j.taps() * j.input.channels,
        "fold_inputs" => j.taps(),
        "fold_rows" => shared * j.input.channels,
        "out_list_on" => usize::from(j.outputs.is_some()),
        "out_list" => j.outputs.map_or(0, ListId::index),
        "natural" => usize::from(j.natural),
        "residual" => usize::from(j.residual.any()),
        "residual_relu" => usize::from(j.residual == Reads::Rectified),
        "l_scaled" => usize::from(j.l_scaled),
        "pool" => usize::from(j.pool.any()),
        "pool_relu" => usize::from(j.pool == Reads::Rectified),
        "pool_region" => pool_region(j.dst),
        "src_scratch" => usize::from(j.src.memory == Memory::Scratch),
        "src_base" => j.src.base,
        "src_relu" => usize::from(j.src_relu),
        "dst_scratch" => usize::from(j.dst.memory == Memory::Scratch),
        "dst_base" => j.dst.base,
        "filter_base" => j.filter_base,
        "group_step" => j.taps() * j.input.channels,
        "param_base" => j.param_base,
        _ => 0,
    };
    value as i64
}

fn gate_field(j: &GateJob, field: &str) -> i64 {
    let Head::OneLayer(fc) = &j.head;
    let value = match field {
        "purpose" => match j.target {
            Target::Block(_) => 0,
            Target::Channels(_) => 1,
            Target::Classes => 2,
        },
        "inputs" => j.inputs(),
        "outputs" => j.outputs(),
        "list_on" => usize::from(j.list.is_some()),
        "in_list" => j.list.map_or(0, ListId::index),
        "out_list" => usize::from(j.target == Target::Channels(ListId::new(1))),
        "pool_region" => j.pool_region,
        "pool_shift" => usize::from(fc.pool_shift),
        "threshold" => j.decision.map_or(0, |decision| usize::from(decision.threshold().to_bits())),
        "weight_base" => fc.weight_base,
        "param_base" => fc.param_base,
        _ => 0,
    };
    value as i64
}
