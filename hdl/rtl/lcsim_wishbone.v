// SPDX-License-Identifier: MIT OR Apache-2.0
// Makes the host port of the core a slave of a Wishbone bus (B4, classic cycles, 32 bits).
`default_nettype none

module lcsim_wishbone #(
  // Bits of a byte address.
  parameter ADDRESS = 20
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // A bus cycle is in progress.
  input wire wb_cyc_i,
  // A transfer is asked for.
  input wire wb_stb_i,
  // It is a write.
  input wire wb_we_i,
  // Its address, in bytes. The lowest two bits do not count.
  input wire [ADDRESS-1:0] wb_adr_i,
  // The data of a write.
  input wire [31:0] wb_dat_i,
  // Which bytes count.
  input wire [3:0] wb_sel_i,
  // The transfer is done.
  output reg wb_ack_o,
  // The transfer was refused, or nothing is at the address.
  output reg wb_err_o,
  // The data of a read.
  output reg [31:0] wb_dat_o,
  // The host port of the core: a write, its address, its data, and which bytes count.
  output wire o_write,
  output wire [ADDRESS-1:0] o_write_address,
  output wire [31:0] o_write_data,
  output wire [3:0] o_write_strobe,
  // What became of the write two cycles before.
  input wire [1:0] i_write_response,
  // A read and its address.
  output wire o_read,
  output wire [ADDRESS-1:0] o_read_address,
  // Its data and what became of it, two cycles later.
  input wire [31:0] i_read_data,
  input wire [1:0] i_read_response
);

  // Cycles since the core was given the transfer.
  reg [1:0] waits_r;
  reg writes_r;
  // The master has asked for it ever since.
  reg live_r;
  wire asked = wb_cyc_i && wb_stb_i;
  wire begins = asked && (waits_r == 2'd0) && !wb_ack_o && !wb_err_o && !reset;
  wire [1:0] response = writes_r ? i_write_response : i_read_response;
  assign o_write = begins && wb_we_i;
  assign o_write_address = wb_adr_i;
  assign o_write_data = wb_dat_i;
  assign o_write_strobe = wb_sel_i;
  assign o_read = begins && !wb_we_i;
  assign o_read_address = wb_adr_i;
  always @(posedge clock) begin
    waits_r <= {waits_r[0], begins};
    if (begins) begin
      writes_r <= wb_we_i;
      live_r <= 1'b1;
    end else if (!asked) begin
      live_r <= 1'b0;
    end
    // A master that gave up is not answered.
    wb_ack_o <= asked && live_r && waits_r[1] && (response == 2'd0);
    wb_err_o <= asked && live_r && waits_r[1] && (response != 2'd0);
    if (waits_r[1]) begin
      wb_dat_o <= i_read_data;
    end
    if (reset) begin
      waits_r <= 2'd0;
      live_r <= 1'b0;
      wb_ack_o <= 1'b0;
      wb_err_o <= 1'b0;
    end
  end
endmodule

`default_nettype wire
