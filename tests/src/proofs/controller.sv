// Every instruction is taken once, in order; one that is predicated is skipped if and only if the gate unit raises skip. The
// controller decides in one cycle and acts in the next.
//
// Names of the unit beside its ports: word_r (the instruction), ahead_r (where the one after it stands), fetched_r (this one has
// just come), acts_r, steps_r (it was decided in the cycle before), stopped_r (the program has just stopped).
wire [1:0] kind_now = word_r[INSTRUCTION-1 -: 2];
wire predicated_now = word_r[INSTRUCTION-3];
wire stop_now = (kind_now == 2'd3);
wire starts_any = o_start_image || o_start_conv || o_start_gate;
wire here = o_running && !fetched_r && !steps_r;
wire waits_for_score = predicated_now && !i_lscore_valid;
wire skipped = here && predicated_now && i_lscore_valid && i_skip && !i_forced_open;
wire unit_free = !i_array_busy && ((kind_now != 2'd2) || !i_gate_running);
wire started = here && unit_free && !waits_for_score && !skipped && !stop_now;

reg was_running, was_go, was_started, was_skipped, was_steps, was_end, was_away, was_gate, was_conv, was_fetched, was_stopped;
reg [$bits(o_pc)-1:0] was_pc, was_read;
reg [INSTRUCTION-1:0] was_word, was_program;
reg [$bits(o_gate)-1:0] was_gate_job;
reg [$bits(o_conv)-1:0] was_conv_job;
always @(posedge clock) begin
  was_fetched <= fetched_r; was_stopped <= stopped_r;
  was_program <= {i_program_kind, i_program_predicated, i_program_conv, i_program_gate};
  was_running <= o_running; was_go <= i_go; was_started <= started; was_skipped <= skipped; was_steps <= steps_r;
  was_end <= here && stop_now && !i_array_busy && !i_gate_running;
  was_gate <= o_running && !i_gate_running; was_conv <= o_running && !i_array_busy;
  was_away <= steps_r && (o_pc == INSTRUCTIONS - 1);
  was_pc <= o_pc; was_read <= o_program_address; was_word <= word_r; was_gate_job <= o_gate; was_conv_job <= o_conv;
end
always @(*) if (known) begin
  starts_one: assert(o_start_image + o_start_conv + o_start_gate <= 2'd1);
  starts_its_kind: assert((!o_start_image || (kind_now == 2'd0)) && (!o_start_conv || (kind_now == 2'd1))
    && (!o_start_gate || (kind_now == 2'd2)));
  shows_its_fields: assert((!o_start_gate || (o_gate == word_r[0 +: $bits(o_gate)]))
    && (!(o_start_conv || o_start_image) || (o_conv == word_r[$bits(o_gate) +: $bits(o_conv)])));
  steps_of_a_program: assert((!steps_r || (o_running && !fetched_r)) && (!starts_any || steps_r));
  last_is_not_predicated: assert(!stop_now || !predicated_now);
  is_in_the_program: assert(!o_running || (o_pc <= INSTRUCTIONS - 1));
  acts_when_it_is_there: assert(acts_r == (o_running && !fetched_r));
  stops_once: assert(!stopped_r || !o_running);
  next_is_ahead: assert(stopped_r || (ahead_r == (o_running ? o_pc + 1'b1 : 1'b0)));
  if (!was_reset) begin
    starts_what_may_start: assert(starts_any == was_started);
    steps_over_a_zero: assert(steps_r == (was_started || was_skipped));
    if (was_go) goes_to_the_first: assert((o_pc == 0) && o_running);
    else goes_to_the_next: assert(o_pc == (was_steps ? was_pc + 1'b1 : was_pc));
    stands_till_then: assert(word_r == (was_fetched ? was_program : was_word));
    gate_instruction_stands: assert(o_gate == (was_gate ? was_word[0 +: $bits(o_gate)] : was_gate_job));
    conv_instruction_stands: assert(o_conv == (was_conv ? was_word[$bits(o_gate) +: $bits(o_conv)] : was_conv_job));
    ends_at_the_end: assert(o_running == (was_go || (was_running && !was_end && !was_away)));
    ends_behind_the_last: assert(!was_away || (!o_running && !o_done));
    waits_a_cycle: assert(fetched_r == (was_go || was_steps));
    reads_ahead: assert(was_end || was_stopped || fetched_r || (was_read == ahead_r));
    fetches_what_is_read: assert(reset || !(i_go || steps_r) || (was_read == ahead_r));
  end
  done_when_idle: assert(!o_done || !o_running);
  skipped_one: cover(skipped);
  started_one: cover(starts_any && predicated_now);
  ended: cover(o_done);
end
