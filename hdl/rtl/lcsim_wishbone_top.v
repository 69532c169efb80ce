// SPDX-License-Identifier: MIT OR Apache-2.0
// The core with a Wishbone slave (B4, classic cycles), and with images and logits by AXI4-Stream.
// Whoever does not use the streams holds their valid and ready inputs at 0.
`default_nettype none

module lcsim_wishbone_top #(
  // Bits of a byte address.
  parameter ADDRESS = 20,
  // Bits of a logit's number.
  parameter LOGIT = 4,
  // The address of the register CONTROL, and its bit that starts an image.
  parameter CONTROL = 0,
  parameter START = 1,
  // The image: the address of its first beat, the bits of a word, the words of its memory.
  parameter IMAGE_BASE = 0,
  parameter IMAGE_WIDTH = 32,
  parameter IMAGE_WORDS = 16,
  // The address of the first logit.
  parameter LOGITS_BASE = 0
) (
  // The clock.
  input wire clk_i,
  // The synchronous reset.
  input wire rst_i,
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
  output wire wb_ack_o,
  // The transfer was refused, or nothing is at the address.
  output wire wb_err_o,
  // The data of a read.
  output wire [31:0] wb_dat_o,
  // A beat of an image.
  input wire [31:0] s_axis_image_tdata,
  // The last one of an image, which starts it.
  input wire s_axis_image_tlast,
  input wire s_axis_image_tvalid,
  output wire s_axis_image_tready,
  // A logit of an image that came by the stream.
  output wire [31:0] m_axis_logits_tdata,
  // The last one of the image.
  output wire m_axis_logits_tlast,
  output wire m_axis_logits_tvalid,
  input wire m_axis_logits_tready,
  // An enabled interrupt is raised, until it is cleared.
  output wire irq
);

  wire reset = rst_i;
  // From the bus to the stream unit, and from there to the core.
  wire bus_write;
  wire [ADDRESS-1:0] bus_write_address;
  wire [31:0] bus_write_data;
  wire [3:0] bus_write_strobe;
  wire bus_read;
  wire [ADDRESS-1:0] bus_read_address;
  wire write;
  wire [ADDRESS-1:0] write_address;
  wire [31:0] write_data;
  wire [3:0] write_strobe;
  wire [1:0] write_response;
  wire read;
  wire [ADDRESS-1:0] read_address;
  wire [31:0] read_data;
  wire [1:0] read_response;
  wire busy;
  wire done;
  wire image_free;
  wire abort;
  wire [LOGIT:0] logits;

  lcsim_wishbone #(
    .ADDRESS(ADDRESS)
  ) bus (
    .clock(clk_i),
    .reset(reset),
    .wb_cyc_i(wb_cyc_i),
    .wb_stb_i(wb_stb_i),
    .wb_we_i(wb_we_i),
    .wb_adr_i(wb_adr_i),
    .wb_dat_i(wb_dat_i),
    .wb_sel_i(wb_sel_i),
    .wb_ack_o(wb_ack_o),
    .wb_err_o(wb_err_o),
    .wb_dat_o(wb_dat_o),
    .o_write(bus_write),
    .o_write_address(bus_write_address),
    .o_write_data(bus_write_data),
    .o_write_strobe(bus_write_strobe),
    .i_write_response(write_response),
    .o_read(bus_read),
    .o_read_address(bus_read_address),
    .i_read_data(read_data),
    .i_read_response(read_response)
  );

  lcsim_stream #(
    .ADDRESS(ADDRESS),
    .LOGIT(LOGIT),
    .CONTROL(CONTROL),
    .START(START),
    .IMAGE_BASE(IMAGE_BASE),
    .IMAGE_WIDTH(IMAGE_WIDTH),
    .IMAGE_WORDS(IMAGE_WORDS),
    .LOGITS_BASE(LOGITS_BASE)
  ) stream (
    .clock(clk_i),
    .reset(reset),
    .s_axis_image_tdata(s_axis_image_tdata),
    .s_axis_image_tlast(s_axis_image_tlast),
    .s_axis_image_tvalid(s_axis_image_tvalid),
    .s_axis_image_tready(s_axis_image_tready),
    .m_axis_logits_tdata(m_axis_logits_tdata),
    .m_axis_logits_tlast(m_axis_logits_tlast),
    .m_axis_logits_tvalid(m_axis_logits_tvalid),
    .m_axis_logits_tready(m_axis_logits_tready),
    .i_write(bus_write),
    .i_write_address(bus_write_address),
    .i_write_data(bus_write_data),
    .i_write_strobe(bus_write_strobe),
    .i_read(bus_read),
    .i_read_address(bus_read_address),
    .o_write(write),
    .o_write_address(write_address),
    .o_write_data(write_data),
    .o_write_strobe(write_strobe),
    .o_read(read),
    .o_read_address(read_address),
    .i_read_data(read_data),
    .i_busy(busy),
    .i_done(done),
    .i_image_free(image_free),
    .i_logits(logits),
    .i_abort(abort)
  );

  lcsim_core core (
    .clock(clk_i),
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
    .o_image_free(image_free),
    .o_aborted(abort),
    .o_logits(logits),
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
