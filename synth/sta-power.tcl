# OpenSTA's power of each instance of a mapped netlist, at the activity that @ACTIVITY@ gives the
# instance. Version 2.0.17 cannot be told activities of inner pins, but it takes a global activity
# for whatever is asked next: so each instance is asked for alone, after its own activity was set.
# Clock pins have two transitions a period whatever the global activity.
# Prints one line per instance: "instance NAME INTERNAL SWITCHING LEAKAGE IDLE", in watts; IDLE: all
# but leakage where no data changes.
# Filled in by synth/sta-power.sh.
# SPDX-License-Identifier: Apache-2.0
read_liberty @LIBERTY@
read_verilog @NETLIST@
link_design @TOP@
set_cmd_units -time ns -capacitance pF
if {"@CLOCK@" == ""} {
  create_clock -name clock -period @PERIOD@
} else {
  create_clock -name clock -period @PERIOD@ [get_ports @CLOCK@]
}
set_input_delay 0 -clock clock [all_inputs]
set_output_delay 0 -clock clock [all_outputs]
set_input_transition @SLEW@ [all_inputs]
set_load @LOAD@ [all_outputs]
set file [open @ACTIVITY@]
while {[gets $file line] >= 0} {
  if {[string match "#*" $line]} { continue }
  set field [split $line "\t"]
  set activity([lindex $field 0]) [lindex $field 2]
}
close $file
# Timing first: power asks for it.
report_checks
foreach cell [get_cells *] {
  set name [string map {\\ {}} [get_full_name $cell]]
  if {![info exists activity($name)]} {
    puts "Error: no activity for instance $name"
    exit 1
  }
  sta::set_power_global_activity $activity($name) 0.5
  lassign [sta::instance_power $cell [sta::cmd_corner]] internal switching leakage total
  sta::set_power_global_activity 0 0.5
  lassign [sta::instance_power $cell [sta::cmd_corner]] idle idle_switching
  puts "instance $name $internal $switching $leakage [expr $idle + $idle_switching]"
}
puts "script done"
