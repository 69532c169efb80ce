// SPDX-License-Identifier: MIT OR Apache-2.0
// The core behind a serial line. lcsim_uart.v says how a host talks to it.
`default_nettype none

module lcsim_uart_top #(
  // Clock cycles of a bit.
  parameter BIT = 25,
  // Bits of a byte address.
  parameter ADDRESS = 20
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // The line from the host.
  input wire receive,
  // The line to the host.
  output wire transmit,
  // An image is worked on, the last image is finished.
  output wire busy,
  output wire done,
  // An enabled interrupt is raised, until it is cleared.
  output wire irq
);

  wire write;
  wire [ADDRESS-1:0] write_address;
  wire [31:0] write_data;
  wire [3:0] write_strobe;
  wire [1:0] write_response;
  wire read;
  wire [ADDRESS-1:0] read_address;
  wire [31:0] read_data;
  wire [1:0] read_response;

  lcsim_uart #(
    .ADDRESS(ADDRESS),
    .BIT(BIT)
  ) uart (
    .clock(clock),
    .reset(reset),
    .i_receive(receive),
    .o_transmit(transmit),
    .o_write(write),
    .o_write_address(write_address),
    .o_write_data(write_data),
    .o_write_strobe(write_strobe),
    .i_write_response(write_response),
    .o_read(read),
    .o_read_address(read_address),
    .i_read_data(read_data),
    .i_read_response(read_response)
  );

  lcsim_core core (
    .clock(clock),
    .reset(reset),
    .i_write(write),
    .i_write_address(write_address),
    .i_write_data(write_data),
    .i_write_strobe(write_strobe),
    .o_write_response(write_response),
    .i_read(read),
    .i_read_address(read_address),
    .o_read_data(read_data),
    .o_read_response(read_response),
    .o_interrupt(irq),
    .o_busy(busy),
    .o_done(done),
    .o_image_free(),
    .o_aborted(),
    .o_logits(),
    // For those who watch the core.
    .o_running(),
    .o_pc(),
    .o_array_busy(),
    .o_gate_busy(),
    .o_score_valid(),
    .o_score(),
    .o_list_write(),
    .o_list_channel(),
    .o_logit_valid(),
    .o_logit()
  );
endmodule

`default_nettype wire
