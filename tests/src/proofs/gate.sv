// Every output of a gate leaves exactly once, in order, and nothing is on its way when the unit is idle.
//
// Names of the unit beside its ports: the valid flags of its stages (g1_valid_r .. g6_valid_r with
// g1_last_r .. g6_last_r, finished_r, p2_valid_r .. p8_valid_r); left_r (sums of the group that
// leaves), unread_r (outputs whose sums are not on the way to their scores), param_address_r,
// index_r, next_index_r; of the lists that begin: begins0_r and begins1_r; of the group that enters:
// more_groups_r, more_inputs_r, step_r, next_step_r, slots_r, steps_r, outputs_beyond_r; written_r
// (entries of the list that is written).
wire cnet = (i_job_purpose == 2'd1), classifier_runs = (i_job_purpose == 2'd2);
wire output_leaves = classifier_runs ? o_logit_valid : o_score_valid;
wire [15:0] staying = (left_r < unread_r) ? left_r : unread_r;
wire [15:0] staged = p2_valid_r + p3_valid_r + p4_valid_r + p5_valid_r + p6_valid_r + p7_valid_r
  + p8_valid_r;
wire [6:0] groups_on_way = {g1_valid_r && g1_last_r, g2_valid_r && g2_last_r, g3_valid_r && g3_last_r, g4_valid_r && g4_last_r,
  g5_valid_r && g5_last_r, g6_valid_r && g6_last_r, finished_r};
wire [15:0] groups = groups_on_way[0] + groups_on_way[1] + groups_on_way[2] + groups_on_way[3] + groups_on_way[4]
  + groups_on_way[5] + groups_on_way[6];
wire entered = !more_inputs_r;
wire [$bits(step_r)-1:0] step_before = next_step_r - 1'b1;
wire [$bits(index_r)-1:0] index_before = next_index_r - 1'b1;
wire signed [15:0] beyond = $signed(outputs_beyond_r);
wire [15:0] unentered = beyond + G, step = next_step_r - 16'd1, last_at = slots_r - 16'd1, most_steps = steps_r;

// Outputs that have left since the start, out of how many.
reg [15:0] seen, total;
reg ever;
always @(posedge clock) if (reset) begin
  seen <= 16'd0; total <= 16'd0; ever <= 1'b0;
end else if (i_start) begin
  seen <= 16'd0; total <= i_job_outputs; ever <= 1'b1;
end else if (output_leaves) seen <= seen + 16'd1;
reg [$bits(o_param_address)-1:0] param_address;
always @(posedge clock) param_address <= o_param_address;
wire [15:0] next_output = seen + staged;

// Outputs whose accumulators have been copied, or are behind the last input of their group.
wire [15:0] copied = seen + staged + staying;
wire [15:0] accumulated = !more_groups_r ? total : !entered ? total - unentered
  : (unentered <= G) ? total : total - unentered + G;
wire [15:0] expected = copied + groups * G;
// Groups follow each other by G cycles or more, so that one has left before the next is copied. Bit n of `groups_on_way` is
// copied in n cycles, the one that enters in `due`.
wire [15:0] due = 16'd7 + (entered ? most_steps : 16'd0) + last_at - step;
reg apart;
integer a, b;
always @(*) begin
  apart = !more_groups_r || (staying <= due + 1);
  for (a = 0; a < 7; a = a + 1) if (groups_on_way[a]) begin
    for (b = a + 1; (b < 7) && (b < a + G); b = b + 1) if (groups_on_way[b]) apart = 1'b0;
    if (staying > a + 1) apart = 1'b0;
    if (more_groups_r && (due < a + G)) apart = 1'b0;
  end
end
wire [15:0] most0 = (o_running && cnet && !i_job_out_list && !begins0_r) ? seen : K;
wire [15:0] most1 = (o_running && cnet && i_job_out_list && !begins1_r) ? seen : K;

// Sums that take the way to a score: the five stages behind P3.
reg [4:0] on_the_way;
always @(posedge clock) if (reset) on_the_way <= 5'd0;
else on_the_way <= {on_the_way[3:0], p3_valid_r && !classifier_runs};

always @(*) if (known) begin
  next_ones: assert((step_r == step_before) && (index_r == index_before));
  begins_with_a_start: assert(given_start || !(begins0_r || begins1_r));
  leaves_of_a_running_gate: assert(!output_leaves || o_running);
  if (o_running) begin
    outputs_are_the_instructions: assert(ever && (total == i_job_outputs) && (total >= 16'd1) && (total <= K));
    not_all_have_left: assert(seen < total);
    counts_outputs: assert((seen + 16'd1 == next_index_r) && (next_output + unread_r == total));
    param_is_the_outputs: assert((staying == 0) || (param_address == i_job_param_base + next_output[$bits(o_param_address)-1:0]));
    no_output_too_many: assert(copied <= total);
    group_has_outputs: assert(!more_groups_r || ((unentered >= 1) && (unentered <= total)));
    groups_hold_the_rest: assert((accumulated == ((expected < total) ? expected : total))
      && ((groups == 0) || (copied + (groups - 1) * G < total)));
    group_is_of_g: assert(staying <= G);
    counts_params: assert((unread_r == 0)
      || (param_address_r == i_job_param_base + next_output[$bits(o_param_address)-1:0] + (left_r != 0)));
    counts_entries: assert(!cnet || begins0_r || begins1_r || (written_r == (i_job_out_list ? o_length1 : o_length0)));
    slots_and_period: assert(most_steps == ((last_at >= G) ? last_at + 16'd1 : G));
    within_period: assert(!more_groups_r || ((step < most_steps) && (entered == (step > last_at))));
    groups_are_apart: assert(apart);
    logits_leave_early: assert(!classifier_runs || (staged == p2_valid_r + p3_valid_r));
    list0_is_not_done: assert(!o_done0 || begins0_r || !cnet || i_job_out_list);
    list1_is_not_done: assert(!o_done1 || begins1_r || !cnet || !i_job_out_list);
  end else begin
    all_have_left: assert(seen == total);
    nothing_on_its_way: assert((groups == 0) && ((left_r == 0) || (unread_r == 0)) && (staged == 0));
  end
  skip_iff_0: assert(!o_lscore_valid || (o_skip == (o_lscore == 16'd0)));
  sums_become_scores: assert(on_the_way == {p8_valid_r, p7_valid_r, p6_valid_r, p5_valid_r, p4_valid_r});
  scores_follow_sums: assert(o_score_valid == on_the_way[4]);
  lengths: assert((o_length0 <= most0) && (o_length1 <= most1));
  skips: cover(o_lscore_valid && o_skip);
  two_groups: cover(!o_running && !cnet && (total > G));
  logits: cover(!o_running && classifier_runs && (total > 1));
end
