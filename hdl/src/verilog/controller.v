// Instruction kinds.
localparam IMAGE = 2'd0, CONV = 2'd1, GATE = 2'd2, STOP = 2'd3;
// The instruction in a register. The one after it stands at an address in a register, and the memory shows it from the second
// cycle on; till then the instruction waits. Before an image the one after is the first.
reg [@PROGRAM@-1:0] word_r;
wire [1:0] kind = word_r[@INSTRUCTION@-1 -: 2];
wire predicated = word_r[@INSTRUCTION@-3];
reg running_r, done_r, fetched_r;
@AHEAD@
reg [@CONV@-1:0] conv_r;
reg [@GATE@-1:0] gate_r;
wire decided = !predicated || i_lscore_valid;
wire skips = predicated && i_lscore_valid && i_skip && !i_forced_open;
wire idle = !i_array_busy && ((kind != GATE) || !i_gate_running);
wire acts = running_r && !fetched_r@COMPLETE@;
wire starts = acts && decided && !skips && idle && (kind != STOP);
wire steps = starts || (acts && skips);
wire fetches = i_go || steps@MORE@;
wire ends = acts && (kind == STOP) && !i_array_busy && !i_gate_running;
assign o_program_address = ahead_r;
assign o_start_image = starts && (kind == IMAGE);
assign o_start_conv = starts && (kind == CONV);
assign o_start_gate = starts && (kind == GATE);
always @(posedge clock) begin
  fetched_r <= fetches;
  if (ends) ahead_r <= @PAW@'d0;
  else if (fetches) ahead_r <= ahead_r + @PAW@'d1;
  if (fetches) begin
@FETCH@  end
  // A unit that does not run takes no notice of what it is told, until it starts.
  if (running_r && !i_array_busy) conv_r <= word_r[@GATE@ +: @CONV@];
  if (running_r && !i_gate_running) gate_r <= word_r[0 +: @GATE@];
  if (i_go) begin
    running_r <= 1'b1; done_r <= 1'b0;
  end else if (ends) begin
    running_r <= 1'b0; done_r <= 1'b1;
  end
end
assign o_word = @WORD@; assign o_conv = conv_r; assign o_gate = gate_r;
assign o_pc = pc_r; assign o_running = running_r; assign o_done = done_r;
