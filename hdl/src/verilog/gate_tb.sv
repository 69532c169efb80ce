// SPDX-License-Identifier: MIT OR Apache-2.0
// Random fully connected layers through lcsim_gate: L-Nets, C-Nets, classifiers, on whole maps and
// on live lists. Each score, list entry and logit against plain arithmetic, and the cycles against
// the contract. Ends with PASS, or with FAIL and an exit code that is not 0.
`default_nettype none

module lcsim_gate_tb;
  // Gate MACs, and channels that a gate may have.
  localparam G = 1;
  localparam CHANNELS = 16;
  // Bits of a channel's number, of addresses of weights and parameters, of counters of channels, of
  // a pool sum, of a layer's inputs, and of a channel on the ports of live lists.
  localparam KW = 4;
  localparam GW = 4;
  localparam GA = 4;
  localparam KC = 5;
  localparam POOL = 16;
  localparam CHANNEL = 4;
  localparam SCORE_SHIFT = 0;
  // Cycles from the last input of a group to its first logit, and to its first score.
  localparam TO_LOGIT = 0;
  localparam TO_SCORE = 0;
  localparam MOST = (CHANNELS < 12) ? CHANNELS : 12;
  localparam GROUPS = (MOST + G - 1) / G;
  localparam JOBS = 60;

  reg clock = 1'b0, reset = 1'b1, start = 1'b0, forced_open = 1'b0;
  reg [1:0] j_purpose = 0;
  reg [15:0] j_inputs = 0;
  reg [15:0] j_outputs = 0;
  reg j_list_on = 0;
  reg j_in_list = 0;
  reg j_out_list = 0;
  reg [1:0] j_pool_region = 0;
  reg [3:0] j_pool_shift = 0;
  reg [15:0] j_threshold = 0;
  reg j_step = 0;
  reg [GW-1:0] j_weight_base = 0;
  reg [GA-1:0] j_param_base = 0;
  wire [1:0] pool_region;
  wire [KW-1:0] pool_channel, list_address, list_write_address, entry_channel;
  wire [GW-1:0] weight_address;
  wire [GA-1:0] param_address;
  wire list_write0, list_write1, done0, done1, lscore_valid, running, score_valid, logit_valid;
  wire [KC-1:0] length0, length1;
  wire [15:0] lscore, score;
  wire [31:0] logit;
  // The memories around it, which answer two cycles later.
  reg [POOL-1:0] pool [0:CHANNELS-1];
  reg [KW-1:0] list0 [0:CHANNELS-1], list1 [0:CHANNELS-1];
  reg [8*G-1:0] weight [0:GROUPS*MOST-1];
  reg [51:0] param [0:MOST-1];
  reg [POOL-1:0] pool_read, pool_data;
  reg [KW-1:0] list0_read, list1_read, list0_data, list1_data;
  reg [8*G-1:0] weight_read, weight_data;
  reg [51:0] param_read, param_data;
  always @(posedge clock) begin
    pool_read <= pool[pool_channel]; pool_data <= pool_read;
    list0_read <= list0[list_address]; list1_read <= list1[list_address];
    list0_data <= list0_read; list1_data <= list1_read;
    weight_read <= weight[weight_address]; param_read <= param[param_address];
    weight_data <= weight_read; param_data <= param_read;
    if (list_write0) list0[list_write_address] <= entry_channel;
    if (list_write1) list1[list_write_address] <= entry_channel;
  end

  lcsim_gate gate(
    .clock(clock), .reset(reset), .i_start(start), .i_job_purpose(j_purpose),
    .i_job_weight_base(j_weight_base),
    .i_job_inputs(j_inputs[KC-1:0]), .i_job_outputs(j_outputs[KC-1:0]),
    .i_job_list_on(j_list_on), .i_job_in_list(j_in_list), .i_job_out_list(j_out_list),
    .i_job_pool_region(j_pool_region), .i_job_pool_shift(j_pool_shift),
    .i_job_threshold(j_threshold), .i_job_step(j_step), .i_job_param_base(j_param_base),
    .i_forced_open(forced_open),
    .i_channel0(list0_data[CHANNEL-1:0]), .i_channel1(list1_data[CHANNEL-1:0]),
    .i_pool(pool_data), .i_weights(weight_data),
    .i_bias(param_data[51:20]), .i_multiplier(param_data[19:5]), .i_shift(param_data[4:0]),
    .o_pool_region(pool_region), .o_pool_channel(pool_channel), .o_list_address(list_address),
    .o_weight_address(weight_address), .o_param_address(param_address),
    .o_list_write0(list_write0), .o_list_write1(list_write1),
    .o_list_write_address(list_write_address), .o_entry_channel(entry_channel), .o_entry_group(),
    .o_entry_lane(), .o_entry_bank(), .o_entry_row(), .o_length0(length0), .o_length1(length1),
    .o_done0(done0), .o_done1(done1), .o_lscore(lscore), .o_lscore_valid(lscore_valid), .o_skip(),
    .o_running(running), .o_score_valid(score_valid), .o_score(score),
    .o_logit_valid(logit_valid), .o_logit(logit)
  );
  always #5 clock = !clock;

  integer errors = 0, checks = 0, n, k, i, o, channel, live, slots, period, cycles, last;
  integer live_channel [0:1][0:CHANNELS-1];
  integer live_count [0:1];
  integer total, pooled, narrow, value;

  task check(input [127:0] what, input integer found, input integer expected);
    begin
      checks = checks + 1;
      if (found !== expected) begin
        errors = errors + 1;
        $display("job %0d, output %0d: %0s: expected %0d, found %0d", n, o, what, expected, found);
      end
    end
  endtask

  // Value of output o: the accumulator, or the score.
  task evaluate(input classifier);
    reg signed [7:0] w;
    reg signed [31:0] sum;
    begin
      total = $signed(param[o][51:20]);
      for (i = 0; i < live; i = i + 1) begin
        channel = j_list_on ? live_channel[j_in_list][i] : i;
        sum = $signed(pool[i]);
        pooled = (sum + ((1 << j_pool_shift) >> 1)) >>> j_pool_shift;
        w = weight[o / G * j_inputs + channel][8 * (o % G) +: 8];
        total = total + w * pooled;
      end
      value = total;
      if (!classifier) begin
        narrow = (total + ((1 << param[o][4:0]) >> 1)) >>> param[o][4:0];
        if (narrow > 32767) narrow = 32767;
        if (narrow < -32768) narrow = -32768;
        value = narrow * $signed({1'b0, param[o][19:5]}) + ((1 << SCORE_SHIFT) >> 1);
        value = value >>> SCORE_SHIFT;
        if (value < 0) value = 0;
        if (value > 32768) value = 32768;
        if (value < j_threshold) value = 0;
        else if (j_step) value = 32768;
      end
    end
  endtask

  initial begin
    live_count[0] = 0; live_count[1] = 0;
    repeat (2) @(negedge clock);
    reset = 1'b0;
    for (n = 0; n < JOBS; n = n + 1) begin
      // A pooled value has 16 bits.
      for (k = 0; k < CHANNELS; k = k + 1) pool[k] = $signed($random) >>> 16;
      for (k = 0; k < GROUPS * MOST; k = k + 1)
        for (i = 0; i < G; i = i + 1) weight[k][8*i +: 8] = $random;
      for (k = 0; k < MOST; k = k + 1) begin
        param[k] = {$random, $random};
        param[k][51:20] = $signed($random) >>> 10;
        param[k][4:0] = param[k][4:0] % 16;
        // Small multipliers give scores near 0.
        param[k][19:5] = param[k][19:5] >> ($unsigned($random) % 16);
      end
      j_purpose = $unsigned($random) % 3;
      j_list_on = $random; j_in_list = $random; j_out_list = !j_in_list;
      // Listed channels are those of the list's map; a C-Net before gave it MOST or fewer.
      j_inputs = j_list_on ? MOST : 1 + $unsigned($random) % MOST;
      j_outputs = (j_purpose == 2'd0) ? 1 : 1 + $unsigned($random) % MOST;
      j_pool_region = 0; j_pool_shift = $unsigned($random) % 12;
      j_weight_base = 0; j_param_base = 0;
      // None, nearly all, or any up to 1.
      j_step = ($unsigned($random) % 3 == 0);
      j_threshold = ($random & 1) ? {15'd0, j_step} : j_step + $unsigned($random) % 32768;
      forced_open = ($unsigned($random) % 4 == 0);
      live = j_list_on ? live_count[j_in_list] : j_inputs;
      slots = (live == 0) ? 1 : live;
      period = (slots > G) ? slots : G;
      start = 1'b1;
      @(negedge clock);
      start = 1'b0;
      check("pool region", pool_region, j_pool_region);
      if (j_purpose == 2'd1) live_count[j_out_list] = 0;
      o = 0;
      for (cycles = 1; running && cycles < 10000; cycles = cycles + 1) begin
        if (logit_valid || score_valid) begin
          evaluate(j_purpose == 2'd2);
          if (logit_valid) check("logit", logit, value);
          else check("score", score, value);
          check("purpose", logit_valid, j_purpose == 2'd2);
          last = (j_purpose == 2'd1) && (value != 0 || forced_open);
          check("listed", {list_write1, list_write0}, last ? 1 << j_out_list : 0);
          if (last) begin
            check("channel", entry_channel, o);
            check("address", list_write_address, live_count[j_out_list]);
            live_channel[j_out_list][live_count[j_out_list]] = o;
            live_count[j_out_list] = live_count[j_out_list] + 1;
          end
          o = o + 1;
        end
        @(negedge clock);
      end
      check("outputs", o, j_outputs);
      // The last output's group, its last input, and the stages behind.
      last = (j_outputs - 1) / G;
      check("cycles", cycles, 1 + last * period + slots - 1
        + ((j_purpose == 2'd2) ? TO_LOGIT : TO_SCORE) + (j_outputs - 1 - last * G) + 1);
      if (j_purpose == 2'd0) check("L-Net", lscore, value);
      if (j_purpose == 2'd1)
        check("length", j_out_list ? length1 : length0, live_count[j_out_list]);
    end
    if (errors == 0) $display("PASS: %0d checks", checks);
    else $display("FAIL: %0d of %0d checks", errors, checks);
    if (errors != 0) $fatal(1);
    $finish;
  end
endmodule

`default_nettype wire
