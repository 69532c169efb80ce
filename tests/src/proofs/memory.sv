// A memory answers in the next cycle with what was last written at the address: any address. What it answers if the address is
// written in that cycle is left open.
//
// Names of the memory beside its ports: memory.
(* anyconst *) reg [$bits(i_read_address)-1:0] at;
reg written, was_written, was_read;
reg [$bits(o_data)-1:0] word, was_word;
wire writes_it = i_write && (i_write_address == at);
always @(posedge clock) begin
  if (reset) written <= 1'b0;
  else if (writes_it) begin
    written <= 1'b1; word <= i_write_data;
  end
  was_written <= written && !reset; was_word <= word; was_read <= i_read && (i_read_address == at) && !writes_it;
end
always @(*) if (known) begin
  keeps: assert(!written || (memory[at] == word));
  answers: assert(!was_written || !was_read || (o_data == was_word));
  comes: cover(was_written && was_read);
end
