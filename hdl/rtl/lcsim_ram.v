// SPDX-License-Identifier: MIT OR Apache-2.0
// A memory with one read port and one write port. It answers in the next cycle. If the address that
// is read is written in the same cycle, the answer may be the old word or the new one. This is the
// only module that block RAM is inferred from: an ASIC flow replaces it.
`default_nettype none

module lcsim_ram #(
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
  // A word is read.
  input wire i_read,
  // Which word.
  input wire [ADDRESS-1:0] i_read_address,
  // A word is written.
  input wire i_write,
  // Which word.
  input wire [ADDRESS-1:0] i_write_address,
  // Its new content.
  input wire [WIDTH-1:0] i_write_data,
  // The word that was read, from the next cycle on.
  output reg [WIDTH-1:0] o_data
);

  (* ram_style = "block", no_rw_check *)
  reg [WIDTH-1:0] memory [0:WORDS-1];

  generate
    if (INIT_WORDS > 0) begin : content
      initial $readmemb(INIT, memory, 0, INIT_WORDS - 1);
    end
  endgenerate

  always @(posedge clock) begin
    if (i_write) begin
      memory[i_write_address] <= i_write_data;
    end
    if (i_read) begin
      o_data <= memory[i_read_address];
    end
  end
endmodule

`default_nettype wire
