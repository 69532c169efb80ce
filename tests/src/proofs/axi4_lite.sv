// Each write and each read of the bus reaches the core once, with what the master sent, and is answered once, with what the
// core said. Answers stand until they are taken, and come only when they are owed.
//
// Names of the unit beside its ports: to_r, with_r, from_r (what waits), writes_r, reads_r (cycles in the core), written_r, read_r.
wire aw = s_axi_awvalid && s_axi_awready, w = s_axi_wvalid && s_axi_wready, b = s_axi_bvalid && s_axi_bready;
wire ar = s_axi_arvalid && s_axi_arready, r = s_axi_rvalid && s_axi_rready;
reg [1:0] owed_aw, owed_w, owed_r, was_bresp, was_rresp, was_write_response, was_read_response;
reg [ADDRESS-1:0] aw_sent, ar_sent, was_awaddr, was_araddr;
reg [31:0] w_sent, was_wdata, was_rdata, was_read_data;
reg [3:0] strobe_sent, was_wstrb;
reg was_awvalid, was_wvalid, was_arvalid, was_bvalid, was_rvalid, was_b, was_r, was_aw, was_w, was_ar;
reg [2:0] went, asked;
always @(posedge clock) begin
  owed_aw <= reset ? 2'd0 : owed_aw + aw - b; owed_w <= reset ? 2'd0 : owed_w + w - b;
  owed_r <= reset ? 2'd0 : owed_r + ar - r;
  if (aw) aw_sent <= s_axi_awaddr;
  if (w) begin w_sent <= s_axi_wdata; strobe_sent <= s_axi_wstrb; end
  if (ar) ar_sent <= s_axi_araddr;
  was_awvalid <= s_axi_awvalid; was_awaddr <= s_axi_awaddr; was_aw <= aw;
  was_wvalid <= s_axi_wvalid; was_wdata <= s_axi_wdata; was_wstrb <= s_axi_wstrb; was_w <= w;
  was_arvalid <= s_axi_arvalid; was_araddr <= s_axi_araddr; was_ar <= ar;
  was_bvalid <= s_axi_bvalid; was_bresp <= s_axi_bresp; was_b <= b;
  was_rvalid <= s_axi_rvalid; was_rresp <= s_axi_rresp; was_rdata <= s_axi_rdata; was_r <= r;
  went <= reset ? 3'd0 : {went[1:0], o_write}; asked <= reset ? 3'd0 : {asked[1:0], o_read};
  was_write_response <= i_write_response; was_read_response <= i_read_response; was_read_data <= i_read_data;
end
// What AXI asks of a master: what is offered stands until it is taken.
always @(*) if (known && !was_reset && !reset) begin
  assume(!was_awvalid || was_aw || (s_axi_awvalid && (s_axi_awaddr == was_awaddr)));
  assume(!was_wvalid || was_w || (s_axi_wvalid && (s_axi_wdata == was_wdata) && (s_axi_wstrb == was_wstrb)));
  assume(!was_arvalid || was_ar || (s_axi_arvalid && (s_axi_araddr == was_araddr)));
end
always @(*) if (known) begin
  if (!was_reset) begin
    write_answer_stands: assert(!was_bvalid || was_b || (s_axi_bvalid && (s_axi_bresp == was_bresp)));
    read_answer_stands: assert(!was_rvalid || was_r || (s_axi_rvalid && (s_axi_rresp == was_rresp) && (s_axi_rdata == was_rdata)));
    write_answer_is_the_cores: assert(!s_axi_bvalid || was_bvalid || (went[2] && (s_axi_bresp == was_write_response)));
    read_answer_is_the_cores: assert(!s_axi_rvalid || was_rvalid || (asked[2] && (s_axi_rresp == was_read_response)
      && (s_axi_rdata == was_read_data)));
    write_answer_comes: assert(!went[2] || s_axi_bvalid);
    read_answer_comes: assert(!asked[2] || s_axi_rvalid);
  end
  no_write_answer_unasked: assert(!s_axi_bvalid || ((owed_aw != 0) && (owed_w != 0)));
  no_read_answer_unasked: assert(!s_axi_rvalid || (owed_r != 0));
  write_as_sent: assert(!o_write || ((o_write_address == aw_sent) && (o_write_data == w_sent) && (o_write_strobe == strobe_sent)));
  read_as_sent: assert(!o_read || (o_read_address == ar_sent));
  // One that waits, and one that is not answered.
  writes_are_counted: assert((owed_aw == to_r + (writes_r != 0) + written_r) && (owed_w == with_r + (writes_r != 0) + written_r));
  reads_are_counted: assert(owed_r == from_r + (reads_r != 0) + read_r);
  one_write_in_the_core: assert((writes_r == went[1:0]) && (writes_r != 2'd3) && ((writes_r == 0) || !written_r));
  one_read_in_the_core: assert((reads_r == asked[1:0]) && (reads_r != 2'd3) && ((reads_r == 0) || !read_r));
  holds_what_came: assert((!to_r || (to_address_r == aw_sent)) && (!with_r || ((data_r == w_sent) && (strobe_r == strobe_sent)))
    && (!from_r || (from_address_r == ar_sent)));
  // Nothing waits for the other channel, or without need.
  goes_at_once: assert((o_write || !to_r || !with_r || (writes_r != 0) || written_r) && (o_read || !from_r || (reads_r != 0) || read_r));
  write_waits: cover(was_bvalid && !was_b && to_r && with_r);
  read_waits: cover(was_rvalid && !was_r && from_r);
  both_at_once: cover(o_write && o_read);
end
