// SPDX-License-Identifier: MIT OR Apache-2.0
// A memory with one read port and one write port, which answers out of a register. A block RAM has
// such a register inside, which is much faster than one beside it. Vivado uses it; for an ECP5,
// ecp5_registers.py does.
`default_nettype none

module lcsim_registered_ram #(
  // Bits of a word.
  parameter WIDTH = 8,
  // Words.
  parameter WORDS = 16,
  // A file of the first words: binary digits, a word a line.
  parameter INIT = "",
  // How many words the file has. Without any, the memory starts with no content.
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
  input wire [WIDTH-1:0] i_write_data,
  // The word that was read two cycles before.
  output wire [WIDTH-1:0] o_data
);

  wire [WIDTH-1:0] data;
  lcsim_ram #(
    .WIDTH(WIDTH),
    .WORDS(WORDS),
    .INIT(INIT),
    .INIT_WORDS(INIT_WORDS)
  ) ram (
    .clock(clock),
    .i_read(1'b1),
    .i_read_address(i_read_address),
    .i_write(i_write),
    .i_write_address(i_write_address),
    .i_write_data(i_write_data),
    .o_data(data)
  );

  reg [WIDTH-1:0] data_r;
  assign o_data = data_r;
  always @(posedge clock) begin
    data_r <= data;
  end
endmodule

`default_nettype wire
