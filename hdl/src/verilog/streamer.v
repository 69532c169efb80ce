// What is asked of a counter in the next cycle stands in flags beside it: has a fold, has it
// beyond this cycle, issues a pixel, one that emits.
reg active_r, engaged_r, emits_r, outputs_r, last_phase_r, last_pixel_r, last_column_r, chunk_last_column_r, start_last_column_r, settles_r, drains_r;
reg first_r, last_r, closes_r, chunk_r, parity_r;
reg [@RW@-1:0] rows_r; reg [@CW@-1:0] cols_r, interval_r, phase_r; reg [@QW@-1:0] bank_r; reg [@AW@-1:0] word_r;
reg [@PW@-1:0] left_r, count_r;
reg [@CW@-1:0] settling_r;
reg [@DRW@-1:0] draining_r;
// The pixel that is issued next, and the first of the chunk, to which each of its folds returns.
reg [@PW@-1:0] pixel_r, chunk_pixel_r, start_pixel_r;
reg [@PW@-1:0] column_r, chunk_column_r, start_column_r;
reg [16:0] y_r, x_r, chunk_y_r, chunk_x_r, start_y_r, start_x_r;
reg [@AW@-1:0] line_r, chunk_line_r, start_line_r;
wire taken = !engaged_r && i_ready && !(i_fold_last && settles_r);
wire next_phase_last = (interval_r == @CW@'d1) || (!last_phase_r && (phase_r + @CW@'d2 == interval_r));
wire next_pixel_last = last_phase_r ? (left_r == @PW@'d2) : last_pixel_r;
wire next_outputs = taken ? i_fold_last : (engaged_r && last_phase_r && last_r);
wire [@CW@-1:0] next_interval = taken ? i_fold_interval : interval_r;
assign o_taken = taken;
assign o_busy = active_r || drains_r;
wire [@PW@-1:0] next_column = column_r + @PW@'d1;
wire one_column = (j_last_column == 16'd0);
reg [@ROWSLOT@-1:0] row_slot_r;
reg [@COLSLOT@-1:0] column_slot_r;
wire s_valid = emits_r, s_swap = taken, s_first = first_r, s_last = last_r, s_parity = parity_r;
wire s_opens = last_r && (pixel_r == @PW@'d0);
wire s_closes = closes_r && last_pixel_r;
wire [@RW@-1:0] s_rows = rows_r;
wire [@CW@-1:0] s_cols = cols_r;
wire [@QW@-1:0] s_bank = bank_r;
wire [16:0] s_y = y_r, s_x = x_r;
wire [@AW@-1:0] s_address = word_r + line_r + @fit(x_r,17,AW)@;
wire [@PW@-1:0] s_pixel = pixel_r;
wire [@DW@-1:0] s_acc = @fit(count_r,PW,DW)@;
always @(posedge clock) begin
  row_slot_r <= @ROWPACK@;
  column_slot_r <= @COLPACK@;
  // A single column never meets another at a bank, and nothing that keeps the channels' order, without copies.
  settling_r <= next_outputs ? @CW@'d@C@ + next_interval - @CW@'d2 : settling_r - @CW@'d1;
  settles_r <= next_outputs ? (@C@ > 1) && ((j_natural && j_out_list_on) || j_dst_copies) : settles_r && (settling_r != @CW@'d1);
  if (outputs_r) draining_r <= @DRW@'d@PARAMETERS_FREE@ + @fit(interval_r,CW,DRW)@;
  else draining_r <= draining_r - @DRW@'d1;
  drains_r <= outputs_r || (drains_r && (draining_r != @DRW@'d1));
  active_r <= taken || engaged_r;
  engaged_r <= taken ? (i_fold_pixels != @PW@'d1) || (i_fold_interval != @CW@'d1) : engaged_r && !(next_phase_last && next_pixel_last);
  emits_r <= taken || (engaged_r && last_phase_r);
  outputs_r <= next_outputs;
  phase_r <= last_phase_r ? @CW@'d0 : phase_r + @CW@'d1;
  last_phase_r <= next_phase_last; last_pixel_r <= next_pixel_last;
  if (last_phase_r) begin
    count_r <= count_r + @PW@'d1; left_r <= left_r - @PW@'d1;
  end
  if (emits_r) begin
    pixel_r <= pixel_r + @PW@'d1;
    column_r <= last_column_r ? @PW@'d0 : next_column;
    last_column_r <= last_column_r ? one_column : (next_column == @fit(j_last_column,16,PW)@);
    x_r <= last_column_r ? j_corner_x : x_r + {1'b0, j_stride_x};
    if (last_column_r) begin
      y_r <= y_r + {1'b0, j_stride_y}; line_r <= line_r + j_stride_line;
    end
  end
  // The cycle after a chunk's first fold is taken shows the chunk's first pixel; its next fold is taken later than that.
  chunk_r <= taken && i_fold_first;
  // Where a fold that is ready starts, if not behind the one before: it is taken later than it is ready.
  start_pixel_r <= i_fold_chunk ? @PW@'d0 : chunk_pixel_r; start_column_r <= i_fold_chunk ? @PW@'d0 : chunk_column_r;
  start_last_column_r <= i_fold_chunk ? one_column : chunk_last_column_r;
  start_x_r <= i_fold_chunk ? j_corner_x : chunk_x_r; start_y_r <= i_fold_chunk ? j_corner_y : chunk_y_r;
  start_line_r <= i_fold_chunk ? j_corner_line : chunk_line_r;
  if (chunk_r) begin
    chunk_last_column_r <= last_column_r;
    chunk_pixel_r <= pixel_r; chunk_column_r <= column_r; chunk_x_r <= x_r; chunk_y_r <= y_r; chunk_line_r <= line_r;
  end
  if (taken) begin
    phase_r <= @CW@'d0; last_phase_r <= (i_fold_interval == @CW@'d1);
    count_r <= @PW@'d0; left_r <= i_fold_pixels; last_pixel_r <= (i_fold_pixels == @PW@'d1);
    first_r <= i_fold_first; last_r <= i_fold_last; closes_r <= i_fold_closes; parity_r <= i_fold_parity;
    rows_r <= @fit(i_fold_rows,16,RW)@; cols_r <= i_fold_cols; interval_r <= i_fold_interval; bank_r <= i_fold_bank; word_r <= i_fold_word;
    if (i_fold_chunk || !i_fold_first) begin
      pixel_r <= start_pixel_r; column_r <= start_column_r; last_column_r <= start_last_column_r;
      x_r <= start_x_r; y_r <= start_y_r; line_r <= start_line_r;
    end
  end
end
assign o_row_slot = row_slot_r;
assign o_column_slot = column_slot_r;
