// What the core gives the controller: an image starts only when none is worked on, and none was in the two cycles before, or in the
// one before if a reset ended it.
// Assumed of the unit alone, asserted in the core.
reg given_ran, given_ran_on, given_had_run;
always @(posedge clock) begin
  given_ran <= o_running || reset; given_ran_on <= o_running && !reset; given_had_run <= given_ran_on && !reset;
end
always @(*) if (known && !reset) begin
  given_idle: `GIVEN(!i_go || (!o_running && !given_ran && !given_had_run));
end

// What every program gives, which the test reads in programs: its last instruction is not predicated.
wire next_stops = (i_program_kind == 2'd3);
always @(*) if (known) assume(!next_stops || !i_program_predicated);
