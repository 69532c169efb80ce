// What the core gives the gate unit: only an idle unit starts, and its instruction stands from the next cycle on.
// Assumed of the unit alone, asserted in the core.
reg given_start, given_start_out_list, given_start_list_on, given_start_in_list;
reg [1:0] given_start_purpose;
reg [15:0] given_start_inputs, given_start_outputs;
wire [$bits(i_job_inputs)+$bits(i_job_outputs)+$bits(i_job_param_base)+26:0] job = {i_job_purpose, i_job_inputs, i_job_outputs,
  i_job_list_on, i_job_in_list, i_job_out_list, i_job_pool_region, i_job_pool_shift, i_job_threshold, i_job_param_base};
reg [$bits(job)-1:0] given_job;
always @(posedge clock) begin
  given_start <= i_start && !reset; given_job <= job;
  given_start_purpose <= i_start_purpose; given_start_outputs <= i_start_outputs;
  given_start_out_list <= i_start_out_list; given_start_inputs <= i_start_inputs;
  given_start_list_on <= i_start_list_on; given_start_in_list <= i_start_in_list;
end
always @(*) if (known) begin
  given_idle: `GIVEN(!i_start || !o_running);
  if (given_start) begin
    given_instruction: `GIVEN((i_job_purpose == given_start_purpose) && (i_job_outputs == given_start_outputs)
      && (i_job_inputs == given_start_inputs) && (i_job_list_on == given_start_list_on)
      && (i_job_in_list == given_start_in_list) && (i_job_out_list == given_start_out_list));
  end else if (o_running) given_stands: `GIVEN(job == given_job);
end

// What every program gives, which the test reads in programs: up to K outputs, and a C-Net does not read the list that it
// writes.
always @(*) if (known) begin
  if (i_start) assume((i_start_outputs >= 16'd1) && (i_start_outputs <= K));
  if (o_running) assume((i_job_purpose != 2'd1) || !i_job_list_on || (i_job_in_list != i_job_out_list));
end
