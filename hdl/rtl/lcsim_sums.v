// SPDX-License-Identifier: MIT OR Apache-2.0
// The pool memory: for each channel of each region the sum of a map, which gates read.
`default_nettype none

module lcsim_sums #(
  // Bits of a sum.
  parameter WIDTH = 12,
  // Bits of a channel.
  parameter CHANNEL = 4
) (
  // The clock.
  input wire clock,
  // The region that is read.
  input wire [1:0] i_read_region,
  // The channel.
  input wire [CHANNEL-1:0] i_read_channel,
  // A sum is written.
  input wire i_write,
  // Its region and its channel.
  input wire [CHANNEL+1:0] i_write_address,
  // The sum.
  input wire [WIDTH-1:0] i_write_data,
  // The sum that was read two cycles before.
  output wire [WIDTH-1:0] o_data
);

  // There are three regions.
  lcsim_registered_ram #(
    .WIDTH(WIDTH),
    .WORDS(3 << CHANNEL)
  ) ram (
    .clock(clock),
    .i_read_address({i_read_region, i_read_channel}),
    .i_write(i_write),
    .i_write_address(i_write_address),
    .i_write_data(i_write_data),
    .o_data(o_data)
  );
endmodule

`default_nettype wire
