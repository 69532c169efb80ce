// The core gives the loader this: only a loader that was idle in the cycle before starts, its instruction stands
// from that cycle on, and lists grow meanwhile, until they are done. Only a fold that is offered is taken.
// Assumed of the unit alone, asserted in the core.
reg given_busy, given_start, given_was_busy, given_done0, given_done1;
wire [$bits({i_job_out_list_on, i_job_out_list, i_job_out_channels, i_job_natural, i_job_dst_copies, i_job_dst_base,
  i_job_out_pixels, i_job_param_base, i_job_l_scaled, i_job_inputs, i_job_in_list, i_job_in_channels, i_job_in_pixels,
  i_job_src_copies, i_job_src_base, i_job_fold_inputs, i_job_fold_rows, i_job_last_y, i_job_last_x, i_job_row_step,
  i_job_filter_base, i_job_group_step})-1:0] job = {
  i_job_out_list_on, i_job_out_list, i_job_out_channels, i_job_natural, i_job_dst_copies, i_job_dst_base,
  i_job_out_pixels, i_job_param_base, i_job_l_scaled, i_job_inputs, i_job_in_list, i_job_in_channels, i_job_in_pixels,
  i_job_src_copies, i_job_src_base, i_job_fold_inputs, i_job_fold_rows, i_job_last_y, i_job_last_x, i_job_row_step,
  i_job_filter_base, i_job_group_step};
reg [$bits(job)-1:0] given_job;
reg [15:0] given_length0, given_length1;
always @(posedge clock) begin
  given_busy <= o_busy && !reset; given_job <= job; given_start <= i_start && !reset; given_was_busy <= o_busy || reset;
  given_length0 <= i_length0; given_length1 <= i_length1; given_done0 <= i_done0; given_done1 <= i_done1;
end
always @(*) if (known) begin
  given_idle: `GIVEN(!i_start || (!o_busy && !given_was_busy));
  given_offer: `GIVEN(!i_taken || o_ready);
  if (given_busy || given_start) begin
    given_stands: `GIVEN(job == given_job);
    given_done: `GIVEN((!given_done0 || (i_done0 && (i_length0 == given_length0)))
      && (!given_done1 || (i_done1 && (i_length1 == given_length1))));
    given_grows: `GIVEN((i_length0 >= given_length0) && (i_length1 >= given_length1));
  end
  given_short: `GIVEN((i_length0 < 16'h8000) && (i_length1 < 16'h8000));
end

// What every program gives, which the test reads in programs: output pixels and channels.
always @(*) if (known && o_busy) assume((i_job_out_pixels != 0) && (i_job_out_channels < 16'h8000));
// What list.sv shows of each entry that a list has: its bank is one.
always @(*) if (known && (state_r[SETUP] || state_r[SETTLE]) && i_job_out_list_on)
  assume((i_job_out_list ? i_list1_bank : i_list0_bank) < B);
