// SPDX-License-Identifier: MIT OR Apache-2.0
// Tells the columns of a tile how long they hold their values: column c holds them for
// (turn - c) mod interval cycles. One column a cycle, long before the values are there.
`default_nettype none

module lcsim_delays #(
  // Bits of a counter of columns.
  parameter COUNT = 5
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // The set-up of a tile has ended.
  input wire i_settles,
  // Which of the two sets of column parameters the tile uses.
  input wire i_parity,
  // Columns of the tile.
  input wire [COUNT-1:0] i_cols,
  // The interval of the tile.
  input wire [COUNT-1:0] i_interval,
  // A column computes how long it holds its values.
  output reg o_delay,
  // Which column.
  output reg [COUNT-1:0] o_delay_column,
  // Its number modulo the interval.
  output reg [COUNT-1:0] o_delay_phase,
  // For which of its two sets.
  output reg o_delay_parity,
  // The interval of the tile.
  output reg [COUNT-1:0] o_delay_interval
);

  localparam [COUNT-1:0] ZERO = 0;
  localparam [COUNT-1:0] ONE = 1;

  // The last columns are still on their way through the set-up.
  reg [7:0] wait_r;
  reg [COUNT-1:0] cols_r;
  wire [COUNT-1:0] next_column = o_delay_column + ONE;
  wire [COUNT-1:0] next_phase = o_delay_phase + ONE;
  always @(posedge clock) begin
    wait_r <= {wait_r[6:0], i_settles};
    if (wait_r[7]) begin
      o_delay <= 1'b1;
    end else if (next_column == cols_r) begin
      o_delay <= 1'b0;
    end
    if (wait_r[1]) begin
      o_delay_parity <= i_parity;
      cols_r <= i_cols;
      o_delay_column <= ZERO;
      o_delay_phase <= ZERO;
    end else if (o_delay) begin
      o_delay_column <= next_column;
      o_delay_phase <= (next_phase == o_delay_interval) ? ZERO : next_phase;
    end
    // The last column counts a cycle later.
    if (wait_r[2]) begin
      o_delay_interval <= i_interval;
    end
    if (reset) begin
      wait_r <= 8'd0;
      cols_r <= ZERO;
      o_delay <= 1'b0;
      o_delay_column <= ZERO;
      o_delay_phase <= ZERO;
      o_delay_parity <= 1'b0;
      o_delay_interval <= ZERO;
    end
  end
endmodule

`default_nettype wire
