// SPDX-License-Identifier: MIT OR Apache-2.0
// The stream and the scratch memory: their banks, and the crossbars between columns and banks.
`default_nettype none

module lcsim_banks #(
  // Rows of the array.
  parameter ROWS = 4,
  // Columns of the array.
  parameter COLS = 4,
  // Banks of a memory: a multiple of the rows.
  parameter BANKS = 4,
  // Words of a bank of the stream memory.
  parameter STREAM = 16,
  // Words of a bank of the scratch memory.
  parameter SCRATCH = 16,
  // Bits of an address. It reaches the larger of the two memories.
  parameter ADDRESS = 4
) (
  // The clock.
  input wire clock,
  // The convolution reads its input from the scratch memory, otherwise from the stream memory.
  input wire i_src_scratch,
  // It writes its output to the scratch memory, otherwise to the stream memory.
  input wire i_dst_scratch,
  // The word that each row reads of its banks.
  input wire [ROWS*ADDRESS-1:0] i_row_word,
  // For each column, the banks that it reads for the residual: a bit for each.
  input wire [COLS*BANKS-1:0] i_reads,
  // The word that it reads.
  input wire [COLS*ADDRESS-1:0] i_read_word,
  // For each column, the banks that it writes: a bit for each.
  input wire [COLS*BANKS-1:0] i_writes,
  // The word that it writes.
  input wire [COLS*ADDRESS-1:0] i_write_word,
  // The byte that it writes.
  input wire [COLS*8-1:0] i_write_data,
  // The image port writes a word to all banks.
  input wire i_image_write,
  // Where.
  input wire [ADDRESS-1:0] i_image_word,
  // The word: a byte for each bank.
  input wire [8*BANKS-1:0] i_image_data,
  // Three cycles after a row has read: the byte of each bank, for the rows.
  output wire [8*BANKS-1:0] o_row_data,
  // The bytes of the stream memory's banks, for the columns.
  output wire [8*BANKS-1:0] o_stored
);

  // Banks answer out of registers, and rows look at further ones, because they are far away.
  wire [8*BANKS-1:0] stream;
  wire [8*BANKS-1:0] scratch;
  reg [8*BANKS-1:0] row_data_r;
  assign o_row_data = row_data_r;
  always @(posedge clock) begin
    row_data_r <= i_src_scratch ? scratch : stream;
  end
  assign o_stored = stream;

  genvar b;
  genvar c;
  generate
    for (b = 0; b < BANKS; b = b + 1) begin : bank
      wire [COLS-1:0] reads;
      wire [COLS-1:0] writes;
      wire [ADDRESS-1:0] read_word;
      wire write;
      wire [ADDRESS-1:0] write_word;
      wire [7:0] write_data;
      for (c = 0; c < COLS; c = c + 1) begin : column
        assign reads[c] = i_reads[c * BANKS + b];
        assign writes[c] = i_writes[c * BANKS + b];
      end
      lcsim_crossbar #(
        .COLS(COLS),
        .ADDRESS(ADDRESS)
      ) crossbar (
        .i_reads(reads),
        .i_read_word(i_read_word),
        .i_writes(writes),
        .i_write_word(i_write_word),
        .i_write_data(i_write_data),
        .o_read_word(read_word),
        .o_write(write),
        .o_write_word(write_word),
        .o_write_data(write_data)
      );
      // The residual is in the stream memory, the image in the scratch memory. Rows and columns
      // never read the same memory in one convolution.
      lcsim_bank #(
        .WORDS(STREAM),
        .ADDRESS(ADDRESS)
      ) stream_bank (
        .clock(clock),
        .i_row_word(i_row_word[(b % ROWS) * ADDRESS +: ADDRESS]),
        .i_read(i_src_scratch),
        .i_read_word(read_word),
        .i_write(write && !i_dst_scratch),
        .i_write_word(write_word),
        .i_write_data(write_data),
        .i_image_write(1'b0),
        .i_image_word({ADDRESS{1'b0}}),
        .i_image_data(8'd0),
        .o_data(stream[8 * b +: 8])
      );
      lcsim_bank #(
        .WORDS(SCRATCH),
        .ADDRESS(ADDRESS)
      ) scratch_bank (
        .clock(clock),
        .i_row_word(i_row_word[(b % ROWS) * ADDRESS +: ADDRESS]),
        .i_read(1'b0),
        .i_read_word({ADDRESS{1'b0}}),
        .i_write(write && i_dst_scratch),
        .i_write_word(write_word),
        .i_write_data(write_data),
        .i_image_write(i_image_write),
        .i_image_word(i_image_word),
        .i_image_data(i_image_data[8 * b +: 8]),
        .o_data(scratch[8 * b +: 8])
      );
    end
  endgenerate
endmodule

`default_nettype wire
