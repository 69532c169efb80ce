// Drives the vectors of `vectors.txt`, one line a cycle, and prints the outputs of each cycle before its clock edge.
module bench;
  reg clock;
  reg [@INPUTS@-1:0] inputs;
  wire [@OUTPUTS@-1:0] outputs;
  bench_units units (.clock(clock), .i_all(inputs), .o_all(outputs));
  integer file, got;
  initial begin
    clock = 1'b0;
    file = $fopen("vectors.txt", "r");
    got = $fscanf(file, "%h", inputs);
    while (got == 1) begin
      #1 $display("%b", outputs);
      clock = 1'b1;
      #1 clock = 1'b0;
      got = $fscanf(file, "%h", inputs);
    end
    $finish;
  end
endmodule
