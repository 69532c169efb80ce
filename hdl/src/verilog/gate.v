// Counters hold up to a map's channels or the MACs; the ports have room for those of any accelerator.
reg [@KC@-1:0] length0_r, length1_r; reg done0_r, done1_r;
reg running_r;
reg [@KC@-1:0] group_outputs_left_r, step_r, param_output_r;
reg [@LW@-1:0] left_r;
reg [@GW@-1:0] weight_base_r;
reg more_groups_r, more_inputs_r;
wire [@KC@-1:0] outputs = @fit(j_outputs,16,KC)@;
// While nothing runs, what a start in this cycle will need: how many inputs, at least one slot and as many as there are MACs.
wire [@KC@-1:0] start_length = i_start_in_list ? length1_r : length0_r;
wire [@KC@-1:0] start_inputs = i_start_list_on ? start_length : @fit(i_start_inputs,16,KC)@;
reg empty_r; reg [@KC@-1:0] slots_r, period_r;
wire [@KC@-1:0] next_step = step_r + @KC@'d1;
wire enters = running_r && more_groups_r && more_inputs_r;
wire last_input = (next_step == slots_r);
wire [@KC@-1:0] period = (@G@ == 1) ? slots_r : period_r;
wire group_ends = running_r && more_groups_r && (next_step == period);
wire [@KC@-1:0] step_after = (!running_r || group_ends) ? @KC@'d0 : next_step;
// G0. The list is read one input ahead, so that its entry stands beside the counter.
assign o_pool_address = {j_pool_region, @fit(step_r,KC,KW)@};
assign o_list_address = @fit(step_after,KC,KW)@;
wire [@LIST@-1:0] entry_data = j_in_list ? i_list1 : i_list0;
@ENTRY@
reg g1_valid_r, g1_empty_r, g1_last_r; reg [@KW@-1:0] g1_channel_r; reg [@GW@-1:0] g1_base_r;
// G1
assign o_weight_address = g1_base_r + @fit(g1_channel_r,KW,GW)@;
// The sum shifted, in this cycle and the next, with one bit behind the point that rounds it. Each step halves the width: bits
// above cannot come down into the pooled value any more.
wire [25:0] pool = {{@POOLEXT@{i_pool[@POOL@-1]}}, i_pool, 1'b0};
wire [23:0] pool8 = j_pool_shift[3] ? {{6{pool[25]}}, pool[25:8]} : pool[23:0];
wire [19:0] pool4 = j_pool_shift[2] ? pool8[23:4] : pool8[19:0];
reg g2_valid_r, g2_last_r; reg [19:0] pool4_r;
// G2: the pooled value; G3: products, accumulated.
wire [17:0] pool2 = j_pool_shift[1] ? pool4_r[19:2] : pool4_r[17:0];
wire [16:0] pool1 = j_pool_shift[0] ? pool2[17:1] : pool2[16:0];
reg signed [15:0] pooled_r;
reg signed [7:0] weight_r [0:@G@-1];
reg signed [31:0] product [0:@G@-1];
reg g3_valid_r, g3_last_r, finished_r;
// An accumulator is 0 again when the next group's first product arrives; the total waits a cycle.
reg signed [31:0] accumulator_r [0:@G@-1];
reg signed [31:0] total_r [0:@G@-1];
// P0 .. P5
reg signed [31:0] leaving_r [0:@G@-1];
reg p2_valid_r, p3_valid_r, p4_valid_r, p5_valid_r;
reg signed [31:0] biased_r, scaled_r; reg [15:0] score_r;
reg [14:0] p2_multiplier_r, p3_multiplier_r; reg [4:0] p2_shift_r;
wire [@KC@-1:0] unread = outputs - param_output_r;
assign o_param_address = j_param_base + @fit(param_output_r,KC,GA)@;
wire [4:0] shift = p2_shift_r;
@NARROW@
// Clamped before it is rounded: what rounds up to 1.0 needs no clamp.
wire [@UNIT@-1:0] unit = scaled_r[31:@SCORE_SHIFT@];
wire below = unit[@UNIT@-1];
wire above = !below && (unit[@UNIT@-2:15] != @OVER@'d0);
wire [15:0] unit_score = {1'b0, unit[14:0]} + {15'd0, scaled_r[@SCORE_SHIFT@-1]};
wire classifier = (j_purpose == 2'd2);
wire lnet = (j_purpose == 2'd0);
wire leaves = classifier ? p2_valid_r : p5_valid_r;
wire keeps = p5_valid_r && (j_purpose == 2'd1) && ((score_r != 16'd0) || i_forced_open);
// Where a channel stands: counters instead of divisions.
reg [@KC@-1:0] o_index_r; reg [@GPW@-1:0] o_group_r; reg [@CI@-1:0] o_lane_r; reg [@BW@-1:0] o_bank_r; reg [@BRW@-1:0] o_row_r;
// With as many banks as columns one pair of counters serves.
wire [@BW@-1:0] o_bank = (@B@ == @C@) ? @fit(o_lane_r,CI,BW)@ : o_bank_r;
wire [@BRW@-1:0] o_row = (@B@ == @C@) ? @fit(o_group_r,GPW,BRW)@ : o_row_r;
wire [@KC@-1:0] next_index = o_index_r + @KC@'d1;
wire last_leaves = (next_index == outputs);
// Entries of the list that is written.
reg [@KC@-1:0] written_r;
wire [@KC@-1:0] next_length = written_r + @KC@'d1;
wire begins0 = i_start && (i_start_purpose == 2'd1) && !i_start_out_list;
wire begins1 = i_start && (i_start_purpose == 2'd1) && i_start_out_list;
reg [15:0] lscore_r; reg lscore_valid_r, skip_r;
integer k, m;
always @(*) for (m = 0; m < @G@; m = m + 1) product[m] = weight_r[m] * pooled_r;
always @(posedge clock) begin
  step_r <= step_after;
  if (!running_r) begin
    running_r <= i_start; more_groups_r <= 1'b1; more_inputs_r <= 1'b1;
    written_r <= @KC@'d0; group_outputs_left_r <= @fit(i_start_outputs,16,KC)@; weight_base_r <= i_start_weight_base; param_output_r <= @KC@'d0;
    o_index_r <= @KC@'d0; o_group_r <= @GPW@'d0; o_row_r <= @BRW@'d0; o_lane_r <= @CI@'d0; o_bank_r <= @BW@'d0;
    empty_r <= (start_inputs == @KC@'d0); slots_r <= (start_inputs == @KC@'d0) ? @KC@'d1 : start_inputs;
    period_r <= (start_inputs > @KC@'d@G@) ? start_inputs : @KC@'d@G@;
  end else begin
    // Nothing of this happens while nothing runs.
    if (keeps) written_r <= next_length;
    if (more_groups_r) more_inputs_r <= group_ends || (more_inputs_r && !last_input);
    if (group_ends) begin
      weight_base_r <= weight_base_r + @fit(j_inputs,16,GW)@;
      group_outputs_left_r <= group_outputs_left_r - @KC@'d@G@;
      if (group_outputs_left_r <= @KC@'d@G@) more_groups_r <= 1'b0;
    end
    // With one MAC never more than one is left.
    // verilator lint_off CMPCONST
    if (finished_r || (left_r > @LW@'d1)) param_output_r <= param_output_r + @KC@'d1;
    // verilator lint_on CMPCONST
    if (leaves) begin
      if (last_leaves) running_r <= 1'b0;
      o_index_r <= next_index;
      o_lane_r <= (o_lane_r == @CI@'d@CLAST@) ? @CI@'d0 : o_lane_r + @CI@'d1;
      if (o_lane_r == @CI@'d@CLAST@) o_group_r <= o_group_r + @GPW@'d1;
      o_bank_r <= (o_bank_r == @BW@'d@BLAST@) ? @BW@'d0 : o_bank_r + @BW@'d1;
      if (o_bank_r == @BW@'d@BLAST@) o_row_r <= o_row_r + @BRW@'d1;
    end
  end
  g1_empty_r <= empty_r; g1_last_r <= last_input;
  g1_channel_r <= (j_list_on && !empty_r) ? e_channel : @fit(step_r,KC,KW)@; g1_base_r <= weight_base_r;
  g2_last_r <= g1_last_r; pool4_r <= g1_empty_r ? 20'd0 : pool4;
  g3_last_r <= g2_last_r;
  for (k = 0; k < @G@; k = k + 1) begin
    weight_r[k] <= $signed(i_weights[8*k +: 8]);
    total_r[k] <= accumulator_r[k] + product[k];
    if (g3_valid_r && g3_last_r) accumulator_r[k] <= 32'sd0;
    else if (g3_valid_r) accumulator_r[k] <= accumulator_r[k] + product[k];
    if (finished_r) leaving_r[k] <= total_r[k];
    else if ((left_r != @LW@'d0) && (k + 1 < @G@)) leaving_r[k] <= leaving_r[(k + 1) % @G@];
  end
  biased_r <= leaving_r[0] + $signed(i_param[51:20]);
  p2_multiplier_r <= i_param[19:5]; p2_shift_r <= i_param[4:0];
  over_r <= over; negative_r <= negative; rounded_r <= rounded;
  pooled_r <= $signed(pool1[16:1] + {15'd0, pool1[0]});
  p3_multiplier_r <= p2_multiplier_r;
  scaled_r <= narrow * $signed({1'b0, p3_multiplier_r});
  if (below || above) score_r <= {above, 15'd0};
  else score_r <= (unit_score < j_threshold) ? 16'd0 : unit_score;
  if (begins0) length0_r <= @KC@'d0;
  else if (keeps && !j_out_list) length0_r <= next_length;
  if (begins1) length1_r <= @KC@'d0;
  else if (keeps && j_out_list) length1_r <= next_length;
  g1_valid_r <= enters; g2_valid_r <= g1_valid_r; g3_valid_r <= g2_valid_r; finished_r <= g3_valid_r && g3_last_r;
  p2_valid_r <= (left_r != @LW@'d0); p3_valid_r <= p2_valid_r && !classifier; p4_valid_r <= p3_valid_r; p5_valid_r <= p4_valid_r;
  if (left_r != @LW@'d0) left_r <= left_r - @LW@'d1;
  if (finished_r) left_r <= ((@G@ == 1) || (unread >= @KC@'d@G@)) ? @LW@'d@G@ : unread[@LW@-1:0];
  if (p5_valid_r && (j_purpose == 2'd1) && last_leaves) begin
    if (j_out_list) done1_r <= 1'b1; else done0_r <= 1'b1;
  end
  if (p5_valid_r && lnet) begin
    lscore_r <= score_r; lscore_valid_r <= 1'b1; skip_r <= (score_r == 16'd0);
  end
  if (i_start) begin
    if (i_start_purpose == 2'd0) lscore_valid_r <= 1'b0;
    if (begins0) done0_r <= 1'b0;
    if (begins1) done1_r <= 1'b0;
  end
end
assign o_list_write0 = keeps && !j_out_list;
assign o_list_write1 = keeps && j_out_list;
assign o_list_write_address = @fit(written_r,KC,KW)@;
assign o_list_write_data = {@fit(o_index_r,KC,KW)@, o_group_r, o_lane_r, o_bank, o_row, score_r};
assign o_length0 = @fit(length0_r,KC,16)@; assign o_length1 = @fit(length1_r,KC,16)@; assign o_done0 = done0_r; assign o_done1 = done1_r;
assign o_lscore = lscore_r; assign o_lscore_valid = lscore_valid_r; assign o_skip = skip_r;
assign o_running = running_r;
assign o_score_valid = p5_valid_r; assign o_score = score_r;
assign o_logit_valid = classifier && p2_valid_r; assign o_logit = biased_r;
