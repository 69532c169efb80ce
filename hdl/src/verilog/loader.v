// A bit for each state; none is idle.
localparam TILE = 0, SETUP = 1, SETTLE = 2, FOLD = 3, LOAD = 4;
localparam IDLE = 5'd0;
reg [4:0] state_r;
reg parity_r;
reg [15:0] position_r, tile_end_r;
reg [@FW@-1:0] tile_group_r;
reg [@CW@-1:0] column_r, cols_r;
reg [@BW@-1:0] place_bank_r;
reg [@AW@-1:0] place_word_r;

// --- TILE: how many columns the tile has.
wire from_list = j_out_list_on;
wire in_is_list = (j_inputs == 2'd1);
wire image_taps = (j_inputs == 2'd2);
wire [15:0] out_length = j_out_list ? i_length1 : i_length0;
wire out_done = j_out_list ? i_done1 : i_done0;
wire [15:0] outputs = from_list ? out_length : j_out_channels;
wire [15:0] left = outputs - position_r;
wire none_left = (outputs == position_r);
wire full = (from_list && (out_length >= tile_end_r)) || (!from_list && (j_out_channels >= tile_end_r));
wire suffices = !from_list || out_done || full;
// The rest of a map that is written in copies: in the first of the rows that its entries share, a bit for each copy.
wire [@RB@-1:0] out_rest = outputs[@RB@-1:0];
reg out_shares;
reg [@R@-1:0] out_mask, out_mask_r;
wire out_copies = j_dst_copies && !full && out_shares;
reg out_copies_r;
reg [15-@RB@:0] out_rows_r;
always @(*) begin
  case (out_rest)
@MASKS@
    default: {out_shares, out_mask} = {1'b0, @R@'d1};
  endcase
end
wire [@CW@-1:0] tile_cols = full ? @CW@'d@C@ : @fit(left,16,CW)@;
reg tile_waits_r;
reg [@DRW@-1:0] param_busy_r;
reg [@CW@-1:0] shadow_busy_r;
wire params_free = !tile_waits_r && (param_busy_r == @DRW@'d0);

// --- SETUP: list entry, turn at the bank, parameter word, both scores.
// The list is read one column ahead, so that its entry stands beside the counter.
reg [15:0] position_after_r;
wire [@LIST@-1:0] entry_data = j_out_list ? i_list1 : i_list0;
@ENTRY@
reg s1_valid_r, s2_valid_r, s3_valid_r, s4_valid_r, s5_valid_r, s6_valid_r;
reg s1_parity_r, s2_parity_r, s3_parity_r, s4_parity_r, s5_parity_r, s6_parity_r;
reg [@CW@-1:0] s1_column_r, s2_column_r, s3_column_r, s4_column_r, s5_column_r, s6_column_r;
reg [15:0] s1_position_r, s2_entry_r, s3_entry_r, s4_entry_r, s5_entry_r, s6_entry_r;
reg [@BW@-1:0] s1_bank_r, s2_bank_r;
reg [@B@-1:0] s3_select_r, s4_select_r, s5_select_r, s6_select_r;
reg s2_copies_r;
wire [@B@-1:0] s2_mask = s2_copies_r ? @fit(out_mask_r,R,B)@ : @B@'d1;
reg [@AW@-1:0] s1_word_r, s2_word_r, s3_word_r, s4_word_r, s5_word_r, s6_word_r;
reg [@CW@-1:0] s3_turn_r, s4_turn_r, s5_turn_r, s6_turn_r;
reg [15:0] s1_score_r, s2_score_r, s3_score_r, s4_score_r;
reg [31:0] s4_bias_r, s5_bias_r, s6_bias_r; reg [4:0] s4_shift_r, s5_shift_r, s6_shift_r;
reg [14:0] s4_multiplier_r, s5_multiplier_r, s6_multiplier_r;
reg [@BRW@-1:0] s1_row_r, s2_row_r;
wire by_channel = from_list && j_natural;
reg [15:0] s1_channel_r, s2_channel_r;
assign o_param_address = j_param_base + @fit(s2_channel_r,16,PA)@;
wire [@AW@-1:0] s2_offset = @fit(s2_row_r,BRW,AW)@ * j_out_pixels[@AW@-1:0];
wire [31:0] s4_scaled = ({17'd0, s4_multiplier_r} * {16'd0, s4_score_r} + 32'd16384) >> 15;
wire [31:0] s5_scaled = ({17'd0, s5_multiplier_r} * {16'd0, i_lscore} + 32'd16384) >> 15;
reg [@CW@-1:0] turns_r [0:@B@-1];
reg [@CW@-1:0] interval_r;
wire [@CW@-1:0] s2_turn = turns_r[s2_bank_r];
wire [@CW@-1:0] next_turn = s2_turn + @CW@'d1;
// Without a list all columns are of one group of filter words; with one, the list names group and lane.
reg [@FW@-1:0] base_group_r;
reg [@GPW@-1:0] first_group_r, last_group_r;
reg [@GPW@-1:0] column_group_r [0:@C@-1];
reg [@CI@-1:0] column_lane_r [0:@C@-1];
reg [@GPW@-1:0] s1_group_r;
reg [@CI@-1:0] s1_lane_r;
always @(posedge clock) begin
  s1_column_r <= column_r; s2_column_r <= s1_column_r; s3_column_r <= s2_column_r; s4_column_r <= s3_column_r; s5_column_r <= s4_column_r; s6_column_r <= s5_column_r;
  s1_parity_r <= parity_r; s2_parity_r <= s1_parity_r; s3_parity_r <= s2_parity_r; s4_parity_r <= s3_parity_r; s5_parity_r <= s4_parity_r; s6_parity_r <= s5_parity_r;
  s1_position_r <= position_r; s1_channel_r <= from_list ? @fit(e_channel,KW,16)@ : position_r;
  s1_group_r <= from_list ? e_group : @GPW@'d0; s1_lane_r <= from_list ? e_lane : @fit(column_r,CW,CI)@;
  s1_bank_r <= by_channel ? e_bank : place_bank_r; s1_row_r <= e_row; s1_word_r <= by_channel ? j_dst_base : place_word_r;
  s1_score_r <= from_list ? e_score : 16'h8000; s2_score_r <= s1_score_r; s3_score_r <= s2_score_r; s4_score_r <= s3_score_r;
  s2_channel_r <= s1_channel_r;
  s2_entry_r <= j_natural ? s1_channel_r : s1_position_r; s3_entry_r <= s2_entry_r; s4_entry_r <= s3_entry_r; s5_entry_r <= s4_entry_r; s6_entry_r <= s5_entry_r;
  s2_bank_r <= s1_bank_r; s2_copies_r <= out_copies_r && (s1_position_r[15:@RB@] == out_rows_r);
  s3_select_r <= s2_mask << s2_bank_r; s4_select_r <= s3_select_r; s5_select_r <= s4_select_r; s6_select_r <= s5_select_r;
  s2_row_r <= s1_row_r; s2_word_r <= s1_word_r;
  s3_word_r <= s2_word_r + (by_channel ? s2_offset : @AW@'d0); s4_word_r <= s3_word_r; s5_word_r <= s4_word_r; s6_word_r <= s5_word_r;
  s3_turn_r <= s2_turn; s4_turn_r <= s3_turn_r; s5_turn_r <= s4_turn_r; s6_turn_r <= s5_turn_r;
  s4_bias_r <= i_param[51:20]; s5_bias_r <= s4_bias_r; s6_bias_r <= s5_bias_r;
  s4_shift_r <= i_param[4:0]; s5_shift_r <= s4_shift_r; s6_shift_r <= s5_shift_r;
  s4_multiplier_r <= i_param[19:5]; s5_multiplier_r <= s4_scaled[14:0];
  s6_multiplier_r <= j_l_scaled ? s5_scaled[14:0] : s5_multiplier_r;
  s1_valid_r <= state_r[SETUP]; s2_valid_r <= s1_valid_r; s3_valid_r <= s2_valid_r; s4_valid_r <= s3_valid_r; s5_valid_r <= s4_valid_r; s6_valid_r <= s5_valid_r;
  if (s1_valid_r) begin
    column_group_r[@fit(s1_column_r,CW,CI)@] <= s1_group_r;
    column_lane_r[@fit(s1_column_r,CW,CI)@] <= s1_lane_r;
    if (s1_column_r == @CW@'d0) begin
      first_group_r <= s1_group_r;
      base_group_r <= from_list ? @fit(s1_group_r,GPW,FW)@ : tile_group_r;
    end
    last_group_r <= s1_group_r;
  end
  if (state_r[TILE]) begin
@TURNS@
    interval_r <= @CW@'d1;
  end else if (s2_valid_r) begin
    turns_r[s2_bank_r] <= next_turn;
    if (s2_turn == interval_r) interval_r <= next_turn;
  end
end
assign o_set = s6_valid_r; assign o_set_column = s6_column_r; assign o_set_parity = s6_parity_r;
assign o_set_bias = s6_bias_r; assign o_set_multiplier = s6_multiplier_r; assign o_set_shift = s6_shift_r;
assign o_set_select = s6_select_r; assign o_set_word = s6_word_r; assign o_set_entry = s6_entry_r; assign o_set_turn = s6_turn_r;

// --- Delays: column c holds its values (turn - c) mod interval cycles; one column a cycle, long before they are used.
reg [4:0] delay_wait_r; reg delay_on_r, delay_parity_r; reg [@CW@-1:0] delay_column_r, delay_phase_r, delay_cols_r, delay_interval_r;
always @(posedge clock) begin
  delay_wait_r <= {delay_wait_r[3:0], state_r[SETTLE]};
  if (delay_wait_r[4]) delay_on_r <= 1'b1;
  else if (delay_column_r + @CW@'d1 == delay_cols_r) delay_on_r <= 1'b0;
  if (delay_wait_r[1]) begin
    delay_parity_r <= parity_r; delay_cols_r <= cols_r; delay_interval_r <= interval_r;
    delay_column_r <= @CW@'d0; delay_phase_r <= @CW@'d0;
  end else if (delay_on_r) begin
    delay_column_r <= delay_column_r + @CW@'d1;
    delay_phase_r <= (delay_phase_r + @CW@'d1 == delay_interval_r) ? @CW@'d0 : delay_phase_r + @CW@'d1;
  end
end
assign o_delay = delay_on_r; assign o_delay_column = delay_column_r; assign o_delay_phase = delay_phase_r;
assign o_delay_parity = delay_parity_r; assign o_delay_interval = delay_interval_r;

// --- FOLD and LOAD: the next fold, and its words. What is asked of a counter in the next cycle stands in a flag beside it; FOLD
// sets them for the fold's first word.
wire [15:0] in_length = j_in_list ? i_length1 : i_length0;
wire [15:0] all_inputs = in_is_list ? in_length : j_in_channels;
// Taps share folds of the rest of a map that stands in copies: of an image that is all of it. Entries of each tap, entries before
// them, rows of a full fold, rows of all.
wire [@RB@-1:0] in_rest = all_inputs[@RB@-1:0];
reg in_shares;
reg [@RW@-1:0] in_rows;
wire in_copies = j_src_copies && in_shares;
always @(*) begin
  case (in_rest)
@RESTROWS@
    default: {in_shares, in_rows} = {1'b0, @RW@'d@R@};
  endcase
end
reg rest_on_r, rest_r, to_rest_r;
reg [@RW@-1:0] rest_channels_r, rest_rows_r;
reg [@EW@-1:0] rest_inputs_r;
reg [15:0] alone_r;
wire one_rest = (rest_channels_r == @RW@'d1);
wire rest_only = rest_on_r && (alone_r == 16'd0);
wire [@RW@-1:0] fold_rows = rest_r ? rest_rows_r : @RW@'d@R@;
reg [@EW@-1:0] inputs_left_r;
reg [@RW@-1:0] rows_r, row_r;
reg [@RW@-1:0] channel_r;
reg last_entry_r, empty_r, last_r, last_chunk_r, last_x_r, last_step_r, last_row_r, last_word_r, last_channel_r, tap_moves_r;
reg [15:0] tap_y_r, tap_x_r, input_r, input_after_r;
reg [@QW@-1:0] bank_r;
reg [@AW@-1:0] offset_r, tap_offset_r;
reg [@FW@-1:0] tap_base_r, group_base_r, group_offset_r;
wire [@FW@-1:0] group_base = base_group_r * j_group_step;
reg [@GPW@-1:0] word_group_r;
reg first_r, chunk_r;
reg [@PW@-1:0] pixels_left_r;
wire one_x = (j_last_x == 16'd0);
wire [15:0] next_x = last_x_r ? 16'd0 : tap_x_r + 16'd1;
wire [15:0] next_y = last_x_r ? tap_y_r + 16'd1 : tap_y_r;
wire [@AW@-1:0] next_offset = tap_offset_r + (last_x_r ? j_row_step : @AW@'d1);
wire [@RW@-1:0] next_channel = last_channel_r ? @RW@'d0 : channel_r + @RW@'d1;
wire next_last_channel = last_channel_r ? one_rest : (next_channel + @RW@'d1 == rest_channels_r);
wire last_entry = (inputs_left_r <= @fit(fold_rows,RW,EW)@);
wire last_tap = last_x_r && (tap_y_r == j_last_y);
wire no_input = (all_inputs == 16'd0);
wire one_group = (first_group_r == last_group_r);
wire one_row = (inputs_left_r == @EW@'d1) || (fold_rows == @RW@'d1);
wire one_word = (one_group && one_row) || no_input;
wire [@RW@:0] row_after = {1'b0, row_r} + {@RW@'d1, 1'b0};
wire row_after_last = (row_after == {1'b0, rows_r});
wire group_after_last = (word_group_r + @GPW@'d1 == last_group_r);
wire word_after_last = last_step_r ? one_group && row_after_last : last_row_r && group_after_last;
reg pending_r, ready_r, blocked_r, opens_r;
reg [@NW@-1:0] wait_r;
reg [@GPW@-1:0] spans_r;
wire issues = state_r[LOAD] && !empty_r;
wire ends = state_r[LOAD] && last_word_r;
integer m, n;
// The list is read one input ahead, so that its entry stands beside the counter.
wire [15:0] next_input = (state_r[LOAD] && last_step_r) ? input_after_r : input_r;
wire input_restarts = state_r[SETTLE] || (last_word_r && !to_rest_r && (rest_r ? last_r : last_entry_r));
wire into_rest = state_r[SETTLE] ? rest_only : last_word_r && (to_rest_r || (last_r && rest_only));
wire [15:0] first_input = input_restarts ? 16'd0 : alone_r;
assign o_list_address = state_r[TILE] ? @fit(position_r,16,KW)@ : state_r[SETUP] ? @fit(position_after_r,16,KW)@ : @fit(next_input,16,KW)@;
reg tap_load_r; reg [@RW@-1:0] tap_row_r; reg [15:0] row_y_r, row_x_r; reg [@AW@-1:0] row_offset_r;
reg listed0_r, listed1_r;
reg a_valid_r; reg [@RW@-1:0] a_row_r; reg [@GPW@-1:0] a_group_r; reg [@FW@-1:0] a_word_r;
reg b_valid_r, c_valid_r; reg [@RW@-1:0] b_row_r, c_row_r; reg [@GPW@-1:0] b_group_r, c_group_r;
reg [@C@-1:0] load_r; reg [8*@C@-1:0] word_r, weights, weights_r; reg [@RW@-1:0] load_row_r;
wire [@LIST@-1:0] listed_entry = (i_list0 & {@LIST@{listed0_r}}) | (i_list1 & {@LIST@{listed1_r}});
wire [@KW@-1:0] listed = listed_entry[@LIST@-1 -: @KW@];
reg [@KW@-1:0] a_listed_r;
assign o_filter_address = a_word_r + @fit(a_listed_r,KW,FW)@;
always @(*) for (m = 0; m < @C@; m = m + 1) weights[8*m +: 8] = word_r[8*column_lane_r[m] +: 8];
always @(posedge clock) begin
  listed0_r <= in_is_list && !j_in_list; listed1_r <= in_is_list && j_in_list;
  if (state_r[SETTLE] || (state_r[LOAD] && last_step_r)) begin
    input_r <= input_restarts ? 16'd0 : input_after_r;
    if (input_restarts || into_rest) input_after_r <= first_input + ((into_rest && one_rest) ? 16'd0 : 16'd1);
    else input_after_r <= (rest_r && next_last_channel) ? alone_r : input_after_r + 16'd1;
  end
  a_listed_r <= listed;
  a_row_r <= row_r; a_group_r <= word_group_r;
  a_word_r <= group_offset_r + tap_base_r + (in_is_list ? @FW@'d0 : @fit(input_r,16,FW)@);
  b_row_r <= a_row_r; b_group_r <= a_group_r;
  c_row_r <= b_row_r; c_group_r <= b_group_r; word_r <= i_filter;
  load_row_r <= c_row_r; weights_r <= weights;
  a_valid_r <= issues; b_valid_r <= a_valid_r; c_valid_r <= b_valid_r;
  for (n = 0; n < @C@; n = n + 1) load_r[n] <= c_valid_r && (column_group_r[n] == c_group_r);
end
assign o_load = load_r; assign o_load_row = @fit(load_row_r,RW,16)@; assign o_load_weights = weights_r;
// A row's tap, a cycle behind its first word.
always @(posedge clock) begin
  tap_load_r <= issues && (word_group_r == first_group_r);
  tap_row_r <= row_r; row_y_r <= tap_y_r; row_x_r <= tap_x_r; row_offset_r <= tap_offset_r;
end
assign o_tap_load = tap_load_r; assign o_tap_row = @fit(tap_row_r,RW,16)@;
assign o_tap_y = row_y_r; assign o_tap_x = row_x_r; assign o_tap_offset = row_offset_r;

// The fold that the streamer may take.
reg f_first_r, f_last_r, f_opens_r, f_closes_r, f_chunk_r, f_parity_r;
reg [@RW@-1:0] f_rows_r; reg [@CW@-1:0] f_cols_r, f_interval_r; reg [@QW@-1:0] f_bank_r; reg [@AW@-1:0] f_word_r; reg [@PW@-1:0] f_pixels_r;
assign o_ready = ready_r;
assign o_fold_first = f_first_r; assign o_fold_last = f_last_r; assign o_fold_closes = f_closes_r; assign o_fold_chunk = f_chunk_r;
assign o_fold_parity = f_parity_r; assign o_fold_rows = @fit(f_rows_r,RW,16)@; assign o_fold_cols = f_cols_r; assign o_fold_interval = f_interval_r;
assign o_fold_bank = f_bank_r; assign o_fold_word = f_word_r; assign o_fold_pixels = f_pixels_r;
assign o_busy = (state_r != IDLE) || pending_r;

always @(posedge clock) begin
  if (param_busy_r != @DRW@'d0) param_busy_r <= param_busy_r - @DRW@'d1;
  shadow_busy_r <= shadow_busy_r - @CW@'d1;
  wait_r <= wait_r - @NW@'d1;
  if (pending_r && (wait_r == @NW@'d1)) ready_r <= 1'b1;
  if (opens_r) blocked_r <= 1'b1;
  else if ((@SHADOW@ == 0) ? i_taken : (!pending_r && (shadow_busy_r == @CW@'d1))) blocked_r <= 1'b0;
  if (state_r == IDLE) begin
    state_r[TILE] <= i_start; parity_r <= 1'b0; position_r <= 16'd0; position_after_r <= 16'd1; tile_end_r <= 16'd@C@; tile_group_r <= @FW@'d0;
    place_bank_r <= @BW@'d0; place_word_r <= i_start_dst_base;
  end
  if (state_r[TILE] && suffices) begin
    if (none_left) state_r <= IDLE;
    else if (params_free) state_r <= 5'd1 << SETUP;
  end
  if (state_r[TILE]) begin
    column_r <= @CW@'d0; cols_r <= tile_cols;
    out_copies_r <= out_copies; out_mask_r <= out_mask; out_rows_r <= outputs[15:@RB@];
    rest_on_r <= image_taps || in_copies;
    rest_channels_r <= image_taps ? @fit(j_in_channels,16,RW)@ : @fit(in_rest,RB,RW)@;
    rest_rows_r <= image_taps ? j_fold_rows : in_rows;
    alone_r <= image_taps ? 16'd0 : in_copies ? {all_inputs[15:@RB@], @RB@'d0} : all_inputs;
  end
  rest_inputs_r <= @RESTINPUTS@;
  if (state_r[SETUP]) begin
    column_r <= column_r + @CW@'d1; position_r <= position_after_r; position_after_r <= position_after_r + 16'd1;
    if (place_bank_r == @BW@'d@BLAST@) begin
      place_bank_r <= @BW@'d0; place_word_r <= place_word_r + j_out_pixels[@AW@-1:0];
    end else place_bank_r <= place_bank_r + @BW@'d1;
    if (column_r + @CW@'d1 == cols_r) state_r <= 5'd1 << SETTLE;
  end
  if (state_r[SETTLE]) begin
    state_r <= 5'd1 << FOLD; tile_waits_r <= 1'b1; tile_end_r <= position_r + 16'd@C@;
    rest_r <= rest_only; inputs_left_r <= rest_only ? rest_inputs_r : @fit(alone_r,16,EW)@;
    pixels_left_r <= j_out_pixels; chunk_r <= 1'b1; first_r <= 1'b1;
    bank_r <= @QW@'d0; offset_r <= @AW@'d0; tap_base_r <= j_filter_base;
    tap_y_r <= 16'd0; tap_x_r <= 16'd0; tap_offset_r <= @AW@'d0; last_x_r <= one_x;
    channel_r <= @RW@'d0; last_channel_r <= one_rest;
  end
  opens_r <= state_r[FOLD] && !blocked_r;
  if (state_r[FOLD]) begin
    if (!blocked_r) state_r <= 5'd1 << LOAD;
    row_r <= @RW@'d0; rows_r <= last_entry ? @fit(inputs_left_r,EW,RW)@ : fold_rows;
    word_group_r <= first_group_r; group_base_r <= group_base; group_offset_r <= group_base;
    spans_r <= last_group_r - first_group_r; empty_r <= no_input; last_entry_r <= last_entry; last_chunk_r <= (pixels_left_r <= @PW@'d@D@);
    last_r <= last_entry && (rest_r || no_input || (last_tap && !rest_on_r));
    to_rest_r <= last_entry && !rest_r && last_tap && rest_on_r;
    last_step_r <= one_group; last_row_r <= one_row; last_word_r <= one_word;
    tap_moves_r <= rest_r ? one_group && last_channel_r : one_word && last_entry;
  end
  if (opens_r) begin
    pending_r <= 1'b1; wait_r <= @fit(rows_r,RW,NW)@ * @fit(spans_r,GPW,NW)@ + @NW@'d1;
    f_first_r <= first_r; f_last_r <= last_r; f_opens_r <= first_r && chunk_r; f_closes_r <= last_r && last_chunk_r;
    f_chunk_r <= chunk_r; f_parity_r <= parity_r; f_rows_r <= rows_r; f_cols_r <= cols_r;
    f_interval_r <= last_r ? interval_r : @CW@'d1; f_bank_r <= bank_r; f_word_r <= j_src_base + offset_r;
    f_pixels_r <= last_chunk_r ? pixels_left_r : @PW@'d@D@;
  end
  if (state_r[LOAD]) begin
    if (last_step_r) begin
      row_r <= row_r + @RW@'d1; last_row_r <= row_after_last;
      word_group_r <= first_group_r; group_offset_r <= group_base_r; last_step_r <= one_group;
      channel_r <= next_channel; last_channel_r <= next_last_channel;
    end else begin
      word_group_r <= word_group_r + @GPW@'d1; group_offset_r <= group_offset_r + j_group_step; last_step_r <= group_after_last;
    end
    last_word_r <= word_after_last;
    // Taps that share folds move from row to row, others with the fold behind the last entries.
    tap_moves_r <= rest_r ? (last_step_r ? one_group && next_last_channel : group_after_last && last_channel_r)
      : word_after_last && last_entry_r;
    if (last_word_r) state_r <= (last_r && last_chunk_r) ? 5'd1 << TILE : 5'd1 << FOLD;
  end
  if (state_r[LOAD] && tap_moves_r) begin
    if (last_word_r && (last_r || to_rest_r)) begin
      tap_y_r <= 16'd0; tap_x_r <= 16'd0; tap_offset_r <= @AW@'d0; last_x_r <= one_x; tap_base_r <= j_filter_base;
    end else begin
      tap_base_r <= tap_base_r + @fit(j_in_channels,16,FW)@;
      tap_y_r <= next_y; tap_x_r <= next_x; tap_offset_r <= next_offset; last_x_r <= (next_x == j_last_x);
    end
  end
  if (ends) begin
    first_r <= last_r;
    if (to_rest_r) begin
      rest_r <= 1'b1; channel_r <= @RW@'d0; last_channel_r <= one_rest;
    end else if (last_r) begin
      rest_r <= rest_only; channel_r <= @RW@'d0; last_channel_r <= one_rest;
    end
    if (to_rest_r || (last_r && rest_only)) inputs_left_r <= rest_inputs_r;
    else if (last_entry_r) inputs_left_r <= @fit(alone_r,16,EW)@;
    else inputs_left_r <= inputs_left_r - @fit(fold_rows,RW,EW)@;
    if (last_r || (last_entry_r && !to_rest_r)) begin
      bank_r <= @QW@'d0; offset_r <= @AW@'d0;
    end else if (!rest_r) begin
      if (bank_r == @QW@'d@QLAST@) begin
        bank_r <= @QW@'d0; offset_r <= offset_r + j_in_pixels[@AW@-1:0];
      end else bank_r <= bank_r + @QW@'d1;
    end
    if (last_r) begin
      pixels_left_r <= pixels_left_r - @PW@'d@D@; chunk_r <= 1'b0;
      if (last_chunk_r) begin
        parity_r <= !parity_r; tile_group_r <= tile_group_r + @FW@'d1;
      end
    end
  end
  if (i_taken) begin
    pending_r <= 1'b0; ready_r <= 1'b0; shadow_busy_r <= @CW@'d@SHADOW@;
    if (f_opens_r) begin
      tile_waits_r <= 1'b0; param_busy_r <= @DRW@'d@PARAMETERS_FREE@;
    end
  end
end
