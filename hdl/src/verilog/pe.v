reg signed [7:0] operand_r, shadow_r, active_r;
reg swap_r;
reg signed [31:0] sum_r;
wire signed [15:0] product = $signed(i_operand) * active_r;
always @(posedge clock) begin
  if (reset) begin
    operand_r <= 8'sd0;
    shadow_r <= 8'sd0;
    active_r <= 8'sd0;
    swap_r <= 1'b0;
    sum_r <= 32'sd0;
  end else begin
    operand_r <= $signed(i_operand);
    swap_r <= i_swap;
    sum_r <= $signed(i_sum) + {{16{product[15]}}, product};
    if (i_swap) active_r <= shadow_r;
    if (i_load) shadow_r <= $signed(i_weight);
  end
end
assign o_operand = operand_r;
assign o_swap = swap_r;
assign o_sum = sum_r;
