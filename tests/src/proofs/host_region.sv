// A word of NAME is written if and only if its last beat was accepted in the cycle before; it is what the beats brought, if
// they came in order: any word, and any beat of it. For each region NUMBER that is written, after host.sv.
//
// Names of the unit beside its ports: staged_r and data_r (the beats, the newest on top), write_r (data_r is one).
localparam NAME_WIDTH = $bits(o_NAME_data), NAME_BEATS = (NAME_WIDTH + 31) / 32, NAME_LOW = $clog2(NAME_BEATS);
localparam NAME_BITS = $bits(o_NAME_address);
(* anyconst *) reg [NAME_BITS-1:0] NAME_word;
(* anyconst *) reg [7:0] NAME_beat;
always @(*) assume(NAME_beat < NAME_BEATS);
wire [27:0] NAME_to = i_request_address[27:0] >> NAME_LOW;
wire [27:0] NAME_part = i_request_address[27:0] & ((28'd1 << NAME_LOW) - 28'd1);
wire NAME_hit = writes_beat && (to == NUMBER);
wire NAME_ends = NAME_hit && (NAME_part == NAME_BEATS - 1);
// Beats of the word that came in order, without another write between them; the one; whether all of them have come.
reg [7:0] NAME_have;
reg [31:0] NAME_sent;
reg NAME_due, NAME_whole;
reg [NAME_BITS-1:0] NAME_due_at;
always @(posedge clock) if (reset) begin
  NAME_have <= 8'd0; NAME_due <= 1'b0; NAME_whole <= 1'b0;
end else begin
  NAME_due <= NAME_ends; NAME_due_at <= NAME_to[NAME_BITS-1:0];
  NAME_whole <= NAME_ends && (NAME_to == NAME_word) && (NAME_have == NAME_BEATS - 1);
  if (NAME_hit && (NAME_to == NAME_word) && (NAME_part < NAME_BEATS) && ((NAME_part == 0) || (NAME_part == NAME_have))) begin
    NAME_have <= NAME_part[7:0] + 8'd1;
    if (NAME_part == NAME_beat) NAME_sent <= i_request_data;
  end else if (writes_beat) NAME_have <= 8'd0;
end
wire [32*NAME_BEATS-1:0] NAME_written = o_NAME_data, NAME_staged = beats[$bits(beats)-1 -: 32*NAME_BEATS];
wire [7:0] NAME_place = NAME_BEATS - NAME_have + NAME_beat;
wire [31:0] NAME_used = (NAME_beat == NAME_BEATS - 1) ? 32'hffff_ffff >> (32*NAME_BEATS - NAME_WIDTH) : 32'hffff_ffff;
always @(*) if (known) begin
  NAME_once: assert(o_NAME_write == NAME_due);
  NAME_address: assert(!o_NAME_write || (o_NAME_address == NAME_due_at));
  NAME_data: assert(!NAME_whole || (o_NAME_write && (o_NAME_address == NAME_word)
    && (NAME_written[32*NAME_beat +: 32] == (NAME_sent & NAME_used))));
  NAME_has: assert((NAME_have <= NAME_BEATS) && (!NAME_whole || (NAME_have == NAME_BEATS)));
  NAME_keeps: assert((NAME_have <= NAME_beat) || ((NAME_have == NAME_BEATS) && !write_r) || (NAME_staged[32*NAME_place +: 32] == NAME_sent));
  NAME_comes: cover(NAME_whole);
end
