// A fold that has been begun is offered once, and stands until it is taken; the next one is not begun before. Folds of a
// chunk come in order, from its first to its last, and each has a pixel and an interval of 1 to C.
//
// Names of the unit beside its ports: state_r and its names, opens_r (the cycle that issues a fold's first word), first_r,
// last_r, pending_r, blocked_r, counts_r, wait_r, settled_r, pixels_left_r, last_chunk_r, position_r, tile_end_r, column_r,
// cols_r, interval, place_bank_r, position_after_r, and what is compared ahead: outputs_r, complete_r, all_r,
// none_left_r, full_r, known_r; of the set-up: turns_r, and s0_valid_r and s0_bank_r to s2_valid_r and
// s2_bank_r, s2_here_r, s3_valid_r and s3_turn.
(* hierconn *) wire [BANKS*COUNT-1:0] \setup.turns_r ;
(* hierconn *) wire \setup.s0_valid_r ;
(* hierconn *) wire \setup.s1_valid_r ;
(* hierconn *) wire \setup.s2_valid_r ;
(* hierconn *) wire [BANKS-1:0] \setup.s2_here_r ;
(* hierconn *) wire \setup.s3_valid_r ;
(* hierconn *) wire [COUNT-1:0] \setup.s3_turn ;
(* hierconn *) wire [BANK-1:0] \setup.s0_bank_r ;
(* hierconn *) wire [BANK-1:0] \setup.s1_bank_r ;
(* hierconn *) wire [BANK-1:0] \setup.s2_bank_r ;
wire [BANKS*COUNT-1:0] turns_r = \setup.turns_r ;
wire s0_valid_r = \setup.s0_valid_r , s1_valid_r = \setup.s1_valid_r , s2_valid_r = \setup.s2_valid_r ;
wire [BANK-1:0] s0_bank_r = \setup.s0_bank_r , s1_bank_r = \setup.s1_bank_r , s2_bank_r = \setup.s2_bank_r ;
wire [$bits({o_fold_first, o_fold_last, o_fold_closes, o_fold_chunk, o_fold_parity, o_fold_rows, o_fold_cols, o_fold_interval,
  o_fold_bank, o_fold_word, o_fold_pixels})-1:0] offer = {o_fold_first, o_fold_last, o_fold_closes, o_fold_chunk, o_fold_parity,
  o_fold_rows, o_fold_cols, o_fold_interval, o_fold_bank, o_fold_word, o_fold_pixels};
reg [$bits(offer)-1:0] was_offer;
// Begun and not taken; whether the next to be taken opens a chunk.
reg begun, opens, stays, was_taken;
always @(posedge clock) begin
  was_offer <= offer; stays <= o_ready && !i_taken && !reset; was_taken <= i_taken && !reset;
  if (reset) begin
    begun <= 1'b0; opens <= 1'b1;
  end else begin
    if (opens_r) begun <= 1'b1; else if (i_taken) begun <= 1'b0;
    if (i_taken) opens <= o_fold_last;
  end
end
// Cycles until a fold that is begun is offered.
wire [$bits(wait_r)-1:0] left_to_wait = wait_r - 1'b1;
reg [$bits(wait_r)-1:0] had_to_wait;
reg was_begun;
always @(posedge clock) begin
  had_to_wait <= left_to_wait; was_begun <= begun && !o_ready && !counts_r && !reset;
end
wire next_opens = begun ? o_fold_last : opens;
wire folds = state_r[FOLD] || state_r[LOAD];
wire in_tile = folds || state_r[SETUP] || state_r[SETTLE];
wire [15:0] entries = !i_job_out_list_on ? i_job_out_channels : i_job_out_list ? i_length1 : i_length0;
// An entry stands in the loader when its column is set up: it was read in the cycle before.
reg [15:0] had_entries, had_outputs;
always @(posedge clock) begin had_entries <= entries; had_outputs <= outputs_r; end
wire complete = !i_job_out_list_on || (i_job_out_list ? i_done1 : i_done0);
// Columns whose turn at their bank is known.
wire [15:0] turned = (state_r[SETUP] ? column_r : cols_r) - s0_valid_r - s1_valid_r - s2_valid_r;
reg turns_fit;
integer bank;
always @(*) begin
  turns_fit = (turned <= C);
  for (bank = 0; bank < B; bank = bank + 1) if (turns_r[bank * COUNT +: COUNT] > turned) turns_fit = 1'b0;
end
always @(*) if (known) begin
  offer_stands: assert(!stays || (o_ready && (offer == was_offer)));
  offered_once: assert(!was_taken || !o_ready);
  offer_comes: assert(!was_begun || o_ready || (left_to_wait < had_to_wait));
  offered_when_begun: assert(!o_ready || begun);
  begun_after_the_last: assert(!opens_r || !begun);
  busy_till_taken: assert(!begun || o_busy);
  knows_what_is_begun: assert(begun == pending_r);
  has_pixels: assert(!begun || ((o_fold_pixels != 0) && (counts_r || ((o_fold_interval >= 1) && (o_fold_interval <= C)))));
  in_order: assert(!begun || (o_fold_first == opens));
  order_goes_on: assert(next_opens == ((state_r[FOLD] || opens_r) ? first_r : state_r[LOAD] ? last_r : 1'b1));
  pixels_are_left: assert(!folds || (pixels_left_r != 0));
  knows_the_last_chunk: assert(!state_r[LOAD] || (last_chunk_r == (pixels_left_r <= D)));
  // An entry of a list is read after it was written: it stands before the list's end.
  reads_what_is_there: assert(!state_r[SETUP] || ((position_r < entries) && (!i_job_out_list_on || (position_r < had_entries))));
  reads_ahead: assert((state_r == IDLE) || (position_after_r == position_r + 1'b1));
  tile_is_there: assert(!state_r[SETUP] || (position_r + cols_r - column_r <= entries));
  before_the_end: assert((state_r == IDLE) || (position_r <= entries));
  begins_at_0: assert((state_r != IDLE) || given_was_busy || ((position_r == 0) && (tile_end_r == C)));
  // Outputs are compared as they were, and are no fewer now; if they were all, they are as many.
  if (known_r) begin
    compares_ahead: assert(!state_r[TILE]
      || ((none_left_r == (had_outputs == position_r)) && (full_r == (had_outputs >= tile_end_r))));
    outputs_grow: assert((had_outputs <= outputs_r) && (outputs_r <= entries));
    all_are_known: assert((!all_r || ((had_outputs == outputs_r) && complete_r))
      && (!complete_r || ((outputs_r == entries) && complete)));
  end else if (state_r != IDLE) knows_the_first:
    assert((outputs_r <= entries) && (!complete_r || ((outputs_r == entries) && complete)));
  tile_begins: assert(!(state_r[TILE] || folds) || (tile_end_r == position_r + C));
  has_columns: assert(!in_tile || ((cols_r >= 1) && (cols_r <= C)));
  sets_a_column: assert(!state_r[SETUP] || (column_r < cols_r));
  sets_then_settles: assert((!s0_valid_r || state_r[SETUP] || (state_r[SETTLE] && !settled_r))
    && (!s1_valid_r || state_r[SETUP] || state_r[SETTLE])
    && (!s2_valid_r || state_r[SETUP] || state_r[SETTLE] || state_r[FOLD])
    && (!\setup.s3_valid_r || state_r[SETUP] || state_r[SETTLE] || state_r[FOLD] || opens_r)
    && (!state_r[SETTLE] || (settled_r ? s1_valid_r : s0_valid_r)) && (!settled_r || state_r[SETTLE]));
  counts_what_is_begun: assert(!counts_r || (pending_r && !o_ready));
  blocked_till_taken: assert((!pending_r || blocked_r) && (!opens_r || state_r[LOAD]));
  turns_of_columns: assert(!in_tile || turns_fit);
  is_at_its_bank: assert(!s2_valid_r || (\setup.s2_here_r == ({{BANKS-1{1'b0}}, 1'b1} << s2_bank_r)));
  turn_of_a_column: assert(!\setup.s3_valid_r || (\setup.s3_turn < turned));
  has_an_interval: assert(!(in_tile || counts_r) || ((interval >= 1) && (interval <= C)));
  banks: assert((place_bank_r < B) && (!s0_valid_r || (s0_bank_r < B)) && (!s1_valid_r || (s1_bank_r < B))
    && (!s2_valid_r || (s2_bank_r < B)));
  states: assert((state_r & (state_r - 5'd1)) == 5'd0);
  two_folds: cover(was_taken && !opens);
  waits_to_be_taken: cover(stays);
end
