// SPDX-License-Identifier: MIT OR Apache-2.0
// A large memory with one read port and one write port, cut into blocks. Each block answers out of
// a register, so that the choice among blocks takes a cycle of its own: the memory answers two
// cycles after it was addressed. A word is written a cycle after it came.
`default_nettype none

module lcsim_blocks #(
  // Bits of a word.
  parameter WIDTH = 8,
  // Words.
  parameter WORDS = 20000,
  // Words of a block: a power of two.
  parameter BLOCK = 16384,
  // The begin of the names of files, one for each block: binary digits, a word a line.
  parameter INIT = "",
  // How many words the files have together.
  parameter INIT_WORDS = 0,
  // Bits of an address.
  parameter ADDRESS = (WORDS > 1) ? $clog2(WORDS) : 1
) (
  // The clock.
  input wire clock,
  // The word that is read.
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

  localparam BLOCKS = (WORDS + BLOCK - 1) / BLOCK;
  // Bits of the number of a block, and of an address within one.
  localparam NUMBER = (BLOCKS > 1) ? $clog2(BLOCKS) : 1;
  localparam WITHIN = $clog2(BLOCK);
  // The address with bits that say which block.
  localparam WHOLE = NUMBER + WITHIN;
  wire [WHOLE-1:0] read_address;
  wire [WHOLE-1:0] write_address;
  generate
    if (WHOLE > ADDRESS) begin : padded
      assign read_address = {{WHOLE - ADDRESS{1'b0}}, i_read_address};
      assign write_address = {{WHOLE - ADDRESS{1'b0}}, i_write_address};
    end else begin : as_it_is
      assign read_address = i_read_address;
      assign write_address = i_write_address;
    end
  endgenerate

  reg [NUMBER-1:0] read_r;
  reg [NUMBER-1:0] shown_r;
  reg [BLOCKS-1:0] write_r;
  reg [WITHIN-1:0] write_address_r;
  reg [WIDTH-1:0] write_data_r;
  wire [BLOCKS*WIDTH-1:0] words;
  integer w;
  always @(posedge clock) begin
    read_r <= read_address[WITHIN +: NUMBER];
    shown_r <= read_r;
    for (w = 0; w < BLOCKS; w = w + 1) begin
      write_r[w] <= i_write && (write_address[WITHIN +: NUMBER] == w[NUMBER-1:0]);
    end
    write_address_r <= write_address[WITHIN-1:0];
    write_data_r <= i_write_data;
  end

  genvar b;
  generate
    for (b = 0; b < BLOCKS; b = b + 1) begin : block
      localparam OWN = (b == BLOCKS - 1) ? WORDS - b * BLOCK : BLOCK;
      localparam FILLED = (INIT_WORDS <= b * BLOCK) ? 0
        : (INIT_WORDS - b * BLOCK > OWN) ? OWN : INIT_WORDS - b * BLOCK;
      localparam INDEX = (OWN > 1) ? $clog2(OWN) : 1;
      // The number of a file has two digits.
      localparam [7:0] TENS = 48 + b / 10;
      localparam [7:0] ONES = 48 + b % 10;
      lcsim_registered_ram #(
        .WIDTH(WIDTH),
        .WORDS(OWN),
        .INIT({INIT, "_", TENS, ONES, ".mem"}),
        .INIT_WORDS(FILLED)
      ) ram (
        .clock(clock),
        .i_read_address(read_address[INDEX-1:0]),
        .i_write(write_r[b]),
        .i_write_address(write_address_r[INDEX-1:0]),
        .i_write_data(write_data_r),
        .o_data(words[b * WIDTH +: WIDTH])
      );
    end
  endgenerate

  // The word of the block that was addressed.
  reg [WIDTH-1:0] word;
  integer n;
  always @(*) begin
    word = {WIDTH{1'b0}};
    for (n = 0; n < BLOCKS; n = n + 1) begin
      word = word | (words[n * WIDTH +: WIDTH] & {WIDTH{shown_r == n[NUMBER-1:0]}});
    end
  end
  assign o_data = word;

  // A block that is not full has no use for the high bits.
  wire unused_bits = &{read_address, write_address_r};
endmodule

`default_nettype wire
