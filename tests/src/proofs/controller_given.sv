// What the core gives the controller: an image starts only when none is worked on, and none was in the cycle before.
// Assumed of the unit alone, asserted in the core.
reg given_ran;
always @(posedge clock) given_ran <= o_running || reset;
always @(*) if (known && !reset) begin
  given_idle: `GIVEN(!i_go || (!o_running && !given_ran));
end

// What every program gives, which the test reads in programs: its last instruction is not predicated.
wire next_stops = (i_program_kind == 2'd3);
always @(*) if (known) assume(!next_stops || !i_program_predicated);
