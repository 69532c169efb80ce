//! Proofs can fail: each of these faults, written into the emitted text, breaks one.

use lcsim_spec::AcceleratorConfig;
use lcsim_tests::proofs::{self, PROGRAMS, Proof};
use lcsim_tests::{tiny, tools};

/// What a fault is, and how it reads.
type Fault = (&'static str, &'static str, &'static str);

const GATE: [Fault; 14] = [
    ("scores of 0 are listed", "((gate_score_o_score != 16'd0) | i_forced_open)", "1'b1"),
    ("the smallest score is not listed", "((gate_score_o_score != 16'd0) |", "((gate_score_o_score[15:1] != 15'd0) |"),
    ("forced open lists scores above 0 only", " | i_forced_open)", ")"),
    ("entries are written one further", "o_list_write_address = written_r", "o_list_write_address = next_length"),
    ("entries have the next channel", "o_entry_channel = index_r", "o_entry_channel = next_index_r"),
    ("the other list is written", "o_list_write1 = keeps & i_job_out_list", "o_list_write1 = keeps & !i_job_out_list"),
    ("a list is done at its first score", "(p8_valid_r & for_channels & last_leaves)", "(p8_valid_r & for_channels)"),
    ("the length of the last list stays", "length1_r <= 4'd0;\n      done1_r", "done1_r"),
    ("a score behind another is lost", "p5_valid_r <= p4_valid_r;", "p5_valid_r <= p4_valid_r & !p5_valid_r;"),
    ("the last group has all of its outputs", " & (unread_r != 4'd0)", ""),
    ("a group is not left time to leave", "steps_r <= MACS;", "steps_r <= start_inputs;"),
    ("outputs have the parameters of the next", "if (finished_r | (left_r > 2'd1))", "if (some_left)"),
    (
        "the smallest score is skipped",
        "skip_r <= gate_score_o_score == 16'd0",
        "skip_r <= gate_score_o_score[15:1] == 15'd0",
    ),
    ("scores leave a cycle early", "assign o_score_valid = p8_valid_r", "assign o_score_valid = p7_valid_r"),
];

const SCORE: [Fault; 7] = [
    ("a score at the threshold counts as 0", "17'h10000 - {", "17'h0ffff - {"),
    ("scores above 1 are not clamped", "if (above | (", "if (1'b0 | ("),
    ("a step scales", "(i_step & compared[17])", "1'b0"),
    ("scores below 0 are not clamped", "assign below = scaled_r[31];", "assign below = 1'b0;"),
    ("scores are rounded down", "{15'd0, scaled_r[11]}", "16'd0"),
    ("sums saturate one early", "saturated = 16'h7fff", "saturated = 16'h7ffe"),
    ("scores have the multiplier of the next", "{1'd0, multiplier5_r}", "{1'd0, multiplier4_r}"),
];

const CONTROLLER: [Fault; 8] = [
    ("a program runs past its last instruction", "steps_r && (o_pc == LAST[COUNT-1:0]);", "1'b0;"),
    (
        "an instruction does not wait for the one after it",
        "running_r && !fetches && !ends && complete;",
        "running_r && !ends && complete;",
    ),
    ("forced open gates skip", " && !i_forced_open", ""),
    ("every score skips", " && i_skip", ""),
    ("a branch does not wait for its score", "!predicated || i_lscore_valid;", "1'b1;"),
    ("a gate starts beside another", "((kind != GATE_KIND) || !i_gate_running)", "1'b1"),
    (
        "what follows a skipped instruction is lost",
        "ahead_r <= ahead_r + ONE_AHEAD;",
        "ahead_r <= ahead_r + ONE_AHEAD + {4'd0, skips};",
    ),
    ("the gate's instruction is the next one", "o_gate <= word_r[", "o_gate <= i_program["),
];

const HOST: [Fault; 12] = [
    (
        "a start is carried out while an image is worked on",
        "!stops && !busy_r && has_program;",
        "!stops && has_program;",
    ),
    ("a start needs no program", "has_program_r || (CARRIED != 0)", "1'b1"),
    ("a start that is stopped goes on", "start_r <= go_r && !stops;", "start_r <= go_r;"),
    ("done stays after a start", "busy_r <= 1'b1;\n      done_r <= 1'b0;", "busy_r <= 1'b1;"),
    ("a program without an end never ends", "stops || runs_away;", "stops;"),
    ("an image is overwritten before it is taken in", "(to_image_r && image_free_r);", "to_image_r;"),
    ("weights change while an image is worked on", "(to_weights_r && !busy_r)", "to_weights_r"),
    ("a word is written without its last beat", "o_here && (beat == LAST[7:0])", "o_here"),
    ("a word behind the end is written", "(word < COUNT[INDEX:0]) &&", ""),
    ("a word is written at the address of its next", "o_word <= word_r;", "o_word <= word_r + 1'b1;"),
    ("bytes without a strobe are written", "may_store && strobe_r[byte_of]", "may_store"),
    ("what is nowhere reads as something", "nowhere ? 32'd0 : from_logits_r", "from_logits_r"),
];

const AXI4_LITE: [Fault; 5] = [
    ("an answer that waits is lost", "end else if (s_axi_bready) begin", "end else begin"),
    ("an answer changes while it waits", "(reads_r == 2'd0) && !read_r;", "(reads_r == 2'd0);"),
    (
        "a write is doubled",
        "      to_r <= 1'b0;\n      with_r <= 1'b0;\n    end\n    writes_r",
        "      to_r <= 1'b0;\n    end\n    writes_r",
    ),
    ("an address is taken over another", "if (s_axi_awvalid && !to_r) begin", "if (s_axi_awvalid) begin"),
    ("a write waits for a read", "assign o_write = to_r &&", "assign o_write = !from_r && to_r &&"),
];

const WISHBONE: [Fault; 3] = [
    ("a master that gave up is answered", "end else if (!asked) begin", "end else if (1'b0) begin"),
    (
        "a transfer is answered before the core has answered",
        "live_r && waits_r[1] && (response == 2'd0)",
        "live_r && waits_r[0] && (response == 2'd0)",
    ),
    ("a transfer begins twice", "&& !wb_ack_o && !wb_err_o", ""),
];

const STREAM: [Fault; 6] = [
    ("a beat is lost when the bus writes", "(starts_r == 2'd0) && !i_write));", "(starts_r == 2'd0)));"),
    ("a beat is taken in an abort", "s_axis_image_tready = !i_abort\n    && (", "s_axis_image_tready = ("),
    ("a beat of the next image is taken early", "(i_image_free && !full_r &&", "(i_image_free &&"),
    (
        "an image is started twice",
        "if (starts) begin\n      full_r <= 1'b0;",
        "if (starts_r[1]) begin\n      full_r <= 1'b0;",
    ),
    ("a word is left out", "word_r + ONE_WORD;", "word_r + ONE_WORD + ONE_WORD;"),
    ("a logit changes while it waits", "sends_r && more && !valid_r &&", "sends_r && more &&"),
];

const LOADER: [Fault; 2] = [
    ("a fold replaces one that is not taken", "blocked_r <= 1'b1;", "blocked_r <= 1'b0;"),
    ("a fold is offered twice", "pending_r <= 1'b0;\n      ready_r <= 1'b0;", "pending_r <= 1'b0;"),
];

const STREAMER: [Fault; 3] = [
    ("a fold is taken before it is offered", "offered_r <= i_ready &", "offered_r <= 1'b1 &"),
    ("a fold loses its last pixel", "next_pixel_last = left_r == 13'd2", "next_pixel_last = left_r == 13'd3"),
    ("a fold is taken over another's last bubbles", "!(next_phase_last & next_pixel_last)", "!next_pixel_last"),
];

const TOGETHER: [Fault; 1] =
    [("the controller does not see the gate unit", ".i_gate_running(gate_o_running)", ".i_gate_running(1'b0)")];

const PROGRAM: [Fault; 1] =
    [("the host port does not see the controller", ".i_running(controller_o_running)", ".i_running(1'b0)")];

fn break_each(subject: fn(&AcceleratorConfig) -> Proof, faults: &[Fault]) {
    if !PROGRAMS.iter().all(|program| tools::installed(program)) {
        return;
    }
    let mut config = tiny::array(4, 4, 2);
    config.gate.channels = 8;
    config.memory.parameters = 100;
    for (fault, from, to) in faults {
        let mut proof = subject(&config);
        proof.mutate(from, to);
        match proof.run() {
            Ok(()) => panic!("not found: {fault}"),
            Err(failure) => println!("{fault}: {failure}"),
        }
    }
}

#[test]
fn faults_of_live_lists() {
    break_each(proofs::gate, &GATE);
}

#[test]
fn faults_of_scores() {
    break_each(proofs::score, &SCORE);
}

#[test]
fn faults_of_the_controller() {
    break_each(proofs::controller, &CONTROLLER);
}

#[test]
fn faults_of_the_host_port() {
    break_each(proofs::host, &HOST);
}

#[test]
fn faults_of_the_buses_and_streams() {
    break_each(proofs::axi4_lite, &AXI4_LITE);
    break_each(proofs::wishbone, &WISHBONE);
    break_each(proofs::stream, &STREAM);
}

#[test]
fn faults_of_the_loader() {
    break_each(proofs::loader, &LOADER);
}

#[test]
fn faults_of_the_streamer() {
    break_each(proofs::streamer, &STREAMER);
}

#[test]
fn faults_of_the_units_together() {
    break_each(proofs::together, &TOGETHER);
}

#[test]
fn faults_of_the_running_program() {
    break_each(proofs::program, &PROGRAM);
}
