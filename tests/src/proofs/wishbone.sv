// Each transfer of the bus reaches the core once and is answered once, with what the core said, unless the master gives up.
//
// Names of the unit beside its ports: waits_r (cycles since the core was given the transfer), writes_r.
reg [2:0] went;
reg was_asked, was_answer, wrote, kept, was_kept;
reg [1:0] was_response;
reg [31:0] was_data;
wire answer = wb_ack_o || wb_err_o;
always @(posedge clock) begin
  went <= reset ? 3'd0 : {went[1:0], o_write || o_read};
  if (o_write || o_read) wrote <= o_write;
  kept <= !reset && (o_write || o_read || (kept && wb_cyc_i && wb_stb_i)); was_kept <= kept;
  was_asked <= wb_cyc_i && wb_stb_i && !reset; was_answer <= answer;
  was_response <= wrote ? i_write_response : i_read_response; was_data <= i_read_data;
end
always @(*) if (known) begin
  one_of_both: assert(!(o_write && o_read) && !(wb_ack_o && wb_err_o));
  only_when_asked: assert(!(o_write || o_read) || (wb_cyc_i && wb_stb_i && (o_write == wb_we_i)));
  as_sent: assert(!(o_write || o_read) || ((o_write ? o_write_address : o_read_address) == wb_adr_i));
  data_as_sent: assert(!o_write || ((o_write_data == wb_dat_i) && (o_write_strobe == wb_sel_i)));
  answers_what_went: assert(!answer || went[2]);
  answers_no_other: assert(!answer || was_kept);
  knows_who_gave_up: assert((went[1:0] == 0) || (live_r == kept));
  answers_it: assert(was_reset || !went[2] || !was_asked || !was_kept || (answer && (wb_ack_o == (was_response == 2'd0))));
  answers_with_its_data: assert(was_reset || !answer || wrote || (wb_dat_o == was_data));
  not_again_while_it_is_answered: assert(!(answer && (o_write || o_read)));
  answers_once: assert(!(answer && was_answer));
  one_at_a_time: assert((went != 3'b011) && (went != 3'b111) && (went != 3'b110) && (waits_r == went[1:0]) && ((went == 0) || (writes_r == wrote)));
  begins_at_once: assert(reset || !(wb_cyc_i && wb_stb_i) || answer || (went[1:0] != 0) || o_write || o_read);
  done: cover(wb_ack_o);
  refused: cover(wb_err_o && wrote);
end
