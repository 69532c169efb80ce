// What the core gives the host port: the controller runs after a start only, and not after reset.
// Assumed of the unit alone, asserted in the core.
reg given_ran, given_went;
always @(posedge clock) begin
  given_ran <= i_running; given_went <= o_go;
end
always @(*) if (known) begin
  if (was_reset) given_stopped: `GIVEN(!i_running);
  else given_started: `GIVEN(!i_running || given_ran || given_went);
end
