// SPDX-License-Identifier: MIT OR Apache-2.0
// Runs images through lcsim_core by its host port. Compares every score, every live list, the
// logits and the cycles with those of lcsim's simulator. Ends with PASS, or with FAIL and an exit
// code that is not 0.
`default_nettype none

module lcsim_core_tb;
  // Bits of an address, of an instruction's number, of the number of logits.
  localparam ADDRESS = 20;
  localparam COUNT = 4;
  localparam LOGITS = 4;
  // Addresses of registers, and of the first logit.
  localparam CONTROL = 0;
  localparam STATUS = 0;
  localparam CYCLES = 0;
  localparam LOGITS_BASE = 0;
  // Bits of these registers.
  localparam START = 0;
  localparam DONE = 1;
  // Writes that load the network. Without any the core carries it.
  localparam WRITES = 0;
  localparam IMAGES = 1;
  // Writes of an image, classes, and scores of all images.
  localparam BEATS = 1;
  localparam CLASSES = 1;
  localparam EVENTS = 0;

  // Addresses and data.
  reg [63:0] network [0:(WRITES == 0 ? 0 : WRITES - 1)];
  reg [63:0] images [0:IMAGES * BEATS - 1];
  // Live lists written, channel, score.
  reg [39:0] events [0:(EVENTS == 0 ? 0 : EVENTS - 1)];
  // Cycles, logits.
  reg [31:0] results [0:IMAGES * (CLASSES + 1) - 1];

  reg clock = 1'b0;
  reg reset = 1'b1;
  reg write = 1'b0;
  reg read = 1'b0;
  reg [31:0] address = 32'd0;
  reg [31:0] data = 32'd0;
  wire [1:0] write_response;
  wire [1:0] read_response;
  wire [31:0] read_data;
  wire interrupt;
  wire busy;
  wire done;
  wire image_free;
  wire aborted;
  wire [LOGITS-1:0] logits;
  wire running;
  wire [COUNT-1:0] pc;
  wire array_busy;
  wire gate_busy;
  wire score_valid;
  wire [15:0] score;
  wire [1:0] list_write;
  wire [15:0] list_channel;
  wire logit_valid;
  wire [31:0] logit;
  integer errors = 0;
  integer event_n = 0;
  integer i;
  integer n;
  reg [31:0] answer;

  lcsim_core core (
    .clock(clock),
    .reset(reset),
    .i_write(write),
    .i_write_address(address[ADDRESS-1:0]),
    .i_write_data(data),
    .i_write_strobe(4'b1111),
    .o_write_response(write_response),
    .i_read(read),
    .i_read_address(address[ADDRESS-1:0]),
    .o_read_data(read_data),
    .o_read_response(read_response),
    .o_interrupt(interrupt),
    .o_busy(busy),
    .o_done(done),
    .o_image_free(image_free),
    .o_aborted(aborted),
    .o_logits(logits),
    .o_running(running),
    .o_pc(pc),
    .o_array_busy(array_busy),
    .o_gate_busy(gate_busy),
    .o_score_valid(score_valid),
    .o_score(score),
    .o_list_write(list_write),
    .o_list_channel(list_channel),
    .o_logit_valid(logit_valid),
    .o_logit(logit)
  );

  always #5 clock = !clock;

  task check(input [159:0] what, input [39:0] found, input [39:0] expected);
    if (found !== expected) begin
      errors = errors + 1;
      $display("image %0d: %0s: expected %h, found %h", i, what, expected, found);
    end
  endtask

  wire [39:0] seen = {6'd0, list_write, (list_write == 2'd0) ? 16'd0 : list_channel, score};
  always @(posedge clock) begin
    if (score_valid && !reset) begin
      if (event_n < EVENTS) begin
        check("score", seen, events[event_n]);
      end
      event_n = event_n + 1;
    end
  end

  // A request is answered two cycles later.
  task put(input [31:0] to, input [31:0] value);
    begin
      @(negedge clock);
      write = 1'b1;
      address = to;
      data = value;
      @(negedge clock);
      write = 1'b0;
      @(negedge clock);
      check("response to a write", {38'd0, write_response}, 40'd0);
    end
  endtask

  task get(input [31:0] from);
    begin
      @(negedge clock);
      read = 1'b1;
      address = from;
      @(negedge clock);
      read = 1'b0;
      @(negedge clock);
      answer = read_data;
      check("response to a read", {38'd0, read_response}, 40'd0);
    end
  endtask

  initial begin
    if (WRITES != 0) begin
      $readmemh("core_tb_network.hex", network);
    end
    if (EVENTS != 0) begin
      $readmemh("core_tb_scores.hex", events);
    end
    $readmemh("core_tb_images.hex", images);
    $readmemh("core_tb_results.hex", results);
    repeat (2) @(negedge clock);
    reset = 1'b0;
    i = 0;
    for (n = 0; n < WRITES; n = n + 1) begin
      put(network[n][63:32], network[n][31:0]);
    end
    for (i = 0; i < IMAGES; i = i + 1) begin
      for (n = 0; n < BEATS; n = n + 1) begin
        put(images[i * BEATS + n][63:32], images[i * BEATS + n][31:0]);
      end
      put(CONTROL, 1 << START);
      // A poll takes two cycles and more: these are enough to see that the core hangs.
      n = 0;
      get(STATUS);
      while (!answer[DONE] && (n < results[i * (CLASSES + 1)] + 100)) begin
        n = n + 1;
        get(STATUS);
      end
      if (!answer[DONE]) begin
        $display("FAIL: image %0d does not end", i);
        $fatal(1);
      end
      get(CYCLES);
      check("cycles", {8'd0, answer}, {8'd0, results[i * (CLASSES + 1)]});
      $display("image %0d: %0d cycles", i, answer);
      for (n = 0; n < CLASSES; n = n + 1) begin
        get(LOGITS_BASE + 4 * n);
        check("logit", {8'd0, answer}, {8'd0, results[i * (CLASSES + 1) + 1 + n]});
      end
    end
    check("scores counted", event_n, EVENTS);
    if (errors != 0) begin
      $display("FAIL: %0d differences", errors);
      $fatal(1);
    end
    $display("PASS: %0d images, %0d scores", IMAGES, EVENTS);
    $finish;
  end
endmodule

`default_nettype wire
