// What units assume of each other is asserted in them; here is what they do together: a block's branch is skipped if and only
// if the score that its L-Net gave is 0.
//
// Names of the core beside its ports: its instances, and array_busy_r.
wire starts_any = controller_o_start_image || controller_o_start_conv || controller_o_start_gate;
(* hierconn *) wire [$bits(controller_o_conv)+$bits(controller_o_gate)+2:0] \controller.word_r ;
(* hierconn *) wire \controller.acts_r ;
(* hierconn *) wire \controller.steps_r ;
wire predicated = \controller.word_r [$bits(controller_o_conv)+$bits(controller_o_gate)];
(* hierconn *) wire \list0.i_write ;
(* hierconn *) wire \list1.i_write ;
(* hierconn *) wire \streamer.i_ready ;
(* hierconn *) wire \loader.i_taken ;
// The score of the last L-Net, since it was started.
reg scored;
reg [15:0] score;
always @(posedge clock) if (units_reset) scored <= 1'b0; else begin
  if (controller_o_start_gate && (fields_o_gate_purpose == 2'd0)) scored <= 1'b0;
  if (gate_o_score_valid && (controller_o_gate[$bits(controller_o_gate)-1 -: 2] == 2'd0)) begin
    scored <= 1'b1; score <= gate_o_score;
  end
end
// The instruction that is there is stepped over. The controller acts a cycle after it has decided.
wire zero = \controller.acts_r && !\controller.steps_r && predicated && scored && (score == 16'd0) && !host_o_forced_open;
reg was_zero, was_units_reset, was_closed;
always @(posedge clock) begin
  was_zero <= zero; was_units_reset <= units_reset; was_closed <= !scored || ((score == 16'd0) && !host_o_forced_open);
end
always @(*) if (known) begin
  score_is_the_gates: assert((gate_o_lscore_valid == scored) && (!scored || (gate_o_lscore == score)) && (!scored || (gate_o_skip == (score == 16'd0))));
  busy_is_seen: assert(!loader_o_busy || array_busy_r);
  starts_when_idle: assert(!starts_any || !loader_o_busy);
  branch_starts: assert(was_units_reset || !starts_any || !predicated || !was_closed);
  branch_is_skipped: assert(was_units_reset || (\controller.steps_r == (starts_any || was_zero)));
  lists_are_the_gates: assert((\list0.i_write == gate_o_list_write0) && (\list1.i_write == gate_o_list_write1));
  folds_are_the_loaders: assert((\streamer.i_ready == loader_o_ready) && (\loader.i_taken == streamer_o_taken));
  runs: cover(o_running);
end
