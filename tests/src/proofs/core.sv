// What units assume of each other is asserted in them; here is what they do together: a block's branch is skipped if and only
// if the score that its L-Net gave is 0.
//
// Names of the core beside its ports: its instances, and array_busy_r.
wire starts_any = controller_o_start_image || controller_o_start_conv || controller_o_start_gate;
wire predicated = controller_o_word[$bits(controller_o_word)-3];
(* hierconn *) wire \list0.i_write ;
(* hierconn *) wire \list1.i_write ;
(* hierconn *) wire \streamer.i_ready ;
(* hierconn *) wire \loader.i_taken ;
// The score of the last L-Net, since it was started.
reg scored;
reg [15:0] score;
always @(posedge clock) if (units_reset) scored <= 1'b0; else begin
  if (controller_o_start_gate && (fields_o_start_purpose == 2'd0)) scored <= 1'b0;
  if (gate_o_score_valid && (controller_o_gate[$bits(controller_o_gate)-1 -: 2] == 2'd0)) begin
    scored <= 1'b1; score <= gate_o_score;
  end
end
// An instruction that has just been fetched waits a cycle.
reg fetched;
wire zero = predicated && scored && (score == 16'd0) && !host_o_forced_open && !fetched;
always @(posedge clock) fetched <= !units_reset && (host_o_go || starts_any || (o_running && zero));
reg was_running, was_started, was_zero, was_go, was_units_reset;
reg [$bits(o_pc)-1:0] was_pc;
always @(posedge clock) begin
  was_running <= o_running; was_started <= starts_any; was_go <= host_o_go; was_pc <= o_pc;
  was_zero <= zero; was_units_reset <= units_reset;
end
always @(*) if (known) begin
  score_is_the_gates: assert((gate_o_lscore_valid == scored) && (!scored || (gate_o_lscore == score)) && (!scored || (gate_o_skip == (score == 16'd0))));
  busy_is_seen: assert(!loader_o_busy || array_busy_r);
  branch_starts: assert(!starts_any || !predicated || (scored && ((score != 16'd0) || host_o_forced_open)));
  branch_is_skipped: assert(was_units_reset || was_go || !was_running || ((o_pc != was_pc) == (was_started || was_zero)));
  lists_are_the_gates: assert((\list0.i_write == gate_o_list_write0) && (\list1.i_write == gate_o_list_write1));
  folds_are_the_loaders: assert((\streamer.i_ready == loader_o_ready) && (\loader.i_taken == streamer_o_taken));
  runs: cover(o_running);
end
