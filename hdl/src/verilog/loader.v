localparam IDLE = 3'd0, TILE = 3'd1, SETUP = 3'd2, SETTLE = 3'd3, FOLD = 3'd4, LOAD = 3'd5;
reg [2:0] state_r;
reg settle_r, parity_r;
reg [15:0] position_r, group_r;
reg [@CW@-1:0] column_r, cols_r;
reg [@BW@-1:0] place_bank_r;
reg [@AW@-1:0] place_word_r;

// --- TILE: how many columns the tile has.
wire from_list = j_out_list_on;
wire [15:0] out_length = j_out_list ? i_length1 : i_length0;
wire out_done = j_out_list ? i_done1 : i_done0;
wire [15:0] in_length = (j_inputs == 2'd1) ? (j_in_list ? i_length1 : i_length0) : j_in_channels;
wire [16:0] tile_end = {1'b0, position_r} + 17'd@C@;
wire suffices = !from_list || out_done || ({1'b0, out_length} >= tile_end);
wire [15:0] outputs = from_list ? out_length : j_out_channels;
wire none_left = (outputs <= position_r);
wire [15:0] left = outputs - position_r;
wire [@CW@-1:0] tile_cols = (left >= 16'd@C@) ? @CW@'d@C@ : @fit(left,16,CW)@;
reg tile_waits_r;
reg [15:0] param_busy_r, shadow_busy_r;
wire params_free = !tile_waits_r && (param_busy_r == 16'd0);

// --- SETUP: list entry, parameter word, both scores, turn at the bank.
reg select_r;
wire [@LIST@-1:0] entry_data = select_r ? i_list1 : i_list0;
@ENTRY@
reg s1_valid_r, s1_parity_r, s2_parity_r, s3_parity_r, s4_parity_r; reg [@CW@-1:0] s1_column_r; reg [15:0] s1_position_r; reg [@BW@-1:0] s1_bank_r; reg [@AW@-1:0] s1_word_r;
wire by_channel = from_list && j_natural;
wire [15:0] s1_channel = from_list ? e_channel : s1_position_r;
wire [15:0] s1_group = from_list ? e_group : group_r;
wire [@CW@-1:0] s1_lane = from_list ? e_lane : s1_column_r;
wire [@BW@-1:0] s1_bank = by_channel ? e_bank : s1_bank_r;
wire [@AW@+15:0] s1_offset = e_row * {16'd0, j_out_pixels[@AW@-1:0]};
wire [@AW@-1:0] s1_word = by_channel ? j_dst_base + s1_offset[@AW@-1:0] : s1_word_r;
assign o_param_address = j_param_base + @fit(s1_channel,16,PA)@;
reg [@CW@-1:0] turns_r [0:@B@-1];
reg [@CW@-1:0] interval_r;
reg [15:0] first_group_r, last_group_r;
reg [15:0] column_group_r [0:@C@-1];
reg [@CW@-1:0] column_lane_r [0:@C@-1];
wire [@CW@-1:0] s1_turn = turns_r[s1_bank];
reg s2_valid_r; reg [@CW@-1:0] s2_column_r, s2_turn_r; reg [15:0] s2_score_r, s2_entry_r; reg [@BW@-1:0] s2_bank_r; reg [@AW@-1:0] s2_word_r;
wire [14:0] s2_multiplier = i_param[19:5];
wire [31:0] s2_scaled = ({17'd0, s2_multiplier} * {16'd0, s2_score_r} + 32'd16384) >> 15;
reg s3_valid_r; reg [@CW@-1:0] s3_column_r, s3_turn_r; reg [15:0] s3_entry_r; reg [@BW@-1:0] s3_bank_r; reg [@AW@-1:0] s3_word_r;
reg [31:0] s3_bias_r; reg [4:0] s3_shift_r; reg [14:0] s3_multiplier_r;
wire [31:0] s3_scaled = ({17'd0, s3_multiplier_r} * {16'd0, i_lscore} + 32'd16384) >> 15;
reg s4_valid_r; reg [@CW@-1:0] s4_column_r, s4_turn_r; reg [15:0] s4_entry_r; reg [@BW@-1:0] s4_bank_r; reg [@AW@-1:0] s4_word_r;
reg [31:0] s4_bias_r; reg [4:0] s4_shift_r; reg [14:0] s4_multiplier_r;
integer k;
always @(posedge clock) begin
  s1_column_r <= column_r; s1_position_r <= position_r + @fit(column_r,CW,16)@;
  s1_parity_r <= parity_r; s2_parity_r <= s1_parity_r; s3_parity_r <= s2_parity_r; s4_parity_r <= s3_parity_r;
  s1_bank_r <= place_bank_r; s1_word_r <= place_word_r;
  s2_column_r <= s1_column_r; s2_turn_r <= s1_turn; s2_score_r <= from_list ? e_score : 16'h8000;
  s2_entry_r <= j_natural ? s1_channel : s1_position_r; s2_bank_r <= s1_bank; s2_word_r <= s1_word;
  s3_column_r <= s2_column_r; s3_turn_r <= s2_turn_r; s3_entry_r <= s2_entry_r; s3_bank_r <= s2_bank_r; s3_word_r <= s2_word_r;
  s3_bias_r <= i_param[51:20]; s3_shift_r <= i_param[4:0]; s3_multiplier_r <= s2_scaled[14:0];
  s4_column_r <= s3_column_r; s4_turn_r <= s3_turn_r; s4_entry_r <= s3_entry_r; s4_bank_r <= s3_bank_r; s4_word_r <= s3_word_r;
  s4_bias_r <= s3_bias_r; s4_shift_r <= s3_shift_r;
  s4_multiplier_r <= j_l_scaled ? s3_scaled[14:0] : s3_multiplier_r;
  if (reset) begin
    s1_valid_r <= 1'b0; s2_valid_r <= 1'b0; s3_valid_r <= 1'b0; s4_valid_r <= 1'b0;
  end else begin
    s1_valid_r <= (state_r == SETUP); s2_valid_r <= s1_valid_r; s3_valid_r <= s2_valid_r; s4_valid_r <= s3_valid_r;
  end
  if (state_r == TILE) begin
    for (k = 0; k < @B@; k = k + 1) turns_r[k] <= @CW@'d0;
    interval_r <= @CW@'d1;
  end else if (s1_valid_r) begin
    turns_r[s1_bank] <= s1_turn + @CW@'d1;
    if (s1_turn >= interval_r) interval_r <= s1_turn + @CW@'d1;
    column_group_r[@fit(s1_column_r,CW,CI)@] <= s1_group;
    column_lane_r[@fit(s1_column_r,CW,CI)@] <= s1_lane;
    if (s1_column_r == @CW@'d0) first_group_r <= s1_group;
    last_group_r <= s1_group;
  end
end
assign o_set = s4_valid_r; assign o_set_column = s4_column_r; assign o_set_parity = s4_parity_r;
assign o_set_bias = s4_bias_r; assign o_set_multiplier = s4_multiplier_r; assign o_set_shift = s4_shift_r;
assign o_set_bank = s4_bank_r; assign o_set_word = s4_word_r; assign o_set_entry = s4_entry_r; assign o_set_turn = s4_turn_r;

// --- Delays: column c holds its values (turn - c) mod interval cycles; one column a cycle, long before they are used.
reg [1:0] delay_wait_r; reg delay_on_r, delay_parity_r; reg [@CW@-1:0] delay_column_r, delay_phase_r, delay_cols_r, delay_interval_r;
wire setup_ends = (state_r == SETTLE) && settle_r;
always @(posedge clock) begin
  if (reset) begin
    delay_wait_r <= 2'd0; delay_on_r <= 1'b0;
  end else begin
    if (setup_ends) delay_wait_r <= 2'd2;
    else if (delay_wait_r != 2'd0) delay_wait_r <= delay_wait_r - 2'd1;
    if (delay_wait_r == 2'd1) delay_on_r <= 1'b1;
    else if (delay_column_r + @CW@'d1 == delay_cols_r) delay_on_r <= 1'b0;
  end
  if (setup_ends) begin
    delay_parity_r <= parity_r; delay_cols_r <= cols_r; delay_interval_r <= interval_r;
    delay_column_r <= @CW@'d0; delay_phase_r <= @CW@'d0;
  end else if (delay_on_r) begin
    delay_column_r <= delay_column_r + @CW@'d1;
    delay_phase_r <= (delay_phase_r + @CW@'d1 == delay_interval_r) ? @CW@'d0 : delay_phase_r + @CW@'d1;
  end
end
assign o_delay = delay_on_r; assign o_delay_column = delay_column_r; assign o_delay_phase = delay_phase_r;
assign o_delay_parity = delay_parity_r; assign o_delay_interval = delay_interval_r;

// --- FOLD and LOAD: the next fold, and its words.
reg [@PW@-1:0] start_r;
reg [15:0] entry_r, tap_r, tap_y_r, tap_x_r, channel_r;
reg [@QW@-1:0] bank_r;
reg [@AW@-1:0] offset_r, tap_offset_r;
reg [@FW@-1:0] tap_base_r, group_base_r, group_offset_r;
reg first_r;
reg [15:0] row_r, step_r;
wire packed_taps = (j_inputs == 2'd2);
wire [15:0] groups = last_group_r - first_group_r + 16'd1;
wire last_x = (tap_x_r + 16'd1 == j_kernel_w);
wire last_tap = last_x && (tap_y_r + 16'd1 == j_kernel_h);
wire last_entry = ({1'b0, entry_r} + 17'd@R@ >= {1'b0, in_length});
wire last_packed = (tap_r + j_packed_taps >= j_taps);
wire last = packed_taps ? last_packed : ((last_tap && last_entry) || (in_length == 16'd0));
wire [15:0] in_left = in_length - entry_r;
wire [15:0] rows = packed_taps ? (last_packed ? j_packed_last_rows : j_packed_rows) : (last_entry ? in_left : 16'd@R@);
wire [@PW@-1:0] pixels_left = j_out_pixels - start_r;
wire last_chunk = (pixels_left <= @PW@'d@D@);
reg pending_r;
reg [31:0] waited_r, needed_r;
wire begins = (state_r == FOLD) && !pending_r && (shadow_busy_r == 16'd0);
wire issues = (begins && (rows != 16'd0)) || (state_r == LOAD);
wire last_step = (step_r + 16'd1 >= groups);
wire last_word = (rows == 16'd0) || (last_step && (row_r + 16'd1 >= rows));
wire ends = (begins || (state_r == LOAD)) && last_word;
wire last_channel = (channel_r + 16'd1 == j_in_channels);
wire [@AW@-1:0] row_step = @fit(j_in_width,16,AW)@ - @fit(j_kernel_w,16,AW)@ + @AW@'d1;
integer m;
assign o_list_address = (state_r == SETUP) ? @fit(position_r,16,KW)@ + @fit(column_r,CW,KW)@ : @fit(entry_r,16,KW)@ + @fit(row_r,16,KW)@;
wire list_select = (state_r == SETUP) ? j_out_list : j_in_list;
reg a_valid_r; reg [15:0] a_row_r, a_group_r, a_channel_r; reg [@FW@-1:0] a_base_r;
reg b_valid_r; reg [15:0] b_row_r, b_group_r;
reg [@C@-1:0] load_r; reg [8*@C@-1:0] weight_r; reg [15:0] load_row_r;
wire [15:0] a_channel = (j_inputs == 2'd1) ? e_channel : a_channel_r;
assign o_filter_address = a_base_r + @fit(a_channel,16,FW)@;
always @(posedge clock) begin
  select_r <= list_select;
  a_row_r <= row_r; a_group_r <= first_group_r + step_r;
  a_channel_r <= packed_taps ? row_r : entry_r + row_r;
  a_base_r <= j_filter_base + group_offset_r + tap_base_r;
  b_row_r <= a_row_r; b_group_r <= a_group_r;
  load_row_r <= b_row_r;
  for (m = 0; m < @C@; m = m + 1) weight_r[8*m +: 8] <= i_filter[8*column_lane_r[m] +: 8];
  if (reset) begin
    a_valid_r <= 1'b0; b_valid_r <= 1'b0; load_r <= @C@'d0;
  end else begin
    a_valid_r <= issues; b_valid_r <= a_valid_r;
    for (m = 0; m < @C@; m = m + 1) load_r[m] <= b_valid_r && (column_group_r[m] == b_group_r);
  end
end
assign o_load = load_r; assign o_load_row = load_row_r; assign o_load_weights = weight_r;
assign o_tap_load = issues && (step_r == 16'd0); assign o_tap_row = row_r;
assign o_tap_y = tap_y_r; assign o_tap_x = tap_x_r; assign o_tap_offset = tap_offset_r;

// The fold that the streamer may take.
reg f_first_r, f_last_r, f_opens_r, f_closes_r, f_chunk_r, f_parity_r;
reg [15:0] f_rows_r; reg [@CW@-1:0] f_cols_r, f_interval_r; reg [@QW@-1:0] f_bank_r; reg [@AW@-1:0] f_word_r; reg [@PW@-1:0] f_pixels_r;
assign o_ready = pending_r && (waited_r >= needed_r);
assign o_fold_first = f_first_r; assign o_fold_last = f_last_r; assign o_fold_closes = f_closes_r; assign o_fold_chunk = f_chunk_r;
assign o_fold_parity = f_parity_r; assign o_fold_rows = f_rows_r; assign o_fold_cols = f_cols_r; assign o_fold_interval = f_interval_r;
assign o_fold_bank = f_bank_r; assign o_fold_word = f_word_r; assign o_fold_pixels = f_pixels_r;
assign o_busy = (state_r != IDLE) || pending_r;

always @(posedge clock) begin
  if (reset) begin
    state_r <= IDLE; pending_r <= 1'b0; tile_waits_r <= 1'b0; param_busy_r <= 16'd0; shadow_busy_r <= 16'd0;
    settle_r <= 1'b0; parity_r <= 1'b0;
  end else begin
    if (param_busy_r != 16'd0) param_busy_r <= param_busy_r - 16'd1;
    if (shadow_busy_r != 16'd0) shadow_busy_r <= shadow_busy_r - 16'd1;
    waited_r <= waited_r + 32'd1;
    case (state_r)
      IDLE: if (i_start) begin
        state_r <= TILE; parity_r <= 1'b0; position_r <= 16'd0; group_r <= 16'd0;
        place_bank_r <= @BW@'d0; place_word_r <= i_start_dst_base;
      end
      TILE: if (suffices) begin
        if (none_left) state_r <= IDLE;
        else if (params_free) begin
          state_r <= SETUP; column_r <= @CW@'d0; cols_r <= tile_cols;
        end
      end
      SETUP: begin
        column_r <= column_r + @CW@'d1;
        if (place_bank_r == @BW@'d@BLAST@) begin
          place_bank_r <= @BW@'d0; place_word_r <= place_word_r + j_out_pixels[@AW@-1:0];
        end else place_bank_r <= place_bank_r + @BW@'d1;
        if (column_r + @CW@'d1 == cols_r) begin
          state_r <= SETTLE; settle_r <= 1'b0;
        end
      end
      SETTLE: begin
        settle_r <= 1'b1;
        if (settle_r) begin
          state_r <= FOLD; tile_waits_r <= 1'b1;
          start_r <= @PW@'d0; first_r <= 1'b1; entry_r <= 16'd0; tap_r <= 16'd0; tap_y_r <= 16'd0; tap_x_r <= 16'd0;
          channel_r <= 16'd0; bank_r <= @QW@'d0; offset_r <= @AW@'d0; tap_offset_r <= @AW@'d0; tap_base_r <= @FW@'d0;
          row_r <= 16'd0; step_r <= 16'd0;
          group_base_r <= @fit(first_group_r,16,FW)@ * j_group_step; group_offset_r <= @fit(first_group_r,16,FW)@ * j_group_step;
        end
      end
      default: if (begins || (state_r == LOAD)) begin
        if (begins) begin
          pending_r <= 1'b1; waited_r <= 32'd1; needed_r <= {16'd0, rows} * {16'd0, groups - 16'd1} + 32'd2;
          f_first_r <= first_r; f_last_r <= last; f_opens_r <= first_r && (start_r == @PW@'d0); f_closes_r <= last && last_chunk;
          f_chunk_r <= (start_r == @PW@'d0); f_parity_r <= parity_r; f_rows_r <= rows; f_cols_r <= cols_r;
          f_interval_r <= last ? interval_r : @CW@'d1; f_bank_r <= bank_r; f_word_r <= j_src_base + offset_r;
          f_pixels_r <= last_chunk ? pixels_left : @PW@'d@D@;
        end
        if (!last_word) state_r <= LOAD;
        if (last_step) begin
          step_r <= 16'd0; row_r <= row_r + 16'd1; group_offset_r <= group_base_r;
          if (packed_taps) begin
            channel_r <= last_channel ? 16'd0 : channel_r + 16'd1;
            if (last_channel) begin
              tap_x_r <= last_x ? 16'd0 : tap_x_r + 16'd1;
              tap_y_r <= last_x ? tap_y_r + 16'd1 : tap_y_r;
              tap_offset_r <= tap_offset_r + (last_x ? row_step : @AW@'d1);
            end
          end
        end else begin
          step_r <= step_r + 16'd1; group_offset_r <= group_offset_r + j_group_step;
        end
        if (ends) begin
          state_r <= FOLD; row_r <= 16'd0; step_r <= 16'd0; group_offset_r <= group_base_r; first_r <= 1'b0;
          if (last) begin
            first_r <= 1'b1; entry_r <= 16'd0; tap_r <= 16'd0; tap_y_r <= 16'd0; tap_x_r <= 16'd0; channel_r <= 16'd0;
            bank_r <= @QW@'d0; offset_r <= @AW@'d0; tap_offset_r <= @AW@'d0; tap_base_r <= @FW@'d0;
            start_r <= start_r + @PW@'d@D@;
            if (last_chunk) begin
              state_r <= TILE; position_r <= position_r + 16'd@C@; parity_r <= !parity_r; group_r <= group_r + 16'd1;
            end
          end else if (packed_taps) begin
            tap_r <= tap_r + j_packed_taps; tap_base_r <= tap_base_r + @fit(j_packed_rows,16,FW)@;
          end else if (!last_entry) begin
            entry_r <= entry_r + 16'd@R@;
            if (bank_r == @QW@'d@QLAST@) begin
              bank_r <= @QW@'d0; offset_r <= offset_r + j_in_pixels[@AW@-1:0];
            end else bank_r <= bank_r + @QW@'d1;
          end else begin
            entry_r <= 16'd0; bank_r <= @QW@'d0; offset_r <= @AW@'d0;
            tap_x_r <= last_x ? 16'd0 : tap_x_r + 16'd1;
            tap_y_r <= last_x ? tap_y_r + 16'd1 : tap_y_r;
            tap_offset_r <= tap_offset_r + (last_x ? row_step : @AW@'d1);
            tap_base_r <= tap_base_r + @fit(j_in_channels,16,FW)@;
          end
        end
      end
    endcase
    if (i_taken) begin
      pending_r <= 1'b0; shadow_busy_r <= 16'd@SHADOW@;
      if (f_opens_r) begin
        tile_waits_r <= 1'b0; param_busy_r <= 16'd@RC6@;
      end
    end
  end
end
