// SPDX-License-Identifier: MIT OR Apache-2.0
// A column: everything below one column of the array. It accumulates sums over the folds of a tile
// (stages E0 to E2), requantises the last one (E3 to E9), adds the residual (E10), writes the
// output to its bank and adds it to the pool sum (E11).
`default_nettype none

module lcsim_column #(
  // Banks of a memory.
  parameter BANKS = 8,
  // Bits of an address of a bank.
  parameter ADDRESS = 4,
  // Bits of an output pixel.
  parameter PIXEL = 5,
  // Bits of a counter of columns.
  parameter COUNT = 5,
  // Accumulators.
  parameter DEPTH = 16,
  // Bits of a pool sum.
  parameter POOL = 12,
  // Bits of a channel.
  parameter CHANNEL = 4,
  // The right shift behind the multiplication.
  parameter REQUANT_SHIFT = 18,
  // Bits of an address of the accumulators.
  parameter ACC = (DEPTH > 1) ? $clog2(DEPTH) : 1
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // The number of the column.
  input wire [COUNT-1:0] i_index,
  // The slot has a pixel.
  input wire i_slot_valid,
  // It is of the tile's first fold: the sum replaces what is accumulated.
  input wire i_slot_first,
  // It is of the tile's last fold: the sum is an output.
  input wire i_slot_last,
  // It is the tile's first output.
  input wire i_slot_opens,
  // It is the tile's last output.
  input wire i_slot_closes,
  // Which of the two sets of parameters the tile uses.
  input wire i_slot_parity,
  // Columns of the tile.
  input wire [COUNT-1:0] i_slot_cols,
  // The output pixel.
  input wire [PIXEL-1:0] i_slot_pixel,
  // The accumulator.
  input wire [ACC-1:0] i_slot_acc,
  // The sum of the array's column.
  input wire signed [31:0] i_bottom,
  // A column takes parameters.
  input wire i_set,
  // Which column.
  input wire [COUNT-1:0] i_set_column,
  // Which of its two sets.
  input wire i_set_parity,
  // The bias.
  input wire signed [31:0] i_set_bias,
  // The right shift before the multiplication.
  input wire [4:0] i_set_shift,
  // The bank of the output, or the banks of its copies: a bit for each.
  input wire [BANKS-1:0] i_set_select,
  // The word of the bank where the output's channel begins.
  input wire [ADDRESS-1:0] i_set_word,
  // The entry of the pool memory.
  input wire [CHANNEL-1:0] i_set_entry,
  // The column's turn at its bank.
  input wire [COUNT-1:0] i_set_turn,
  // A column takes its multiplier.
  input wire i_scale,
  // Which column.
  input wire [COUNT-1:0] i_scale_column,
  // Which of its two sets.
  input wire i_scale_parity,
  // The multiplier, times the scores.
  input wire [14:0] i_scale_multiplier,
  // A column computes how long it holds its values.
  input wire i_delay,
  // Which column.
  input wire [COUNT-1:0] i_delay_column,
  // Its number modulo the interval.
  input wire [COUNT-1:0] i_delay_phase,
  // For which of its two sets.
  input wire i_delay_parity,
  // The interval of the tile.
  input wire [COUNT-1:0] i_delay_interval,
  // The convolution adds a residual.
  input wire i_residual,
  // Negative residuals count as 0.
  input wire i_residual_relu,
  // The convolution sums its outputs for pools.
  input wire i_pool,
  // Negative outputs count as 0 there.
  input wire i_pool_relu,
  // The answers of the banks of the stream memory.
  input wire [8*BANKS-1:0] i_stored,
  // The slot, a cycle later: it has a pixel.
  output reg o_slot_valid,
  // It is of the tile's first fold.
  output reg o_slot_first,
  // It is of the tile's last fold.
  output reg o_slot_last,
  // It is the tile's first output.
  output reg o_slot_opens,
  // It is the tile's last output.
  output reg o_slot_closes,
  // Which of the two sets of parameters the tile uses.
  output reg o_slot_parity,
  // Columns of the tile.
  output reg [COUNT-1:0] o_slot_cols,
  // The output pixel.
  output reg [PIXEL-1:0] o_slot_pixel,
  // The accumulator.
  output reg [ACC-1:0] o_slot_acc,
  // The banks that are read: a bit for each.
  output wire [BANKS-1:0] o_reads,
  // The word that is read.
  output wire [ADDRESS-1:0] o_read_word,
  // The banks that are written: a bit for each.
  output wire [BANKS-1:0] o_writes,
  // The word that is written.
  output wire [ADDRESS-1:0] o_write_word,
  // The output.
  output wire [7:0] o_write_data,
  // The pool sum is complete.
  output wire o_flush,
  // The entry of the pool memory that takes it.
  output wire [CHANNEL-1:0] o_flush_entry,
  // The pool sum.
  output wire [POOL-1:0] o_flush_sum
);

  // Bits of a product from the point on.
  localparam SCALED = 32 - REQUANT_SHIFT;
  localparam [COUNT-1:0] ZERO = 0;
  localparam [COUNT-1:0] ONE = 1;
  localparam [31:0] WIDE_TWO = 2;
  localparam [COUNT-1:0] TWO = WIDE_TWO[COUNT-1:0];

  // The slot goes on to the next column.
  always @(posedge clock) begin
    o_slot_valid <= i_slot_valid;
    o_slot_first <= i_slot_first;
    o_slot_last <= i_slot_last;
    o_slot_opens <= i_slot_opens;
    o_slot_closes <= i_slot_closes;
    o_slot_parity <= i_slot_parity;
    o_slot_cols <= i_slot_cols;
    o_slot_pixel <= i_slot_pixel;
    o_slot_acc <= i_slot_acc;
    if (reset) begin
      o_slot_valid <= 1'b0;
    end
  end

  // Two sets of parameters, by parity of the tile. They are memories, so reset leaves them alone.
  reg signed [31:0] bias_of [0:1];
  reg [14:0] multiplier_of [0:1];
  reg [4:0] shift_of [0:1];
  reg [BANKS-1:0] select_of [0:1];
  reg [ADDRESS-1:0] word_of [0:1];
  reg [CHANNEL-1:0] entry_of [0:1];
  reg [COUNT-1:0] turn_of [0:1];
  reg [COUNT-1:0] delay_of [0:1];
  reg [COUNT-1:0] interval_of [0:1];
  wire is_set = i_set && (i_set_column == i_index);
  // The turn is read in one cycle, and becomes a delay in the next: how much later it is than the
  // column's phase.
  reg is_delayed_r;
  reg delay_parity_r;
  reg [COUNT:0] later_r;
  reg [COUNT-1:0] delay_interval_r;
  always @(posedge clock) begin
    is_delayed_r <= i_delay && (i_delay_column == i_index);
    delay_parity_r <= i_delay_parity;
    later_r <= {1'b0, turn_of[i_delay_parity]} - {1'b0, i_delay_phase};
    delay_interval_r <= i_delay_interval;
    if (reset) begin
      is_delayed_r <= 1'b0;
    end
  end
  always @(posedge clock) begin
    if (is_set) begin
      bias_of[i_set_parity] <= i_set_bias;
      shift_of[i_set_parity] <= i_set_shift;
      select_of[i_set_parity] <= i_set_select;
      word_of[i_set_parity] <= i_set_word;
      entry_of[i_set_parity] <= i_set_entry;
      turn_of[i_set_parity] <= i_set_turn;
    end
    if (i_scale && (i_scale_column == i_index)) begin
      multiplier_of[i_scale_parity] <= i_scale_multiplier;
    end
    if (is_delayed_r) begin
      delay_of[delay_parity_r] <= later_r[COUNT-1:0] + (delay_interval_r & {COUNT{later_r[COUNT]}});
      interval_of[delay_parity_r] <= delay_interval_r;
    end
  end

  // E0: addresses the accumulator. E1: the terms of the sum enter registers, because both are late.
  // E2: adds them. E3: adds the bias, or writes the accumulator.
  wire takes = i_slot_valid && (i_index < i_slot_cols);
  wire [31:0] stored_sum;
  reg e1_valid_r;
  reg e1_first_r;
  reg e1_last_r;
  reg e1_opens_r;
  reg e1_closes_r;
  reg e1_parity_r;
  reg [PIXEL-1:0] e1_pixel_r;
  reg [ACC-1:0] e1_acc_r;
  reg e2_valid_r;
  // An inverted copy, so that no tool takes the flag of a far column for it.
  reg e2_adds_r;
  reg e2_last_r;
  reg e2_opens_r;
  reg e2_closes_r;
  reg e2_parity_r;
  reg [PIXEL-1:0] e2_pixel_r;
  reg [ACC-1:0] e2_acc_r;
  reg signed [31:0] arrived_r;
  reg signed [31:0] bottom_r;
  reg e3_valid_r;
  reg e3_opens_r;
  reg e3_closes_r;
  reg e3_parity_r;
  reg [PIXEL-1:0] e3_pixel_r;
  reg e3_stores_r;
  reg [ACC-1:0] e3_acc_r;
  reg signed [31:0] sum_r;
  reg signed [31:0] bias_r;
  reg e4_valid_r;
  reg e4_opens_r;
  reg e4_closes_r;
  reg e4_parity_r;
  reg [PIXEL-1:0] e4_pixel_r;
  reg signed [31:0] biased_r;
  wire signed [31:0] partial = $signed(stored_sum & {32{e2_adds_r}});
  wire signed [31:0] sum = bottom_r + partial;

  lcsim_registered_ram #(
    .WIDTH(32),
    .WORDS(DEPTH)
  ) accumulators (
    .clock(clock),
    .i_read_address(i_slot_acc),
    .i_write(e3_stores_r),
    .i_write_address(e3_acc_r),
    .i_write_data(sum_r),
    .o_data(stored_sum)
  );

  always @(posedge clock) begin
    e1_valid_r <= takes;
    e1_first_r <= i_slot_first;
    e1_last_r <= i_slot_last;
    e1_opens_r <= i_slot_opens;
    e1_closes_r <= i_slot_closes;
    e1_parity_r <= i_slot_parity;
    e1_pixel_r <= i_slot_pixel;
    e1_acc_r <= i_slot_acc;
    e2_valid_r <= e1_valid_r;
    e2_adds_r <= !e1_first_r;
    e2_last_r <= e1_last_r;
    e2_opens_r <= e1_opens_r;
    e2_closes_r <= e1_closes_r;
    e2_parity_r <= e1_parity_r;
    e2_pixel_r <= e1_pixel_r;
    e2_acc_r <= e1_acc_r;
    // The array is far away: its sums pass a register on their way.
    arrived_r <= i_bottom;
    bottom_r <= arrived_r;
    e3_valid_r <= e2_valid_r && e2_last_r;
    e3_opens_r <= e2_opens_r;
    e3_closes_r <= e2_closes_r;
    e3_parity_r <= e2_parity_r;
    e3_pixel_r <= e2_pixel_r;
    e3_stores_r <= e2_valid_r && !e2_last_r;
    e3_acc_r <= e2_acc_r;
    sum_r <= sum;
    bias_r <= bias_of[e2_parity_r];
    e4_valid_r <= e3_valid_r;
    e4_opens_r <= e3_opens_r;
    e4_closes_r <= e3_closes_r;
    e4_parity_r <= e3_parity_r;
    e4_pixel_r <= e3_pixel_r;
    biased_r <= sum_r + bias_r;
    if (reset) begin
      e1_valid_r <= 1'b0;
      e2_valid_r <= 1'b0;
      e3_valid_r <= 1'b0;
      e3_stores_r <= 1'b0;
      e4_valid_r <= 1'b0;
    end
  end

  // E4: shifts to the right by the larger part of the shift. E5: by the rest, and rounds. One bit
  // stays behind the point until the end. Each step halves the width: bits above only tell whether
  // the result overflows.
  reg [4:0] e4_shift_r;
  reg [1:0] e5_shift_r;
  // How long the value waits at its bank behind E5.
  reg [COUNT-1:0] e5_delay_r;
  reg e5_at_once_r;
  reg e5_valid_r;
  reg e5_opens_r;
  reg e5_closes_r;
  reg e5_parity_r;
  reg [PIXEL-1:0] e5_pixel_r;
  reg e5_negative_r;
  reg e5_over_r;
  reg [19:0] by4_r;
  wire negative = biased_r[31];
  wire [31:0] by16 = e4_shift_r[4] ? {{15{negative}}, biased_r[31:15]} : {biased_r[30:0], 1'b0};
  wire [23:0] by8 = e4_shift_r[3] ? by16[31:8] : by16[23:0];
  wire [19:0] by4 = e4_shift_r[2] ? by8[23:4] : by8[19:0];
  wire by4_over = (!e4_shift_r[3] && (by16[31:24] != {8{negative}}))
    || (!e4_shift_r[2] && (by8[23:20] != {4{negative}}));
  wire [17:0] by2 = e5_shift_r[1] ? by4_r[19:2] : by4_r[17:0];
  wire [16:0] by1 = e5_shift_r[0] ? by2[17:1] : by2[16:0];
  wire over = e5_over_r
    || (!e5_shift_r[1] && (by4_r[19:18] != {2{e5_negative_r}}))
    || (!e5_shift_r[0] && (by2[17] != e5_negative_r))
    || (by1[16] != e5_negative_r);
  wire [16:0] rounded = {by1[16], by1[16:1]} + {16'd0, by1[0]};
  always @(posedge clock) begin
    e4_shift_r <= shift_of[e3_parity_r];
    e5_shift_r <= e4_shift_r[1:0];
    e5_delay_r <= delay_of[e4_parity_r];
    e5_at_once_r <= (delay_of[e4_parity_r] == ZERO);
    e5_valid_r <= e4_valid_r;
    e5_opens_r <= e4_opens_r;
    e5_closes_r <= e4_closes_r;
    e5_parity_r <= e4_parity_r;
    e5_pixel_r <= e4_pixel_r;
    e5_negative_r <= negative;
    e5_over_r <= by4_over;
    by4_r <= by4;
    if (reset) begin
      e5_valid_r <= 1'b0;
    end
  end

  // Behind E5 the value waits for its turn at the bank. Nothing is selected but in the cycle that
  // reads or writes the bank.
  reg over_r;
  reg negative_r;
  reg [16:0] rounded_r;
  reg residual_r;
  reg [14:0] multiplier_r;
  reg [ADDRESS-1:0] target_r;
  reg pending_r;
  reg due_r;
  reg hold_opens_r;
  reg hold_closes_r;
  reg hold_parity_r;
  reg [COUNT-1:0] hold_r;
  reg [BANKS-1:0] hold_select_r;
  reg [BANKS-1:0] reads_r;
  // Whether a value that waits is due in the next cycle.
  reg near_r;
  wire next_due = e5_valid_r ? e5_at_once_r : near_r;
  wire [BANKS-1:0] next_select = e5_valid_r ? select_of[e5_parity_r] : hold_select_r;
  always @(posedge clock) begin
    residual_r <= i_residual;
    if (e5_valid_r) begin
      pending_r <= 1'b1;
    end else if (due_r) begin
      pending_r <= 1'b0;
    end
    due_r <= next_due;
    near_r <= e5_valid_r ? (e5_delay_r == ONE) : pending_r && !due_r && (hold_r == TWO);
    hold_select_r <= next_select;
    reads_r <= next_select & {BANKS{next_due && residual_r}};
    hold_r <= hold_r - ONE;
    if (e5_valid_r) begin
      over_r <= over;
      negative_r <= e5_negative_r;
      rounded_r <= rounded;
      hold_r <= e5_delay_r;
      multiplier_r <= multiplier_of[e5_parity_r];
      target_r <= word_of[e5_parity_r] + e5_pixel_r[ADDRESS-1:0];
      hold_opens_r <= e5_opens_r;
      hold_closes_r <= e5_closes_r;
      hold_parity_r <= e5_parity_r;
    end
    if (reset) begin
      pending_r <= 1'b0;
      near_r <= 1'b0;
      due_r <= 1'b0;
      reads_r <= {BANKS{1'b0}};
    end
  end

  // E6: saturates, and asks for the residual. E7: multiplies, and the bank is addressed.
  wire saturates = over_r || (rounded_r[16] != rounded_r[15]);
  reg signed [15:0] narrow_r;
  reg [14:0] e7_multiplier_r;
  reg e7_valid_r;
  reg e7_opens_r;
  reg e7_closes_r;
  reg e7_parity_r;
  reg [ADDRESS-1:0] e7_word_r;
  reg [BANKS-1:0] e7_select_r;
  wire signed [31:0] product = narrow_r * $signed({1'b0, e7_multiplier_r});
  assign o_reads = reads_r;
  assign o_read_word = target_r;
  always @(posedge clock) begin
    narrow_r <= saturates ? {negative_r, {15{!negative_r}}} : rounded_r[15:0];
    e7_multiplier_r <= multiplier_r;
    e7_valid_r <= due_r;
    e7_opens_r <= hold_opens_r;
    e7_closes_r <= hold_closes_r;
    e7_parity_r <= hold_parity_r;
    e7_word_r <= target_r;
    e7_select_r <= hold_select_r;
    if (reset) begin
      e7_valid_r <= 1'b0;
    end
  end

  // E8: rounds, while the bank answers. E9: saturates to 9 bits, because no residual brings a
  // larger value back into 8, while the register of the bank answers.
  reg signed [31:0] product_r;
  reg [SCALED-1:0] scaled_r;
  wire sign = scaled_r[SCALED-1];
  wire fits = (scaled_r[SCALED-2:8] == {SCALED-9{sign}});
  reg e8_valid_r;
  reg e8_opens_r;
  reg e8_closes_r;
  reg e8_parity_r;
  reg [ADDRESS-1:0] e8_word_r;
  reg [BANKS-1:0] e8_select_r;
  reg e9_valid_r;
  reg e9_opens_r;
  reg e9_closes_r;
  reg e9_parity_r;
  reg [ADDRESS-1:0] e9_word_r;
  reg [BANKS-1:0] e9_select_r;
  reg e10_valid_r;
  reg e10_opens_r;
  reg e10_closes_r;
  reg e10_parity_r;
  reg [ADDRESS-1:0] e10_word_r;
  reg [BANKS-1:0] e10_select_r;
  reg e11_valid_r;
  reg e11_opens_r;
  reg e11_closes_r;
  reg e11_parity_r;
  reg [ADDRESS-1:0] e11_word_r;
  reg [BANKS-1:0] writes_r;
  reg [8:0] nine_r;
  reg [7:0] stored_r;
  reg [7:0] stored;
  integer k;
  always @(*) begin
    stored = 8'd0;
    for (k = 0; k < BANKS; k = k + 1) begin
      stored = stored | (i_stored[8 * k +: 8] & {8{e9_select_r[k]}});
    end
  end

  // E10: adds the residual and saturates.
  wire [7:0] base = stored_r & {8{residual_r && !(i_residual_relu && stored_r[7])}};
  wire [9:0] total = {nine_r[8], nine_r} + {{2{base[7]}}, base};
  wire below = total[9];
  wire [7:0] saturated = (total[8:7] == {2{below}}) ? total[7:0] : {below, {7{!below}}};

  // E11: writes the output and adds it to the pool sum.
  reg [7:0] written_r;
  reg [POOL-1:0] pool_r;
  reg [COUNT-1:0] e11_rest_r;
  reg flush_r;
  reg flush_due_r;
  reg flush_parity_r;
  reg [COUNT-1:0] flush_count_r;
  wire closes = e11_valid_r && e11_closes_r && i_pool;
  wire [POOL-1:0] output_seen = {{POOL-8{written_r[7]}}, written_r};
  wire [POOL-1:0] seen = (i_pool_relu && written_r[7]) ? {POOL{1'b0}} : output_seen;
  assign o_writes = writes_r;
  assign o_write_word = e11_word_r;
  assign o_write_data = written_r;
  assign o_flush = flush_due_r;
  assign o_flush_entry = entry_of[flush_parity_r];
  assign o_flush_sum = pool_r;
  always @(posedge clock) begin
    product_r <= product;
    scaled_r <= product_r[31:REQUANT_SHIFT] + {{SCALED-1{1'b0}}, product_r[REQUANT_SHIFT-1]};
    nine_r <= fits ? scaled_r[8:0] : {sign, {8{!sign}}};
    stored_r <= stored;
    written_r <= saturated;
    e8_valid_r <= e7_valid_r;
    e8_opens_r <= e7_opens_r;
    e8_closes_r <= e7_closes_r;
    e8_parity_r <= e7_parity_r;
    e8_word_r <= e7_word_r;
    e8_select_r <= e7_select_r;
    e9_valid_r <= e8_valid_r;
    e9_opens_r <= e8_opens_r;
    e9_closes_r <= e8_closes_r;
    e9_parity_r <= e8_parity_r;
    e9_word_r <= e8_word_r;
    e9_select_r <= e8_select_r;
    e10_valid_r <= e9_valid_r;
    e10_opens_r <= e9_opens_r;
    e10_closes_r <= e9_closes_r;
    e10_parity_r <= e9_parity_r;
    e10_word_r <= e9_word_r;
    e10_select_r <= e9_select_r;
    e11_valid_r <= e10_valid_r;
    e11_opens_r <= e10_opens_r;
    e11_closes_r <= e10_closes_r;
    e11_parity_r <= e10_parity_r;
    e11_word_r <= e10_word_r;
    writes_r <= e10_select_r & {BANKS{e10_valid_r}};
    // The cycles that are left of the column's interval.
    e11_rest_r <= interval_of[e10_parity_r] - delay_of[e10_parity_r] - ONE;
    flush_due_r <= e11_valid_r
      ? closes && (e11_rest_r == ZERO)
      : flush_r && !flush_due_r && (flush_count_r == ONE);
    if (closes) begin
      flush_r <= 1'b1;
    end else if (flush_due_r) begin
      flush_r <= 1'b0;
    end
    if (e11_valid_r) begin
      pool_r <= seen + (e11_opens_r ? {POOL{1'b0}} : pool_r);
      flush_parity_r <= e11_parity_r;
      flush_count_r <= e11_rest_r;
    end else if (flush_r) begin
      flush_count_r <= flush_count_r - ONE;
    end
    if (reset) begin
      e8_valid_r <= 1'b0;
      e9_valid_r <= 1'b0;
      e10_valid_r <= 1'b0;
      e11_valid_r <= 1'b0;
      writes_r <= {BANKS{1'b0}};
      flush_r <= 1'b0;
      flush_due_r <= 1'b0;
    end
  end

  // Bits below the rounding bit do not count. An address has fewer bits than a pixel's number.
  wire unused_bits = &{product_r[REQUANT_SHIFT-2:0], e5_pixel_r};
endmodule

`default_nettype wire
