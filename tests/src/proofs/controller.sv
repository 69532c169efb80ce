// Every instruction is taken once, in order; one that is predicated is skipped if and only if the gate unit raises skip.
//
// Names of the unit beside its ports: ahead_r (where the instruction after this one stands), fetched_r (this one has just come),
// acts_r, stopped_r (the program has just stopped).
wire [1:0] kind_now = o_word[$bits(o_word)-1 -: 2];
wire predicated_now = o_word[$bits(o_word)-3];
wire stop_now = (kind_now == 2'd3);
wire starts_any = o_start_image || o_start_conv || o_start_gate;
wire waits_for_score = predicated_now && !i_lscore_valid;
wire skipped = o_running && !fetched_r && predicated_now && i_lscore_valid && i_skip && !i_forced_open;
wire unit_free = !i_array_busy && ((kind_now != 2'd2) || !i_gate_running);

reg was_running, was_go, was_next, was_end, was_away, was_gate, was_conv, was_fetched, was_stopped;
reg [$bits(o_pc)-1:0] was_pc, was_read;
reg [$bits(o_word)-1:0] was_word, was_program;
reg [$bits(o_gate)-1:0] was_gate_job;
reg [$bits(o_conv)-1:0] was_conv_job;
always @(posedge clock) begin
  was_fetched <= fetched_r; was_stopped <= stopped_r;
  was_program <= {i_program_kind, i_program_predicated, i_program_conv, i_program_gate};
  was_running <= o_running; was_go <= i_go; was_next <= starts_any || skipped;
  was_end <= o_running && !fetched_r && stop_now && !i_array_busy && !i_gate_running;
  was_gate <= o_running && !i_gate_running; was_conv <= o_running && !i_array_busy;
  was_away <= (starts_any || skipped) && (o_pc == INSTRUCTIONS - 1);
  was_pc <= o_pc; was_read <= o_program_address; was_word <= o_word; was_gate_job <= o_gate; was_conv_job <= o_conv;
end
always @(*) if (known) begin
  starts_one: assert(o_start_image + o_start_conv + o_start_gate <= 2'd1);
  starts_its_kind: assert((!o_start_image || (kind_now == 2'd0)) && (!o_start_conv || (kind_now == 2'd1))
    && (!o_start_gate || (kind_now == 2'd2)));
  starts_when_free: assert(!starts_any || (o_running && unit_free));
  waits_for_it: assert(!starts_any || !waits_for_score);
  skips_a_zero: assert(!starts_any || !skipped);
  else_starts: assert(!o_running || fetched_r || stop_now || !unit_free || waits_for_score || skipped || starts_any);
  last_is_not_predicated: assert(!stop_now || !predicated_now);
  is_in_the_program: assert(!o_running || (o_pc <= INSTRUCTIONS - 1));
  acts_when_it_is_there: assert(acts_r == (o_running && !fetched_r));
  stops_once: assert(!stopped_r || !o_running);
  next_is_ahead: assert(stopped_r || (ahead_r == (o_running ? o_pc + 1'b1 : 1'b0)));
  if (!was_reset) begin
    if (was_go) goes_to_the_first: assert((o_pc == 0) && o_running);
    else goes_to_the_next: assert(o_pc == (was_next ? was_pc + 1'b1 : was_pc));
    stands_till_then: assert(o_word == (was_fetched ? was_program : was_word));
    gate_instruction_stands: assert(o_gate == (was_gate ? was_word[0 +: $bits(o_gate)] : was_gate_job));
    conv_instruction_stands: assert(o_conv == (was_conv ? was_word[$bits(o_gate) +: $bits(o_conv)] : was_conv_job));
    ends_at_the_end: assert(o_running == (was_go || (was_running && !was_end && !was_away)));
    ends_behind_the_last: assert(!was_away || (!o_running && !o_done));
    waits_a_cycle: assert(fetched_r == (was_go || was_next));
    reads_ahead: assert(was_end || was_stopped || fetched_r || (was_read == ahead_r));
    fetches_what_is_read: assert(reset || !(i_go || starts_any || skipped) || (was_read == ahead_r));
  end
  done_when_idle: assert(!o_done || !o_running);
  skipped_one: cover(skipped);
  started_one: cover(starts_any && predicated_now);
  ended: cover(o_done);
end
