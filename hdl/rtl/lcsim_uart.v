// SPDX-License-Identifier: MIT OR Apache-2.0
// A serial line to the host port of the core: 8 bits, no parity, 1 stop bit. A request is a letter
// ("W" or "R"), a count of beats (2 bytes) and an address (4 bytes), all low bytes first. A write
// is followed by its beats (4 bytes each). A write is answered by a byte, a read by its beats and a
// byte. The byte is the largest response of all beats: 0 done, 2 refused, 3 nothing there.
`default_nettype none

module lcsim_uart #(
  // Bits of a byte address.
  parameter ADDRESS = 20,
  // Clock cycles of a bit.
  parameter BIT = 25
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // The line from the host. It is not synchronous.
  input wire i_receive,
  // The line to the host.
  output wire o_transmit,
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

  // Bits of a counter of clock cycles.
  localparam COUNT = $clog2(BIT + 1);
  localparam [31:0] LAST = BIT - 1;
  localparam [31:0] HALF = BIT / 2;
  localparam [COUNT-1:0] ONE = 1;

  // --- Receiver: two registers for the line, then a bit each BIT cycles, taken in its middle.
  reg [1:0] line_r;
  reg receives_r;
  reg [COUNT-1:0] wait_r;
  reg [3:0] bit_r;
  reg [7:0] byte_r;
  reg came_r;
  always @(posedge clock) begin
    line_r <= {line_r[0], i_receive};
    came_r <= 1'b0;
    if (!receives_r) begin
      receives_r <= !line_r[1];
      wait_r <= HALF[COUNT-1:0];
      bit_r <= 4'd0;
    end else if (wait_r != {COUNT{1'b0}}) begin
      wait_r <= wait_r - ONE;
    end else begin
      wait_r <= LAST[COUNT-1:0];
      bit_r <= bit_r + 4'd1;
      if (bit_r == 4'd9) begin
        receives_r <= 1'b0;
        // A byte without its stop bit is none.
        came_r <= line_r[1];
      end else if (bit_r != 4'd0) begin
        byte_r <= {line_r[1], byte_r[7:1]};
      end else if (line_r[1]) begin
        // The line was low for less than half a bit.
        receives_r <= 1'b0;
      end
    end
    if (reset) begin
      line_r <= 2'b11;
      receives_r <= 1'b0;
      came_r <= 1'b0;
    end
  end

  // --- Transmitter.
  reg [3:0] left_r;
  reg [COUNT-1:0] pace_r;
  reg [8:0] out_r;
  wire sends;
  wire [7:0] sent;
  wire idle = (left_r == 4'd0);
  assign o_transmit = out_r[0] || idle;
  always @(posedge clock) begin
    if (idle) begin
      pace_r <= LAST[COUNT-1:0];
      if (sends) begin
        out_r <= {sent, 1'b0};
        left_r <= 4'd10;
      end
    end else if (pace_r != {COUNT{1'b0}}) begin
      pace_r <= pace_r - ONE;
    end else begin
      pace_r <= LAST[COUNT-1:0];
      out_r <= {1'b1, out_r[8:1]};
      left_r <= left_r - 4'd1;
    end
    if (reset) begin
      left_r <= 4'd0;
      out_r <= 9'h1ff;
    end
  end

  // --- Requests.
  localparam [1:0] HEAD = 2'd0;
  localparam [1:0] WRITES = 2'd1;
  localparam [1:0] READS = 2'd2;
  localparam [1:0] ANSWER = 2'd3;
  reg [1:0] state_r;
  // Bytes of the head or of a beat that have come or gone.
  reg [2:0] at_r;
  reg writes_r;
  reg [15:0] count_r;
  reg [31:0] address_r;
  reg [31:0] data_r;
  reg [1:0] worst_r;
  // Cycles since the core was given a beat; what it answered is there.
  reg [1:0] asked_r;
  reg there_r;
  reg begins_r;
  wire last = (count_r == 16'd1);
  wire whole = (state_r == WRITES) && came_r && (at_r == 3'd3);
  // An address that the core does not have is no other one either.
  wire beyond = (address_r[31:ADDRESS] != {32 - ADDRESS{1'b0}});
  assign o_write = begins_r && writes_r && !beyond;
  assign o_write_address = address_r[ADDRESS-1:0];
  assign o_write_data = data_r;
  assign o_write_strobe = 4'b1111;
  assign o_read = begins_r && !writes_r && !beyond;
  assign o_read_address = address_r[ADDRESS-1:0];
  wire sends_data = (state_r == READS) && there_r;
  wire sends_answer = (state_r == ANSWER) && (asked_r == 2'd0) && !begins_r;
  assign sends = sends_data || sends_answer;
  assign sent = sends_data ? data_r[7:0] : {6'd0, worst_r};
  wire [1:0] response = writes_r ? i_write_response : i_read_response;
  always @(posedge clock) begin
    begins_r <= 1'b0;
    asked_r <= {asked_r[0], begins_r};
    if (asked_r[1]) begin
      address_r <= address_r + 32'd4;
      if (beyond) begin
        worst_r <= 2'd3;
      end else if (response > worst_r) begin
        worst_r <= response;
      end
      if (!writes_r) begin
        data_r <= beyond ? 32'd0 : i_read_data;
        there_r <= 1'b1;
      end
    end
    case (state_r)
      HEAD: begin
        if (came_r) begin
          at_r <= at_r + 3'd1;
          case (at_r)
            3'd0: begin
              writes_r <= (byte_r == "W");
              worst_r <= 2'd0;
              // What is no letter of a request is none.
              if ((byte_r != "W") && (byte_r != "R")) begin
                at_r <= 3'd0;
              end
            end
            3'd1, 3'd2: begin
              count_r <= {byte_r, count_r[15:8]};
            end
            default: begin
              address_r <= {byte_r, address_r[31:8]};
            end
          endcase
          if (at_r == 3'd6) begin
            at_r <= 3'd0;
            state_r <= (count_r == 16'd0) ? ANSWER : writes_r ? WRITES : READS;
            begins_r <= !writes_r && (count_r != 16'd0);
          end
        end
      end
      WRITES: begin
        if (came_r) begin
          data_r <= {byte_r, data_r[31:8]};
          at_r <= {1'b0, at_r[1:0] + 2'd1};
        end
        if (whole) begin
          begins_r <= 1'b1;
          count_r <= count_r - 16'd1;
          if (last) begin
            state_r <= ANSWER;
          end
        end
      end
      READS: begin
        if (sends_data && idle) begin
          data_r <= {8'd0, data_r[31:8]};
          at_r <= {1'b0, at_r[1:0] + 2'd1};
          if (at_r == 3'd3) begin
            there_r <= 1'b0;
            count_r <= count_r - 16'd1;
            if (last) begin
              state_r <= ANSWER;
            end else begin
              begins_r <= 1'b1;
            end
          end
        end
      end
      default: begin
        if (sends_answer && idle) begin
          state_r <= HEAD;
        end
      end
    endcase
    if (reset) begin
      state_r <= HEAD;
      at_r <= 3'd0;
      begins_r <= 1'b0;
      asked_r <= 2'd0;
      there_r <= 1'b0;
    end
  end
endmodule

`default_nettype wire
