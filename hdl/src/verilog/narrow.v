// biased_r >> shift, rounded. One bit stays behind the point until the end, where it rounds. Each
// step halves the width: bits above cannot come down into the result any more; they only tell whether it overflows.
wire negative = biased_r[31];
wire [31:0] by16 = shift[4] ? {{15{negative}}, biased_r[31:15]} : {biased_r[30:0], 1'b0};
wire [23:0] by8 = shift[3] ? by16[31:8] : by16[23:0];
wire [19:0] by4 = shift[2] ? by8[23:4] : by8[19:0];
wire [17:0] by2 = shift[1] ? by4[19:2] : by4[17:0];
wire [16:0] by1 = shift[0] ? by2[17:1] : by2[16:0];
wire over = (!shift[3] && (by16[31:24] != {8{negative}})) || (!shift[2] && (by8[23:20] != {4{negative}}))
  || (!shift[1] && (by4[19:18] != {2{negative}})) || (!shift[0] && (by2[17] != negative)) || (by1[16] != negative);
wire [16:0] rounded = {by1[16], by1[16:1]} + {16'd0, by1[0]};
// In the next cycle saturated.
reg over_r, negative_r; reg [16:0] rounded_r;
wire signed [15:0] narrow = (over_r || (rounded_r[16] != rounded_r[15])) ? {negative_r, {15{!negative_r}}} : rounded_r[15:0];
