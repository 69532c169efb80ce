// The product belongs to the cycle of the operand; it is formed behind the registers, a cycle later, and so is the sum: what
// leaves is as if the sum were registered, and the way from a bank's answer to a multiplier is cut in two.
reg signed [7:0] operand_r, shadow_r, active_r, used_r;
reg swap_r;
reg signed [31:0] above_r;
wire signed [15:0] product = operand_r * used_r;
always @(posedge clock) begin
  operand_r <= $signed(i_operand);
  used_r <= active_r;
  swap_r <= i_swap;
  above_r <= $signed(i_sum);
  if (i_swap) active_r <= shadow_r;
  if (i_load) shadow_r <= $signed(i_weight);
end
assign o_operand = operand_r;
assign o_swap = swap_r;
assign o_sum = above_r + {{16{product[15]}}, product};
