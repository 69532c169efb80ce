reg active_r, first_r, last_r, closes_r, chunk_r, parity_r;
reg [15:0] rows_r; reg [@CW@-1:0] cols_r, interval_r, phase_r; reg [@QW@-1:0] bank_r; reg [@AW@-1:0] word_r;
reg [@PW@-1:0] pixels_r, count_r;
reg [15:0] settling_r, draining_r;
// The pixel that is issued next, and the first of the chunk, to which each of its folds returns.
reg [@PW@-1:0] pixel_r, chunk_pixel_r;
reg [15:0] column_r, chunk_column_r;
reg [16:0] y_r, x_r, chunk_y_r, chunk_x_r;
reg [@AW@-1:0] line_r, chunk_line_r;
wire emits = active_r && (phase_r == @CW@'d0);
wire phase_ends = (phase_r + @CW@'d1 == interval_r);
wire fold_ends = active_r && phase_ends && (count_r + @PW@'d1 == pixels_r);
wire [15:0] settling = (emits && last_r) ? 16'd@C@ + @fit(interval_r,CW,16)@ - 16'd2 : settling_r;
wire allowed = i_ready && !(j_natural && j_out_list_on && i_fold_last && (settling != 16'd0));
wire taken = (!active_r || fold_ends) && allowed;
assign o_taken = taken;
assign o_busy = active_r || (draining_r != 16'd0);
wire last_column = (column_r + 16'd1 == j_out_width);
wire [@PW@-1:0] next_pixel = pixel_r + @PW@'d1;
wire [15:0] next_column = last_column ? 16'd0 : column_r + 16'd1;
wire [16:0] next_x = last_column ? j_corner_x : x_r + {1'b0, j_stride_x};
wire [16:0] next_y = last_column ? y_r + {1'b0, j_stride_y} : y_r;
wire [@AW@-1:0] next_line = last_column ? line_r + j_stride_line : line_r;
reg [@ROWSLOT@-1:0] row_slot_r;
reg [@COLSLOT@-1:0] column_slot_r;
wire s_valid = emits, s_swap = taken, s_first = first_r, s_last = last_r, s_parity = parity_r;
wire s_opens = last_r && (pixel_r == @PW@'d0);
wire s_closes = closes_r && (count_r + @PW@'d1 == pixels_r);
wire [@RW@-1:0] s_rows = @fit(rows_r,16,RW)@;
wire [@CW@-1:0] s_cols = cols_r;
wire [@QW@-1:0] s_bank = bank_r;
wire [16:0] s_y = y_r, s_x = x_r;
wire [@AW@-1:0] s_address = word_r + line_r + @fit(x_r,17,AW)@;
wire [@PW@-1:0] s_pixel = pixel_r;
wire [@DW@-1:0] s_acc = @fit(count_r,PW,DW)@;
always @(posedge clock) begin
  if (reset) begin
    active_r <= 1'b0; settling_r <= 16'd0; draining_r <= 16'd0; phase_r <= @CW@'d0; count_r <= @PW@'d0;
    row_slot_r <= @ROWSLOT@'d0; column_slot_r <= @COLSLOT@'d0;
  end else begin
    row_slot_r <= @ROWPACK@;
    column_slot_r <= @COLPACK@;
    settling_r <= (settling == 16'd0) ? 16'd0 : settling - 16'd1;
    if (emits && last_r) draining_r <= 16'd@RC6@ + @fit(interval_r,CW,16)@;
    else if (draining_r != 16'd0) draining_r <= draining_r - 16'd1;
    if (active_r) begin
      phase_r <= phase_ends ? @CW@'d0 : phase_r + @CW@'d1;
      if (phase_ends) count_r <= count_r + @PW@'d1;
      if (fold_ends) active_r <= 1'b0;
    end
    if (emits) begin
      pixel_r <= next_pixel; column_r <= next_column; x_r <= next_x; y_r <= next_y; line_r <= next_line;
    end
    if (taken) begin
      active_r <= 1'b1; phase_r <= @CW@'d0; count_r <= @PW@'d0;
      first_r <= i_fold_first; last_r <= i_fold_last; closes_r <= i_fold_closes; parity_r <= i_fold_parity;
      rows_r <= i_fold_rows; cols_r <= i_fold_cols; interval_r <= i_fold_interval; bank_r <= i_fold_bank; word_r <= i_fold_word;
      pixels_r <= i_fold_pixels;
      if (i_fold_chunk) begin
        pixel_r <= @PW@'d0; column_r <= 16'd0; x_r <= j_corner_x; y_r <= j_corner_y; line_r <= j_corner_line;
        chunk_pixel_r <= @PW@'d0; chunk_column_r <= 16'd0; chunk_x_r <= j_corner_x; chunk_y_r <= j_corner_y; chunk_line_r <= j_corner_line;
      end else if (i_fold_first) begin
        // The next chunk begins behind the last pixel.
        chunk_pixel_r <= emits ? next_pixel : pixel_r; chunk_column_r <= emits ? next_column : column_r;
        chunk_x_r <= emits ? next_x : x_r; chunk_y_r <= emits ? next_y : y_r; chunk_line_r <= emits ? next_line : line_r;
      end else begin
        pixel_r <= chunk_pixel_r; column_r <= chunk_column_r; x_r <= chunk_x_r; y_r <= chunk_y_r; line_r <= chunk_line_r;
      end
    end
  end
end
assign o_row_slot = row_slot_r;
assign o_column_slot = column_slot_r;
