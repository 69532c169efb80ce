// SPDX-License-Identifier: MIT OR Apache-2.0
// Random folds, with the extremes of int8, through lcsim_array: each sum against a plain dot
// product, in the cycle that the contract gives. Weights of the next fold are loaded while pixels
// of this one are summed. Ends with PASS, or with FAIL and an exit code that is not 0.
`default_nettype none

module lcsim_array_tb;
  localparam ROWS = 1;
  localparam COLS = 1;
  localparam FOLDS = 20;
  // A fold is long enough for the next one's weights, which are loaded a row a cycle.
  localparam PIXELS = ROWS + COLS + 2;
  localparam CYCLES = FOLDS * PIXELS + ROWS + COLS + 2;

  reg signed [7:0] weight [0:FOLDS * ROWS * COLS - 1];
  reg signed [7:0] pixel [0:FOLDS * PIXELS * ROWS - 1];
  reg clock = 1'b0, reset = 1'b1;
  reg [8*ROWS-1:0] operand = 0;
  reg [ROWS-1:0] swap = 0;
  reg [COLS-1:0] load = 0;
  reg [15:0] load_row = 16'd0;
  reg [8*COLS-1:0] weights = 0;
  wire [32*COLS-1:0] sum;
  integer errors = 0, checks = 0, t, r, c, n, fold;
  integer expected;

  lcsim_array array(
    .clock(clock), .reset(reset), .i_operand(operand), .i_swap(swap), .i_load(load),
    .i_load_row(load_row),
    .i_weights(weights), .o_sum(sum)
  );

  function [7:0] int8(input integer bits);
    case (bits[11:8])
      4'd0: int8 = 8'h80;
      4'd1: int8 = 8'h7f;
      4'd2: int8 = 8'h00;
      default: int8 = bits[7:0];
    endcase
  endfunction

  always #5 clock = !clock;

  initial begin
    for (n = 0; n < FOLDS * ROWS * COLS; n = n + 1) weight[n] = int8($random);
    for (n = 0; n < FOLDS * PIXELS * ROWS; n = n + 1) pixel[n] = int8($random);
    repeat (2) @(negedge clock);
    reset = 1'b0;
    // In cycle t pixel t - r enters row r; the flag that swaps weights enters with the pixel before
    // its fold.
    for (t = -PIXELS; t < CYCLES; t = t + 1) begin
      for (r = 0; r < ROWS; r = r + 1) begin
        n = t - r;
        operand[8*r +: 8] = (n >= 0 && n < FOLDS * PIXELS) ? pixel[n * ROWS + r] : 8'd0;
        swap[r] = (n >= -1) && (n + 1 < FOLDS * PIXELS) && ((n + 1) % PIXELS == 0);
      end
      // The last row swaps when the fold is ROWS - 1 pixels old; from then on the weights of the
      // next fold are loaded.
      fold = (t + PIXELS) / PIXELS;
      n = (t + PIXELS) % PIXELS - COLS - 1;
      load = (n >= 0 && n < ROWS && fold < FOLDS) ? {COLS{1'b1}} : {COLS{1'b0}};
      load_row = n[15:0];
      for (c = 0; c < COLS; c = c + 1)
        if (n >= 0 && n < ROWS && fold < FOLDS)
          weights[8*c +: 8] = weight[(fold * ROWS + n) * COLS + c];
      #1;
      for (c = 0; c < COLS; c = c + 1) begin
        n = t - ROWS - 1 - c;
        if (n >= 0 && n < FOLDS * PIXELS) begin
          expected = 0;
          for (r = 0; r < ROWS; r = r + 1)
            expected = expected + weight[(n / PIXELS * ROWS + r) * COLS + c] * pixel[n * ROWS + r];
          checks = checks + 1;
          if (sum[32*c +: 32] !== expected) begin
            errors = errors + 1;
            $display("pixel %0d, column %0d: expected %0d, found %0d", n, c, expected,
              $signed(sum[32*c +: 32]));
          end
        end
      end
      @(negedge clock);
    end
    if (errors == 0) $display("PASS: %0d sums", checks);
    else $display("FAIL: %0d of %0d sums differ", errors, checks);
    if (errors != 0) $fatal(1);
    $finish;
  end
endmodule

`default_nettype wire
