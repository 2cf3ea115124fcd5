# The longest path through a cell. A virtual clock and delays of 0 on all ports, or OpenSTA times no
# path that starts at a port. Filled in by synth/time.sh.
# SPDX-License-Identifier: Apache-2.0
read_liberty @LIBERTY@
read_verilog @NETLIST@
link_design @TOP@
# The library's units are the default of all that follows, of what is printed too.
set_cmd_units -time ns -capacitance pF
create_clock -name virtual -period @PERIOD@
set_input_delay 0 -clock virtual [all_inputs]
set_output_delay 0 -clock virtual [all_outputs]
set_input_transition @SLEW@ [all_inputs]
set_load @LOAD@ [all_outputs]
report_checks -path_delay max -digits 5
