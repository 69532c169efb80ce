reg [15:0] length0_r, length1_r; reg done0_r, done1_r;
reg running_r;
reg [15:0] group_outputs_left_r, step_r, next_output_r, remaining_r, left_r;
reg [@GW@-1:0] weight_base_r;
reg more_groups_r;
wire [15:0] length = j_in_list ? length1_r : length0_r;
wire [15:0] inputs = j_list_on ? length : j_inputs;
wire [15:0] slots = (inputs == 16'd0) ? 16'd1 : inputs;
wire [15:0] period = (slots > 16'd@G@) ? slots : 16'd@G@;
wire enters = running_r && more_groups_r && (step_r < slots);
wire real_input = (step_r < inputs);
wire group_ends = running_r && more_groups_r && (step_r + 16'd1 >= period);
// G0
assign o_pool_address = j_pool_base + @fit(step_r,16,PLW)@;
assign o_list_address = @fit(step_r,16,KW)@;
reg g1_valid_r, g1_real_r, g1_first_r, g1_last_r; reg [15:0] g1_step_r; reg [@GW@-1:0] g1_base_r; reg select_r;
// G1
wire [@LIST@-1:0] entry_data = select_r ? i_list1 : i_list0;
@ENTRY@
wire [15:0] g1_channel = j_list_on ? e_channel : g1_step_r;
assign o_weight_address = g1_base_r + @fit(g1_channel,16,GW)@;
wire [31:0] half = (32'd1 << j_pool_shift) >> 1;
wire signed [31:0] pooled = $signed(i_pool + half) >>> j_pool_shift;
reg g2_valid_r, g2_real_r, g2_first_r, g2_last_r; reg signed [15:0] g2_pooled_r;
// G2, G3
reg g3_valid_r, g3_first_r, g3_last_r, finished_r;
reg signed [31:0] product_r [0:@G@-1];
reg signed [31:0] accumulator_r [0:@G@-1];
// P0 .. P5
reg signed [31:0] leaving_r [0:@G@-1];
reg p2_valid_r, p3_valid_r, p4_valid_r, p5_valid_r;
reg signed [31:0] biased_r, scaled_r; reg signed [15:0] narrow_r; reg [15:0] score_r;
reg [14:0] p2_multiplier_r, p3_multiplier_r; reg [4:0] p2_shift_r;
wire [15:0] param_output = next_output_r + ((left_r != 16'd0) ? 16'd1 : 16'd0);
assign o_param_address = j_param_base + @fit(param_output,16,GA)@;
wire [32:0] p2_half = (33'd1 << p2_shift_r) >> 1;
wire signed [32:0] rounded = $signed({biased_r[31], biased_r} + p2_half) >>> p2_shift_r;
wire fits16 = (rounded[32:15] == {18{rounded[32]}});
wire signed [31:0] unit = (scaled_r + 32'sd@SCORE_HALF@) >>> @SCORE_SHIFT@;
wire classifier = (j_purpose == 2'd2);
wire lnet = (j_purpose == 2'd0);
wire leaves = classifier ? p2_valid_r : p5_valid_r;
wire keeps = p5_valid_r && (j_purpose == 2'd1) && ((score_r != 16'd0) || i_forced_open);
// Where a channel stands: counters instead of divisions.
reg [15:0] o_index_r, o_group_r, o_row_r; reg [@CW@-1:0] o_lane_r; reg [@BW@-1:0] o_bank_r;
reg [15:0] lscore_r; reg lscore_valid_r;
integer k;
always @(posedge clock) begin
  select_r <= j_in_list;
  g1_real_r <= real_input; g1_first_r <= (step_r == 16'd0); g1_last_r <= (step_r + 16'd1 == slots); g1_step_r <= step_r; g1_base_r <= weight_base_r;
  g2_real_r <= g1_real_r; g2_first_r <= g1_first_r; g2_last_r <= g1_last_r; g2_pooled_r <= g1_real_r ? pooled[15:0] : 16'sd0;
  g3_first_r <= g2_first_r; g3_last_r <= g2_last_r;
  for (k = 0; k < @G@; k = k + 1) begin
    product_r[k] <= $signed(i_weights[8*k +: 8]) * g2_pooled_r;
    if (g3_valid_r) accumulator_r[k] <= product_r[k] + (g3_first_r ? 32'sd0 : accumulator_r[k]);
    if (finished_r) leaving_r[k] <= accumulator_r[k];
    else if ((left_r != 16'd0) && (k + 1 < @G@)) leaving_r[k] <= leaving_r[(k + 1) % @G@];
  end
  biased_r <= leaving_r[0] + $signed(i_param[51:20]);
  p2_multiplier_r <= i_param[19:5]; p2_shift_r <= i_param[4:0];
  narrow_r <= fits16 ? $signed(rounded[15:0]) : (rounded[32] ? -16'sd32768 : 16'sd32767);
  p3_multiplier_r <= p2_multiplier_r;
  scaled_r <= narrow_r * $signed({1'b0, p3_multiplier_r});
  score_r <= unit[31] ? 16'd0 : ((unit > 32'sd32768) ? 16'h8000 : unit[15:0]);
  if (reset) begin
    running_r <= 1'b0; more_groups_r <= 1'b0; g1_valid_r <= 1'b0; g2_valid_r <= 1'b0; g3_valid_r <= 1'b0; finished_r <= 1'b0;
    left_r <= 16'd0; p2_valid_r <= 1'b0; p3_valid_r <= 1'b0; p4_valid_r <= 1'b0; p5_valid_r <= 1'b0; lscore_valid_r <= 1'b0;
    length0_r <= 16'd0; length1_r <= 16'd0; done0_r <= 1'b0; done1_r <= 1'b0;
  end else begin
    g1_valid_r <= enters; g2_valid_r <= g1_valid_r; g3_valid_r <= g2_valid_r; finished_r <= g3_valid_r && g3_last_r;
    p2_valid_r <= (left_r != 16'd0); p3_valid_r <= p2_valid_r && !classifier; p4_valid_r <= p3_valid_r; p5_valid_r <= p4_valid_r;
    if (running_r && more_groups_r) begin
      step_r <= group_ends ? 16'd0 : step_r + 16'd1;
      if (group_ends) begin
        weight_base_r <= weight_base_r + @fit(j_inputs,16,GW)@;
        group_outputs_left_r <= group_outputs_left_r - 16'd@G@;
        if (group_outputs_left_r <= 16'd@G@) more_groups_r <= 1'b0;
      end
    end
    if (left_r != 16'd0) begin
      left_r <= left_r - 16'd1; next_output_r <= next_output_r + 16'd1;
    end
    if (finished_r) left_r <= (j_outputs - param_output >= 16'd@G@) ? 16'd@G@ : j_outputs - param_output;
    if (leaves) begin
      remaining_r <= remaining_r - 16'd1;
      if (remaining_r == 16'd1) running_r <= 1'b0;
      o_index_r <= o_index_r + 16'd1;
      o_group_r <= (o_lane_r == @CW@'d@CLAST@) ? o_group_r + 16'd1 : o_group_r;
      o_lane_r <= (o_lane_r == @CW@'d@CLAST@) ? @CW@'d0 : o_lane_r + @CW@'d1;
      o_row_r <= (o_bank_r == @BW@'d@BLAST@) ? o_row_r + 16'd1 : o_row_r;
      o_bank_r <= (o_bank_r == @BW@'d@BLAST@) ? @BW@'d0 : o_bank_r + @BW@'d1;
    end
    if (keeps && !j_out_list) length0_r <= length0_r + 16'd1;
    if (keeps && j_out_list) length1_r <= length1_r + 16'd1;
    if (p5_valid_r && (j_purpose == 2'd1) && (remaining_r == 16'd1)) begin
      if (j_out_list) done1_r <= 1'b1; else done0_r <= 1'b1;
    end
    if (p5_valid_r && lnet) begin
      lscore_r <= score_r; lscore_valid_r <= 1'b1;
    end
    if (i_start) begin
      running_r <= 1'b1; more_groups_r <= 1'b1; step_r <= 16'd0; group_outputs_left_r <= i_start_outputs; weight_base_r <= i_start_weight_base;
      next_output_r <= 16'd0; remaining_r <= i_start_outputs;
      o_index_r <= 16'd0; o_group_r <= 16'd0; o_row_r <= 16'd0; o_lane_r <= @CW@'d0; o_bank_r <= @BW@'d0;
      if (i_start_purpose == 2'd0) lscore_valid_r <= 1'b0;
      if ((i_start_purpose == 2'd1) && !i_start_out_list) begin
        length0_r <= 16'd0; done0_r <= 1'b0;
      end
      if ((i_start_purpose == 2'd1) && i_start_out_list) begin
        length1_r <= 16'd0; done1_r <= 1'b0;
      end
    end
  end
end
wire [15:0] e_out_score = score_r;
assign o_list_write0 = keeps && !j_out_list;
assign o_list_write1 = keeps && j_out_list;
assign o_list_write_address = j_out_list ? @fit(length1_r,16,KW)@ : @fit(length0_r,16,KW)@;
assign o_list_write_data = {o_index_r, o_group_r, o_lane_r, o_bank_r, o_row_r, e_out_score};
assign o_length0 = length0_r; assign o_length1 = length1_r; assign o_done0 = done0_r; assign o_done1 = done1_r;
assign o_lscore = lscore_r; assign o_lscore_valid = lscore_valid_r;
assign o_running = running_r;
assign o_score_valid = p5_valid_r; assign o_score = score_r;
assign o_logit_valid = classifier && p2_valid_r; assign o_logit = biased_r;
