(* ram_style = "block", no_rw_check *) reg [@WIDTH@-1:0] memory [0:@WORDS@-1];
reg [@WIDTH@-1:0] data;
@INIT@
always @(posedge clock) begin
  if (i_write) memory[i_write_address] <= i_write_data;
  data <= memory[i_read_address];
end
assign o_data = data;
