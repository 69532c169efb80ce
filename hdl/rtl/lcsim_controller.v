// SPDX-License-Identifier: MIT OR Apache-2.0
// The controller: takes the instructions of the program in order, waits until their unit is free
// and their score is known, and starts them or steps over them. It decides in one cycle and acts in
// the next.
`default_nettype none

module lcsim_controller #(
  // Bits of the fields of a convolution. They stand above those of a gate in an instruction.
  parameter CONV = 8,
  // Bits of the fields of a gate, which stand lowest.
  parameter GATE = 8,
  // Words of the program memory that an instruction takes, the low bits first.
  parameter WORDS = 1,
  // Bits of a word of the program memory.
  parameter WORD = 19,
  // Instructions that the program memory has.
  parameter INSTRUCTIONS = 16,
  // Bits of an instruction's number.
  parameter COUNT = 4,
  // Bits of an address of the program memory.
  parameter ADDRESS = 4,
  // Bits of an instruction: its kind (2 bits), whether a score can skip it, and the fields.
  parameter INSTRUCTION = CONV + GATE + 3
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // Starts the program. It does not run.
  input wire i_go,
  // The word of the program memory that was addressed two cycles before.
  input wire [WORD-1:0] i_program,
  // The score of the block is 0.
  input wire i_skip,
  // There is a score of the block.
  input wire i_lscore_valid,
  // Nothing is skipped, whatever its score is.
  input wire i_forced_open,
  // The array works, or was started in the cycle before.
  input wire i_array_busy,
  // The gate unit runs.
  input wire i_gate_running,
  // The word of the program memory that is read.
  output wire [ADDRESS-1:0] o_program_address,
  // Starts the image port.
  output reg o_start_image,
  // Starts a convolution.
  output reg o_start_conv,
  // Starts the gate unit.
  output reg o_start_gate,
  // The fields of the convolution in work, from the cycle of its start on.
  output reg [CONV-1:0] o_conv,
  // The fields of the gate in work, from the cycle of its start on.
  output reg [GATE-1:0] o_gate,
  // The number of the instruction.
  output reg [COUNT-1:0] o_pc,
  // The program runs.
  output wire o_running,
  // The program has ended, and has not been started since. A program that runs past the last
  // instruction stops without it.
  output wire o_done
);

  // Kinds of instruction.
  localparam [1:0] IMAGE_KIND = 2'd0;
  localparam [1:0] CONV_KIND = 2'd1;
  localparam [1:0] GATE_KIND = 2'd2;
  localparam [1:0] STOP_KIND = 2'd3;
  // Bits of the words of an instruction. The last one may have unused bits.
  localparam HELD = WORD * WORDS;
  // Bits of a counter of words.
  localparam LEFT = (WORDS > 1) ? $clog2(WORDS) : 1;
  localparam [ADDRESS-1:0] ONE_AHEAD = 1;
  localparam [31:0] LAST = INSTRUCTIONS - 1;

  // The instruction is in a register. The one after it is addressed by a register. When it is
  // fetched, the memory shows it in the next cycle; until then it waits. Before an image the one
  // after is the first one.
  reg [HELD-1:0] word_r;
  reg [ADDRESS-1:0] ahead_r;
  reg running_r;
  reg done_r;
  // The program stopped in the cycle before.
  reg stopped_r;
  reg fetched_r;
  // The instruction is there, and nothing was decided about it before the cycle before.
  reg acts_r;
  // In the cycle before, it was decided to start the instruction or to step over it.
  reg steps_r;
  wire [1:0] kind = word_r[INSTRUCTION-1 -: 2];
  wire predicated = word_r[INSTRUCTION-3];
  // All words of the instruction are there; a further one follows.
  wire complete;
  wire more;

  wire acts = acts_r && !steps_r;
  wire decided = !predicated || i_lscore_valid;
  wire skips = predicated && i_lscore_valid && i_skip && !i_forced_open;
  wire idle = !i_array_busy && ((kind != GATE_KIND) || !i_gate_running);
  wire starts = acts && decided && !skips && idle;
  wire runs_away = steps_r && (o_pc == LAST[COUNT-1:0]);
  wire fetches = i_go || steps_r || more;
  wire ends = acts && (kind == STOP_KIND) && !i_array_busy && !i_gate_running;
  assign o_program_address = ahead_r;
  assign o_running = running_r;
  assign o_done = done_r;

  always @(posedge clock) begin
    o_start_image <= starts && (kind == IMAGE_KIND);
    o_start_conv <= starts && (kind == CONV_KIND);
    o_start_gate <= starts && (kind == GATE_KIND);
    steps_r <= (starts && (kind != STOP_KIND)) || (acts && skips);
    fetched_r <= fetches;
    acts_r <= running_r && !fetches && !ends && complete;
    stopped_r <= ends || runs_away;
    if (stopped_r) begin
      ahead_r <= {ADDRESS{1'b0}};
    end else if (fetches) begin
      ahead_r <= ahead_r + ONE_AHEAD;
    end
    // A unit that does not run takes no notice of its fields until it starts.
    if (running_r && !i_array_busy) begin
      o_conv <= word_r[GATE +: CONV];
    end
    if (running_r && !i_gate_running) begin
      o_gate <= word_r[0 +: GATE];
    end
    if (i_go) begin
      running_r <= 1'b1;
      done_r <= 1'b0;
    end else if (ends) begin
      running_r <= 1'b0;
      done_r <= 1'b1;
    end else if (runs_away) begin
      running_r <= 1'b0;
    end
    if (reset) begin
      o_start_image <= 1'b0;
      o_start_conv <= 1'b0;
      o_start_gate <= 1'b0;
      steps_r <= 1'b0;
      fetched_r <= 1'b0;
      stopped_r <= 1'b0;
      acts_r <= 1'b0;
      ahead_r <= {ADDRESS{1'b0}};
      o_conv <= {CONV{1'b0}};
      o_gate <= {GATE{1'b0}};
      running_r <= 1'b0;
      done_r <= 1'b0;
    end
  end

  generate
    if (WORDS == 1) begin : whole
      assign complete = 1'b1;
      assign more = 1'b0;
      always @(posedge clock) begin
        if (fetches) begin
          o_pc <= ahead_r;
        end
        if (fetched_r) begin
          word_r <= i_program;
        end
        if (reset) begin
          o_pc <= {COUNT{1'b0}};
          word_r <= {HELD{1'b0}};
        end
      end
    end else begin : parts
      // Words that have not come yet.
      reg [LEFT-1:0] left_r;
      localparam [LEFT-1:0] ONE_LEFT = 1;
      localparam [COUNT-1:0] ONE_MORE = 1;
      localparam [31:0] OTHERS = WORDS - 1;
      assign complete = (left_r == {LEFT{1'b0}});
      assign more = running_r && !fetched_r && (left_r != {LEFT{1'b0}});
      always @(posedge clock) begin
        if (fetched_r) begin
          word_r <= {i_program, word_r[HELD-1:WORD]};
        end
        if (fetches) begin
          left_r <= left_r - ONE_LEFT;
        end
        if (i_go || steps_r) begin
          o_pc <= i_go ? {COUNT{1'b0}} : o_pc + ONE_MORE;
          left_r <= OTHERS[LEFT-1:0];
        end
        if (reset) begin
          o_pc <= {COUNT{1'b0}};
          word_r <= {HELD{1'b0}};
          left_r <= {LEFT{1'b0}};
        end
      end
      wire unused_bits = &word_r;
    end
  endgenerate
endmodule

`default_nettype wire
