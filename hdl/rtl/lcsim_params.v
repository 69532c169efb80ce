// SPDX-License-Identifier: MIT OR Apache-2.0
// A memory of parameters: for each output its bias, its multiplier and its right shift.
`default_nettype none

module lcsim_params #(
  // Words.
  parameter WORDS = 16,
  // A file of the first words, and how many it has.
  parameter INIT = "",
  parameter INIT_WORDS = 0,
  // Bits of an address.
  parameter ADDRESS = (WORDS > 1) ? $clog2(WORDS) : 1
) (
  // The clock.
  input wire clock,
  // Which word is read.
  input wire [ADDRESS-1:0] i_read_address,
  // A word is written.
  input wire i_write,
  // Which word.
  input wire [ADDRESS-1:0] i_write_address,
  // Its new content.
  input wire [51:0] i_write_data,
  // The word that was read two cycles before: the bias.
  output wire signed [31:0] o_bias,
  // The multiplier.
  output wire [14:0] o_multiplier,
  // The right shift before the multiplication.
  output wire [4:0] o_shift
);

  lcsim_registered_ram #(
    .WIDTH(52),
    .WORDS(WORDS),
    .INIT(INIT),
    .INIT_WORDS(INIT_WORDS)
  ) ram (
    .clock(clock),
    .i_read_address(i_read_address),
    .i_write(i_write),
    .i_write_address(i_write_address),
    .i_write_data(i_write_data),
    .o_data({o_bias, o_multiplier, o_shift})
  );
endmodule

`default_nettype wire
