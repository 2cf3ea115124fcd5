# The longest path through a design: of a cell from port to port under a virtual clock, of a design
# with a clock from register to register, its ports beside registers. Delays of 0 on all ports, or
# OpenSTA times no path that starts or ends at one. Filled in by synth/time.sh.
# SPDX-License-Identifier: Apache-2.0
read_liberty @LIBERTY@
read_verilog @NETLIST@
link_design @TOP@
# The library's units are the default of all that follows, of what is printed too.
set_cmd_units -time ns -capacitance pF
create_clock -period @PERIOD@ @CLOCK@
proc data_inputs {} {
  set ports {}
  foreach port [all_inputs] {
    if { [get_property $port full_name] != "clk" } { lappend ports $port }
  }
  return $ports
}
set_input_delay 0 -clock [all_clocks] [@DATA@]
set_output_delay 0 -clock [all_clocks] [all_outputs]
set_input_transition @SLEW@ [all_inputs]
set_load @LOAD@ [all_outputs]
# Says nothing where every input has a time, every endpoint a path that is timed, and nothing loops.
check_setup -verbose
report_checks -path_delay max -digits 5
puts "script done"
