// The score by "Numbers" of the contract: u = sat16((t + (2^s >> 1)) >> s), score = clamp((u * m + 2^11) >> 12, 0, 2^15), and 0
// below the threshold; a step makes 2^15 of all others.
//
// Names of the module beside its ports: sum_r; biased_r (t), shift_r (s) and multiplier_r (m), which stand together; two
// cycles later saturated (u), then narrow_r and multiplier5_r; then scaled_r (u * m) and limit_r (of the threshold); then the
// score.
wire signed [33:0] wide = biased_r;
wire signed [33:0] half = (34'd1 << shift_r) >> 1;
wire signed [33:0] shifted = (wide + half) >>> shift_r;
wire signed [33:0] product_wide = $signed(scaled_r);
wire signed [33:0] unclamped = (product_wide + 34'sd2048) >>> 12;
wire [15:0] clamped = (unclamped < 34'sd0) ? 16'd0 : (unclamped > 34'sd32768) ? 16'd32768 : unclamped[15:0];
// What every program gives, which the test reads in programs.
always @(*) assume(i_threshold <= 16'h8000);
reg signed [31:0] sum1, t2, product6;
reg signed [15:0] u3, u4, u5;
reg [14:0] m5, m4, m3, m2;
reg [4:0] s2;
reg [15:0] score7;
reg [16:0] threshold6;
always @(posedge clock) if (reset) begin
  sum1 <= 32'd0; t2 <= 32'd0; s2 <= 5'd0; m2 <= 15'd0; u3 <= 16'd0; m3 <= 15'd0; u4 <= 16'd0; m4 <= 15'd0;
  u5 <= 16'd0; m5 <= 15'd0; product6 <= 32'd0; score7 <= 16'd0; threshold6 <= 17'h10000;
end else begin
  sum1 <= i_sum; t2 <= sum1 + i_bias; m2 <= i_multiplier; s2 <= i_shift;
  u3 <= (shifted > 34'sd32767) ? 16'sd32767 : (shifted < -34'sd32768) ? -16'sd32768 : shifted[15:0];
  m3 <= multiplier_r;
  u4 <= u3; m4 <= m3; u5 <= u4; m5 <= m4;
  product6 <= $signed(narrow_r) * $signed({1'b0, multiplier5_r});
  threshold6 <= {1'b0, i_threshold};
  score7 <= ({1'b0, clamped} < threshold6) ? 16'd0 : i_step ? 16'h8000 : clamped;
end
// A step stands with its threshold, which is above 0 in every program.
always @(*) assume(!i_step || (threshold6 != 17'd0));
always @(*) if (known) begin
  takes_its_sum: assert(sum_r == sum1);
  bias_is_added: assert((biased_r == t2) && (shift_r == s2) && (multiplier_r == m2));
  narrowed: assert((saturated == u4) && (narrow_r == u5));
  multiplier_follows: assert((multiplier3_r == m3) && (multiplier4_r == m4) && (multiplier5_r == m5));
  multiplied: assert(scaled_r == product6);
  limited: assert(limit_r == 17'h10000 - threshold6);
  rounded_and_clamped: assert(o_score == score7);
  sum_is_the_logit: assert(o_biased == biased_r);
  never_above_1: assert(o_score <= 16'h8000);
  under_the_threshold: cover((o_score == 16'd0) && (score7 == 16'd0) && (product_wide > 34'sd8192));
  one: cover((o_score == 16'h8000) && (product_wide > 34'sd0));
  stepped: cover(i_step && (o_score == 16'h8000));
end
