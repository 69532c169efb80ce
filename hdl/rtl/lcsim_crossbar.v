// SPDX-License-Identifier: MIT OR Apache-2.0
// Brings what the columns want of one bank to the bank. At most one column reads it and at most one
// writes it in a cycle, so ands and ors choose instead of a chain of multiplexers.
`default_nettype none

module lcsim_crossbar #(
  // Columns.
  parameter COLS = 8,
  // Bits of an address of a bank.
  parameter ADDRESS = 4
) (
  // For each column, whether it reads the bank.
  input wire [COLS-1:0] i_reads,
  // The word that each column reads, of whatever bank.
  input wire [COLS*ADDRESS-1:0] i_read_word,
  // For each column, whether it writes the bank.
  input wire [COLS-1:0] i_writes,
  // The word that each column writes, of whatever bank.
  input wire [COLS*ADDRESS-1:0] i_write_word,
  // The byte that each column writes.
  input wire [COLS*8-1:0] i_write_data,
  // The word that is read; 0 if no column reads.
  output reg [ADDRESS-1:0] o_read_word,
  // A column writes.
  output wire o_write,
  // The word that is written; 0 if no column writes.
  output reg [ADDRESS-1:0] o_write_word,
  // The byte that is written; 0 if no column writes.
  output reg [7:0] o_write_data
);

  assign o_write = |i_writes;

  integer c;
  always @(*) begin
    o_read_word = {ADDRESS{1'b0}};
    o_write_word = {ADDRESS{1'b0}};
    o_write_data = 8'd0;
    for (c = 0; c < COLS; c = c + 1) begin
      o_read_word = o_read_word | (i_read_word[c * ADDRESS +: ADDRESS] & {ADDRESS{i_reads[c]}});
      o_write_word = o_write_word | (i_write_word[c * ADDRESS +: ADDRESS] & {ADDRESS{i_writes[c]}});
      o_write_data = o_write_data | (i_write_data[c * 8 +: 8] & {8{i_writes[c]}});
    end
  end
endmodule

`default_nettype wire
