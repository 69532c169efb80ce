// The bus goes first. Beats of images go to the core once each, in order; a start follows the last one, once. Logits leave once
// each, in order, and stand until they are taken.
//
// Names of the unit beside its ports: word_r, beat_r (where the next beat goes), full_r, drops_r, starts_r, works_r, sends_r,
// logit_r, asks_r, valid_r.
wire beat = s_axis_image_tvalid && s_axis_image_tready, out = m_axis_logits_tvalid && m_axis_logits_tready;
wire own_write = o_write && !i_write, own_read = o_read && !i_read;
wire start = own_write && !(beat && !drops_r);
// Beats of the image that have come, whether all of them have, logits that have left.
reg [31:0] came, left;
reg complete, was_valid, was_out, was_last;
reg [31:0] was_data, was_read;
reg [2:0] asked;
localparam STRIDE = 1 << $clog2((IMAGE_WIDTH + 31) / 32);
wire [31:0] word = came / ((IMAGE_WIDTH + 31) / 32), part = came % ((IMAGE_WIDTH + 31) / 32);
always @(posedge clock) begin
  if (reset || i_abort || (beat && s_axis_image_tlast)) came <= 0; else if (beat && !drops_r) came <= came + 1;
  complete <= !reset && !i_abort && ((beat && s_axis_image_tlast && !drops_r) || (complete && !start));
  asked <= reset ? 3'd0 : {asked[1:0], own_read};
  was_valid <= m_axis_logits_tvalid; was_out <= out; was_data <= m_axis_logits_tdata; was_last <= m_axis_logits_tlast;
  was_read <= i_read_data;
end
// What AXI asks of a source, and what the core gives: logits do not change while they are read.
always @(*) assume(came < IMAGE_WORDS * ((IMAGE_WIDTH + 31) / 32));
always @(*) if (known) begin
  bus_goes_first: assert((!i_write || (o_write && (o_write_address == i_write_address) && (o_write_data == i_write_data)
    && (o_write_strobe == i_write_strobe))) && (!i_read || (o_read && (o_read_address == i_read_address))));
  beat_is_written: assert(!beat || drops_r || (own_write && (o_write_data == s_axis_image_tdata)
    && (o_write_address == IMAGE_BASE + 4 * (STRIDE * word + part))));
  no_beat_in_an_abort: assert(!i_abort || !beat);
  beat_or_start: assert(!start || ((o_write_address == CONTROL) && (o_write_data == START)));
  whole_words: assert(own_write ? (o_write_strobe == 4'd15) : 1'b1);
  starts_what_is_complete: assert(!start || (complete && !i_busy && (starts_r == 0) && !works_r && !sends_r));
  no_beat_of_the_next: assert(!complete || !beat || drops_r);
  knows_the_image: assert((full_r == complete) && (!drops_r || (came == 0)) && (beat_r <= LAST_BEAT) && (came == word_r * BEATS + beat_r));
  if (!was_reset) begin
    logit_stands: assert(!was_valid || was_out || (m_axis_logits_tvalid && (m_axis_logits_tdata == was_data)
      && (m_axis_logits_tlast == was_last)));
    logit_is_the_cores: assert(!m_axis_logits_tvalid || was_valid || (asked[2] && (m_axis_logits_tdata == was_read)));
    logit_comes: assert(!asked[2] || m_axis_logits_tvalid);
  end
  one_logit_at_a_time: assert((asks_r == asked[1:0]) && (asks_r != 2'd3) && ((asks_r == 0) || !valid_r));
  logits_in_order: assert(!own_read || (o_read_address == LOGITS_BASE + 4 * logit_r));
  image_is_started: cover(start && !beat);
  logit_waits: cover(was_valid && !was_out);
end
