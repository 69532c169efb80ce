// SPDX-License-Identifier: MIT OR Apache-2.0
// Decodes the addresses of one memory, and writes its words when their last beat comes.
`default_nettype none

module lcsim_region #(
  // Bits of a byte address.
  parameter ADDRESS = 20,
  // The byte address of the first beat: a multiple of the region's size, which is a power of two.
  parameter [ADDRESS-1:0] BASE = 0,
  // Bits of a word of the memory.
  parameter WIDTH = 8,
  // Beats of the longest word of any memory.
  parameter PARTS = 4,
  // Words of the memory.
  parameter WORDS = 16,
  // Bits of the number of a word.
  parameter INDEX = (WORDS > 1) ? $clog2(WORDS) : 1
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // The address of a beat, in bytes, a cycle before the beat.
  input wire [ADDRESS-1:0] i_address,
  // The beat is written, if its address is of this region.
  input wire i_write,
  // The address is of this region.
  output wire o_here,
  // Which beat of a word it is: a bit for each, none if the address is of another region.
  output wire [PARTS-1:0] o_part,
  // A word is written: its last beat came in the cycle before.
  output reg o_write,
  // Which word.
  output reg [INDEX-1:0] o_word
);

  // Beats of a word, and bits of their number.
  localparam BEATS = (WIDTH + 31) / 32;
  localparam LOW = $clog2(BEATS);
  // Bits of an address within the region, rounded up to a power of two.
  localparam SPAN = 2 + LOW + $clog2(WORDS);

  // A word, and a beat of it, that the region would have if its sizes were powers of two.
  wire [INDEX:0] word;
  wire [7:0] beat;
  generate
    if (WORDS > 1) begin : words
      assign word = {1'b0, i_address[2 + LOW +: INDEX]};
    end else begin : one_word
      assign word = {INDEX + 1{1'b0}};
    end
    if (LOW > 0) begin : beats
      assign beat = {{8 - LOW{1'b0}}, i_address[2 +: LOW]};
    end else begin : one_beat
      assign beat = 8'd0;
    end
  endgenerate

  localparam [31:0] COUNT = WORDS;
  localparam [31:0] LAST = BEATS - 1;
  wire covered = (word < COUNT[INDEX:0]) && (beat <= LAST[7:0]);
  assign o_here = (i_address[ADDRESS-1:SPAN] == BASE[ADDRESS-1:SPAN]) && covered;
  localparam [PARTS-1:0] FIRST_PART = 1;
  assign o_part = o_here ? FIRST_PART << beat : {PARTS{1'b0}};
  reg last_r;
  reg [INDEX-1:0] word_r;

  always @(posedge clock) begin
    last_r <= o_here && (beat == LAST[7:0]);
    word_r <= word[INDEX-1:0];
    o_write <= i_write && last_r;
    o_word <= word_r;
    if (reset) begin
      o_write <= 1'b0;
      o_word <= {INDEX{1'b0}};
    end
  end

  // The lowest bits are of bytes within a beat.
  wire unused_bits = &i_address;
endmodule

`default_nettype wire
