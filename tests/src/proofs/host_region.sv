// A word of NAME is written if and only if its last beat was stored in the cycle before; each of its bytes is what was last
// stored at this byte of a word: any byte. For each region that is written, before host.sv.
localparam NAME_B = (SIZE_WIDTH + 31) / 32, NAME_LOW = $clog2(NAME_B);
localparam [ADDRESS:0] NAME_END = SIZE_BASE + (SIZE_WORDS << (2 + NAME_LOW));
wire [ADDRESS-1:0] NAME_offset = write_address_r - SIZE_BASE;
wire [ADDRESS-1:0] NAME_at = NAME_offset >> (2 + NAME_LOW);
wire [ADDRESS-1:0] NAME_part = (NAME_offset >> 2) & ((1 << NAME_LOW) - 1);
wire NAME_inside = (write_address_r >= SIZE_BASE) && (write_address_r < NAME_END) && (NAME_part < NAME_B);
wire NAME_stored = write_r && (strobe_r != 4'd0) && NAME_inside && STAYS;
(* anyconst *) reg [9:0] NAME_byte;
always @(*) assume(NAME_byte < 4 * NAME_B);
reg NAME_due;
reg [ADDRESS-1:0] NAME_due_at;
reg [7:0] NAME_last;
reg NAME_has;
always @(posedge clock) begin
  NAME_due <= NAME_stored && (NAME_part == NAME_B - 1) && !reset;
  NAME_due_at <= NAME_at;
  if (reset) NAME_has <= 1'b0;
  // Words of other memories pass through the same buffer.
  else if (any_stored) begin
    if ((any_part == NAME_byte >> 2) && strobe_r[NAME_byte[1:0]]) begin
      NAME_has <= 1'b1;
      NAME_last <= data_r >> {NAME_byte[1:0], 3'd0};
    end
  end
end
wire [32*NAME_B-1:0] NAME_written = o_NAME_data;
wire [7:0] NAME_used = (32'd255 >> ((8 * NAME_byte + 8 > SIZE_WIDTH) ? 8 * NAME_byte + 8 - SIZE_WIDTH : 0));
always @(*) if (known) begin
  NAME_once: assert(o_NAME_write == NAME_due);
  NAME_address: assert(!o_NAME_write || (o_NAME_address == NAME_due_at));
  NAME_data: assert(!NAME_has || (NAME_written[8*NAME_byte +: 8] == (NAME_last & NAME_used)));
  NAME_comes: cover(o_NAME_write);
end
