// SPDX-License-Identifier: MIT OR Apache-2.0
// The loader: cuts a convolution into tiles of columns, chunks of pixels and folds of rows. It sets
// up the columns of a tile (lcsim_setup, lcsim_delays), offers each fold to the streamer, and
// fetches its weights (lcsim_fetch). A comparison of a counter is computed together with the
// counter's next value and registered, because both in one cycle would be slow.
`default_nettype none

module lcsim_loader #(
  // Rows.
  parameter ROWS = 4,
  // Columns.
  parameter COLS = 4,
  // Banks of a memory.
  parameter BANKS = 4,
  // Accumulators.
  parameter DEPTH = 16,
  // The most channels of a rest whose taps share folds; 0 if none do.
  parameter MOST_REST = 0,
  // Bits of a counter of columns.
  parameter COUNT = 4,
  // Bits of a counter of rows.
  parameter ROW = 3,
  // Bits of an entry's number within a full set of rows.
  parameter REST = 2,
  // Bits of an address of a bank.
  parameter ADDRESS = 4,
  // Bits of a counter of pixels.
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
  // Bits of the number of a row's own bank.
  parameter OWN = 1,
  // Bits of a counter of rows over all folds of a chunk.
  parameter ENTRIES = 16,
  // Bits of a counter of a fold's words.
  parameter WORDS = 4,
  // Bits of a counter of cycles until the last output of a slot has left.
  parameter DRAIN = 6,
  // Cycles from a swap until a word may be issued.
  parameter SHADOW = 1,
  // Cycles that a fold waits behind its last row's first word, until the array can take it.
  parameter READY = 2,
  // Cycles until the parameters of the tile before are free.
  parameter PARAMETERS_FREE = 18
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // Starts a convolution. The loader is not busy.
  input wire i_start,
  // The instruction, from the cycle of its start to its end: outputs are the channels
  // of a live list.
  input wire i_job_out_list_on,
  // Which live list.
  input wire i_job_out_list,
  // Channels of the output map.
  input wire [15:0] i_job_out_channels,
  // Outputs keep the places of their channels.
  input wire i_job_natural,
  // The output's rest is written in copies.
  input wire i_job_dst_copies,
  // The word where the output map begins.
  input wire [ADDRESS-1:0] i_job_dst_base,
  // Pixels of the output map.
  input wire [PIXEL-1:0] i_job_out_pixels,
  // The first parameter.
  input wire [PARAM-1:0] i_job_param_base,
  // The score of the block scales the outputs.
  input wire i_job_l_scaled,
  // Inputs: 0 all channels of the map, 1 those of a live list, 2 an image's, in copies.
  input wire [1:0] i_job_inputs,
  // Which live list.
  input wire i_job_in_list,
  // Channels of the input map.
  input wire [15:0] i_job_in_channels,
  // Pixels of the input map.
  input wire [PIXEL-1:0] i_job_in_pixels,
  // The input's rest stands in copies.
  input wire i_job_src_copies,
  // The word where the input map begins.
  input wire [ADDRESS-1:0] i_job_src_base,
  // Rows that all taps of the rest take together, per channel of the rest.
  input wire [ENTRIES-1:0] i_job_fold_inputs,
  // Rows of an image's fold.
  input wire [ROW-1:0] i_job_fold_rows,
  // The last row of the kernel.
  input wire [15:0] i_job_last_y,
  // The last column of the kernel.
  input wire [15:0] i_job_last_x,
  // Words from the last tap of a row of the kernel to the first of the next.
  input wire [ADDRESS-1:0] i_job_row_step,
  // The first filter word.
  input wire [FILTER-1:0] i_job_filter_base,
  // Filter words of a group.
  input wire [FILTER-1:0] i_job_group_step,
  // The entries of live list 0.
  input wire [15:0] i_length0,
  // Live list 0 is complete.
  input wire i_done0,
  // The addressed entry of live list 0: the channel.
  input wire [CHANNEL-1:0] i_list0_channel,
  // Its group of filter words.
  input wire [GROUP-1:0] i_list0_group,
  // Its lane.
  input wire [LANE-1:0] i_list0_lane,
  // Its bank.
  input wire [BANK-1:0] i_list0_bank,
  // Its place among the channels of the bank.
  input wire [PLACE-1:0] i_list0_row,
  // Its score.
  input wire [15:0] i_list0_score,
  // The entries of live list 1.
  input wire [15:0] i_length1,
  // Live list 1 is complete.
  input wire i_done1,
  // The addressed entry of live list 1: the channel.
  input wire [CHANNEL-1:0] i_list1_channel,
  // Its group of filter words.
  input wire [GROUP-1:0] i_list1_group,
  // Its lane.
  input wire [LANE-1:0] i_list1_lane,
  // Its bank.
  input wire [BANK-1:0] i_list1_bank,
  // Its place among the channels of the bank.
  input wire [PLACE-1:0] i_list1_row,
  // Its score.
  input wire [15:0] i_list1_score,
  // The score of the block.
  input wire [15:0] i_lscore,
  // The addressed parameter: the bias.
  input wire signed [31:0] i_bias,
  // The multiplier.
  input wire [14:0] i_multiplier,
  // The right shift.
  input wire [4:0] i_shift,
  // The addressed filter word.
  input wire [8*COLS-1:0] i_filter,
  // The streamer takes the fold.
  input wire i_taken,
  // The entry that is read of both live lists.
  output wire [CHANNEL-1:0] o_list_address,
  // The parameter that is read.
  output wire [PARAM-1:0] o_param_address,
  // The filter word that is read.
  output wire [FILTER-1:0] o_filter_address,
  // For each column, whether it takes a weight.
  output wire [COLS-1:0] o_load,
  // The row of the weights.
  output wire [ROW-1:0] o_load_row,
  // The weights, one for each column.
  output wire [8*COLS-1:0] o_load_weights,
  // A row takes its tap.
  output wire o_tap_load,
  // Which row.
  output wire [ROW-1:0] o_tap_row,
  // The row of the tap in the kernel.
  output wire [15:0] o_tap_y,
  // The column of the tap in the kernel.
  output wire [15:0] o_tap_x,
  // The words from the window's begin to the tap.
  output wire [ADDRESS-1:0] o_tap_offset,
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
  output wire [14:0] o_scale_multiplier,
  // A column computes how long it holds its values.
  output wire o_delay,
  // Which column.
  output wire [COUNT-1:0] o_delay_column,
  // Its number modulo the interval.
  output wire [COUNT-1:0] o_delay_phase,
  // For which of its two sets.
  output wire o_delay_parity,
  // The interval of the tile.
  output wire [COUNT-1:0] o_delay_interval,
  // A fold is offered. It stands until it is taken.
  output wire o_ready,
  // It is the first fold of its tile and chunk.
  output reg o_fold_first,
  // It is the last fold of its tile and chunk.
  output reg o_fold_last,
  // Its tile has no other chunk.
  output reg o_fold_closes,
  // Its chunk is the first of the map.
  output reg o_fold_chunk,
  // Which of the two sets of column parameters its tile uses.
  output reg o_fold_parity,
  // Rows that read an operand.
  output reg [ROW-1:0] o_fold_rows,
  // Columns of the tile.
  output reg [COUNT-1:0] o_fold_cols,
  // Cycles of a pixel.
  output reg [COUNT-1:0] o_fold_interval,
  // Which of its own banks a row reads.
  output reg [OWN-1:0] o_fold_bank,
  // The word where the map begins in the banks.
  output reg [ADDRESS-1:0] o_fold_word,
  // Pixels of the chunk.
  output reg [PIXEL-1:0] o_fold_pixels,
  // The loader works, or a fold is not taken.
  output wire o_busy
);

  // States: a bit for each. None is idle.
  localparam TILE = 0;
  localparam SETUP = 1;
  localparam SETTLE = 2;
  localparam FOLD = 3;
  localparam LOAD = 4;
  localparam [4:0] IDLE = 5'd0;
  localparam [4:0] IN_TILE = 5'd1;
  localparam [4:0] IN_SETUP = 5'd2;
  localparam [4:0] IN_SETTLE = 5'd4;
  localparam [4:0] IN_FOLD = 5'd8;
  localparam [4:0] IN_LOAD = 5'd16;
  localparam [31:0] WIDE_COLS = COLS;
  localparam [31:0] WIDE_ROWS = ROWS;
  localparam [31:0] WIDE_DEPTH = DEPTH;
  localparam [31:0] WIDE_SHADOW = SHADOW;
  localparam [31:0] WIDE_FREE = PARAMETERS_FREE;
  localparam [31:0] LAST_BANK = BANKS - 1;
  localparam [31:0] LAST_OWN = BANKS / ROWS - 1;
  localparam [COUNT-1:0] ONE_COLUMN = 1;
  localparam [ROW-1:0] ONE_ROW = 1;
  localparam [31:0] WIDE_TWO = 2;
  localparam [ROW-1:0] TWO_ROWS = WIDE_TWO[ROW-1:0];
  localparam [GROUP-1:0] ONE_GROUP = 1;
  localparam [ADDRESS-1:0] ONE_WORD = 1;
  localparam [BANK-1:0] ONE_BANK = 1;
  localparam [OWN-1:0] ONE_OWN = 1;
  localparam [FILTER-1:0] ONE_FILTER = 1;
  localparam [WORDS-1:0] ONE_WAIT = 1;
  localparam [WORDS-1:0] NO_WAIT = 0;
  localparam [WORDS-1:0] READY_WAIT = READY;
  localparam [DRAIN-1:0] ONE_DRAIN = 1;
  localparam [ENTRIES-1:0] ONE_ENTRY = 1;
  localparam [DRAIN-1:0] NO_DRAIN = 0;
  localparam [ROW-1:0] ALL_ROWS = WIDE_ROWS[ROW-1:0];
  localparam [PIXEL-1:0] CHUNK = WIDE_DEPTH[PIXEL-1:0];
  reg [4:0] state_r;

  // TILE: how many columns the tile has.
  reg parity_r;
  reg [15:0] position_r;
  reg [15:0] position_after_r;
  reg [15:0] tile_end_r;
  reg [FILTER-1:0] tile_group_r;
  reg [COUNT-1:0] column_r;
  reg [COUNT-1:0] cols_r;
  reg [BANK-1:0] place_bank_r;
  reg [ADDRESS-1:0] place_word_r;
  wire in_is_list = (i_job_inputs == 2'd1);
  wire image_taps = (i_job_inputs == 2'd2);
  wire [15:0] out_length = i_job_out_list ? i_length1 : i_length0;
  wire out_done = i_job_out_list ? i_done1 : i_done0;
  wire [15:0] outputs = i_job_out_list_on ? out_length : i_job_out_channels;
  // The outputs, and whether these are all, enter registers; then they are compared. So TILE knows
  // them two cycles later.
  reg [15:0] outputs_r;
  reg complete_r;
  reg known_r;
  reg none_left_r;
  reg full_r;
  reg all_r;
  wire suffices = known_r && (all_r || full_r);
  wire [COUNT+15:0] wide_outputs = {{COUNT{1'b0}}, outputs_r};
  wire [COUNT+15:0] wide_position = {{COUNT{1'b0}}, position_r};
  wire [COUNT-1:0] left = wide_outputs[COUNT-1:0] - wide_position[COUNT-1:0];
  wire [COUNT-1:0] tile_cols = full_r ? WIDE_COLS[COUNT-1:0] : left;

  // The rest of a map that is written in copies: where the copies of its first entry are. Taps of
  // the rest of a map that stands in copies share folds; of an image that is all of it.
  wire [15:0] in_length = i_job_in_list ? i_length1 : i_length0;
  wire [15:0] all_inputs = in_is_list ? in_length : i_job_in_channels;
  wire [REST-1:0] out_rest = outputs_r[REST-1:0];
  wire [REST-1:0] in_rest = all_inputs[REST-1:0];
  reg out_shares;
  reg [ROWS-1:0] out_mask;
  reg in_shares;
  reg [ROW-1:0] in_rows;
  integer rest;
  integer row;
  always @(*) begin
    out_shares = 1'b0;
    out_mask = {{ROWS-1{1'b0}}, 1'b1};
    in_shares = 1'b0;
    in_rows = ALL_ROWS;
    for (rest = 1; rest <= MOST_REST; rest = rest + 1) begin
      if (out_rest == rest[REST-1:0]) begin
        out_shares = 1'b1;
        for (row = 0; row < ROWS; row = row + 1) begin
          out_mask[row] = (row % rest == 0) && (row / rest < ROWS / rest);
        end
      end
      if (in_rest == rest[REST-1:0]) begin
        in_shares = 1'b1;
        in_rows = ROWS[ROW-1:0] / rest[ROW-1:0] * rest[ROW-1:0];
      end
    end
  end
  wire out_copies = i_job_dst_copies && !full_r && out_shares;
  wire in_copies = i_job_src_copies && in_shares;
  reg out_copies_r;
  reg [ROWS-1:0] out_mask_r;
  reg [15-REST:0] out_rows_r;

  // Parameters of the tile before are free; the shadow weights are free.
  reg tile_waits_r;
  reg [DRAIN-1:0] param_busy_r;
  reg [COUNT-1:0] shadow_busy_r;
  wire params_free = !tile_waits_r && (param_busy_r == NO_DRAIN);

  // The rest: entries of each tap, entries before them, rows of a full fold, rows of all.
  reg rest_on_r;
  reg rest_r;
  reg to_rest_r;
  reg [ROW-1:0] rest_channels_r;
  reg [ROW-1:0] rest_rows_r;
  reg [ENTRIES-1:0] rest_inputs_r;
  reg [15:0] alone_r;
  reg [15:0] after_alone_r;
  // These stand long before the tile's first fold.
  reg one_rest_r;
  reg rest_only_r;
  wire [ROW-1:0] fold_rows = rest_r ? rest_rows_r : ALL_ROWS;

  // FOLD and LOAD: the next fold and its words. FOLD sets the flags for the fold's first word.
  reg [ENTRIES-1:0] inputs_left_r;
  reg [ROW-1:0] rows_r;
  reg [ROW-1:0] row_r;
  reg [ROW-1:0] channel_r;
  reg last_entry_r;
  reg empty_r;
  reg last_r;
  reg last_chunk_r;
  reg last_x_r;
  reg last_y_r;
  reg last_step_r;
  reg last_row_r;
  reg last_word_r;
  reg last_channel_r;
  reg tap_moves_r;
  reg [15:0] tap_y_r;
  reg [15:0] tap_x_r;
  reg [15:0] input_r;
  reg [15:0] input_after_r;
  reg [OWN-1:0] bank_r;
  reg [ADDRESS-1:0] offset_r;
  reg [ADDRESS-1:0] tap_offset_r;
  reg [FILTER-1:0] tap_base_r;
  reg [FILTER-1:0] group_base_r;
  reg [FILTER-1:0] group_offset_r;
  reg [GROUP-1:0] word_group_r;
  reg first_r;
  reg chunk_r;
  reg [PIXEL-1:0] pixels_left_r;
  reg pending_r;
  reg ready_r;
  reg blocked_r;
  reg opens_r;
  reg fold_opens_r;
  // The fold's words behind the first of each row, counted a cycle after the fold opens.
  reg counts_r;
  reg [WORDS-1:0] others_r;
  reg [WORDS-1:0] wait_r;
  wire [WORDS-1:0] to_wait = others_r + READY_WAIT - ONE_WAIT;
  reg [GROUP-1:0] spans_r;
  wire [COUNT-1:0] interval;
  wire [FILTER-1:0] base_group;
  wire [GROUP-1:0] first_group;
  wire [GROUP-1:0] last_group;
  wire [COLS*GROUP-1:0] column_group;
  wire [COLS*LANE-1:0] column_lane;
  // The first word of a fold is of the first group.
  wire [FILTER-1:0] group_offset = opens_r ? group_base_r : group_offset_r;
  reg one_x_r;
  reg [15:0] before_last_x_r;
  reg one_y_r;
  reg [15:0] before_last_y_r;
  wire [15:0] next_x = last_x_r ? 16'd0 : tap_x_r + 16'd1;
  wire [15:0] next_y = last_x_r ? tap_y_r + 16'd1 : tap_y_r;
  wire [ADDRESS-1:0] next_offset = tap_offset_r + (last_x_r ? i_job_row_step : ONE_WORD);
  wire [ROW-1:0] channel_after = channel_r + ONE_ROW;
  wire [ROW-1:0] next_channel = last_channel_r ? {ROW{1'b0}} : channel_after;
  // The channel is the last but one.
  reg before_last_channel_r;
  wire next_last_channel = last_channel_r ? one_rest_r : before_last_channel_r;
  wire [ENTRIES+ROW-1:0] wide_rows = {{ENTRIES{1'b0}}, fold_rows};
  // Both kinds of fold are compared at the same time, because it is late.
  wire [ENTRIES+ROW-1:0] wide_all = {{ENTRIES{1'b0}}, ALL_ROWS};
  wire [ENTRIES+ROW-1:0] wide_some = {{ENTRIES{1'b0}}, rest_rows_r};
  wire last_entry = rest_r
    ? (inputs_left_r <= wide_some[ENTRIES-1:0])
    : (inputs_left_r <= wide_all[ENTRIES-1:0]);
  wire last_tap = last_x_r && last_y_r;
  // The list of inputs is complete before.
  reg no_input_r;
  wire one_group;
  wire one_row = (inputs_left_r == ONE_ENTRY) || (fold_rows == ONE_ROW);
  wire one_word = (one_group && one_row) || no_input_r;
  wire [ROW:0] row_after = {1'b0, row_r} + {ONE_ROW, 1'b0};
  wire row_after_last = (row_after == {1'b0, rows_r});
  wire group_after_last = (word_group_r + ONE_GROUP == last_group);
  wire word_after_last =
    last_step_r ? one_group && row_after_last : last_row_r && group_after_last;
  wire loads = state_r[LOAD];
  wire row_ends = loads && last_step_r;
  wire fold_ends = loads && last_word_r;

  // The list is read one input ahead, so that its entry stands beside the counter.
  // The group of the last column is known in the second cycle of SETTLE.
  reg settled_r;
  wire settles = state_r[SETTLE] && settled_r;
  wire restarts = settles || (last_word_r && !to_rest_r && (rest_r ? last_r : last_entry_r));
  wire into_rest = settles ? rest_only_r : last_word_r && (to_rest_r || (last_r && rest_only_r));
  wire of_one = into_rest && one_rest_r;
  wire [15:0] first_of_rest = of_one ? alone_r : after_alone_r;
  wire [15:0] input_after_first = restarts ? {15'd0, !of_one} : first_of_rest;
  wire [15:0] input_after_next =
    (rest_r && next_last_channel) ? alone_r : input_after_r + 16'd1;
  reg [15:0] listed;
  always @(*) begin
    listed = row_ends ? input_after_r : input_r;
    if (state_r[SETUP]) begin
      listed = position_after_r;
    end
    if (state_r[TILE]) begin
      listed = position_r;
    end
  end
  wire [CHANNEL+15:0] wide_listed = {{CHANNEL{1'b0}}, listed};
  assign o_list_address = wide_listed[CHANNEL-1:0];
  wire [FILTER+15:0] wide_input = {{FILTER{1'b0}}, input_r};
  wire [FILTER-1:0] unlisted = in_is_list ? {FILTER{1'b0}} : wide_input[FILTER-1:0];
  wire [FILTER+15:0] wide_channels = {{FILTER{1'b0}}, i_job_in_channels};
  wire [ROW+15:0] wide_image = {{ROW{1'b0}}, i_job_in_channels};
  wire [ROW+REST-1:0] wide_rest = {{ROW{1'b0}}, in_rest};
  wire [ENTRIES+15:0] wide_alone = {{ENTRIES{1'b0}}, alone_r};
  wire [ROW+ENTRIES-1:0] wide_entries = {{ROW{1'b0}}, inputs_left_r};
  wire [WORDS+ROW-1:0] wide_fold = {{WORDS{1'b0}}, rows_r};
  wire [WORDS+GROUP-1:0] wide_spans = {{WORDS{1'b0}}, spans_r};
  wire [ENTRIES+ROW-1:0] wide_share = {{ENTRIES{1'b0}}, rest_channels_r};

  generate
    if (MOST_REST > 0) begin : shared
      reg [ENTRIES-1:0] rest_product_r;
      always @(posedge clock) begin
        rest_product_r <= i_job_fold_inputs * wide_share[ENTRIES-1:0];
        rest_inputs_r <= image_taps ? i_job_fold_inputs : rest_product_r;
        if (reset) begin
          rest_product_r <= {ENTRIES{1'b0}};
          rest_inputs_r <= {ENTRIES{1'b0}};
        end
      end
    end else begin : alone
      always @(posedge clock) begin
        rest_inputs_r <= i_job_fold_inputs;
        if (reset) begin
          rest_inputs_r <= {ENTRIES{1'b0}};
        end
      end
    end
  endgenerate

  // The input of the next word.
  always @(posedge clock) begin
    if (settles || row_ends) begin
      input_r <= restarts ? 16'd0 : input_after_r;
      input_after_r <= (restarts || into_rest) ? input_after_first : input_after_next;
    end
    after_alone_r <= alone_r + 16'd1;
    if (reset) begin
      after_alone_r <= 16'd0;
      input_r <= 16'd0;
      input_after_r <= 16'd0;
    end
  end

  // The fold that is offered, and what keeps the next one back.
  assign o_ready = ready_r;
  assign o_busy = (state_r != IDLE) || pending_r;
  wire shadow_is_free = (SHADOW == 0) ? i_taken : !pending_r && (shadow_busy_r == ONE_COLUMN);
  always @(posedge clock) begin
    if (param_busy_r != NO_DRAIN) begin
      param_busy_r <= param_busy_r - ONE_DRAIN;
    end
    shadow_busy_r <= shadow_busy_r - ONE_COLUMN;
    wait_r <= wait_r - ONE_WAIT;
    if (pending_r && (counts_r ? (to_wait == NO_WAIT) : (wait_r == ONE_WAIT))) begin
      ready_r <= 1'b1;
    end
    if (opens_r) begin
      blocked_r <= 1'b1;
    end else if (shadow_is_free) begin
      blocked_r <= 1'b0;
    end
    if (settles) begin
      tile_waits_r <= 1'b1;
    end
    opens_r <= state_r[FOLD] && !blocked_r;
    counts_r <= opens_r;
    others_r <= wide_fold[WORDS-1:0] * wide_spans[WORDS-1:0];
    if (counts_r) begin
      o_fold_interval <= last_r ? interval : ONE_COLUMN;
      wait_r <= to_wait;
    end
    if (opens_r) begin
      pending_r <= 1'b1;
      o_fold_first <= first_r;
      o_fold_last <= last_r;
      fold_opens_r <= first_r && chunk_r;
      o_fold_closes <= last_r && last_chunk_r;
      o_fold_chunk <= chunk_r;
      o_fold_parity <= parity_r;
      o_fold_rows <= rows_r;
      o_fold_cols <= cols_r;
      o_fold_bank <= bank_r;
      o_fold_word <= i_job_src_base + offset_r;
      o_fold_pixels <= last_chunk_r ? pixels_left_r : CHUNK;
    end
    if (i_taken) begin
      pending_r <= 1'b0;
      ready_r <= 1'b0;
      shadow_busy_r <= WIDE_SHADOW[COUNT-1:0];
      if (fold_opens_r) begin
        tile_waits_r <= 1'b0;
        param_busy_r <= WIDE_FREE[DRAIN-1:0];
      end
    end
    if (reset) begin
      param_busy_r <= {DRAIN{1'b0}};
      shadow_busy_r <= {COUNT{1'b0}};
      wait_r <= {WORDS{1'b0}};
      counts_r <= 1'b0;
      others_r <= {WORDS{1'b0}};
      ready_r <= 1'b0;
      blocked_r <= 1'b0;
      opens_r <= 1'b0;
      pending_r <= 1'b0;
      tile_waits_r <= 1'b0;
      fold_opens_r <= 1'b0;
      o_fold_first <= 1'b0;
      o_fold_last <= 1'b0;
      o_fold_closes <= 1'b0;
      o_fold_chunk <= 1'b0;
      o_fold_parity <= 1'b0;
      o_fold_rows <= {ROW{1'b0}};
      o_fold_cols <= {COUNT{1'b0}};
      o_fold_interval <= {COUNT{1'b0}};
      o_fold_bank <= {OWN{1'b0}};
      o_fold_word <= {ADDRESS{1'b0}};
      o_fold_pixels <= {PIXEL{1'b0}};
    end
  end

  // These are compared a cycle before they count.
  always @(posedge clock) begin
    outputs_r <= outputs;
    complete_r <= !i_job_out_list_on || out_done;
    known_r <= (state_r != IDLE);
    none_left_r <= (outputs_r == position_r);
    full_r <= (outputs_r >= tile_end_r);
    all_r <= complete_r;
    one_rest_r <= (rest_channels_r == ONE_ROW);
    rest_only_r <= rest_on_r && (alone_r == 16'd0);
    one_x_r <= (i_job_last_x == 16'd0);
    before_last_x_r <= i_job_last_x - 16'd1;
    one_y_r <= (i_job_last_y == 16'd0);
    before_last_y_r <= i_job_last_y - 16'd1;
    no_input_r <= (all_inputs == 16'd0);
    if (reset) begin
      outputs_r <= 16'd0;
      complete_r <= 1'b0;
      known_r <= 1'b0;
      none_left_r <= 1'b0;
      full_r <= 1'b0;
      all_r <= 1'b0;
      one_rest_r <= 1'b0;
      rest_only_r <= 1'b0;
      one_x_r <= 1'b0;
      before_last_x_r <= 16'd0;
      one_y_r <= 1'b0;
      before_last_y_r <= 16'd0;
      no_input_r <= 1'b0;
    end
  end

  // Tiles: their columns, their places, their rest.
  always @(posedge clock) begin
    if (state_r == IDLE) begin
      parity_r <= 1'b0;
      position_r <= 16'd0;
      position_after_r <= 16'd1;
      tile_end_r <= WIDE_COLS[15:0];
      tile_group_r <= {FILTER{1'b0}};
      place_bank_r <= {BANK{1'b0}};
      place_word_r <= i_job_dst_base;
    end
    if (state_r[TILE]) begin
      column_r <= {COUNT{1'b0}};
      cols_r <= tile_cols;
      out_copies_r <= out_copies;
      out_mask_r <= out_mask;
      out_rows_r <= outputs_r[15:REST];
      rest_on_r <= image_taps || in_copies;
      rest_channels_r <= image_taps ? wide_image[ROW-1:0] : wide_rest[ROW-1:0];
      rest_rows_r <= image_taps ? i_job_fold_rows : in_rows;
      alone_r <= in_copies ? {all_inputs[15:REST], {REST{1'b0}}} : all_inputs;
      if (image_taps) begin
        alone_r <= 16'd0;
      end
    end
    if (state_r[SETUP]) begin
      column_r <= column_r + ONE_COLUMN;
      position_r <= position_after_r;
      position_after_r <= position_after_r + 16'd1;
      place_bank_r <= place_bank_r + ONE_BANK;
      if (place_bank_r == LAST_BANK[BANK-1:0]) begin
        place_bank_r <= {BANK{1'b0}};
        place_word_r <= place_word_r + i_job_out_pixels[ADDRESS-1:0];
      end
    end
    if (settles) begin
      tile_end_r <= position_r + WIDE_COLS[15:0];
    end
    if (fold_ends && last_r && last_chunk_r) begin
      parity_r <= !parity_r;
      tile_group_r <= tile_group_r + ONE_FILTER;
    end
    if (reset) begin
      parity_r <= 1'b0;
      position_r <= 16'd0;
      position_after_r <= 16'd0;
      tile_end_r <= 16'd0;
      tile_group_r <= {FILTER{1'b0}};
      place_bank_r <= {BANK{1'b0}};
      place_word_r <= {ADDRESS{1'b0}};
      column_r <= {COUNT{1'b0}};
      cols_r <= {COUNT{1'b0}};
      out_copies_r <= 1'b0;
      out_mask_r <= {ROWS{1'b0}};
      out_rows_r <= {16-REST{1'b0}};
      rest_on_r <= 1'b0;
      rest_channels_r <= {ROW{1'b0}};
      rest_rows_r <= {ROW{1'b0}};
      alone_r <= 16'd0;
    end
  end

  // The states.
  always @(posedge clock) begin
    if (state_r == IDLE) begin
      state_r <= i_start ? IN_TILE : IDLE;
    end
    if (state_r[TILE] && suffices) begin
      if (none_left_r) begin
        state_r <= IDLE;
      end else if (params_free) begin
        state_r <= IN_SETUP;
      end
    end
    if (state_r[SETUP] && (column_r + ONE_COLUMN == cols_r)) begin
      state_r <= IN_SETTLE;
    end
    settled_r <= state_r[SETTLE] && !settled_r;
    if (settles) begin
      state_r <= IN_FOLD;
    end
    if (state_r[FOLD] && !blocked_r) begin
      state_r <= IN_LOAD;
    end
    if (fold_ends) begin
      state_r <= (last_r && last_chunk_r) ? IN_TILE : IN_FOLD;
    end
    if (reset) begin
      settled_r <= 1'b0;
      state_r <= IDLE;
    end
  end

  // Folds: what the next one is, and its words.
  always @(posedge clock) begin
    if (settles) begin
      rest_r <= rest_only_r;
      inputs_left_r <= rest_only_r ? rest_inputs_r : wide_alone[ENTRIES-1:0];
      pixels_left_r <= i_job_out_pixels;
      chunk_r <= 1'b1;
      first_r <= 1'b1;
      bank_r <= {OWN{1'b0}};
      offset_r <= {ADDRESS{1'b0}};
      tap_base_r <= i_job_filter_base;
      tap_y_r <= 16'd0;
      tap_x_r <= 16'd0;
      tap_offset_r <= {ADDRESS{1'b0}};
      last_x_r <= one_x_r;
      last_y_r <= one_y_r;
      channel_r <= {ROW{1'b0}};
      last_channel_r <= one_rest_r;
      before_last_channel_r <= (rest_channels_r == TWO_ROWS);
    end
    if (state_r[FOLD]) begin
      row_r <= {ROW{1'b0}};
      rows_r <= last_entry ? wide_entries[ROW-1:0] : fold_rows;
      word_group_r <= first_group;
      group_base_r <= base_group * i_job_group_step;
      spans_r <= last_group - first_group;
      empty_r <= no_input_r;
      last_entry_r <= last_entry;
      last_chunk_r <= (pixels_left_r <= CHUNK);
      last_r <= last_entry && (rest_r || no_input_r || (last_tap && !rest_on_r));
      to_rest_r <= last_entry && !rest_r && last_tap && rest_on_r;
      last_step_r <= one_group;
      last_row_r <= one_row;
      last_word_r <= one_word;
      tap_moves_r <= rest_r ? one_group && last_channel_r : one_word && last_entry;
    end
    if (loads) begin
      word_group_r <= word_group_r + ONE_GROUP;
      group_offset_r <= group_offset + i_job_group_step;
      last_step_r <= group_after_last;
      last_word_r <= word_after_last;
      // Taps that share folds move from row to row, others with the fold behind the last entries.
      tap_moves_r <= rest_r
        ? group_after_last && last_channel_r
        : word_after_last && last_entry_r;
    end
    if (row_ends) begin
      row_r <= row_r + ONE_ROW;
      last_row_r <= row_after_last;
      word_group_r <= first_group;
      group_offset_r <= group_base_r;
      last_step_r <= one_group;
      channel_r <= next_channel;
      last_channel_r <= next_last_channel;
      before_last_channel_r <= (next_channel + TWO_ROWS == rest_channels_r);
      if (rest_r) begin
        tap_moves_r <= one_group && next_last_channel;
      end
    end
    if (loads && tap_moves_r) begin
      tap_base_r <= tap_base_r + wide_channels[FILTER-1:0];
      tap_y_r <= next_y;
      tap_x_r <= next_x;
      tap_offset_r <= next_offset;
      last_x_r <= last_x_r ? one_x_r : (tap_x_r == before_last_x_r);
      if (last_x_r) begin
        last_y_r <= (tap_y_r == before_last_y_r);
      end
      if (last_word_r && (last_r || to_rest_r)) begin
        tap_y_r <= 16'd0;
        tap_x_r <= 16'd0;
        tap_offset_r <= {ADDRESS{1'b0}};
        last_x_r <= one_x_r;
        last_y_r <= one_y_r;
        tap_base_r <= i_job_filter_base;
      end
    end
    if (fold_ends) begin
      first_r <= last_r;
      inputs_left_r <= inputs_left_r - wide_rows[ENTRIES-1:0];
      if (last_entry_r) begin
        inputs_left_r <= wide_alone[ENTRIES-1:0];
      end
      if (to_rest_r || (last_r && rest_only_r)) begin
        inputs_left_r <= rest_inputs_r;
      end
      if (to_rest_r || last_r) begin
        rest_r <= to_rest_r || rest_only_r;
        channel_r <= {ROW{1'b0}};
        last_channel_r <= one_rest_r;
        before_last_channel_r <= (rest_channels_r == TWO_ROWS);
      end
      if (last_r || (last_entry_r && !to_rest_r)) begin
        bank_r <= {OWN{1'b0}};
        offset_r <= {ADDRESS{1'b0}};
      end else if (!rest_r) begin
        bank_r <= bank_r + ONE_OWN;
        if (bank_r == LAST_OWN[OWN-1:0]) begin
          bank_r <= {OWN{1'b0}};
          offset_r <= offset_r + i_job_in_pixels[ADDRESS-1:0];
        end
      end
      if (last_r) begin
        pixels_left_r <= pixels_left_r - CHUNK;
        chunk_r <= 1'b0;
      end
    end
    if (reset) begin
      rest_r <= 1'b0;
      inputs_left_r <= {ENTRIES{1'b0}};
      pixels_left_r <= {PIXEL{1'b0}};
      chunk_r <= 1'b0;
      first_r <= 1'b0;
      bank_r <= {OWN{1'b0}};
      offset_r <= {ADDRESS{1'b0}};
      tap_base_r <= {FILTER{1'b0}};
      tap_y_r <= 16'd0;
      tap_x_r <= 16'd0;
      tap_offset_r <= {ADDRESS{1'b0}};
      last_x_r <= 1'b0;
      last_y_r <= 1'b0;
      channel_r <= {ROW{1'b0}};
      last_channel_r <= 1'b0;
      before_last_channel_r <= 1'b0;
      row_r <= {ROW{1'b0}};
      rows_r <= {ROW{1'b0}};
      word_group_r <= {GROUP{1'b0}};
      group_base_r <= {FILTER{1'b0}};
      group_offset_r <= {FILTER{1'b0}};
      spans_r <= {GROUP{1'b0}};
      empty_r <= 1'b0;
      last_entry_r <= 1'b0;
      last_chunk_r <= 1'b0;
      last_r <= 1'b0;
      to_rest_r <= 1'b0;
      last_step_r <= 1'b0;
      last_row_r <= 1'b0;
      last_word_r <= 1'b0;
      tap_moves_r <= 1'b0;
    end
  end

  wire entry_of1 = i_job_out_list;
  lcsim_setup #(
    .ROWS(ROWS),
    .COLS(COLS),
    .BANKS(BANKS),
    .COUNT(COUNT),
    .ADDRESS(ADDRESS),
    .PIXEL(PIXEL),
    .PARAM(PARAM),
    .FILTER(FILTER),
    .CHANNEL(CHANNEL),
    .GROUP(GROUP),
    .LANE(LANE),
    .BANK(BANK),
    .PLACE(PLACE),
    .REST(REST)
  ) setup (
    .clock(clock),
    .reset(reset),
    .i_begins(state_r[TILE]),
    .i_enters(state_r[SETUP]),
    .i_column(column_r),
    .i_parity(parity_r),
    .i_position(position_r),
    .i_tile_group(tile_group_r),
    .i_place_bank(place_bank_r),
    .i_place_word(place_word_r),
    .i_copies(out_copies_r),
    .i_mask(out_mask_r),
    .i_rest_begins(out_rows_r),
    .i_job_out_list_on(i_job_out_list_on),
    .i_job_natural(i_job_natural),
    .i_job_dst_base(i_job_dst_base),
    .i_job_out_pixels(i_job_out_pixels),
    .i_job_param_base(i_job_param_base),
    .i_job_l_scaled(i_job_l_scaled),
    .i_entry_channel(entry_of1 ? i_list1_channel : i_list0_channel),
    .i_entry_group(entry_of1 ? i_list1_group : i_list0_group),
    .i_entry_lane(entry_of1 ? i_list1_lane : i_list0_lane),
    .i_entry_bank(entry_of1 ? i_list1_bank : i_list0_bank),
    .i_entry_row(entry_of1 ? i_list1_row : i_list0_row),
    .i_entry_score(entry_of1 ? i_list1_score : i_list0_score),
    .i_lscore(i_lscore),
    .i_bias(i_bias),
    .i_multiplier(i_multiplier),
    .i_shift(i_shift),
    .o_param_address(o_param_address),
    .o_interval(interval),
    .o_base_group(base_group),
    .o_first_group(first_group),
    .o_last_group(last_group),
    .o_one_group(one_group),
    .o_column_group(column_group),
    .o_column_lane(column_lane),
    .o_set(o_set),
    .o_set_column(o_set_column),
    .o_set_parity(o_set_parity),
    .o_set_bias(o_set_bias),
    .o_set_shift(o_set_shift),
    .o_set_select(o_set_select),
    .o_set_word(o_set_word),
    .o_set_entry(o_set_entry),
    .o_set_turn(o_set_turn),
    .o_scale(o_scale),
    .o_scale_column(o_scale_column),
    .o_scale_parity(o_scale_parity),
    .o_scale_multiplier(o_scale_multiplier)
  );

  lcsim_delays #(
    .COUNT(COUNT)
  ) delays (
    .clock(clock),
    .reset(reset),
    .i_settles(settles),
    .i_parity(parity_r),
    .i_cols(cols_r),
    .i_interval(interval),
    .o_delay(o_delay),
    .o_delay_column(o_delay_column),
    .o_delay_phase(o_delay_phase),
    .o_delay_parity(o_delay_parity),
    .o_delay_interval(o_delay_interval)
  );

  lcsim_fetch #(
    .COLS(COLS),
    .ROW(ROW),
    .FILTER(FILTER),
    .CHANNEL(CHANNEL),
    .GROUP(GROUP),
    .LANE(LANE),
    .ADDRESS(ADDRESS)
  ) fetch (
    .clock(clock),
    .reset(reset),
    .i_issues(loads && !empty_r),
    .i_row(row_r),
    .i_group(word_group_r),
    .i_first(word_group_r == first_group),
    .i_word(group_offset + tap_base_r + unlisted),
    .i_listed(in_is_list),
    .i_list(i_job_in_list),
    .i_channel0(i_list0_channel),
    .i_channel1(i_list1_channel),
    .i_tap_y(tap_y_r),
    .i_tap_x(tap_x_r),
    .i_tap_offset(tap_offset_r),
    .i_column_group(column_group),
    .i_column_lane(column_lane),
    .i_filter(i_filter),
    .o_filter_address(o_filter_address),
    .o_load(o_load),
    .o_load_row(o_load_row),
    .o_load_weights(o_load_weights),
    .o_tap_load(o_tap_load),
    .o_tap_row(o_tap_row),
    .o_tap_y(o_tap_y),
    .o_tap_x(o_tap_x),
    .o_tap_offset(o_tap_offset)
  );

  // Parts of wide numbers that have no place where they go.
  wire unused_bits = &{
    wide_outputs, wide_position, wide_rows, wide_all, wide_some, wide_listed, wide_input,
    wide_channels, wide_image, wide_rest, wide_alone, wide_entries, wide_fold, wide_spans,
    wide_share, i_job_in_pixels, out_rest
  };
endmodule

`default_nettype wire
