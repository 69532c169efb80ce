// Every request is answered two cycles later, by what is at its address. A start is carried out once, and only if nothing is
// worked on and there is a program. What is in use stays. What is written: host_region.sv.
//
// Names of the unit beside its ports: write_r, write_address_r, data_r, strobe_r, read_r, read_address_r (the requests of the
// cycle before), to_weights_r, to_image_r, to_part_r (what the write is for), go_r, start_r, ran_r, has_program_r, open_r,
// cycles_r, forced_open.
reg was_write, was_read, was2_write, was2_read, was_start, was2_start, was_stop, was_running, was_away, was_opens;
reg [ADDRESS-1:0] p_to, p_from, was_to, was_from;
reg [31:0] p_sent, p_cycles, was_logit;
reg [3:0] p_strobe;
reg p_busy, p_done, p_free, p_program, p_open, p_worked, was_busy, was_free, was_program, p_refused, p_unmapped, p_nowhere;
reg [LOGIT:0] p_count;
wire p_some = was_write && (p_strobe != 4'd0);
// Registers: CONTROL is at 12, and others that can be written at 20 to 32.
wire p_to_control = p_some && p_strobe[0] && (p_to >> 2 == 3);
wire p_asks_start = p_to_control && p_sent[0], p_asks_stop = p_to_control && (p_sent[1] || p_sent[2]), p_asks_reset = p_to_control && p_sent[2];
wire p_starts = p_asks_start && !p_asks_stop && !p_busy && p_program;
wire p_ends = p_busy && p_worked && !i_running, p_away = p_ends && !i_done;
wire p_to_register = (p_to >> 2 == 3) || ((p_to >> 2 >= 5) && (p_to >> 2 <= 8));
wire p_to_weights = program_inside || filter_inside || param_inside || gate_weight_inside || gate_param_inside;
wire [ADDRESS-1:0] p_logit_at = (p_from - LOGITS_BASE) >> 2;
wire p_from_logits = (p_from >= LOGITS_BASE) && (p_logit_at < LOGITS_WORDS);
wire [MOST_BEATS-1:0] p_part = (p_to_weights || image_inside) ? {{MOST_BEATS-1{1'b0}}, 1'b1} << addressed_part : 0;
// Units that are being reset do not count.
wire p_runs = i_running && !o_reset_units, p_taken = i_image_ends && !o_reset_units;
always @(posedge clock) begin
  was_write <= i_write && !reset; was_read <= i_read && !reset; p_to <= i_write_address; p_from <= i_read_address;
  p_sent <= i_write_data; p_strobe <= i_write_strobe;
  was2_write <= was_write && !reset; was2_read <= was_read && !reset;
  p_unmapped <= p_some && !p_to_register && !p_to_weights && !image_inside;
  p_refused <= p_some && ((p_to_weights && p_busy) || (image_inside && !p_free) || (p_asks_start && !p_asks_stop && (p_busy || !p_program)));
  p_nowhere <= !((p_from >> 2) < 11) && !p_from_logits; was_from <= p_from; was_logit <= i_logit_read;
  was_start <= p_starts && !reset && !p_asks_reset; was2_start <= was_start && !p_asks_stop && !reset; was_stop <= (p_asks_stop || p_away) && !reset;
  was_busy <= p_busy; was_free <= p_free; was_opens <= forced_open;
  if (p_starts) p_open <= forced_open;
  p_busy <= p_starts || (p_busy && !p_ends && !p_asks_stop);
  p_done <= p_ends ? i_done && !p_asks_reset : p_done && !p_starts && !p_asks_reset;
  p_free <= p_asks_stop || p_away || p_ends || p_taken || (p_free && !p_starts);
  p_program <= p_program || o_program_write;
  p_worked <= p_runs && p_busy;
  p_cycles <= p_starts ? 0 : p_cycles + (p_runs && p_worked);
  p_count <= p_starts ? 0 : p_count + (i_logit_valid && !o_reset_units);
  if (p_asks_reset) begin p_cycles <= 32'd0; p_count <= 0; end
  if (reset) begin
    p_busy <= 1'b0; p_done <= 1'b0; p_free <= 1'b1; p_program <= 1'b0; p_worked <= 1'b0; p_cycles <= 32'd0; p_count <= 0; p_open <= 1'b0;
  end
end
always @(*) if (known) begin
  if (!was_reset) begin
    write_answered: assert(!was2_write || (o_write_response == (p_unmapped ? 2'd3 : p_refused ? 2'd2 : 2'd0)));
    read_answered: assert(!was2_read || (o_read_response == (p_nowhere ? 2'd3 : 2'd0)));
    nothing_reads_as_0: assert(!was2_read || !p_nowhere || (o_read_data == 32'd0));
    logit_reads_as_it_is: assert(!was2_read || p_nowhere || (was_from < LOGITS_BASE) || (o_read_data == was_logit));
    starts_once: assert(o_go == was2_start);
    stops_all: assert(o_reset_units == was_stop);
  end
  busy_until_the_end: assert(o_busy == p_busy);
  done_after_the_end: assert((o_done == p_done) && !(o_busy && o_done));
  no_start_in_a_stop: assert(!start_r || (!o_reset_units && !given_reset && !ran_r));
  no_start_near_a_stop: assert(!go_r || (!ran_r && !o_reset_units));
  image_is_free: assert(o_image_free == p_free);
  opens: assert(o_forced_open == p_open);
  logits_in_order: assert(o_logit_write_address == p_count[LOGIT-1:0]);
  logit_asked_for: assert((LOGITS_WORDS == 1) || (o_logit_read_address == i_read_address[2 +: LOGIT]));
  quiet_while_working: assert(!p_busy || !was_busy || !(o_program_write || o_filter_write || o_param_write || o_gate_weight_write
    || o_gate_param_write));
  image_stays: assert(!o_image_write || was_free);
  started_when_quiet: assert(!o_go || !(o_program_write || o_filter_write || o_param_write || o_gate_weight_write
    || o_gate_param_write));
  knows_where: assert((to_register_r == (write_address_r >> 6 == 0)) && (from_register_r == (read_address_r >> 6 == 0))
    && (from_logits_r == ((read_address_r >= LOGITS_BASE) && (((read_address_r - LOGITS_BASE) >> 2) < LOGITS_WORDS))));
  knows_what: assert((to_weights_r == p_to_weights) && (to_image_r == image_inside) && (to_part_r == p_part));
  knows_the_request: assert((was_write == write_r) && (some_r == p_some) && (was_read == read_r) && (!was_write || ((p_to == write_address_r)
    && (p_sent == data_r) && (p_strobe == strobe_r))) && (!was_read || (p_from == read_address_r)));
  knows_the_start: assert((go_r == was_start) && (!(go_r || start_r) || p_busy) && !(go_r && start_r));
  knows_the_image: assert((p_program == has_program_r) && (p_worked == ran_r) && (p_cycles == cycles_r) && (p_count == logits_r));
  start_is_refused: cover(was2_write && (o_write_response == 2'd2) && i_running);
  image_is_stopped: cover(o_reset_units && was_busy);
  runs_past_the_end: cover(p_away);
end
