// Ands and ors instead of a chain of choices: at most one column wants a bank in a cycle.
integer k;
reg [@AW@-1:0] read_word, write_word;
reg [7:0] write_data;
// Vectors even where there is one column.
wire [@C@-1:0] reads = i_reads, writes = i_writes;
always @(*) begin
  read_word = @AW@'d0; write_word = @AW@'d0; write_data = 8'd0;
  for (k = 0; k < @C@; k = k + 1) begin
    read_word = read_word | ({@AW@{reads[k]}} & i_read_word[k * @AW@ +: @AW@]);
    write_word = write_word | ({@AW@{writes[k]}} & i_write_word[k * @AW@ +: @AW@]);
    write_data = write_data | ({8{writes[k]}} & i_write_data[k * 8 +: 8]);
  end
end
assign o_read_word = read_word;
assign o_write = |writes; assign o_write_word = write_word; assign o_write_data = write_data;
