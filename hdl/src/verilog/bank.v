// Rows read; columns read the residual and write; the image is written from outside. At most one of each in a cycle.
integer k;
// Vectors even where there is one column.
wire [@C@-1:0] reads = i_read, writes = i_write;
wire [@C@*@BW@-1:0] read_banks = i_read_bank, write_banks = i_write_bank;
reg [@AW@-1:0] read_address, write_address;
reg write;
reg [7:0] write_data;
always @(*) begin
  read_address = i_row_address;
  for (k = 0; k < @C@; k = k + 1)
    if (reads[k] && (read_banks[k * @BW@ +: @BW@] == i_index)) read_address = i_read_word[k * @AW@ +: @AW@];
  write = i_image_write;
  write_address = i_image_address;
  write_data = i_image_data;
  for (k = 0; k < @C@; k = k + 1)
    if (writes[k] && (write_banks[k * @BW@ +: @BW@] == i_index)) begin
      write = 1'b1;
      write_address = i_write_word[k * @AW@ +: @AW@];
      write_data = i_write_data[k * 8 +: 8];
    end
end
reg [7:0] memory [0:@DEPTH@-1];
reg [7:0] data_r;
always @(posedge clock) begin
  if (write) memory[write_address[@MW@-1:0]] <= write_data;
  data_r <= memory[read_address[@MW@-1:0]];
end
assign o_data = data_r;
