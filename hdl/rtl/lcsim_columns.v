// SPDX-License-Identifier: MIT OR Apache-2.0
// All columns. A slot reaches the first one when its operands have passed the rows of the array,
// and each further one a cycle later.
`default_nettype none

module lcsim_columns #(
  // Columns.
  parameter COLS = 4,
  // Banks of a memory.
  parameter BANKS = 8,
  // Bits of an address of a bank.
  parameter ADDRESS = 4,
  // Bits of an output pixel.
  parameter PIXEL = 5,
  // Bits of a counter of columns.
  parameter COUNT = 5,
  // Accumulators of a column.
  parameter DEPTH = 16,
  // Bits of a pool sum.
  parameter POOL = 12,
  // Bits of a channel.
  parameter CHANNEL = 4,
  // The right shift behind the multiplication.
  parameter REQUANT_SHIFT = 18,
  // Cycles that a slot waits before the first column.
  parameter WAIT = 5,
  // Bits of an address of the accumulators.
  parameter ACC = (DEPTH > 1) ? $clog2(DEPTH) : 1
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // The slot has a pixel.
  input wire i_slot_valid,
  // It is of the tile's first fold.
  input wire i_slot_first,
  // It is of the tile's last fold.
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
  // The sums of the array's columns.
  input wire [32*COLS-1:0] i_bottom,
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
  // The region of the pool memory that takes sums.
  input wire [1:0] i_pool_region,
  // The answers of the banks of the stream memory.
  input wire [8*BANKS-1:0] i_stored,
  // For each column, the banks that it reads: a bit for each.
  output wire [COLS*BANKS-1:0] o_reads,
  // The word that it reads.
  output wire [COLS*ADDRESS-1:0] o_read_word,
  // For each column, the banks that it writes: a bit for each.
  output wire [COLS*BANKS-1:0] o_writes,
  // The word that it writes.
  output wire [COLS*ADDRESS-1:0] o_write_word,
  // The byte that it writes.
  output wire [COLS*8-1:0] o_write_data,
  // A pool sum is written. It is there long before a gate is started that reads it.
  output reg o_pool_write,
  // Its place in the pool memory: the region and the channel.
  output reg [CHANNEL+1:0] o_pool_address,
  // The sum.
  output reg [POOL-1:0] o_pool_sum
);

  // The slot before each column, and behind the last one.
  wire [COLS:0] valid;
  wire [COLS:0] first;
  wire [COLS:0] last;
  wire [COLS:0] opens;
  wire [COLS:0] closes;
  wire [COLS:0] parity;
  wire [(COLS+1)*COUNT-1:0] cols;
  wire [(COLS+1)*PIXEL-1:0] pixel;
  wire [(COLS+1)*ACC-1:0] acc;

  localparam SLOT = 6 + COUNT + PIXEL + ACC;
  reg [WAIT*SLOT-1:0] waiting_r;
  wire [SLOT-1:0] comes = {
    i_slot_valid,
    i_slot_first,
    i_slot_last,
    i_slot_opens,
    i_slot_closes,
    i_slot_parity,
    i_slot_cols,
    i_slot_pixel,
    i_slot_acc
  };
  wire [(WAIT+1)*SLOT-1:0] moved = {waiting_r, comes};
  always @(posedge clock) begin
    waiting_r <= moved[WAIT*SLOT-1:0];
    if (reset) begin
      waiting_r <= {WAIT * SLOT{1'b0}};
    end
  end
  assign {
    valid[0],
    first[0],
    last[0],
    opens[0],
    closes[0],
    parity[0],
    cols[COUNT-1:0],
    pixel[PIXEL-1:0],
    acc[ACC-1:0]
  } = waiting_r[(WAIT-1)*SLOT +: SLOT];

  wire [COLS-1:0] flush;
  wire [COLS*CHANNEL-1:0] flush_entry;
  wire [POOL*COLS-1:0] flush_sum;
  genvar c;
  generate
    for (c = 0; c < COLS; c = c + 1) begin : column
      localparam [31:0] NUMBER = c;
      lcsim_column #(
        .BANKS(BANKS),
        .ADDRESS(ADDRESS),
        .PIXEL(PIXEL),
        .COUNT(COUNT),
        .DEPTH(DEPTH),
        .POOL(POOL),
        .CHANNEL(CHANNEL),
        .REQUANT_SHIFT(REQUANT_SHIFT)
      ) column (
        .clock(clock),
        .reset(reset),
        .i_index(NUMBER[COUNT-1:0]),
        .i_slot_valid(valid[c]),
        .i_slot_first(first[c]),
        .i_slot_last(last[c]),
        .i_slot_opens(opens[c]),
        .i_slot_closes(closes[c]),
        .i_slot_parity(parity[c]),
        .i_slot_cols(cols[c * COUNT +: COUNT]),
        .i_slot_pixel(pixel[c * PIXEL +: PIXEL]),
        .i_slot_acc(acc[c * ACC +: ACC]),
        .i_bottom(i_bottom[32 * c +: 32]),
        .i_set(i_set),
        .i_set_column(i_set_column),
        .i_set_parity(i_set_parity),
        .i_set_bias(i_set_bias),
        .i_set_shift(i_set_shift),
        .i_set_select(i_set_select),
        .i_set_word(i_set_word),
        .i_set_entry(i_set_entry),
        .i_set_turn(i_set_turn),
        .i_scale(i_scale),
        .i_scale_column(i_scale_column),
        .i_scale_parity(i_scale_parity),
        .i_scale_multiplier(i_scale_multiplier),
        .i_delay(i_delay),
        .i_delay_column(i_delay_column),
        .i_delay_phase(i_delay_phase),
        .i_delay_parity(i_delay_parity),
        .i_delay_interval(i_delay_interval),
        .i_residual(i_residual),
        .i_residual_relu(i_residual_relu),
        .i_pool(i_pool),
        .i_pool_relu(i_pool_relu),
        .i_stored(i_stored),
        .o_slot_valid(valid[c + 1]),
        .o_slot_first(first[c + 1]),
        .o_slot_last(last[c + 1]),
        .o_slot_opens(opens[c + 1]),
        .o_slot_closes(closes[c + 1]),
        .o_slot_parity(parity[c + 1]),
        .o_slot_cols(cols[(c + 1) * COUNT +: COUNT]),
        .o_slot_pixel(pixel[(c + 1) * PIXEL +: PIXEL]),
        .o_slot_acc(acc[(c + 1) * ACC +: ACC]),
        .o_reads(o_reads[c * BANKS +: BANKS]),
        .o_read_word(o_read_word[c * ADDRESS +: ADDRESS]),
        .o_writes(o_writes[c * BANKS +: BANKS]),
        .o_write_word(o_write_word[c * ADDRESS +: ADDRESS]),
        .o_write_data(o_write_data[8 * c +: 8]),
        .o_flush(flush[c]),
        .o_flush_entry(flush_entry[c * CHANNEL +: CHANNEL]),
        .o_flush_sum(flush_sum[POOL * c +: POOL])
      );
    end
  endgenerate

  // At most one column finishes a pool sum in a cycle.
  reg [CHANNEL-1:0] entry;
  reg [POOL-1:0] sum;
  integer n;
  always @(*) begin
    entry = {CHANNEL{1'b0}};
    sum = {POOL{1'b0}};
    for (n = 0; n < COLS; n = n + 1) begin
      entry = entry | (flush_entry[n * CHANNEL +: CHANNEL] & {CHANNEL{flush[n]}});
      sum = sum | (flush_sum[POOL * n +: POOL] & {POOL{flush[n]}});
    end
  end
  always @(posedge clock) begin
    o_pool_write <= |flush;
    o_pool_address <= {i_pool_region, entry};
    o_pool_sum <= sum;
    if (reset) begin
      o_pool_write <= 1'b0;
    end
  end

  // Nobody stands behind the last column. Channels have fewer bits than an entry. The slot that
  // waited longest has left.
  wire unused_bits = &{
    valid,
    first,
    last,
    opens,
    closes,
    parity,
    cols,
    pixel,
    acc,
    moved
  };
endmodule

`default_nettype wire
