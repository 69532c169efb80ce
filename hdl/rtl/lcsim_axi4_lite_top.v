// SPDX-License-Identifier: MIT OR Apache-2.0
// The core with an AXI4-Lite slave, and with images and logits by AXI4-Stream.
// Whoever does not use the streams holds their valid and ready inputs at 0.
`default_nettype none

module lcsim_axi4_lite_top #(
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
  input wire aclk,
  // The synchronous reset, active low.
  input wire aresetn,
  // The address of a write, in bytes.
  input wire [ADDRESS-1:0] s_axi_awaddr,
  // Not used.
  input wire [2:0] s_axi_awprot,
  input wire s_axi_awvalid,
  output wire s_axi_awready,
  // The data of a write.
  input wire [31:0] s_axi_wdata,
  // Which of its bytes count.
  input wire [3:0] s_axi_wstrb,
  input wire s_axi_wvalid,
  output wire s_axi_wready,
  // 0 done, 2 refused, 3 nothing can be written there.
  output wire [1:0] s_axi_bresp,
  output wire s_axi_bvalid,
  input wire s_axi_bready,
  // The address of a read, in bytes.
  input wire [ADDRESS-1:0] s_axi_araddr,
  // Not used.
  input wire [2:0] s_axi_arprot,
  input wire s_axi_arvalid,
  output wire s_axi_arready,
  // The data of a read.
  output wire [31:0] s_axi_rdata,
  // 0 done, 3 nothing can be read there.
  output wire [1:0] s_axi_rresp,
  output wire s_axi_rvalid,
  input wire s_axi_rready,
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

  wire reset = !aresetn;
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

  lcsim_axi4_lite #(
    .ADDRESS(ADDRESS)
  ) bus (
    .clock(aclk),
    .reset(reset),
    .s_axi_awaddr(s_axi_awaddr),
    .s_axi_awvalid(s_axi_awvalid),
    .s_axi_awready(s_axi_awready),
    .s_axi_wdata(s_axi_wdata),
    .s_axi_wstrb(s_axi_wstrb),
    .s_axi_wvalid(s_axi_wvalid),
    .s_axi_wready(s_axi_wready),
    .s_axi_bresp(s_axi_bresp),
    .s_axi_bvalid(s_axi_bvalid),
    .s_axi_bready(s_axi_bready),
    .s_axi_araddr(s_axi_araddr),
    .s_axi_arvalid(s_axi_arvalid),
    .s_axi_arready(s_axi_arready),
    .s_axi_rdata(s_axi_rdata),
    .s_axi_rresp(s_axi_rresp),
    .s_axi_rvalid(s_axi_rvalid),
    .s_axi_rready(s_axi_rready),
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
    .clock(aclk),
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
    .clock(aclk),
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

  // Every master may do the same.
  wire unused_bits = &{s_axi_awprot, s_axi_arprot};
endmodule

`default_nettype wire
