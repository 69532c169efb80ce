// Rows or columns read; columns or the image port write. The crossbar gives 0 where no column writes.
wire [@AW@-1:0] read_word = i_read ? i_read_word : i_row_word;
wire [@AW@-1:0] write_word = i_write_word | (i_image_write ? i_image_word : @AW@'d0);
wire [7:0] write_data = i_write_data | (i_image_write ? i_image_data : 8'd0);
(* ram_style = "block", no_rw_check *) reg [7:0] memory [0:@DEPTH@-1];
reg [7:0] data;
always @(posedge clock) begin
  if (i_write || i_image_write) memory[write_word[@MW@-1:0]] <= write_data;
  data <= memory[read_word[@MW@-1:0]];
end
assign o_data = data;
