reg active_r;
reg [@AW@-1:0] address_r, first_r;
reg [@PW@-1:0] pixel_after_r;
reg [15:0] part_after_r;
reg [@IW@-1:0] word_r;
wire last_part = (part_after_r == i_words);
// The buffer answers in the next cycle: address the word after the one that is written now.
assign o_buffer_address = active_r ? word_r + @IW@'d1 : @IW@'d0;
assign o_write = active_r;
assign o_address = address_r;
assign o_busy = active_r;
assign o_ends = active_r && last_part && (pixel_after_r == i_pixels);
always @(posedge clock) begin
  if (!active_r) begin
    active_r <= i_start; address_r <= i_base; first_r <= i_base; pixel_after_r <= @PW@'d1; part_after_r <= 16'd1; word_r <= @IW@'d0;
  end else begin
    word_r <= word_r + @IW@'d1;
    part_after_r <= last_part ? 16'd1 : part_after_r + 16'd1;
    if (last_part) begin
      first_r <= first_r + @AW@'d1; address_r <= first_r + @AW@'d1; pixel_after_r <= pixel_after_r + @PW@'d1;
    end else address_r <= address_r + i_pixels[@AW@-1:0];
    if (o_ends) active_r <= 1'b0;
  end
end
