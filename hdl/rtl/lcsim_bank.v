// SPDX-License-Identifier: MIT OR Apache-2.0
// A bank of the stream or the scratch memory. Rows or columns read it. Columns or the image port
// write it, through a register.
`default_nettype none

module lcsim_bank #(
  // Words.
  parameter WORDS = 16,
  // Bits of an address on the ports. It reaches the larger of the two memories.
  parameter ADDRESS = 4
) (
  // The clock.
  input wire clock,
  // The word that a row reads, unless a column reads.
  input wire [ADDRESS-1:0] i_row_word,
  // A column reads.
  input wire i_read,
  // The word that it reads, a cycle before.
  input wire [ADDRESS-1:0] i_read_word,
  // A column writes.
  input wire i_write,
  // The word that it writes; 0 if no column writes.
  input wire [ADDRESS-1:0] i_write_word,
  // The byte that it writes; 0 if no column writes.
  input wire [7:0] i_write_data,
  // The image port writes.
  input wire i_image_write,
  // The word that it writes.
  input wire [ADDRESS-1:0] i_image_word,
  // The byte that it writes.
  input wire [7:0] i_image_data,
  // The byte that was read two cycles before.
  output wire [7:0] o_data
);

  localparam OWN = (WORDS > 1) ? $clog2(WORDS) : 1;

  reg [ADDRESS-1:0] read_word_r;
  wire [ADDRESS-1:0] read_word = i_read ? read_word_r : i_row_word;
  reg write_r;
  reg [ADDRESS-1:0] write_word_r;
  reg [7:0] write_data_r;
  always @(posedge clock) begin
    read_word_r <= i_read_word;
    write_r <= i_write | i_image_write;
    write_word_r <= i_write_word | (i_image_word & {ADDRESS{i_image_write}});
    write_data_r <= i_write_data | (i_image_data & {8{i_image_write}});
  end

  lcsim_registered_ram #(
    .WIDTH(8),
    .WORDS(WORDS)
  ) ram (
    .clock(clock),
    .i_read_address(read_word[OWN-1:0]),
    .i_write(write_r),
    .i_write_address(write_word_r[OWN-1:0]),
    .i_write_data(write_data_r),
    .o_data(o_data)
  );

  // A memory smaller than the other one has no use for the high bits.
  wire unused_bits = &{read_word, write_word_r};
endmodule

`default_nettype wire
