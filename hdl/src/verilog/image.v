// The buffer answers a cycle after it is addressed, and its word stands in a register for another: word n is addressed n cycles
// behind the start, and written two later.
reg active_r, writes_r;
reg [@AW@-1:0] address_r, first_r;
reg [@PW@-1:0] pixel_after_r;
reg [15:0] part_after_r;
reg [@IW@-1:0] word_r;
wire last_part = (part_after_r == i_words);
assign o_buffer_address = word_r;
assign o_write = writes_r;
assign o_address = address_r;
assign o_busy = active_r;
assign o_ends = writes_r && last_part && (pixel_after_r == i_pixels);
always @(posedge clock) begin
  if (!active_r) begin
    active_r <= i_start; address_r <= i_base; first_r <= i_base; pixel_after_r <= @PW@'d1; part_after_r <= 16'd1;
    word_r <= i_start ? @IW@'d1 : @IW@'d0;
  end else begin
    writes_r <= !o_ends;
    word_r <= o_ends ? @IW@'d0 : word_r + @IW@'d1;
    if (writes_r) begin
      part_after_r <= last_part ? 16'd1 : part_after_r + 16'd1;
      if (last_part) begin
        first_r <= first_r + @AW@'d1; address_r <= first_r + @AW@'d1; pixel_after_r <= pixel_after_r + @PW@'d1;
      end else address_r <= address_r + i_pixels[@AW@-1:0];
    end
    if (o_ends) active_r <= 1'b0;
  end
end
