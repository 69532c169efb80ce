// The score by "Numbers" of the contract: u = sat16((t + (2^s >> 1)) >> s), score = clamp((u * m + 2^11) >> 12, 0, 2^15), and 0
// below the threshold.
//
// Names of the unit beside its ports: p2_valid_r and biased_r (t), p2_shift_r (s), p2_multiplier_r (m), which stand together; a
// cycle later narrow (u) and p3_multiplier_r; then scaled_r (u * m); then the score. leaving_r[0] is the sum that leaves.
wire signed [33:0] wide = biased_r;
wire signed [33:0] half = (34'd1 << p2_shift_r) >> 1;
wire signed [33:0] shifted = (wide + half) >>> p2_shift_r;
wire signed [33:0] product_wide = $signed(scaled_r);
wire signed [33:0] unclamped = (product_wide + 34'sd2048) >>> 12;
wire [15:0] clamped = (unclamped < 34'sd0) ? 16'd0 : (unclamped > 34'sd32768) ? 16'd32768 : unclamped[15:0];
// What every program gives, which the test reads in programs.
always @(*) assume(i_job_threshold <= 16'h8000);
reg signed [31:0] t2, product4;
reg signed [15:0] u3;
reg [14:0] m3, m2;
reg [4:0] s2;
reg [15:0] score5;
reg valid3, valid4, valid5;
always @(posedge clock) if (reset) begin
  t2 <= 32'd0; s2 <= 5'd0; m2 <= 15'd0; u3 <= 16'd0; m3 <= 15'd0; product4 <= 32'd0; score5 <= 16'd0;
  valid3 <= 1'b0; valid4 <= 1'b0; valid5 <= 1'b0;
end else begin
  t2 <= leaving_r[0] + $signed(i_param[51:20]); m2 <= i_param[19:5]; s2 <= i_param[4:0];
  u3 <= (shifted > 34'sd32767) ? 16'sd32767 : (shifted < -34'sd32768) ? -16'sd32768 : shifted[15:0];
  m3 <= p2_multiplier_r;
  product4 <= narrow * $signed({1'b0, p3_multiplier_r});
  score5 <= (clamped < i_job_threshold) ? 16'd0 : clamped;
  valid3 <= p2_valid_r && (i_job_purpose != 2'd2); valid4 <= valid3; valid5 <= valid4;
end
always @(*) if (known) begin
  bias_is_added: assert((biased_r == t2) && (p2_shift_r == s2) && (p2_multiplier_r == m2));
  narrowed: assert(narrow == u3);
  multiplier_follows: assert(p3_multiplier_r == m3);
  multiplied: assert(scaled_r == product4);
  rounded_and_clamped: assert(o_score == score5);
  never_above_1: assert((o_score <= 16'h8000) && (o_lscore <= 16'h8000));
  skip_iff_0: assert(!o_lscore_valid || (o_skip == (o_lscore == 16'd0)));
  leaves_with_its_output: assert(o_score_valid == valid5);
  skips: cover(o_lscore_valid && o_skip);
  under_the_threshold: cover(o_score_valid && (o_score == 16'd0) && (score5 == 16'd0) && (product_wide > 34'sd8192));
  one: cover(o_score_valid && (o_score == 16'h8000) && (product_wide > 34'sd0));
end
