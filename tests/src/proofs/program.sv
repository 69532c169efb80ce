// The controller takes the program that the host wrote, instruction by instruction.
//
// Names of the core beside its ports: its instances; of the program's memory, those of memory.sv.
(* hierconn *) wire [$bits(host_o_program_address)-1:0] \program_memory.ram.at ;
(* hierconn *) wire \program_memory.ram.written ;
(* hierconn *) wire [$bits(host_o_program_data)-1:0] \program_memory.ram.word ;
reg was_written;
always @(posedge clock) was_written <= host_o_program_write;
// The controller has the word of an instruction a cycle after its number.
reg [$bits(o_pc)-1:0] was_pc;
reg ran;
// What was read in the two cycles before, and whether a word was written then.
(* hierconn *) wire [$bits(host_o_program_data)-1:0] \program_memory.data ;
(* hierconn *) wire [$bits(host_o_program_data)-1:0] \program_memory.data_r ;
(* hierconn *) wire \controller.fetched_r ;
(* hierconn *) wire [$bits(host_o_program_data)-1:0] \controller.word_r ;
reg [$bits(controller_o_program_address)-1:0] was_read, was2_read;
reg was2_written;
always @(posedge clock) begin
  was_read <= controller_o_program_address; was2_read <= was_read; was2_written <= was_written;
  was_pc <= o_pc; ran <= o_running && !reset;
end
always @(*) if (known) begin
  program_stands: assert(!(host_o_go || o_running) || !(host_o_program_write || was_written));
  memory_answers: assert(!\program_memory.ram.written || was_written || (was_read != \program_memory.ram.at )
    || (\program_memory.data == \program_memory.ram.word ));
  register_answers: assert(!\program_memory.ram.written || was_written || was2_written || (was2_read != \program_memory.ram.at )
    || (\program_memory.data_r == \program_memory.ram.word ));
  takes_what_was_read: assert(!\controller.fetched_r || (was2_read == o_pc));
  program_is_run: assert(!o_running || !ran || (o_pc != was_pc) || (o_pc != \program_memory.ram.at ) || !\program_memory.ram.written
    || (\controller.word_r == \program_memory.ram.word ));
  runs_what_was_written: cover(o_running && (o_pc == \program_memory.ram.at ) && \program_memory.ram.written );
end
