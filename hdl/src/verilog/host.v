// One request at a time: a write is carried out in the next cycle, a read is answered in the second next.
// Number of the cycle model, by which the core counts as the simulator of that number does.
localparam [31:0] CYCLE_MODEL = 32'd@CYCLE_MODEL@;
localparam REGISTERS = 4'd0, IMAGE = 4'd@IMAGE_REGION@, LOGITS = 4'd@LOGIT_REGION@;
wire [3:0] region = i_request_address[31:28];
reg reading_r, response_r, go_r, start_r, starting_r, write_r, forced_open_r, image_waits_r;
reg [27:0] offset_r;
reg logit_r, register_r;
reg [31:0] data_r, response_data_r, cycles_r;
reg [@KW@:0] logits_r;
// The last beats written, the newest on top: a word of a memory is there when its last beat is. The newest is in a register of
// its own, and moves to the others a cycle later.
reg [@STAGED@-33:0] staged_r;
wire [@STAGED@-1:0] staged = {data_r, staged_r};
wire busy = i_running || starting_r;
// While an image is worked on, only the next one may be written, as soon as this one has been taken in.
wire may_write = (region == IMAGE) ? !image_waits_r : !busy;
wire free = !reading_r && !response_r;
assign o_request_ready = free && (!i_request_write || may_write);
wire accepted = i_request_valid && o_request_ready;
wire writes = accepted && i_request_write;
wire goes = writes && (region == REGISTERS) && (i_request_address[27:0] == 28'd0) && i_request_data[0];
wire [31:0] status = {@fit(i_pc,PCW,16)@, 12'd0, i_gate_busy, i_array_busy, i_done && !busy, busy};
always @(posedge clock) begin
  offset_r <= i_request_address[27:0]; logit_r <= (region == LOGITS);
  register_r <= (i_request_address[31:3] == {REGISTERS, 25'd0});
  data_r <= i_request_data; write_r <= writes;
  if (write_r) staged_r <= staged[@STAGED@-1:32];
  // Held until it is taken, whatever stands on the request's wires meanwhile.
  if (reading_r) begin
    if (logit_r) response_data_r <= i_logit_read;
    else if (!register_r) response_data_r <= 32'd0;
    else case (offset_r[2:0])
      3'd0: response_data_r <= status;
      3'd1: response_data_r <= cycles_r;
      3'd2: response_data_r <= @fit(logits_r,KW1,32)@;
      3'd3: response_data_r <= {16'd@C@, 16'd@R@};
      3'd4: response_data_r <= CYCLE_MODEL;
      default: response_data_r <= 32'd0;
    endcase
  end
  reading_r <= accepted && !i_request_write;
  response_r <= reading_r || (response_r && !i_response_ready);
  // What was written just before is in its memory, and read from it, when the image starts.
  go_r <= goes; start_r <= go_r; starting_r <= goes || go_r;
  if (goes) forced_open_r <= i_request_data[1];
  image_waits_r <= goes || (image_waits_r && !i_image_ends);
  // The cycle that finds the end of the program is not the image's: counting begins below 0.
  if (start_r) cycles_r <= 32'hffff_ffff; else if (i_running) cycles_r <= cycles_r + 32'd1;
  if (start_r) logits_r <= @KW1@'d0; else if (i_logit_valid) logits_r <= logits_r + @KW1@'d1;
end
assign o_response_valid = response_r;
assign o_response_data = response_data_r;
assign o_go = start_r;
assign o_forced_open = forced_open_r;
assign o_logit_read_address = i_request_address[@KW@-1:0];
assign o_logit_write_address = logits_r[@KW@-1:0];
