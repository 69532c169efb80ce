// SPDX-License-Identifier: MIT OR Apache-2.0
// Makes the host port of the core an AXI4-Lite slave. Writes and reads do not wait for each other.
// Each of them is carried out and answered before the next one is.
`default_nettype none

module lcsim_axi4_lite #(
  // Bits of a byte address.
  parameter ADDRESS = 20
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // The address of a write, in bytes.
  input wire [ADDRESS-1:0] s_axi_awaddr,
  // It is there.
  input wire s_axi_awvalid,
  // It is taken.
  output wire s_axi_awready,
  // The data of a write.
  input wire [31:0] s_axi_wdata,
  // Which of its bytes count.
  input wire [3:0] s_axi_wstrb,
  // They are there.
  input wire s_axi_wvalid,
  // They are taken.
  output wire s_axi_wready,
  // What became of a write: 0 done, 2 refused, 3 nothing can be written there.
  output reg [1:0] s_axi_bresp,
  // The answer is there.
  output wire s_axi_bvalid,
  // It is taken.
  input wire s_axi_bready,
  // The address of a read, in bytes.
  input wire [ADDRESS-1:0] s_axi_araddr,
  // It is there.
  input wire s_axi_arvalid,
  // It is taken.
  output wire s_axi_arready,
  // The data of a read.
  output reg [31:0] s_axi_rdata,
  // What became of a read: 0 done, 3 nothing can be read there.
  output reg [1:0] s_axi_rresp,
  // The answer is there.
  output wire s_axi_rvalid,
  // It is taken.
  input wire s_axi_rready,
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

  // A write waits for its address and its data, each in a register.
  reg to_r;
  reg [ADDRESS-1:0] to_address_r;
  reg with_r;
  reg [31:0] data_r;
  reg [3:0] strobe_r;
  // Cycles since the core was given the write.
  reg [1:0] writes_r;
  reg written_r;
  assign s_axi_awready = !to_r;
  assign s_axi_wready = !with_r;
  assign s_axi_bvalid = written_r;
  assign o_write = to_r && with_r && (writes_r == 2'd0) && !written_r;
  assign o_write_address = to_address_r;
  assign o_write_data = data_r;
  assign o_write_strobe = strobe_r;
  always @(posedge clock) begin
    if (s_axi_awvalid && !to_r) begin
      to_r <= 1'b1;
      to_address_r <= s_axi_awaddr;
    end
    if (s_axi_wvalid && !with_r) begin
      with_r <= 1'b1;
      data_r <= s_axi_wdata;
      strobe_r <= s_axi_wstrb;
    end
    if (o_write) begin
      to_r <= 1'b0;
      with_r <= 1'b0;
    end
    writes_r <= {writes_r[0], o_write};
    if (writes_r[1]) begin
      written_r <= 1'b1;
      s_axi_bresp <= i_write_response;
    end else if (s_axi_bready) begin
      written_r <= 1'b0;
    end
    if (reset) begin
      to_r <= 1'b0;
      with_r <= 1'b0;
      writes_r <= 2'd0;
      written_r <= 1'b0;
    end
  end

  // A read waits for its address.
  reg from_r;
  reg [ADDRESS-1:0] from_address_r;
  // Cycles since the core was given the read.
  reg [1:0] reads_r;
  reg read_r;
  assign s_axi_arready = !from_r;
  assign s_axi_rvalid = read_r;
  assign o_read = from_r && (reads_r == 2'd0) && !read_r;
  assign o_read_address = from_address_r;
  always @(posedge clock) begin
    if (s_axi_arvalid && !from_r) begin
      from_r <= 1'b1;
      from_address_r <= s_axi_araddr;
    end
    if (o_read) begin
      from_r <= 1'b0;
    end
    reads_r <= {reads_r[0], o_read};
    if (reads_r[1]) begin
      read_r <= 1'b1;
      s_axi_rdata <= i_read_data;
      s_axi_rresp <= i_read_response;
    end else if (s_axi_rready) begin
      read_r <= 1'b0;
    end
    if (reset) begin
      from_r <= 1'b0;
      reads_r <= 2'd0;
      read_r <= 1'b0;
    end
  end
endmodule

`default_nettype wire
