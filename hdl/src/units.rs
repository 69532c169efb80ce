//! Makes the units of docs/microarchitecture.md from their templates.

use crate::map::{self, Region};
use crate::sizes::{Sizes, bits};
use crate::unit::{Plain, Unit};
use lcsim_spec::number::REQUANT_SHIFT;
use lcsim_spec::timing;

fn inputs(unit: Unit, ports: &[(&str, usize)]) -> Unit {
    ports.iter().fold(unit, |u, (name, width)| u.input(name, *width))
}

fn outputs(unit: Unit, ports: &[(&str, usize)]) -> Unit {
    ports.iter().fold(unit, |u, (name, width)| u.output(name, *width))
}

/// The bit or slice `at` of a port that has `n` entries of `width` bits.
pub(crate) fn slice(port: &str, n: usize, width: usize, at: usize) -> String {
    match (n * width, width) {
        (1, _) => port.to_string(),
        (_, 1) => format!("{port}[{at}]"),
        _ => format!("{port}[{}:{}]", width * at + width - 1, width * at),
    }
}

/// Makes a column.
pub(crate) fn column(s: &Sizes) -> Unit {
    let (cw, aw) = (s.cw(), s.aw());
    let parameters = [
        ("BANKS", s.banks),
        ("ADDRESS", aw),
        ("PIXEL", s.pw()),
        ("COUNT", cw),
        ("DEPTH", s.acc_depth),
        ("POOL", s.pool()),
        ("REQUANT_SHIFT", REQUANT_SHIFT as usize),
    ];
    let children = vec![("accumulators".into(), ram(32, s.acc_depth, None))];
    let unit = plain("column", include_str!("../rtl/lcsim_column.v"), &parameters, children);
    let unit = inputs(unit, &[("clock", 1), ("reset", 1), ("i_index", cw)]);
    let slot = s.column_slot().fields();
    let unit = slot.iter().fold(unit, |unit, (field, width)| unit.input(&format!("i_slot_{field}"), *width));
    let ports = [
        ("i_bottom", 32),
        ("i_set", 1),
        ("i_set_column", cw),
        ("i_set_parity", 1),
        ("i_set_bias", 32),
        ("i_set_multiplier", 15),
        ("i_set_shift", 5),
        ("i_set_select", s.banks),
        ("i_set_word", aw),
        ("i_set_entry", 16),
        ("i_set_turn", cw),
        ("i_delay", 1),
        ("i_delay_column", cw),
        ("i_delay_phase", cw),
        ("i_delay_parity", 1),
        ("i_delay_interval", cw),
        ("i_residual", 1),
        ("i_residual_relu", 1),
        ("i_pool", 1),
        ("i_pool_relu", 1),
        ("i_stored", 8 * s.banks),
    ];
    let unit = inputs(unit, &ports);
    let unit = slot.iter().fold(unit, |unit, (field, width)| unit.output(&format!("o_slot_{field}"), *width));
    let ports = [
        ("o_reads", s.banks),
        ("o_read_word", aw),
        ("o_writes", s.banks),
        ("o_write_word", aw),
        ("o_write_data", 8),
        ("o_flush", 1),
        ("o_flush_entry", 16),
        ("o_flush_sum", s.pool()),
    ];
    outputs(unit, &ports)
}

fn plain(kind: &str, text: &'static str, parameters: &[(&'static str, usize)], children: Vec<(String, Unit)>) -> Unit {
    let parameters = parameters.iter().map(|(name, value)| (*name, value.to_string())).collect();
    Unit::plain(kind, Plain { text: text.into(), parameters }, children)
}

/// Makes a synchronous memory with one read port and one write port. `init` is a file and the
/// number of words in it.
pub(crate) fn ram(width: usize, words: usize, init: Option<(&str, usize)>) -> Unit {
    let address = bits(words);
    let mut parameters = vec![("WIDTH", width.to_string()), ("WORDS", words.to_string())];
    if let Some((file, words)) = init {
        parameters.extend([("INIT", format!("\"{file}\"")), ("INIT_WORDS", words.to_string())]);
    }
    let ports = [
        ("clock", 1),
        ("i_read", 1),
        ("i_read_address", address),
        ("i_write", 1),
        ("i_write_address", address),
        ("i_write_data", width),
    ];
    let unit = Unit::plain("ram", Plain { text: include_str!("../rtl/lcsim_ram.v").into(), parameters }, vec![]);
    inputs(unit, &ports).output("o_data", width)
}

/// Makes the crossbar between the columns and the two banks of one number, in stream and scratch
/// memory.
pub(crate) fn crossbar(s: &Sizes) -> Unit {
    let ports = [
        ("i_reads", s.cols),
        ("i_read_word", s.cols * s.aw()),
        ("i_writes", s.cols),
        ("i_write_word", s.cols * s.aw()),
        ("i_write_data", s.cols * 8),
    ];
    let parameters = [("COLS", s.cols), ("ADDRESS", s.aw())];
    let unit = inputs(plain("crossbar", include_str!("../rtl/lcsim_crossbar.v"), &parameters, vec![]), &ports);
    let ports = [("o_read_word", s.aw()), ("o_write", 1), ("o_write_word", s.aw()), ("o_write_data", 8)];
    outputs(unit, &ports)
}

/// Makes a bank of `words` words.
pub(crate) fn bank(s: &Sizes, words: usize) -> Unit {
    let ports = [
        ("clock", 1),
        ("i_row_word", s.aw()),
        ("i_read", 1),
        ("i_read_word", s.aw()),
        ("i_write", 1),
        ("i_write_word", s.aw()),
        ("i_write_data", 8),
        ("i_image_write", 1),
        ("i_image_word", s.aw()),
        ("i_image_data", 8),
    ];
    let parameters = [("WORDS", words), ("ADDRESS", s.aw())];
    let memory = vec![("ram".into(), ram(8, words, None))];
    inputs(plain("bank", include_str!("../rtl/lcsim_bank.v"), &parameters, memory), &ports).output("o_data", 8)
}

/// The fields of its instruction that the loader reads.
const LOADER_FIELDS: [&str; 22] = [
    "out_list_on",
    "out_list",
    "out_channels",
    "natural",
    "dst_copies",
    "dst_base",
    "out_pixels",
    "param_base",
    "l_scaled",
    "inputs",
    "in_list",
    "in_channels",
    "in_pixels",
    "src_copies",
    "src_base",
    "fold_inputs",
    "fold_rows",
    "last_y",
    "last_x",
    "row_step",
    "filter_base",
    "group_step",
];

/// Makes the loader.
pub(crate) fn loader(s: &Sizes) -> Unit {
    let (cw, aw, rw) = (s.cw(), s.aw(), s.rw());
    let parameters = [
        ("ROWS", s.rows),
        ("COLS", s.cols),
        ("BANKS", s.banks),
        ("DEPTH", s.acc_depth),
        ("MOST_REST", if s.packs() { s.rest_max() } else { 0 }),
        ("COUNT", cw),
        ("ROW", rw),
        ("REST", bits(s.rows)),
        ("ADDRESS", aw),
        ("PIXEL", s.pw()),
        ("PARAM", s.pa()),
        ("FILTER", s.fw()),
        ("CHANNEL", s.kw()),
        ("GROUP", s.gpw()),
        ("LANE", bits(s.cols)),
        ("BANK", s.bw()),
        ("PLACE", s.brw()),
        ("OWN", s.qw()),
        ("ENTRIES", s.ew()),
        ("WORDS", s.nw()),
        ("DRAIN", s.drw()),
        // The state FOLD sees the shadow weights free one cycle before the first word that may
        // follow.
        ("SHADOW", timing::shadow_free(s.cols) - 1),
        ("PARAMETERS_FREE", timing::parameters_free(s.rows, s.cols)),
    ];
    let part = |kind: &str, text| (kind.to_string(), plain(kind, text, &[], vec![]));
    let children = vec![
        part("setup", include_str!("../rtl/lcsim_setup.v")),
        part("delays", include_str!("../rtl/lcsim_delays.v")),
        part("fetch", include_str!("../rtl/lcsim_fetch.v")),
    ];
    let unit = plain("loader", include_str!("../rtl/lcsim_loader.v"), &parameters, children);
    let unit = inputs(unit, &[("clock", 1), ("reset", 1), ("i_start", 1), ("i_start_dst_base", aw)]);
    let fields = s.conv().fields();
    let read = fields.iter().filter(|(field, _)| LOADER_FIELDS.contains(field));
    let unit = read.fold(unit, |unit, (field, width)| unit.input(&format!("i_job_{field}"), *width));
    let unit = [0, 1].iter().fold(unit, |unit, list| {
        let unit = inputs(unit, &[(&format!("i_length{list}"), 16), (&format!("i_done{list}"), 1)]);
        let entry = s.entry().fields();
        entry.iter().fold(unit, |unit, (field, width)| unit.input(&format!("i_list{list}_{field}"), *width))
    });
    let ports = [
        ("i_lscore", 16),
        ("i_bias", 32),
        ("i_multiplier", 15),
        ("i_shift", 5),
        ("i_filter", 8 * s.cols),
        ("i_taken", 1),
    ];
    let unit = inputs(unit, &ports);
    let ports = [
        ("o_list_address", s.kw()),
        ("o_param_address", s.pa()),
        ("o_filter_address", s.fw()),
        ("o_load", s.cols),
        ("o_load_row", rw),
        ("o_load_weights", 8 * s.cols),
        ("o_tap_load", 1),
        ("o_tap_row", rw),
        ("o_tap_y", 16),
        ("o_tap_x", 16),
        ("o_tap_offset", aw),
        ("o_set", 1),
        ("o_set_column", cw),
        ("o_set_parity", 1),
        ("o_set_bias", 32),
        ("o_set_multiplier", 15),
        ("o_set_shift", 5),
        ("o_set_select", s.banks),
        ("o_set_word", aw),
        ("o_set_entry", 16),
        ("o_set_turn", cw),
        ("o_delay", 1),
        ("o_delay_column", cw),
        ("o_delay_phase", cw),
        ("o_delay_parity", 1),
        ("o_delay_interval", cw),
        ("o_ready", 1),
        ("o_fold_first", 1),
        ("o_fold_last", 1),
        ("o_fold_closes", 1),
        ("o_fold_chunk", 1),
        ("o_fold_parity", 1),
        ("o_fold_rows", rw),
        ("o_fold_cols", cw),
        ("o_fold_interval", cw),
        ("o_fold_bank", s.qw()),
        ("o_fold_word", aw),
        ("o_fold_pixels", s.pw()),
        ("o_busy", 1),
    ];
    outputs(unit, &ports)
}

/// The inputs of the loader that its instruction drives, with the names of the fields after
/// `prefix`.
pub(crate) fn loader_job(prefix: &str) -> impl Iterator<Item = (String, String)> {
    LOADER_FIELDS.iter().map(move |field| (format!("i_job_{field}"), format!("{prefix}{field}")))
}

/// Makes the host port: registers, and a buffer that joins beats to words of the memories. If the
/// core `carries` its program, it need not be written before a start.
pub(crate) fn host(s: &Sizes, carries: bool) -> Unit {
    let regions = map::regions(s);
    let address = map::address_bits(s);
    let most = regions.iter().map(Region::beats).max().unwrap_or(1);
    let sizes = [
        ("ADDRESS", address),
        ("COUNT", s.pcw()),
        ("LOGIT", s.kw()),
        ("CARRIED", usize::from(carries)),
        ("MOST_BEATS", most),
    ];
    let names = [
        ["PROGRAM_BASE", "PROGRAM_WIDTH", "PROGRAM_WORDS"],
        ["FILTER_BASE", "FILTER_WIDTH", "FILTER_WORDS"],
        ["PARAM_BASE", "PARAM_WIDTH", "PARAM_WORDS"],
        ["GATE_WEIGHT_BASE", "GATE_WEIGHT_WIDTH", "GATE_WEIGHT_WORDS"],
        ["GATE_PARAM_BASE", "GATE_PARAM_WIDTH", "GATE_PARAM_WORDS"],
        ["IMAGE_BASE", "IMAGE_WIDTH", "IMAGE_WORDS"],
    ];
    let places = regions
        .iter()
        .zip(names)
        .flat_map(|(region, names)| names.into_iter().zip([region.base, region.width, region.depth]));
    let logits = &regions[map::LOGITS];
    let logits = [("LOGITS_BASE", logits.base), ("LOGITS_WORDS", logits.depth)];
    let parameters: Vec<_> = sizes.into_iter().chain(places).chain(logits).collect();
    let children = vec![
        ("registers".to_string(), registers(s)),
        ("region".to_string(), plain("region", include_str!("../rtl/lcsim_region.v"), &[], vec![])),
    ];
    let unit = plain("host", include_str!("../rtl/lcsim_host.v"), &parameters, children);
    let ports = [
        ("clock", 1),
        ("reset", 1),
        ("i_write", 1),
        ("i_write_address", address),
        ("i_write_data", 32),
        ("i_write_strobe", 4),
        ("i_read", 1),
        ("i_read_address", address),
        ("i_running", 1),
        ("i_done", 1),
        ("i_array_busy", 1),
        ("i_gate_busy", 1),
        ("i_pc", s.pcw()),
        ("i_image_ends", 1),
        ("i_logit_valid", 1),
        ("i_logit_read", 32),
    ];
    let unit = inputs(unit, &ports);
    let ports = [
        ("o_write_response", 2),
        ("o_read_data", 32),
        ("o_read_response", 2),
        ("o_interrupt", 1),
        ("o_busy", 1),
        ("o_done", 1),
        ("o_image_free", 1),
        ("o_logits", s.kw() + 1),
        ("o_go", 1),
        ("o_reset_units", 1),
        ("o_forced_open", 1),
        ("o_logit_read_address", s.kw()),
        ("o_logit_write_address", s.kw()),
    ];
    regions[..map::LOGITS].iter().fold(outputs(unit, &ports), |unit, region| {
        let port = |what: &str| format!("o_{}_{what}", region.name);
        let unit = unit.output(&port("write"), 1).output(&port("address"), bits(region.depth));
        unit.output(&port("data"), region.width)
    })
}

/// Makes the registers that a host sees.
fn registers(s: &Sizes) -> Unit {
    let (text, ports) = map::module(&map::registers(s));
    let unit = Unit::plain("registers", Plain { text: text.into(), parameters: vec![] }, vec![]);
    ports.into_iter().fold(unit, |unit, (name, width, output)| match output {
        true => unit.output(&name, width),
        false => unit.input(&name, width),
    })
}

/// Makes the controller.
pub(crate) fn controller(s: &Sizes) -> Unit {
    let parameters = [
        ("CONV", s.conv().width()),
        ("GATE", s.gate().width()),
        ("WORDS", s.instruction_words),
        ("WORD", s.program_width()),
        ("INSTRUCTIONS", s.instructions),
        ("COUNT", s.pcw()),
        ("ADDRESS", s.paw()),
    ];
    let unit = plain("controller", include_str!("../rtl/lcsim_controller.v"), &parameters, vec![]);
    let ports = [
        ("clock", 1),
        ("reset", 1),
        ("i_go", 1),
        ("i_program", s.program_width()),
        ("i_skip", 1),
        ("i_lscore_valid", 1),
        ("i_forced_open", 1),
        ("i_array_busy", 1),
        ("i_gate_running", 1),
    ];
    let unit = inputs(unit, &ports);
    let ports = [
        ("o_program_address", s.paw()),
        ("o_word", s.instruction().width()),
        ("o_start_image", 1),
        ("o_start_conv", 1),
        ("o_start_gate", 1),
        ("o_conv", s.conv().width()),
        ("o_gate", s.gate().width()),
        ("o_pc", s.pcw()),
        ("o_running", 1),
        ("o_done", 1),
    ];
    outputs(unit, &ports)
}
