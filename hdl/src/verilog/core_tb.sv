// SPDX-License-Identifier: MIT OR Apache-2.0
// @ABOUT@
// Runs @IMAGES@ images through lcsim_core by its host port and compares every score, every live list, the logits and
// the cycles with those of lcsim's simulator. Ends with PASS, or with FAIL and an exit code that is not 0.
`default_nettype none

module lcsim_core_tb;
  localparam WRITES = @WRITES@;   // that load the network; 0: the core carries it
  localparam IMAGES = @IMAGES@;
  localparam BEATS = @BEATS@;     // writes an image
  localparam CLASSES = @CLASSES@;
  localparam EVENTS = @EVENTS@;   // scores of all images

  reg [63:0] network [0:(WRITES == 0 ? 0 : WRITES - 1)];  // address, data
  reg [63:0] images [0:IMAGES * BEATS - 1];               // address, data
  reg [39:0] events [0:(EVENTS == 0 ? 0 : EVENTS - 1)];   // live lists written, channel, score
  reg [31:0] results [0:IMAGES * (CLASSES + 1) - 1];      // cycles, logits

  reg clock = 1'b0, reset = 1'b1;
  reg request_valid = 1'b0, request_write = 1'b0;
  reg [31:0] request_address = 32'd0, request_data = 32'd0;
  wire request_ready, response_valid, running, done, array_busy, gate_busy, score_valid, logit_valid;
  wire [31:0] response_data, logit;
  wire [@PCW@-1:0] pc;
  wire [15:0] score, list_channel;
  wire [1:0] list_write;
  integer errors = 0, event_n = 0, i, n;
  reg [31:0] answer_data;

  lcsim_core core(
    .clock(clock), .reset(reset),
    .i_request_valid(request_valid), .o_request_ready(request_ready), .i_request_write(request_write),
    .i_request_address(request_address), .i_request_data(request_data),
    .o_response_valid(response_valid), .i_response_ready(1'b1), .o_response_data(response_data),
    .o_running(running), .o_done(done), .o_pc(pc), .o_array_busy(array_busy), .o_gate_busy(gate_busy),
    .o_score_valid(score_valid), .o_score(score), .o_list_write(list_write), .o_list_channel(list_channel),
    .o_logit_valid(logit_valid), .o_logit(logit)
  );

  always #5 clock = !clock;

  task check(input [127:0] what, input [39:0] found, input [39:0] expected);
    if (found !== expected) begin
      errors = errors + 1;
      $display("image %0d: %0s: expected %h, found %h", i, what, expected, found);
    end
  endtask

  wire [39:0] seen = {6'd0, list_write, (list_write == 2'd0) ? 16'd0 : list_channel, score};
  always @(posedge clock) if (score_valid && !reset) begin
    if (event_n < EVENTS) check("score", seen, events[event_n]);
    event_n = event_n + 1;
  end

  task request(input write, input [31:0] address, input [31:0] data);
    begin
      @(negedge clock);
      request_valid = 1'b1; request_write = write; request_address = address; request_data = data;
      @(posedge clock);
      while (!request_ready) @(posedge clock);
      @(negedge clock);
      request_valid = 1'b0;
    end
  endtask

  task answer(input [31:0] address);
    begin
      request(1'b0, address, 32'd0);
      while (!response_valid) @(negedge clock);
      answer_data = response_data;
    end
  endtask

  initial begin
    if (WRITES != 0) $readmemh("core_tb_network.hex", network);
    if (EVENTS != 0) $readmemh("core_tb_scores.hex", events);
    $readmemh("core_tb_images.hex", images);
    $readmemh("core_tb_results.hex", results);
    repeat (2) @(negedge clock);
    reset = 1'b0;
    i = 0;
    for (n = 0; n < WRITES; n = n + 1) request(1'b1, network[n][63:32], network[n][31:0]);
    for (i = 0; i < IMAGES; i = i + 1) begin
      for (n = 0; n < BEATS; n = n + 1) request(1'b1, images[i * BEATS + n][63:32], images[i * BEATS + n][31:0]);
      request(1'b1, 32'd0, 32'd1);
      answer_data = 32'd0;
      // A poll takes two cycles and more: these are enough to see that the core hangs.
      for (n = 0; (answer_data[1] == 1'b0) && (n < results[i * (CLASSES + 1)] + 100); n = n + 1) answer(32'd0);
      if (answer_data[1] == 1'b0) begin
        $display("FAIL: image %0d does not end", i);
        $fatal(1);
      end
      answer(32'd1);
      check("cycles", {8'd0, answer_data}, {8'd0, results[i * (CLASSES + 1)]});
      $display("image %0d: %0d cycles", i, answer_data);
      for (n = 0; n < CLASSES; n = n + 1) begin
        answer(32'h7000_0000 | n);
        check("logit", {8'd0, answer_data}, {8'd0, results[i * (CLASSES + 1) + 1 + n]});
      end
    end
    check("scores counted", event_n, EVENTS);
    if (errors == 0) $display("PASS: %0d images, %0d scores", IMAGES, EVENTS);
    else $display("FAIL: %0d differences", errors);
    if (errors != 0) $fatal(1);
    $finish;
  end
endmodule

`default_nettype wire
