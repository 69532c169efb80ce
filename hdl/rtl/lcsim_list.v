// SPDX-License-Identifier: MIT OR Apache-2.0
// A live list. The gate unit writes it; the loader and the gate unit read it at the same time, from
// a copy each. Addresses and entries pass a register, because they come late.
`default_nettype none

module lcsim_list #(
  // Entries.
  parameter ENTRIES = 16,
  // Bits of a channel, of its group of filter words, of its byte of a filter word, of its bank, and
  // of its place among the channels of the bank.
  parameter CHANNEL = 4,
  parameter GROUP = 2,
  parameter LANE = 2,
  parameter BANK = 2,
  parameter PLACE = 2
) (
  // The clock.
  input wire clock,
  // An entry is written.
  input wire i_write,
  // Its place in the list.
  input wire [CHANNEL-1:0] i_write_address,
  // The channel of the entry.
  input wire [CHANNEL-1:0] i_channel,
  // Its group of filter words.
  input wire [GROUP-1:0] i_group,
  // Its byte of a filter word.
  input wire [LANE-1:0] i_lane,
  // Its bank in a map that has all channels.
  input wire [BANK-1:0] i_bank,
  // Its place among the channels of the bank.
  input wire [PLACE-1:0] i_row,
  // Its score.
  input wire [15:0] i_score,
  // The entry that the loader reads.
  input wire [CHANNEL-1:0] i_address,
  // Its content, two cycles later: the channel.
  output wire [CHANNEL-1:0] o_channel,
  // Its group of filter words.
  output wire [GROUP-1:0] o_group,
  // Its byte of a filter word.
  output wire [LANE-1:0] o_lane,
  // Its bank in a map that has all channels.
  output wire [BANK-1:0] o_bank,
  // Its place among the channels of the bank.
  output wire [PLACE-1:0] o_row,
  // Its score.
  output wire [15:0] o_score,
  // The entry that the gate unit reads.
  input wire [CHANNEL-1:0] i_gate_address,
  // Its channel, two cycles later.
  output wire [CHANNEL-1:0] o_gate_channel
);

  localparam WIDTH = CHANNEL + GROUP + LANE + BANK + PLACE + 16;

  reg [CHANNEL-1:0] address_r;
  reg [CHANNEL-1:0] gate_address_r;
  reg write_r;
  reg [CHANNEL-1:0] write_address_r;
  reg [WIDTH-1:0] entry_r;
  always @(posedge clock) begin
    address_r <= i_address;
    gate_address_r <= i_gate_address;
    write_r <= i_write;
    write_address_r <= i_write_address;
    entry_r <= {i_channel, i_group, i_lane, i_bank, i_row, i_score};
  end

  lcsim_ram #(
    .WIDTH(WIDTH),
    .WORDS(ENTRIES)
  ) loader_copy (
    .clock(clock),
    .i_read(1'b1),
    .i_read_address(address_r),
    .i_write(write_r),
    .i_write_address(write_address_r),
    .i_write_data(entry_r),
    .o_data({o_channel, o_group, o_lane, o_bank, o_row, o_score})
  );

  lcsim_ram #(
    .WIDTH(CHANNEL),
    .WORDS(ENTRIES)
  ) gate_copy (
    .clock(clock),
    .i_read(1'b1),
    .i_read_address(gate_address_r),
    .i_write(write_r),
    .i_write_address(write_address_r),
    .i_write_data(entry_r[WIDTH-1 -: CHANNEL]),
    .o_data(o_gate_channel)
  );
endmodule

`default_nettype wire
