// The core gives the gate unit this: only an idle unit starts, and its instruction stands from that cycle on.
// Assumed of the unit alone, asserted in the core.
reg given_start;
wire [$bits(i_job_inputs)+$bits(i_job_outputs)+$bits(i_job_param_base)+$bits(i_job_weight_base)+27:0] job = {
  i_job_purpose, i_job_inputs, i_job_outputs, i_job_list_on, i_job_in_list, i_job_out_list, i_job_pool_region,
  i_job_pool_shift, i_job_threshold, i_job_step, i_job_weight_base, i_job_param_base};
reg [$bits(job)-1:0] given_job;
always @(posedge clock) begin
  given_start <= i_start && !reset; given_job <= job;
end
always @(*) if (known) begin
  given_idle: `GIVEN(!i_start || !o_running);
  if (given_start || o_running) given_stands: `GIVEN(job == given_job);
end

// What every program gives, which the test reads in programs: up to K outputs, and a C-Net does not read the list that it
// writes.
always @(*) if (known) begin
  if (i_start) assume((i_job_outputs >= 16'd1) && (i_job_outputs <= K));
  if (o_running) assume((i_job_purpose != 2'd1) || !i_job_list_on || (i_job_in_list != i_job_out_list));
end
