// What the core gives the host port: the controller runs after a start only, not after a reset, and only while the host port
// knows of it.
// Assumed of the unit alone, asserted in the core.
reg given_ran, given_went, given_reset;
always @(posedge clock) begin
  given_ran <= i_running; given_went <= o_go; given_reset <= o_reset_units;
end
always @(*) if (known) begin
  if (given_reset) given_stopped: `GIVEN(!i_running);
  given_busy: `GIVEN(!i_running || ((o_busy || o_reset_units) && !go_r && (!start_r || o_reset_units)));
  if (!was_reset && !given_reset) given_started: `GIVEN(!i_running || given_ran || given_went);
end
