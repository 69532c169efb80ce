// Before every properties file: reset comes first, and may come again in any cycle.
reg known = 1'b0, was_reset;
always @(posedge clock) begin
  if (reset) known <= 1'b1;
  was_reset <= reset;
end
always @(*) if (!known) assume(reset);
