# vivado -mode batch -source vivado.tcl
# Synthesises, places and routes {{ top }} for {{ device }}, and reports resources and timing.
set part {{ route }}
read_verilog [split "{{ sources }}"]
read_xdc {{ top }}.xdc
foreach content [glob -nocomplain *.mem] { add_files $content }
synth_design -top {{ top }} -part $part -mode out_of_context
opt_design
place_design
phys_opt_design
route_design
report_utilization -file utilization.txt
report_timing_summary -file timing.txt
write_checkpoint -force {{ top }}.dcp
