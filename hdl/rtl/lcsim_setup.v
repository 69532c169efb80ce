// SPDX-License-Identifier: MIT OR Apache-2.0
// Sets up the columns of a tile, one a cycle: the entry of the list, the column's turn at its bank,
// the parameter word and both score multiplications. A column takes its parameters six cycles after
// it enters, and its multiplier ten.
`default_nettype none

module lcsim_setup #(
  // Rows.
  parameter ROWS = 4,
  // Columns.
  parameter COLS = 4,
  // Banks of a memory.
  parameter BANKS = 4,
  // Bits of a counter of columns.
  parameter COUNT = 4,
  // Bits of an address of a bank.
  parameter ADDRESS = 4,
  // Bits of an output pixel.
  parameter PIXEL = 5,
  // Bits of an address of the parameters.
  parameter PARAM = 6,
  // Bits of an address of the filter memory.
  parameter FILTER = 6,
  // Bits of a channel of a live list.
  parameter CHANNEL = 4,
  // Bits of a group of filter words.
  parameter GROUP = 2,
  // Bits of a lane of a filter word.
  parameter LANE = 2,
  // Bits of a bank's number.
  parameter BANK = 2,
  // Bits of a channel's place among those of its bank.
  parameter PLACE = 2,
  // Bits of an entry's number within a full set of rows.
  parameter REST = 2
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // The tile begins.
  input wire i_begins,
  // A column enters.
  input wire i_enters,
  // Its number.
  input wire [COUNT-1:0] i_column,
  // Which of the two sets of column parameters the tile uses.
  input wire i_parity,
  // The column's place among the outputs.
  input wire [15:0] i_position,
  // The tile's group of filter words, if outputs are no live list.
  input wire [FILTER-1:0] i_tile_group,
  // The bank of the position.
  input wire [BANK-1:0] i_place_bank,
  // The word of the bank where the position's channel begins.
  input wire [ADDRESS-1:0] i_place_word,
  // The rest of the outputs is written in copies.
  input wire i_copies,
  // The banks of the copies of the rest's first entry.
  input wire [ROWS-1:0] i_mask,
  // Full sets of rows before the rest.
  input wire [15-REST:0] i_rest_begins,
  // Outputs are the channels of a live list.
  input wire i_job_out_list_on,
  // Outputs keep the places of their channels.
  input wire i_job_natural,
  // The word where the output map begins.
  input wire [ADDRESS-1:0] i_job_dst_base,
  // Pixels of the output map.
  input wire [PIXEL-1:0] i_job_out_pixels,
  // The first parameter.
  input wire [PARAM-1:0] i_job_param_base,
  // The score of the block scales the outputs.
  input wire i_job_l_scaled,
  // The entry of the output list that stands beside the column: its channel.
  input wire [CHANNEL-1:0] i_entry_channel,
  // Its group of filter words.
  input wire [GROUP-1:0] i_entry_group,
  // Its lane.
  input wire [LANE-1:0] i_entry_lane,
  // Its bank.
  input wire [BANK-1:0] i_entry_bank,
  // Its place among the channels of the bank.
  input wire [PLACE-1:0] i_entry_row,
  // Its score.
  input wire [15:0] i_entry_score,
  // The score of the block.
  input wire [15:0] i_lscore,
  // The addressed parameter: the bias.
  input wire signed [31:0] i_bias,
  // The multiplier.
  input wire [14:0] i_multiplier,
  // The right shift.
  input wire [4:0] i_shift,
  // The parameter that is read.
  output wire [PARAM-1:0] o_param_address,
  // The interval of the columns so far.
  output reg [COUNT-1:0] o_interval,
  // The group of filter words that the rows count from.
  output reg [FILTER-1:0] o_base_group,
  // The group of the first column.
  output reg [GROUP-1:0] o_first_group,
  // The group of the last column.
  output reg [GROUP-1:0] o_last_group,
  // They are the same group.
  output reg o_one_group,
  // The group of each column.
  output reg [COLS*GROUP-1:0] o_column_group,
  // The lane of each column.
  output reg [COLS*LANE-1:0] o_column_lane,
  // A column takes parameters.
  output wire o_set,
  // Which column.
  output wire [COUNT-1:0] o_set_column,
  // Which of its two sets.
  output wire o_set_parity,
  // The bias.
  output wire signed [31:0] o_set_bias,
  // The right shift.
  output wire [4:0] o_set_shift,
  // The banks of the output: a bit for each.
  output wire [BANKS-1:0] o_set_select,
  // The word of the bank where the output's channel begins.
  output wire [ADDRESS-1:0] o_set_word,
  // The entry of the pool memory.
  output wire [CHANNEL-1:0] o_set_entry,
  // The column's turn at its bank.
  output wire [COUNT-1:0] o_set_turn,
  // A column takes its multiplier.
  output wire o_scale,
  // Which column.
  output wire [COUNT-1:0] o_scale_column,
  // Which of its two sets.
  output wire o_scale_parity,
  // The multiplier, times the scores.
  output wire [14:0] o_scale_multiplier
);

  localparam [COUNT-1:0] ZERO = 0;
  localparam [COUNT-1:0] ONE = 1;

  // S0: the list is read.
  reg s0_valid_r;
  reg s0_parity_r;
  reg [COUNT-1:0] s0_column_r;
  reg [15:0] s0_position_r;
  reg [BANK-1:0] s0_bank_r;
  reg [ADDRESS-1:0] s0_word_r;

  // S1: the entry stands beside the column.
  reg s1_valid_r;
  reg s1_parity_r;
  reg [COUNT-1:0] s1_column_r;
  reg [15:0] s1_position_r;
  reg [15:0] s1_channel_r;
  reg [GROUP-1:0] s1_group_r;
  reg [LANE-1:0] s1_lane_r;
  reg [BANK-1:0] s1_bank_r;
  reg [PLACE-1:0] s1_row_r;
  reg [ADDRESS-1:0] s1_word_r;
  reg [15:0] s1_score_r;
  localparam [COLS-1:0] FIRST_COLUMN = 1;
  wire [COLS-1:0] s1_here = FIRST_COLUMN << s1_column_r;
  wire [FILTER+GROUP-1:0] wide_group = {{FILTER{1'b0}}, s1_group_r};
  wire by_channel = i_job_out_list_on && i_job_natural;
  wire [15:0] entry_channel = {{16-CHANNEL{1'b0}}, i_entry_channel};
  wire [CHANNEL+15:0] s1_entry =
    {{CHANNEL{1'b0}}, i_job_natural ? s1_channel_r : s1_position_r};

  // S2: the parameter is addressed; the turn at the bank.
  reg s2_valid_r;
  reg s2_parity_r;
  reg [COUNT-1:0] s2_column_r;
  reg [15:0] s2_channel_r;
  reg [CHANNEL-1:0] s2_entry_r;
  reg [BANK-1:0] s2_bank_r;
  reg s2_copies_r;
  reg [PLACE-1:0] s2_row_r;
  reg [ADDRESS-1:0] s2_word_r;
  reg [15:0] s2_score_r;
  // The turns that each bank has given.
  reg [BANKS*COUNT-1:0] turns_r;
  localparam [BANKS-1:0] FIRST_BANK = 1;
  reg [BANKS-1:0] s2_here_r;
  reg [COUNT-1:0] s2_turn;
  integer b;
  always @(*) begin
    s2_turn = ZERO;
    for (b = 0; b < BANKS; b = b + 1) begin
      s2_turn = s2_turn | (turns_r[b * COUNT +: COUNT] & {COUNT{s2_here_r[b]}});
    end
  end
  wire [COUNT-1:0] next_turn = s2_turn + ONE;
  wire [PARAM+15:0] s2_parameter = {{PARAM{1'b0}}, s2_channel_r};
  assign o_param_address = i_job_param_base + s2_parameter[PARAM-1:0];
  reg [ADDRESS-1:0] out_pixels_r;
  wire [ADDRESS+PLACE-1:0] s2_place = {{ADDRESS{1'b0}}, s2_row_r};
  wire [ADDRESS-1:0] s2_offset = s2_place[ADDRESS-1:0] * out_pixels_r;
  wire [BANKS+ROWS-1:0] wide_mask = {{BANKS{1'b0}}, i_mask};
  wire [BANKS-1:0] s2_mask = s2_copies_r ? wide_mask[BANKS-1:0] : FIRST_BANK;

  // S3, S4: the memory answers, out of a register. What a column takes besides the parameter goes
  // along as one vector.
  localparam CARRIED = 1 + COUNT + CHANNEL + BANKS + COUNT + ADDRESS;
  wire [BANKS-1:0] s2_select = s2_mask << s2_bank_r;
  reg [ADDRESS-1:0] s3_offset_r;
  reg s3_valid_r;
  reg [CARRIED-1:0] s3_carried_r;
  reg [15:0] s3_score_r;
  wire [ADDRESS-1:0] s3_channel_word =
    s3_carried_r[ADDRESS-1:0] + (s3_offset_r & {ADDRESS{by_channel}});
  wire [COUNT-1:0] s3_turn = s3_carried_r[ADDRESS +: COUNT];
  reg s4_valid_r;
  reg [CARRIED-1:0] s4_carried_r;
  reg [15:0] s4_score_r;

  // S5: the parameter enters registers, and the column takes all but the multiplier. S6: times the
  // score of the channel. S7: rounded. S8: times the score of the block. S9: rounded.
  localparam WHERE = 1 + COUNT;
  reg s5_valid_r;
  reg [CARRIED-1:0] s5_carried_r;
  reg signed [31:0] s5_bias_r;
  reg [4:0] s5_shift_r;
  reg [14:0] s5_multiplier_r;
  reg [15:0] s5_score_r;
  reg s6_valid_r;
  reg [WHERE-1:0] s6_where_r;
  reg [30:0] s6_product_r;
  reg s7_valid_r;
  reg [WHERE-1:0] s7_where_r;
  reg [14:0] s7_multiplier_r;
  reg s8_valid_r;
  reg [WHERE-1:0] s8_where_r;
  reg [30:0] s8_product_r;
  reg s9_valid_r;
  reg [WHERE-1:0] s9_where_r;
  reg [14:0] s9_multiplier_r;
  // 0x8000 is a score of 1.0; half of it rounds.
  localparam POINT = 15;
  reg [15:0] block_score_r;
  wire [15:0] s6_scaled = s6_product_r[30:POINT] + {15'd0, s6_product_r[POINT-1]};
  wire [15:0] s8_scaled = s8_product_r[30:POINT] + {15'd0, s8_product_r[POINT-1]};

  integer c;
  always @(posedge clock) begin
    s0_valid_r <= i_enters;
    s0_parity_r <= i_parity;
    s0_column_r <= i_column;
    s0_position_r <= i_position;
    s0_bank_r <= i_place_bank;
    s0_word_r <= i_place_word;
    s1_valid_r <= s0_valid_r;
    s1_parity_r <= s0_parity_r;
    s1_column_r <= s0_column_r;
    s1_position_r <= s0_position_r;
    s1_channel_r <= i_job_out_list_on ? entry_channel : s0_position_r;
    s1_group_r <= i_job_out_list_on ? i_entry_group : {GROUP{1'b0}};
    s1_lane_r <= i_job_out_list_on ? i_entry_lane : s0_column_r[LANE-1:0];
    s1_bank_r <= by_channel ? i_entry_bank : s0_bank_r;
    s1_row_r <= i_entry_row;
    s1_word_r <= by_channel ? i_job_dst_base : s0_word_r;
    s1_score_r <= i_job_out_list_on ? i_entry_score : 16'h8000;
    s2_valid_r <= s1_valid_r;
    s2_parity_r <= s1_parity_r;
    s2_column_r <= s1_column_r;
    s2_channel_r <= s1_channel_r;
    s2_entry_r <= s1_entry[CHANNEL-1:0];
    s2_bank_r <= s1_bank_r;
    s2_here_r <= FIRST_BANK << s1_bank_r;
    s2_copies_r <= i_copies && (s1_position_r[15:REST] == i_rest_begins);
    s2_row_r <= s1_row_r;
    s2_word_r <= s1_word_r;
    s2_score_r <= s1_score_r;
    out_pixels_r <= i_job_out_pixels[ADDRESS-1:0];
    s3_valid_r <= s2_valid_r;
    s3_carried_r <=
      {s2_parity_r, s2_column_r, s2_entry_r, s2_select, s2_turn, s2_word_r};
    s3_offset_r <= s2_offset;
    s3_score_r <= s2_score_r;
    s4_valid_r <= s3_valid_r;
    s4_carried_r <= {s3_carried_r[CARRIED-1:ADDRESS], s3_channel_word};
    s4_score_r <= s3_score_r;
    s5_valid_r <= s4_valid_r;
    s5_carried_r <= s4_carried_r;
    s5_bias_r <= i_bias;
    s5_shift_r <= i_shift;
    s5_multiplier_r <= i_multiplier;
    s5_score_r <= s4_score_r;
    s6_valid_r <= s5_valid_r;
    s6_where_r <= s5_carried_r[CARRIED-1 -: WHERE];
    s6_product_r <= {16'd0, s5_multiplier_r} * {15'd0, s5_score_r};
    block_score_r <= i_job_l_scaled ? i_lscore : 16'h8000;
    s7_valid_r <= s6_valid_r;
    s7_where_r <= s6_where_r;
    s7_multiplier_r <= s6_scaled[14:0];
    s8_valid_r <= s7_valid_r;
    s8_where_r <= s7_where_r;
    s8_product_r <= {16'd0, s7_multiplier_r} * {15'd0, block_score_r};
    s9_valid_r <= s8_valid_r;
    s9_where_r <= s8_where_r;
    s9_multiplier_r <= s8_scaled[14:0];
    if (s1_valid_r) begin
      for (c = 0; c < COLS; c = c + 1) begin
        if (s1_here[c]) begin
          o_column_group[c * GROUP +: GROUP] <= s1_group_r;
          o_column_lane[c * LANE +: LANE] <= s1_lane_r;
        end
      end
      if (s1_column_r == ZERO) begin
        o_first_group <= s1_group_r;
        o_base_group <= i_job_out_list_on ? wide_group[FILTER-1:0] : i_tile_group;
      end
      o_last_group <= s1_group_r;
      o_one_group <= (s1_column_r == ZERO) || (s1_group_r == o_first_group);
    end
    if (s2_valid_r) begin
      for (b = 0; b < BANKS; b = b + 1) begin
        if (s2_here_r[b]) begin
          turns_r[b * COUNT +: COUNT] <= next_turn;
        end
      end
    end
    if (s3_valid_r && (s3_turn == o_interval)) begin
      o_interval <= s3_turn + ONE;
    end
    if (i_begins) begin
      turns_r <= {BANKS*COUNT{1'b0}};
      o_interval <= ONE;
    end
    if (reset) begin
      s0_valid_r <= 1'b0;
      s1_valid_r <= 1'b0;
      s2_valid_r <= 1'b0;
      s3_valid_r <= 1'b0;
      s4_valid_r <= 1'b0;
      s5_valid_r <= 1'b0;
      s6_valid_r <= 1'b0;
      s7_valid_r <= 1'b0;
      s8_valid_r <= 1'b0;
      s9_valid_r <= 1'b0;
    end
  end
  assign o_set = s5_valid_r;
  assign {o_set_parity, o_set_column, o_set_entry, o_set_select, o_set_turn, o_set_word} =
    s5_carried_r;
  assign o_set_bias = s5_bias_r;
  assign o_set_shift = s5_shift_r;
  assign o_scale = s9_valid_r;
  assign {o_scale_parity, o_scale_column} = s9_where_r;
  assign o_scale_multiplier = s9_multiplier_r;

  // Parts of wide numbers that have no place where they go.
  wire unused_bits = &{
    s2_parameter, s2_place, wide_mask, wide_group, i_job_out_pixels, s6_product_r, s8_product_r,
    s6_scaled, s8_scaled, s1_entry
  };
endmodule

`default_nettype wire
