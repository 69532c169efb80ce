// Ands and ors instead of a chain of choices: at most one column wants a bank in a cycle.
integer k;
reg [@C@-1:0] reads, writes;
reg [@AW@-1:0] read_word, write_word;
reg [7:0] write_data;
// Vectors even where there is one column.
wire [@C@-1:0] reading = i_read, writing = i_write;
wire [@C@*@BW@-1:0] read_banks = i_read_bank, write_banks = i_write_bank;
always @(*) begin
  read_word = @AW@'d0; write_word = @AW@'d0; write_data = 8'd0;
  for (k = 0; k < @C@; k = k + 1) begin
    reads[k] = reading[k] && (read_banks[k * @BW@ +: @BW@] == i_index);
    writes[k] = writing[k] && (write_banks[k * @BW@ +: @BW@] == i_index);
    read_word = read_word | ({@AW@{reads[k]}} & i_read_word[k * @AW@ +: @AW@]);
    write_word = write_word | ({@AW@{writes[k]}} & i_write_word[k * @AW@ +: @AW@]);
    write_data = write_data | ({8{writes[k]}} & i_write_data[k * 8 +: 8]);
  end
end
assign o_read = |reads; assign o_read_word = read_word;
assign o_write = |writes; assign o_write_word = write_word; assign o_write_data = write_data;
