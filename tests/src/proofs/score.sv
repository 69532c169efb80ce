// The score by "Numbers" of the contract: u = sat16((t + (2^s >> 1)) >> s), score = clamp((u * m + 2^11) >> 12, 0, 2^15), and 0
// below the threshold.
//
// Names of the module beside its ports: biased_r (t), shift_r (s) and multiplier_r (m), which stand together; a cycle later narrow
// (u) and multiplier3_r; then scaled_r (u * m); then the score.
wire signed [33:0] wide = biased_r;
wire signed [33:0] half = (34'd1 << shift_r) >> 1;
wire signed [33:0] shifted = (wide + half) >>> shift_r;
wire signed [33:0] product_wide = $signed(scaled_r);
wire signed [33:0] unclamped = (product_wide + 34'sd2048) >>> 12;
wire [15:0] clamped = (unclamped < 34'sd0) ? 16'd0 : (unclamped > 34'sd32768) ? 16'd32768 : unclamped[15:0];
// What every program gives, which the test reads in programs.
always @(*) assume(i_threshold <= 16'h8000);
reg signed [31:0] t2, product4;
reg signed [15:0] u3;
reg [14:0] m3, m2;
reg [4:0] s2;
reg [15:0] score5;
always @(posedge clock) if (reset) begin
  t2 <= 32'd0; s2 <= 5'd0; m2 <= 15'd0; u3 <= 16'd0; m3 <= 15'd0; product4 <= 32'd0; score5 <= 16'd0;
end else begin
  t2 <= i_sum + i_bias; m2 <= i_multiplier; s2 <= i_shift;
  u3 <= (shifted > 34'sd32767) ? 16'sd32767 : (shifted < -34'sd32768) ? -16'sd32768 : shifted[15:0];
  m3 <= multiplier_r;
  product4 <= $signed(narrow) * $signed({1'b0, multiplier3_r});
  score5 <= (clamped < i_threshold) ? 16'd0 : clamped;
end
always @(*) if (known) begin
  bias_is_added: assert((biased_r == t2) && (shift_r == s2) && (multiplier_r == m2));
  narrowed: assert(narrow == u3);
  multiplier_follows: assert(multiplier3_r == m3);
  multiplied: assert(scaled_r == product4);
  rounded_and_clamped: assert(o_score == score5);
  sum_is_the_logit: assert(o_biased == biased_r);
  never_above_1: assert(o_score <= 16'h8000);
  under_the_threshold: cover((o_score == 16'd0) && (score5 == 16'd0) && (product_wide > 34'sd8192));
  one: cover((o_score == 16'h8000) && (product_wide > 34'sd0));
end
