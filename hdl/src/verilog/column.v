// E0: address the accumulator.
(* ram_style = "block", no_rw_check *) reg [31:0] accumulators [0:@D@-1];
reg [31:0] stored_sum, partial_r;
wire take = s_valid && (i_index < s_cols);
reg e1_valid_r, e1_first_r, e1_last_r, e1_opens_r, e1_closes_r, e1_parity_r;
reg [@PW@-1:0] e1_pixel_r; reg [@DW@-1:0] e1_acc_r;
reg e2_valid_r, e2_last_r, e2_opens_r, e2_closes_r, e2_parity_r;
reg [@PW@-1:0] e2_pixel_r; reg [@DW@-1:0] e2_acc_r;
reg e3_valid_r, e3_opens_r, e3_closes_r, e3_parity_r;
reg [@PW@-1:0] e3_pixel_r;
reg [@SLOT@-1:0] slot_r;
reg signed [31:0] bottom_r, biased_r;
wire signed [31:0] sum = bottom_r + $signed(partial_r);
// Two sets of parameters, by parity of the tile.
reg [31:0] bias_of [0:1]; reg [14:0] multiplier_of [0:1]; reg [4:0] shift_of [0:1];
reg [@B@-1:0] select_of [0:1]; reg [@AW@-1:0] word_of [0:1]; reg [15:0] entry_of [0:1];
reg [@CW@-1:0] turn_of [0:1]; reg [@CW@-1:0] delay_of [0:1]; reg [@CW@-1:0] interval_of [0:1];
wire mine = i_set && (i_set_column == i_index);
wire delayed = i_delay && (i_delay_column == i_index);
wire [@CW@-1:0] turn = turn_of[i_delay_parity];
// Memories and their ports are in a block of their own: reset leaves them alone.
always @(posedge clock) begin
  if (take && !s_first) stored_sum <= accumulators[s_acc];
  if (e2_valid_r && !e2_last_r) accumulators[e2_acc_r] <= sum;
  if (mine) begin
    bias_of[i_set_parity] <= i_set_bias;
    multiplier_of[i_set_parity] <= i_set_multiplier;
    shift_of[i_set_parity] <= i_set_shift;
    select_of[i_set_parity] <= i_set_select;
    word_of[i_set_parity] <= i_set_word;
    entry_of[i_set_parity] <= i_set_entry;
    turn_of[i_set_parity] <= i_set_turn;
  end
  if (delayed) begin
    delay_of[i_delay_parity] <= (turn >= i_delay_phase) ? turn - i_delay_phase : turn + i_delay_interval - i_delay_phase;
    interval_of[i_delay_parity] <= i_delay_interval;
  end
end
always @(posedge clock) begin
  slot_r <= i_slot;
  e1_valid_r <= take;
  e2_valid_r <= e1_valid_r;
  e3_valid_r <= e2_valid_r && e2_last_r;
  e1_first_r <= s_first; e1_last_r <= s_last; e1_opens_r <= s_opens; e1_closes_r <= s_closes; e1_parity_r <= s_parity;
  e1_pixel_r <= s_pixel; e1_acc_r <= s_acc;
  e2_last_r <= e1_last_r; e2_opens_r <= e1_opens_r; e2_closes_r <= e1_closes_r; e2_parity_r <= e1_parity_r;
  e2_pixel_r <= e1_pixel_r; e2_acc_r <= e1_acc_r;
  e3_opens_r <= e2_opens_r; e3_closes_r <= e2_closes_r; e3_parity_r <= e2_parity_r; e3_pixel_r <= e2_pixel_r;
  // E1, E2: the sum is formed a cycle behind the registers, because both of its terms are late.
  bottom_r <= $signed(i_bottom);
  partial_r <= e1_first_r ? 32'd0 : stored_sum;
  biased_r <= sum + $signed(bias_of[e2_parity_r]);
end
assign o_slot = slot_r;
// E3: shift and saturate; the value waits here for its turn at the bank.
reg residual_r; reg [4:0] shift_r; reg [14:0] multiplier_r; reg [@AW@-1:0] target_r;
wire [4:0] shift = shift_r;
@NARROW@
reg pending_r, due_r, hold_opens_r, hold_closes_r, hold_parity_r;
reg [@CW@-1:0] hold_r;
// Its bank, or the banks of its copies, a bit for each; nothing is selected but in the cycle that reads or writes it.
reg [@B@-1:0] hold_select_r, reads_r;
wire [@CW@-1:0] delay = delay_of[e3_parity_r];
wire next_due = e3_valid_r ? (delay == @CW@'d0) : pending_r && !due_r && (hold_r == @CW@'d1);
wire [@B@-1:0] next_select = e3_valid_r ? select_of[e3_parity_r] : hold_select_r;
always @(posedge clock) begin
  residual_r <= i_residual; shift_r <= shift_of[e2_parity_r];
  if (e3_valid_r) pending_r <= 1'b1;
  else if (due_r) pending_r <= 1'b0;
  due_r <= next_due;
  hold_select_r <= next_select; reads_r <= next_select & {@B@{next_due && residual_r}};
  if (e3_valid_r) begin
    over_r <= over; negative_r <= negative; rounded_r <= rounded;
    hold_r <= delay;
    multiplier_r <= multiplier_of[e3_parity_r]; target_r <= word_of[e3_parity_r] + e3_pixel_r[@AW@-1:0];
    hold_opens_r <= e3_opens_r; hold_closes_r <= e3_closes_r; hold_parity_r <= e3_parity_r;
  end else hold_r <= hold_r - @CW@'d1;
end
// E4: multiply, address the residual.
wire signed [31:0] product = narrow * $signed({1'b0, multiplier_r});
assign o_reads = reads_r;
assign o_read_word = target_r;
reg signed [31:0] product_r;
reg e5_valid_r, e5_opens_r, e5_closes_r, e5_parity_r, e6_valid_r, e6_opens_r, e6_closes_r, e6_parity_r;
reg e7_valid_r, e7_opens_r, e7_closes_r, e7_parity_r, e8_valid_r, e8_opens_r, e8_closes_r, e8_parity_r;
reg [@AW@-1:0] e5_word_r, e6_word_r, e7_word_r, e8_word_r; reg [@B@-1:0] e5_select_r, e6_select_r, e7_select_r, writes_r;
// E5: round; the bank answers. E6: saturate, beyond 9 bits no residual brings the sum back into 8; the bank's register answers.
reg [@SCALED@-1:0] scaled_r;
wire sign = scaled_r[@SCALED@-1];
reg [7:0] stored; integer k;
always @(*) begin
  stored = 8'd0;
  for (k = 0; k < @B@; k = k + 1) stored = stored | (i_stored[8 * k +: 8] & {8{e6_select_r[k]}});
end
reg [8:0] nine_r; reg [7:0] stored_r;
// E7: add the residual, saturate.
wire [7:0] base = stored_r & {8{residual_r && !(i_residual_relu && stored_r[7])}};
wire [9:0] total = {nine_r[8], nine_r} + {{2{base[7]}}, base};
wire below = total[9];
wire [7:0] saturated = (total[8:7] == {2{below}}) ? total[7:0] : {below, {7{!below}}};
// E8: write back, add to the pool sum.
reg [7:0] written_r;
wire [@POOL@-1:0] seen = (i_pool_relu && written_r[7]) ? @POOL@'d0 : {{@POOL@-8{written_r[7]}}, written_r};
reg [@POOL@-1:0] pool_r;
reg flush_r, flush_parity_r; reg [@CW@-1:0] flush_count_r;
always @(posedge clock) begin
  e5_valid_r <= due_r; e6_valid_r <= e5_valid_r; e7_valid_r <= e6_valid_r; e8_valid_r <= e7_valid_r;
  if (e8_valid_r && e8_closes_r && i_pool) flush_r <= 1'b1;
  else if (o_flush) flush_r <= 1'b0;
  product_r <= product;
  e5_opens_r <= hold_opens_r; e5_closes_r <= hold_closes_r; e5_parity_r <= hold_parity_r;
  e5_word_r <= target_r; e5_select_r <= hold_select_r;
  e6_opens_r <= e5_opens_r; e6_closes_r <= e5_closes_r; e6_parity_r <= e5_parity_r;
  e6_word_r <= e5_word_r; e6_select_r <= e5_select_r;
  e7_opens_r <= e6_opens_r; e7_closes_r <= e6_closes_r; e7_parity_r <= e6_parity_r;
  e7_word_r <= e6_word_r; e7_select_r <= e6_select_r;
  e8_opens_r <= e7_opens_r; e8_closes_r <= e7_closes_r; e8_parity_r <= e7_parity_r;
  e8_word_r <= e7_word_r; writes_r <= e7_select_r & {@B@{e7_valid_r}};
  written_r <= saturated;
  scaled_r <= product_r[31:@REQUANT_SHIFT@] + {{@SCALED@-1{1'b0}}, product_r[@REQUANT_SHIFT@-1]};
  nine_r <= (scaled_r[@SCALED@-2:8] == {@SCALED@-9{sign}}) ? scaled_r[8:0] : {sign, {8{!sign}}};
  stored_r <= stored;
  if (e8_valid_r) begin
    pool_r <= seen + (e8_opens_r ? @POOL@'d0 : pool_r);
    flush_parity_r <= e8_parity_r;
    flush_count_r <= interval_of[e8_parity_r] - delay_of[e8_parity_r] - @CW@'d1;
  end else if (flush_r) flush_count_r <= flush_count_r - @CW@'d1;
end
assign o_writes = writes_r;
assign o_write_word = e8_word_r;
assign o_write_data = written_r;
assign o_flush = flush_r && (flush_count_r == @CW@'d0);
assign o_flush_entry = entry_of[flush_parity_r];
assign o_flush_sum = pool_r;
