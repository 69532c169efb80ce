// The live list holds exactly the channels with a score above 0, or all when forced open, in order. `list` is either of the
// two lists, p < q any two places in it, f any channel; what stands there is read from the emitted memory. After gate.sv.
//
// Names of the unit beside its ports: begins0_r and begins1_r (the list was begun in the cycle before).
wire [$bits(o_entry_channel)+$bits(o_entry_group)+$bits(o_entry_lane)+$bits(o_entry_bank)+$bits(o_entry_row)+15:0] entry = {
  o_entry_channel, o_entry_group, o_entry_lane, o_entry_bank, o_entry_row, o_score};
localparam COUNT = $bits(o_list_write_address) + 1;
(* anyconst *) reg list;
(* anyconst *) reg [COUNT-1:0] p, q, f;
always @(*) assume((p < q) && (q < K));
wire list_begins = list ? begins1_r : begins0_r;
wire list_runs = o_running && cnet && (i_job_out_list == list);
wire scored = o_score_valid && cnet && (i_job_out_list == list);
wire lives = scored && ((o_score != 16'd0) || i_forced_open);
wire writes = list ? o_list_write1 : o_list_write0;
wire done = list ? o_done1 : o_done0;
wire [15:0] entries = list ? o_length1 : o_length0;
wire [COUNT-1:0] seen_now = seen, total_now = total;

// Scores since the list was begun, and those that live. Of f its score; of p and q what was written, and when forced open.
reg list_ever, f_scored, f_live, f_stood, p_stood, q_stood, p_open, q_open;
reg [COUNT-1:0] scores, live, channels, f_place;
reg [15:0] f_score;
reg [$bits(entry)-1:0] p_data, q_data;
always @(posedge clock) begin
  if (reset) begin
    list_ever <= 1'b0; scores <= 0; live <= 0; channels <= 0; f_scored <= 1'b0;
  end else if (list_begins) begin
    list_ever <= 1'b1; scores <= 0; live <= 0; channels <= i_job_outputs; f_scored <= 1'b0;
  end else begin
    scores <= scores + scored; live <= live + lives;
    if (scored && (scores == f)) begin
      f_scored <= 1'b1; f_live <= lives; f_place <= live; f_score <= o_score;
    end
  end
  if (lives && (live == p)) begin
    p_data <= entry; p_open <= i_forced_open;
  end
  if (lives && (live == q)) begin
    q_data <= entry; q_open <= i_forced_open;
  end
  p_stood <= (live > p); q_stood <= (live > q); f_stood <= f_scored && f_live;
end
// The memory answers in the next cycle.
wire [$bits(entry)-1:0] p_entry, q_entry, f_entry;
`define READ(NAME, PLACE, ENTRY) lcsim_ram #(.WIDTH($bits(entry)), .WORDS(K)) NAME(.clock(clock), .i_read(1'b1), .i_write(writes), \
  .i_write_address(o_list_write_address), .i_write_data(entry), \
  .i_read_address(PLACE[COUNT-2:0]), .o_data(ENTRY));
`READ(p_list, p, p_entry)
`READ(q_list, q, q_entry)
`READ(f_list, f_place, f_entry)
`define CHANNEL(ENTRY) ENTRY[$bits(ENTRY)-1 -: $bits(o_entry_channel)]
`define BANK(ENTRY) ENTRY[16+$bits(o_entry_row) +: $bits(o_entry_bank)]
`define SCORE(ENTRY) ENTRY[15:0]

always @(*) if (known) begin
  never_above_1: assert((o_score <= 16'h8000) && (o_lscore <= 16'h8000));
  written_iff_live: assert(writes == lives);
  written_in_order: assert(!writes || (o_list_write_address == live));
  written_with_its_channel: assert(!writes || (o_entry_channel == scores));
  written_with_its_lane: assert(!list_runs || ((o_entry_lane < C)
    && (o_entry_channel == o_entry_group * C + o_entry_lane)));
  written_with_its_bank: assert(!list_runs || ((o_entry_bank < B)
    && (o_entry_channel == o_entry_row * B + o_entry_bank)));
  length_counts_live: assert(entries == live);
  counts_fit: assert((live <= scores) && (scores <= channels) && (channels <= K));
  counts_the_running_list: assert(!list_runs || list_begins || (list_ever && (channels == total_now) && (scores == seen_now)));
  done_after_all_scores: assert(!done || (list_ever && (scores == channels) && (!list_runs || list_begins)));
  done_or_running: assert(!list_ever || done || list_runs);

  p_is_live: assert((live <= p) || ((`CHANNEL(p_data) < scores) && (`BANK(p_data) < B)
    && ((`SCORE(p_data) != 16'd0) || p_open)));
  q_is_live: assert((live <= q) || ((`CHANNEL(q_data) < scores) && (`BANK(q_data) < B)
    && ((`SCORE(q_data) != 16'd0) || q_open)));
  in_order: assert((live <= q) || (`CHANNEL(p_data) < `CHANNEL(q_data)));
  p_stands_there: assert(!p_stood || (live <= p) || (p_entry == p_data));
  q_stands_there: assert(!q_stood || (live <= q) || (q_entry == q_data));
  f_has_a_score: assert(f_scored == (f < scores));
  f_has_a_place: assert(!f_scored || !f_live || (f_place < live));
  f_lives_unless_0: assert(!f_scored || f_live || (f_score == 16'd0));
  f_stands_there: assert(!f_stood || !f_scored || !f_live || ((`CHANNEL(f_entry) == f) && (`SCORE(f_entry) == f_score)));

  nothing_lives: cover(done && (channels == 2) && (live == 0));
  one_lives: cover(done && (channels == 2) && (live == 1) && (`CHANNEL(p_data) == 1) && !p_open);
  forced_open: cover(done && (channels == 2) && (live == 2) && (`SCORE(p_data) == 16'd0) && (`SCORE(q_data) == 16'd0));
end
