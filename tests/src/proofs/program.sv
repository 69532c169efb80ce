// The controller takes the program that the host wrote, instruction by instruction.
//
// Names of the core beside its ports: its instances; of the program's memory, those of memory.sv.
(* hierconn *) wire [$bits(host_o_program_address)-1:0] \program_memory.at ;
(* hierconn *) wire \program_memory.written ;
(* hierconn *) wire [$bits(host_o_program_data)-1:0] \program_memory.word ;
reg was_written;
always @(posedge clock) was_written <= host_o_program_write && !reset;
always @(*) if (known) begin
  program_stands: assert(!(host_o_go || o_running) || !(host_o_program_write || was_written));
  program_is_run: assert(!o_running || (o_pc != \program_memory.at ) || !\program_memory.written
    || (controller_o_word == \program_memory.word ));
  runs_what_was_written: cover(o_running && (o_pc == \program_memory.at ) && \program_memory.written );
end
