// One request at a time: a read is answered once, with what it asked for, and the answer stands until it is taken. Starts,
// and when writes wait. What is written: host_region.sv.
//
// Names of the unit beside its ports: reading_r, go_r, start_r, starting_r, image_waits_r, cycles_r, logits_r, logit_r, register_r,
// offset_r, staged_r and staged (the beats), write_r.
wire accepts = i_request_valid && o_request_ready;
wire writes_beat = accepts && i_request_write, reads = accepts && !i_request_write;
wire [3:0] to = i_request_address[31:28];
wire starts_image = writes_beat && (i_request_address == 32'd0) && i_request_data[0];
reg was_start, was_start2, open, waiting, was_reads, was_valid, was_ready;
wire working = i_running || was_start || was_start2;
wire may = (to == 4'd6) ? !waiting : !working;
// Requests that are not answered, the last one, what it is to be answered with.
reg [1:0] owed;
reg [31:0] asked, answer, cycles, was_data;
reg [$bits(o_logit_write_address):0] count;
wire [15:0] pc = i_pc;
// Beats that have come, whether or not the newest has moved on.
wire [$bits(staged)-1:0] beats = write_r ? staged : {staged_r, 32'd0};
always @(posedge clock) if (reset) begin
  owed <= 2'd0; was_start <= 1'b0; was_start2 <= 1'b0; open <= 1'b0; waiting <= 1'b0; was_reads <= 1'b0; was_valid <= 1'b0;
  cycles <= 32'd0; count <= 0;
end else begin
  owed <= owed + reads - (o_response_valid && i_response_ready);
  was_start <= starts_image; was_start2 <= was_start;
  was_reads <= reads; was_valid <= o_response_valid; was_ready <= i_response_ready; was_data <= o_response_data;
  if (starts_image) open <= i_request_data[1];
  waiting <= starts_image || (waiting && !i_image_ends);
  cycles <= was_start2 ? -32'd1 : cycles + i_running;
  count <= was_start2 ? 0 : count + i_logit_valid;
  if (reads) asked <= i_request_address;
  if (was_reads) case (asked)
    32'd0: answer <= {pc, 12'd0, i_gate_busy, i_array_busy, i_done && !working, working};
    32'd1: answer <= cycles;
    32'd2: answer <= count;
    32'd3: answer <= {C[15:0], R[15:0]};
    32'd4: answer <= CYCLE_MODEL;
    default: answer <= (asked[31:28] == 4'd7) ? i_logit_read : 32'd0;
  endcase
end
always @(*) if (known) begin
  one_at_a_time: assert((owed == 2'd0) || ((owed == 2'd1) && !o_request_ready));
  no_answer_unasked: assert(!o_response_valid || (owed == 2'd1));
  answered_in_2_cycles: assert((owed == 2'd0) || (was_reads != o_response_valid));
  answers_what_was_asked: assert(!o_response_valid || (o_response_data == answer));
  answer_stands: assert(!was_valid || was_ready || (o_response_valid && (o_response_data == was_data)));
  answer_goes_once: assert(!was_valid || !was_ready || !o_response_valid);
  ready_iff_it_may: assert(o_request_ready == ((owed == 2'd0) && (!i_request_write || may)));
  starts_once: assert(o_go == was_start2);
  opens: assert(o_forced_open == open);
  logits_in_order: assert(o_logit_write_address == count[$bits(o_logit_write_address)-1:0]);
  logit_asked_for: assert(o_logit_read_address == i_request_address[$bits(o_logit_read_address)-1:0]);
  quiet_while_working: assert(!working || !(o_program_write || o_filter_write || o_param_write || o_gate_weight_write
    || o_gate_param_write));
  knows_the_request: assert((was_reads == reading_r) && (!was_reads || ((asked[27:0] == offset_r)
    && (logit_r == (asked[31:28] == 4'd7)) && (register_r == (asked[31:3] == 29'd0)))));
  knows_the_start: assert(starting_r == (go_r || start_r));
  knows_the_image: assert((was_start == go_r) && (waiting == image_waits_r) && (cycles == cycles_r) && (count == logits_r));
  answer_waits: cover(o_response_valid && was_valid && !was_ready);
  write_waits: cover(i_request_valid && i_request_write && !o_request_ready && i_running);
end
