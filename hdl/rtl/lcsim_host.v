// SPDX-License-Identifier: MIT OR Apache-2.0
// The host port: registers, and beats of 32 bits that become words of the memories. It never waits.
// A write and a read may come in each cycle. Both are answered two cycles later.
`default_nettype none

module lcsim_host #(
  // Bits of a byte address.
  parameter ADDRESS = 20,
  // Bits of an instruction's number.
  parameter COUNT = 4,
  // Bits of a logit's number.
  parameter LOGIT = 4,
  // The program stands in its memory from the beginning.
  parameter CARRIED = 0,
  // Beats of the longest word.
  parameter MOST_BEATS = 4,
  // Each memory: the byte address of its first beat, the bits of a word, its words.
  parameter [ADDRESS-1:0] PROGRAM_BASE = 0,
  parameter PROGRAM_WIDTH = 8,
  parameter PROGRAM_WORDS = 16,
  parameter [ADDRESS-1:0] FILTER_BASE = 0,
  parameter FILTER_WIDTH = 8,
  parameter FILTER_WORDS = 16,
  parameter [ADDRESS-1:0] PARAM_BASE = 0,
  parameter PARAM_WIDTH = 8,
  parameter PARAM_WORDS = 16,
  parameter [ADDRESS-1:0] GATE_WEIGHT_BASE = 0,
  parameter GATE_WEIGHT_WIDTH = 8,
  parameter GATE_WEIGHT_WORDS = 16,
  parameter [ADDRESS-1:0] GATE_PARAM_BASE = 0,
  parameter GATE_PARAM_WIDTH = 8,
  parameter GATE_PARAM_WORDS = 16,
  parameter [ADDRESS-1:0] IMAGE_BASE = 0,
  parameter IMAGE_WIDTH = 8,
  parameter IMAGE_WORDS = 16,
  parameter [ADDRESS-1:0] LOGITS_BASE = 0,
  parameter LOGITS_WORDS = 16,
  // Bits of the number of a word of each memory.
  parameter PROGRAM_INDEX = (PROGRAM_WORDS > 1) ? $clog2(PROGRAM_WORDS) : 1,
  parameter FILTER_INDEX = (FILTER_WORDS > 1) ? $clog2(FILTER_WORDS) : 1,
  parameter PARAM_INDEX = (PARAM_WORDS > 1) ? $clog2(PARAM_WORDS) : 1,
  parameter GATE_WEIGHT_INDEX = (GATE_WEIGHT_WORDS > 1) ? $clog2(GATE_WEIGHT_WORDS) : 1,
  parameter GATE_PARAM_INDEX = (GATE_PARAM_WORDS > 1) ? $clog2(GATE_PARAM_WORDS) : 1,
  parameter IMAGE_INDEX = (IMAGE_WORDS > 1) ? $clog2(IMAGE_WORDS) : 1
) (
  // The clock.
  input wire clock,
  // The synchronous reset.
  input wire reset,
  // A beat is written.
  input wire i_write,
  // Its byte address. The lowest two bits do not count.
  input wire [ADDRESS-1:0] i_write_address,
  // Its data.
  input wire [31:0] i_write_data,
  // Which of its bytes count.
  input wire [3:0] i_write_strobe,
  // What became of the write two cycles before: 0 done, 2 refused, 3 nothing there.
  output reg [1:0] o_write_response,
  // A beat is read.
  input wire i_read,
  // Its byte address. The lowest two bits do not count.
  input wire [ADDRESS-1:0] i_read_address,
  // The data of the read two cycles before.
  output reg [31:0] o_read_data,
  // What became of that read: 0 done, 3 nothing there.
  output reg [1:0] o_read_response,
  // An enabled interrupt is raised.
  output reg o_interrupt,
  // An image is worked on.
  output wire o_busy,
  // The image that was started last is finished.
  output wire o_done,
  // The next image may be written.
  output wire o_image_free,
  // Logits of the image that are there so far.
  output wire [LOGIT:0] o_logits,
  // The controller runs.
  input wire i_running,
  // The controller has found the end of the program.
  input wire i_done,
  // The array, its loader or the image port works.
  input wire i_array_busy,
  // The gate unit works.
  input wire i_gate_busy,
  // The number of the instruction in work.
  input wire [COUNT-1:0] i_pc,
  // The image port has taken the image in.
  input wire i_image_ends,
  // A logit leaves the gate unit.
  input wire i_logit_valid,
  // The logit that was addressed in the cycle before.
  input wire [31:0] i_logit_read,
  // Starts the program.
  output wire o_go,
  // Sets all units back.
  output reg o_reset_units,
  // No gate skips anything.
  output wire o_forced_open,
  // The logit that is read.
  output wire [LOGIT-1:0] o_logit_read_address,
  // Where a logit that leaves the gate unit is written.
  output wire [LOGIT-1:0] o_logit_write_address,
  // For each memory: a word is written, its number, and its content.
  output wire o_program_write,
  output wire [PROGRAM_INDEX-1:0] o_program_address,
  output wire [PROGRAM_WIDTH-1:0] o_program_data,
  output wire o_filter_write,
  output wire [FILTER_INDEX-1:0] o_filter_address,
  output wire [FILTER_WIDTH-1:0] o_filter_data,
  output wire o_param_write,
  output wire [PARAM_INDEX-1:0] o_param_address,
  output wire [PARAM_WIDTH-1:0] o_param_data,
  output wire o_gate_weight_write,
  output wire [GATE_WEIGHT_INDEX-1:0] o_gate_weight_address,
  output wire [GATE_WEIGHT_WIDTH-1:0] o_gate_weight_data,
  output wire o_gate_param_write,
  output wire [GATE_PARAM_INDEX-1:0] o_gate_param_address,
  output wire [GATE_PARAM_WIDTH-1:0] o_gate_param_data,
  output wire o_image_write,
  output wire [IMAGE_INDEX-1:0] o_image_address,
  output wire [IMAGE_WIDTH-1:0] o_image_data
);

  // Responses, as AXI numbers them.
  localparam [1:0] OKAY = 2'd0;
  localparam [1:0] REFUSED = 2'd2;
  localparam [1:0] UNMAPPED = 2'd3;
  // Bits of an address within the registers and within the logits.
  localparam REGISTERS = 6;
  localparam SPAN = 2 + ((LOGITS_WORDS > 1) ? $clog2(LOGITS_WORDS) : 0);
  localparam [LOGIT:0] ONE_LOGIT = 1;
  localparam [31:0] LOGIT_COUNT = LOGITS_WORDS;

  // --- The first cycle: what was asked for goes to registers, and where it goes.
  reg write_r;
  reg some_r;
  reg [ADDRESS-1:0] write_address_r;
  reg [31:0] data_r;
  reg [3:0] strobe_r;
  reg read_r;
  reg [ADDRESS-1:0] read_address_r;
  reg to_register_r;
  reg from_register_r;
  reg from_logits_r;
  reg to_weights_r;
  reg to_image_r;
  reg [MOST_BEATS-1:0] to_part_r;
  wire is_logit;
  wire to_program;
  wire to_filter;
  wire to_param;
  wire to_gate_weight;
  wire to_gate_param;
  wire to_image;
  wire [MOST_BEATS-1:0] program_beats;
  wire [MOST_BEATS-1:0] filter_beats;
  wire [MOST_BEATS-1:0] param_beats;
  wire [MOST_BEATS-1:0] gate_weight_beats;
  wire [MOST_BEATS-1:0] gate_param_beats;
  wire [MOST_BEATS-1:0] image_beats;
  always @(posedge clock) begin
    write_r <= i_write;
    some_r <= i_write && (i_write_strobe != 4'd0);
    write_address_r <= i_write_address;
    data_r <= i_write_data;
    strobe_r <= i_write_strobe;
    read_r <= i_read;
    read_address_r <= i_read_address;
    to_register_r <= (i_write_address[ADDRESS-1:REGISTERS] == {ADDRESS - REGISTERS{1'b0}});
    from_register_r <= (i_read_address[ADDRESS-1:REGISTERS] == {ADDRESS - REGISTERS{1'b0}});
    to_weights_r <= to_program || to_filter || to_param || to_gate_weight || to_gate_param;
    to_image_r <= to_image;
    to_part_r <= program_beats | filter_beats | param_beats | gate_weight_beats | gate_param_beats
      | image_beats;
    from_logits_r <= (i_read_address[ADDRESS-1:SPAN] == LOGITS_BASE[ADDRESS-1:SPAN]) && is_logit;
    if (reset) begin
      write_r <= 1'b0;
      some_r <= 1'b0;
      read_r <= 1'b0;
    end
  end

  // --- The second cycle: the request is carried out, its answer registered.
  // What the core does.
  reg busy_r;
  reg done_r;
  reg image_free_r;
  reg ran_r;
  reg go_r;
  reg start_r;
  reg has_program_r;
  reg open_r;
  reg [31:0] cycles_r;
  reg [LOGIT:0] logits_r;

  // Memories that the image in work uses stay as they are.
  wire may_store = (to_weights_r && !busy_r) || (to_image_r && image_free_r);
  wire stores = some_r && may_store;

  // The last beats written, by their place in a word. A word is there when its last beat is.
  reg [32*MOST_BEATS-1:0] staged_r;
  integer beat;
  integer byte_of;
  always @(posedge clock) begin
    for (beat = 0; beat < MOST_BEATS; beat = beat + 1) begin
      for (byte_of = 0; byte_of < 4; byte_of = byte_of + 1) begin
        if (write_r && may_store && strobe_r[byte_of] && to_part_r[beat]) begin
          staged_r[32 * beat + 8 * byte_of +: 8] <= data_r[8 * byte_of +: 8];
        end
      end
    end
  end
  assign o_program_data = staged_r[PROGRAM_WIDTH-1:0];
  assign o_filter_data = staged_r[FILTER_WIDTH-1:0];
  assign o_param_data = staged_r[PARAM_WIDTH-1:0];
  assign o_gate_weight_data = staged_r[GATE_WEIGHT_WIDTH-1:0];
  assign o_gate_param_data = staged_r[GATE_PARAM_WIDTH-1:0];
  assign o_image_data = staged_r[IMAGE_WIDTH-1:0];

  wire asks_start;
  wire asks_abort;
  wire asks_reset;
  wire write_known;
  wire read_known;
  wire [31:0] register_data;
  wire stops = asks_abort || asks_reset;
  wire has_program = has_program_r || (CARRIED != 0);
  wire starts = asks_start && !stops && !busy_r && has_program;
  wire lacks_program = asks_start && !stops && !busy_r && !has_program;
  // Units that are being reset do not count.
  wire runs = i_running && !o_reset_units;
  wire taken_in = i_image_ends && !o_reset_units;
  // The controller does not run any more. If it has found no end of the program, the units that it
  // started last may still work.
  wire ends = busy_r && ran_r && !i_running;
  wire runs_away = ends && !i_done;

  wire unmapped = some_r && !(to_register_r && write_known) && !to_weights_r && !to_image_r;
  wire refused = (some_r && to_weights_r && busy_r) || (some_r && to_image_r && !image_free_r)
    || (asks_start && !stops && busy_r) || lacks_program;

  wire [LOGIT-1:0] logit_at;
  assign is_logit = ({1'b0, logit_at} < LOGIT_COUNT[LOGIT:0]);
  wire nowhere = read_r && !(from_register_r && read_known) && !from_logits_r;
  generate
    if (LOGITS_WORDS > 1) begin : logits
      assign o_logit_read_address = i_read_address[2 +: LOGIT];
      assign logit_at = i_read_address[2 +: LOGIT];
    end else begin : one_logit
      assign o_logit_read_address = {LOGIT{1'b0}};
      assign logit_at = {LOGIT{1'b0}};
    end
  endgenerate

  always @(posedge clock) begin
    // An answer stays until the next one of its kind.
    if (write_r) begin
      o_write_response <= unmapped ? UNMAPPED : refused ? REFUSED : OKAY;
    end
    if (read_r) begin
      o_read_response <= nowhere ? UNMAPPED : OKAY;
      o_read_data <= nowhere ? 32'd0 : from_logits_r ? i_logit_read : register_data;
    end
    // What was written just before is in its memory, and read from it, when the image starts.
    go_r <= starts;
    start_r <= go_r && !stops;
    ran_r <= runs && busy_r;
    o_reset_units <= stops || runs_away;
    if (starts) begin
      busy_r <= 1'b1;
      done_r <= 1'b0;
      image_free_r <= 1'b0;
      open_r <= forced_open;
    end
    if (taken_in) begin
      image_free_r <= 1'b1;
    end
    if (ends) begin
      busy_r <= 1'b0;
      done_r <= i_done;
      // A program may have no use for the image.
      image_free_r <= 1'b1;
    end
    if (stops || runs_away) begin
      busy_r <= 1'b0;
      image_free_r <= 1'b1;
    end
    if (o_program_write) begin
      has_program_r <= 1'b1;
    end
    // The cycle that finds the end of the program is not the image's. So the first one is not
    // counted.
    if (starts) begin
      cycles_r <= 32'd0;
      logits_r <= {LOGIT + 1{1'b0}};
    end else begin
      if (runs && ran_r) begin
        cycles_r <= cycles_r + 32'd1;
      end
      if (i_logit_valid && !o_reset_units) begin
        logits_r <= logits_r + ONE_LOGIT;
      end
    end
    if (reset || asks_reset) begin
      go_r <= 1'b0;
      start_r <= 1'b0;
      busy_r <= 1'b0;
      done_r <= 1'b0;
      image_free_r <= 1'b1;
      cycles_r <= 32'd0;
      logits_r <= {LOGIT + 1{1'b0}};
    end
    if (reset) begin
      ran_r <= 1'b0;
      open_r <= 1'b0;
      // The units are reset a cycle later, out of a register.
      o_reset_units <= 1'b1;
      has_program_r <= 1'b0;
      o_write_response <= OKAY;
      o_read_response <= OKAY;
      o_read_data <= 32'd0;
    end
  end
  assign o_busy = busy_r;
  assign o_done = done_r;
  assign o_image_free = image_free_r;
  assign o_logits = logits_r;
  assign o_go = start_r;
  assign o_forced_open = open_r;
  assign o_logit_write_address = logits_r[LOGIT-1:0];

  // --- The registers.
  wire error_unmapped;
  wire error_refused;
  wire error_no_program;
  wire error_no_stop;
  wire happened_done;
  wire happened_image_free;
  wire happened_error;
  wire enable_done;
  wire enable_image_free;
  wire enable_error;
  wire forced_open;
  // The ends of counters that are narrower than the fields of registers.
  wire [15:0] instruction = {{16 - COUNT{1'b0}}, i_pc};
  wire [15:0] count = {{15 - LOGIT{1'b0}}, logits_r};
  wire unmaps = unmapped || nowhere;
  lcsim_registers registers (
    .clock(clock),
    .reset(reset),
    .i_clear(asks_reset),
    .i_write(some_r && to_register_r),
    .i_write_number(write_address_r[5:2]),
    .i_write_data(data_r),
    .i_write_strobe(strobe_r),
    .o_write_known(write_known),
    .i_read_number(read_address_r[5:2]),
    .o_read_known(read_known),
    .o_read_data(register_data),
    .o_control_start(asks_start),
    .o_control_abort(asks_abort),
    .o_control_reset(asks_reset),
    .i_status_busy(busy_r),
    .i_status_done(done_r),
    .i_status_error(error_unmapped || error_refused || error_no_program || error_no_stop),
    .i_status_image_free(image_free_r),
    .i_status_array_busy(i_array_busy),
    .i_status_gate_busy(i_gate_busy),
    .i_status_instruction(instruction),
    .i_error_unmapped(unmaps),
    .o_error_unmapped(error_unmapped),
    .i_error_refused(refused && !lacks_program),
    .o_error_refused(error_refused),
    .i_error_no_program(lacks_program),
    .o_error_no_program(error_no_program),
    .i_error_no_stop(runs_away),
    .o_error_no_stop(error_no_stop),
    .i_interrupt_done(ends && i_done),
    .o_interrupt_done(happened_done),
    .i_interrupt_image_free(taken_in),
    .o_interrupt_image_free(happened_image_free),
    .i_interrupt_error(unmaps || refused || runs_away),
    .o_interrupt_error(happened_error),
    .o_interrupt_enable_done(enable_done),
    .o_interrupt_enable_image_free(enable_image_free),
    .o_interrupt_enable_error(enable_error),
    .o_mode_forced_open(forced_open),
    .i_cycles_cycles(cycles_r),
    .i_logits_count(count)
  );
  always @(posedge clock) begin
    o_interrupt <= (happened_done && enable_done) || (happened_image_free && enable_image_free)
      || (happened_error && enable_error);
    if (reset) begin
      o_interrupt <= 1'b0;
    end
  end

  // --- The memories.
  lcsim_region #(
    .ADDRESS(ADDRESS),
    .BASE(PROGRAM_BASE),
    .WIDTH(PROGRAM_WIDTH),
    .PARTS(MOST_BEATS),
    .WORDS(PROGRAM_WORDS)
  ) program_region (
    .clock(clock),
    .reset(reset),
    .i_address(i_write_address),
    .i_write(stores),
    .o_here(to_program),
    .o_part(program_beats),
    .o_write(o_program_write),
    .o_word(o_program_address)
  );
  lcsim_region #(
    .ADDRESS(ADDRESS),
    .BASE(FILTER_BASE),
    .WIDTH(FILTER_WIDTH),
    .PARTS(MOST_BEATS),
    .WORDS(FILTER_WORDS)
  ) filter_region (
    .clock(clock),
    .reset(reset),
    .i_address(i_write_address),
    .i_write(stores),
    .o_here(to_filter),
    .o_part(filter_beats),
    .o_write(o_filter_write),
    .o_word(o_filter_address)
  );
  lcsim_region #(
    .ADDRESS(ADDRESS),
    .BASE(PARAM_BASE),
    .WIDTH(PARAM_WIDTH),
    .PARTS(MOST_BEATS),
    .WORDS(PARAM_WORDS)
  ) param_region (
    .clock(clock),
    .reset(reset),
    .i_address(i_write_address),
    .i_write(stores),
    .o_here(to_param),
    .o_part(param_beats),
    .o_write(o_param_write),
    .o_word(o_param_address)
  );
  lcsim_region #(
    .ADDRESS(ADDRESS),
    .BASE(GATE_WEIGHT_BASE),
    .WIDTH(GATE_WEIGHT_WIDTH),
    .PARTS(MOST_BEATS),
    .WORDS(GATE_WEIGHT_WORDS)
  ) gate_weight_region (
    .clock(clock),
    .reset(reset),
    .i_address(i_write_address),
    .i_write(stores),
    .o_here(to_gate_weight),
    .o_part(gate_weight_beats),
    .o_write(o_gate_weight_write),
    .o_word(o_gate_weight_address)
  );
  lcsim_region #(
    .ADDRESS(ADDRESS),
    .BASE(GATE_PARAM_BASE),
    .WIDTH(GATE_PARAM_WIDTH),
    .PARTS(MOST_BEATS),
    .WORDS(GATE_PARAM_WORDS)
  ) gate_param_region (
    .clock(clock),
    .reset(reset),
    .i_address(i_write_address),
    .i_write(stores),
    .o_here(to_gate_param),
    .o_part(gate_param_beats),
    .o_write(o_gate_param_write),
    .o_word(o_gate_param_address)
  );
  lcsim_region #(
    .ADDRESS(ADDRESS),
    .BASE(IMAGE_BASE),
    .WIDTH(IMAGE_WIDTH),
    .PARTS(MOST_BEATS),
    .WORDS(IMAGE_WORDS)
  ) image_region (
    .clock(clock),
    .reset(reset),
    .i_address(i_write_address),
    .i_write(stores),
    .o_here(to_image),
    .o_part(image_beats),
    .o_write(o_image_write),
    .o_word(o_image_address)
  );
  // The lowest two bits of addresses do not count. The longest word may end within its last beat.
  wire unused_bits = &{write_address_r, read_address_r, staged_r};
endmodule

`default_nettype wire
