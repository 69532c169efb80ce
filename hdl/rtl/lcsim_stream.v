// SPDX-License-Identifier: MIT OR Apache-2.0
// Images come in and logits go out by AXI4-Stream, a beat of 32 bits each. This unit stands between
// a bus and the host port of the core. The bus goes first.
`default_nettype none

module lcsim_stream #(
  // Bits of a byte address.
  parameter ADDRESS = 20,
  // Bits of a logit's number.
  parameter LOGIT = 4,
  // The address of the register that starts an image, and what is written to it.
  parameter [ADDRESS-1:0] CONTROL = 0,
  parameter [31:0] START = 1,
  // The image: the address of its first beat, the bits of a word, the words of its memory.
  parameter [ADDRESS-1:0] IMAGE_BASE = 0,
  parameter IMAGE_WIDTH = 32,
  parameter IMAGE_WORDS = 16,
  // The address of the first logit.
  parameter [ADDRESS-1:0] LOGITS_BASE = 0
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // A beat of an image. The last one of an image starts it.
  input wire [31:0] s_axis_image_tdata,
  input wire s_axis_image_tlast,
  input wire s_axis_image_tvalid,
  output wire s_axis_image_tready,
  // A logit of an image that came by the stream, and whether it is the last one of the image.
  output reg [31:0] m_axis_logits_tdata,
  output reg m_axis_logits_tlast,
  output wire m_axis_logits_tvalid,
  input wire m_axis_logits_tready,
  // The bus: a write, its address, its data, and which bytes count; a read and its address.
  input wire i_write,
  input wire [ADDRESS-1:0] i_write_address,
  input wire [31:0] i_write_data,
  input wire [3:0] i_write_strobe,
  input wire i_read,
  input wire [ADDRESS-1:0] i_read_address,
  // The host port of the core.
  output wire o_write,
  output wire [ADDRESS-1:0] o_write_address,
  output wire [31:0] o_write_data,
  output wire [3:0] o_write_strobe,
  output wire o_read,
  output wire [ADDRESS-1:0] o_read_address,
  // The data of the read two cycles before.
  input wire [31:0] i_read_data,
  // What the core does: it works on an image, it has finished one, the next one may be written.
  input wire i_busy,
  input wire i_done,
  input wire i_image_free,
  // Logits of the image that are there.
  input wire [LOGIT:0] i_logits,
  // The host has aborted the image in work. Images on their way are dropped.
  input wire i_abort
);

  // Beats of a word, and bits of their number.
  localparam BEATS = (IMAGE_WIDTH + 31) / 32;
  localparam LOW = $clog2(BEATS);
  localparam INDEX = (IMAGE_WORDS > 1) ? $clog2(IMAGE_WORDS) : 1;
  localparam [31:0] LAST_BEAT = BEATS - 1;
  localparam [31:0] WORDS = IMAGE_WORDS;
  localparam [INDEX:0] ONE_WORD = 1;
  localparam [LOGIT:0] ONE_LOGIT = 1;

  // --- Images in: where the next beat goes, and whether all beats of an image are there.
  reg [INDEX:0] word_r;
  reg [7:0] beat_r;
  reg full_r;
  // The rest of an image is dropped.
  reg drops_r;
  // Cycles since the start; the core then works on an image of the stream.
  reg [1:0] starts_r;
  reg works_r;
  reg sends_r;
  wire begun = (word_r != {INDEX + 1{1'b0}}) || (beat_r != 8'd0);
  wire takes = s_axis_image_tvalid && s_axis_image_tready;
  wire stores = takes && !drops_r;
  // A write of the bus may be an abort, of which the core tells two cycles later.
  reg wrote_r;
  wire starts = full_r && (starts_r == 2'd0) && !works_r && !sends_r && !i_busy && !i_write
    && !wrote_r && !i_abort;
  // No beat is taken while the core aborts, as it does in the first cycle after a reset.
  assign s_axis_image_tready = !i_abort
    && (drops_r || (i_image_free && !full_r && (starts_r == 2'd0) && !i_write));
  wire [31:0] offset = ({{31 - INDEX{1'b0}}, word_r} << (2 + LOW)) | {22'd0, beat_r, 2'd0};
  assign o_write = i_write || stores || starts;
  assign o_write_address = i_write ? i_write_address
    : starts ? CONTROL : IMAGE_BASE + offset[ADDRESS-1:0];
  assign o_write_data = i_write ? i_write_data : starts ? START : s_axis_image_tdata;
  assign o_write_strobe = i_write ? i_write_strobe : 4'b1111;
  always @(posedge clock) begin
    wrote_r <= i_write;
    if (takes) begin
      drops_r <= drops_r && !s_axis_image_tlast;
    end
    if (stores) begin
      if (s_axis_image_tlast) begin
        word_r <= {INDEX + 1{1'b0}};
        beat_r <= 8'd0;
        full_r <= 1'b1;
      end else if (beat_r != LAST_BEAT[7:0]) begin
        beat_r <= beat_r + 8'd1;
      end else if (word_r != WORDS[INDEX:0]) begin
        // Beats behind the end of the memory are refused by the core.
        beat_r <= 8'd0;
        word_r <= word_r + ONE_WORD;
      end
    end
    starts_r <= {starts_r[0], starts};
    if (starts) begin
      full_r <= 1'b0;
    end
    // The core answers a start after two cycles.
    if (starts_r[1]) begin
      works_r <= i_busy;
    end
    if (works_r && !i_busy) begin
      works_r <= 1'b0;
    end
    if (i_abort) begin
      drops_r <= begun || drops_r;
      word_r <= {INDEX + 1{1'b0}};
      beat_r <= 8'd0;
      full_r <= 1'b0;
    end
    if (reset) begin
      word_r <= {INDEX + 1{1'b0}};
      beat_r <= 8'd0;
      full_r <= 1'b0;
      drops_r <= 1'b0;
      wrote_r <= 1'b0;
      starts_r <= 2'd0;
      works_r <= 1'b0;
    end
  end

  // --- Logits out: they are read one by one, when the bus does not read.
  reg [LOGIT:0] logit_r;
  reg [LOGIT:0] count_r;
  reg [1:0] asks_r;
  reg valid_r;
  wire more = (logit_r != count_r);
  wire asks = sends_r && more && !valid_r && (asks_r == 2'd0) && !i_read;
  wire [31:0] place = {{29 - LOGIT{1'b0}}, logit_r, 2'd0};
  assign m_axis_logits_tvalid = valid_r;
  assign o_read = i_read || asks;
  assign o_read_address = i_read ? i_read_address : LOGITS_BASE + place[ADDRESS-1:0];
  always @(posedge clock) begin
    asks_r <= {asks_r[0], asks};
    if (asks) begin
      logit_r <= logit_r + ONE_LOGIT;
    end
    if (asks_r[1]) begin
      valid_r <= 1'b1;
      m_axis_logits_tdata <= i_read_data;
      m_axis_logits_tlast <= !more;
    end else if (m_axis_logits_tready) begin
      valid_r <= 1'b0;
    end
    if (works_r && !i_busy && i_done) begin
      sends_r <= 1'b1;
      logit_r <= {LOGIT + 1{1'b0}};
      count_r <= i_logits;
    end else if (!more && !valid_r && (asks_r == 2'd0)) begin
      sends_r <= 1'b0;
    end
    if (reset) begin
      logit_r <= {LOGIT + 1{1'b0}};
      count_r <= {LOGIT + 1{1'b0}};
      asks_r <= 2'd0;
      valid_r <= 1'b0;
      sends_r <= 1'b0;
    end
  end

  // Addresses are shorter than these sums.
  wire unused_bits = &{offset, place};
endmodule

`default_nettype wire
