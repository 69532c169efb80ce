// SPDX-License-Identifier: MIT OR Apache-2.0
// Fetches the filter words of a fold and hands them to the array: a word a cycle, seven cycles from
// its row and group to the shadow weights. Each column takes the byte of its lane from the words of
// its group. A row takes its tap with its first word.
`default_nettype none

module lcsim_fetch #(
  // Columns.
  parameter COLS = 4,
  // Bits of a row's number.
  parameter ROW = 3,
  // Bits of an address of the filter memory.
  parameter FILTER = 6,
  // Bits of a channel of a live list.
  parameter CHANNEL = 4,
  // Bits of a group of filter words.
  parameter GROUP = 2,
  // Bits of a lane of a filter word.
  parameter LANE = 2,
  // Bits of an address of a bank.
  parameter ADDRESS = 4
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // A word is issued.
  input wire i_issues,
  // Its row.
  input wire [ROW-1:0] i_row,
  // Its group.
  input wire [GROUP-1:0] i_group,
  // It is the row's first word.
  input wire i_first,
  // Its address, without the channel of a list.
  input wire [FILTER-1:0] i_word,
  // The convolution reads the channels of a live list.
  input wire i_listed,
  // Which live list.
  input wire i_list,
  // The channel of the addressed entry of live list 0.
  input wire [CHANNEL-1:0] i_channel0,
  // The channel of the addressed entry of live list 1.
  input wire [CHANNEL-1:0] i_channel1,
  // The tap of the row.
  input wire [15:0] i_tap_y,
  // Its column in the kernel.
  input wire [15:0] i_tap_x,
  // The words from the window's begin to the tap.
  input wire [ADDRESS-1:0] i_tap_offset,
  // The group of each column.
  input wire [COLS*GROUP-1:0] i_column_group,
  // The lane of each column.
  input wire [COLS*LANE-1:0] i_column_lane,
  // The addressed filter word.
  input wire [8*COLS-1:0] i_filter,
  // The filter word that is read.
  output wire [FILTER-1:0] o_filter_address,
  // For each column, whether it takes a weight.
  output reg [COLS-1:0] o_load,
  // The row of the weights.
  output reg [ROW-1:0] o_load_row,
  // The weights, one for each column.
  output reg [8*COLS-1:0] o_load_weights,
  // A row takes its tap.
  output reg o_tap_load,
  // Which row.
  output reg [ROW-1:0] o_tap_row,
  // The row of the tap in the kernel.
  output reg [15:0] o_tap_y,
  // The column of the tap in the kernel.
  output reg [15:0] o_tap_x,
  // The words from the window's begin to the tap.
  output reg [ADDRESS-1:0] o_tap_offset
);

  reg listed0_r;
  reg listed1_r;
  reg a_valid_r;
  reg [ROW-1:0] a_row_r;
  reg [GROUP-1:0] a_group_r;
  reg [FILTER-1:0] a_word_r;
  reg b_valid_r;
  reg [ROW-1:0] b_row_r;
  reg [GROUP-1:0] b_group_r;
  reg [FILTER-1:0] b_address_r;
  reg c_valid_r;
  reg [ROW-1:0] c_row_r;
  reg [GROUP-1:0] c_group_r;
  reg d_valid_r;
  reg [ROW-1:0] d_row_r;
  reg [GROUP-1:0] d_group_r;
  reg [COLS-1:0] e_takes_r;
  reg [COLS*LANE-1:0] e_lane_r;
  reg [ROW-1:0] e_row_r;
  reg [8*COLS-1:0] word_r;
  reg [COLS-1:0] f_takes_r;
  reg [ROW-1:0] f_row_r;
  reg [8*COLS-1:0] f_weights_r;
  // The list answers a cycle after the word has been issued.
  wire [CHANNEL-1:0] listed =
    (i_channel0 & {CHANNEL{listed0_r}}) | (i_channel1 & {CHANNEL{listed1_r}});
  wire [FILTER+CHANNEL-1:0] listed_word = {{FILTER{1'b0}}, listed};
  assign o_filter_address = b_address_r;
  wire unused_bits = &listed_word;

  // Which columns take the word, and the byte of each column's lane. Both are known a cycle before
  // the word is there: behind the last word of a tile the columns may change.
  reg [8*COLS-1:0] weights;
  reg [COLS-1:0] takes;
  integer c;
  always @(*) begin
    for (c = 0; c < COLS; c = c + 1) begin
      weights[8 * c +: 8] = word_r[8 * e_lane_r[c * LANE +: LANE] +: 8];
      takes[c] = d_valid_r && (i_column_group[c * GROUP +: GROUP] == d_group_r);
    end
  end

  always @(posedge clock) begin
    listed0_r <= i_listed && !i_list;
    listed1_r <= i_listed && i_list;
    a_valid_r <= i_issues;
    a_row_r <= i_row;
    a_group_r <= i_group;
    a_word_r <= i_word;
    b_valid_r <= a_valid_r;
    b_row_r <= a_row_r;
    b_group_r <= a_group_r;
    b_address_r <= a_word_r + listed_word[FILTER-1:0];
    c_valid_r <= b_valid_r;
    c_row_r <= b_row_r;
    c_group_r <= b_group_r;
    d_valid_r <= c_valid_r;
    d_row_r <= c_row_r;
    d_group_r <= c_group_r;
    e_takes_r <= takes;
    e_lane_r <= i_column_lane;
    e_row_r <= d_row_r;
    word_r <= i_filter;
    f_takes_r <= e_takes_r;
    f_row_r <= e_row_r;
    f_weights_r <= weights;
    o_load <= f_takes_r;
    o_load_row <= f_row_r;
    o_load_weights <= f_weights_r;
    o_tap_load <= i_issues && i_first;
    o_tap_row <= i_row;
    o_tap_y <= i_tap_y;
    o_tap_x <= i_tap_x;
    o_tap_offset <= i_tap_offset;
    if (reset) begin
      a_valid_r <= 1'b0;
      b_valid_r <= 1'b0;
      c_valid_r <= 1'b0;
      d_valid_r <= 1'b0;
      e_takes_r <= {COLS{1'b0}};
      f_takes_r <= {COLS{1'b0}};
      o_load <= {COLS{1'b0}};
      o_tap_load <= 1'b0;
    end
  end
endmodule

`default_nettype wire
