// The controller takes the program that the host wrote, instruction by instruction.
//
// Names of the core beside its ports: its instances; of the program's memory, those of memory.sv.
(* hierconn *) wire [$bits(host_o_program_address)-1:0] \program_memory.ram.at ;
(* hierconn *) wire \program_memory.ram.written ;
(* hierconn *) wire [$bits(host_o_program_data)-1:0] \program_memory.ram.word ;
reg was_written;
always @(posedge clock) was_written <= host_o_program_write && !reset;
// The controller has the word of an instruction a cycle after its number.
reg [$bits(o_pc)-1:0] was_pc;
reg ran;
always @(posedge clock) begin was_pc <= o_pc; ran <= o_running && !reset; end
always @(*) if (known) begin
  program_stands: assert(!(host_o_go || o_running) || !(host_o_program_write || was_written));
  program_is_run: assert(!o_running || !ran || (o_pc != was_pc) || (o_pc != \program_memory.ram.at ) || !\program_memory.ram.written
    || (controller_o_word == \program_memory.ram.word ));
  runs_what_was_written: cover(o_running && (o_pc == \program_memory.ram.at ) && \program_memory.ram.written );
end
