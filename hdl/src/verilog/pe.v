// Registers stand in front of the multiplier and of the adder instead of behind them, each a cycle later: what leaves is as if
// product and sum were registered, and the way from a bank's answer to a multiplier is cut in two.
reg signed [7:0] operand_r, shadow_r, active_r, used_r;
reg swap_r;
reg signed [15:0] product_r;
reg signed [@SUM@-1:0] above_r;
always @(posedge clock) begin
  operand_r <= $signed(i_operand);
  used_r <= active_r;
  swap_r <= i_swap;
  product_r <= operand_r * used_r;
  above_r <= $signed(i_sum);
  if (i_swap) active_r <= shadow_r;
  if (i_load) shadow_r <= $signed(i_weight);
end
assign o_operand = operand_r;
assign o_swap = swap_r;
assign o_sum = above_r + {{@SUM@-16{product_r[15]}}, product_r};
