reg active_r;
reg [@AW@-1:0] address_r, first_r;
reg [@PW@-1:0] pixel_r;
reg [15:0] part_r;
wire last_part = (part_r + 16'd1 >= i_words);
assign o_ready = active_r;
assign o_write = active_r && i_valid;
assign o_address = address_r;
assign o_busy = active_r;
always @(posedge clock) begin
  if (reset) active_r <= 1'b0;
  else if (i_start) begin
    active_r <= 1'b1; address_r <= i_base; first_r <= i_base; pixel_r <= @PW@'d0; part_r <= 16'd0;
  end else if (o_write) begin
    part_r <= last_part ? 16'd0 : part_r + 16'd1;
    if (last_part) begin
      first_r <= first_r + @AW@'d1; address_r <= first_r + @AW@'d1; pixel_r <= pixel_r + @PW@'d1;
      if (pixel_r + @PW@'d1 == i_pixels) active_r <= 1'b0;
    end else address_r <= address_r + i_pixels[@AW@-1:0];
  end
end
