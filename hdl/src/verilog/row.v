// The tap that this row's pixels are taken from, in two copies like the weights.
reg [15:0] tap_y_r, tap_x_r, shadow_y_r, shadow_x_r;
reg [@AW@-1:0] tap_offset_r, shadow_offset_r;
reg [@SLOT@-1:0] slot_r;
reg read_r, read2_r, swap_r, swap2_r;
reg [@QW@-1:0] bank_r, bank2_r;
wire signed [17:0] y = {s_y[16], s_y} + {2'b0, tap_y_r};
wire signed [17:0] x = {s_x[16], s_x} + {2'b0, tap_x_r};
wire in_map = !y[17] && (y[16:0] < {1'b0, i_height}) && !x[17] && (x[16:0] < {1'b0, i_width});
assign o_read = s_valid && (i_index < s_rows) && in_map;
assign o_bank = s_bank;
assign o_address = s_address + tap_offset_r;
always @(posedge clock) begin
  slot_r <= i_slot;
  read_r <= o_read; read2_r <= read_r;
  swap_r <= s_swap; swap2_r <= swap_r;
  bank_r <= s_bank; bank2_r <= bank_r;
  if (s_swap) begin
    tap_y_r <= shadow_y_r; tap_x_r <= shadow_x_r; tap_offset_r <= shadow_offset_r;
  end
  if (i_tap_load && (i_tap_row == i_index)) begin
    shadow_y_r <= i_tap_y; shadow_x_r <= i_tap_x; shadow_offset_r <= i_tap_offset;
  end
end
assign o_slot = slot_r;
// The bank's answer, a cycle later, and its register another.
wire [7:0] data = i_data[8 * bank2_r +: 8];
assign o_operand = (read2_r && !(i_relu && data[7])) ? data : 8'd0;
assign o_swap = swap2_r;
