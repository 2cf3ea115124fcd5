# The FuseSoC core file of a folder of RTL: awk -v version=V -f scripts/core.awk FILE...
# FILEs are relative to the core file; headers (.vh) come as include files, and the parameters with
# their meaning from the header of vmac_top.v, which is the last FILE.
# SPDX-License-Identifier: Apache-2.0
BEGIN {
  top = ARGV[ARGC - 1]
  print "CAPI=2:"
  print "name: ::varimac:" version
  print "description: Weight-stationary systolic DNN accelerator with swappable approximate " \
    "multipliers"
  print ""
  print "filesets:"
  print "  rtl:"
  print "    files:"
  for (i = 1; i < ARGC; i++)
    printf "      - %s%s\n", ARGV[i], ARGV[i] ~ /\.vh$/ ? ": {is_include_file: true}" : ""
  print "    file_type: verilogSource-2005"
  while ((getline line < top) > 0) {
    if (line ~ /^\) \(/) break
    if (line ~ /^  \/\//) { sub(/^  \/\/ /, "", line); about = about == "" ? line : about " " line }
    if (line ~ /^  parameter integer [A-Z_]+ = [0-9]+,?$/) {
      split(line, word, " ")
      names[++count] = word[3]
      value[word[3]] = word[5] + 0
      text[word[3]] = about == "" ? text[names[count - 1]] : about
      about = ""
    } else if (line ~ /^  parameter/) about = ""
  }
  print ""
  print "parameters:"
  for (i = 1; i <= count; i++) {
    gsub(/"/, "'", text[names[i]])
    printf "  %s:\n    datatype: int\n    paramtype: vlogparam\n    default: %d\n", names[i],
      value[names[i]]
    printf "    description: \"%s\"\n", text[names[i]]
    list = list (i > 1 ? ", " : "") names[i]
  }
  print ""
  print "targets:"
  print "  default: &default"
  print "    filesets: [rtl]"
  print "    toplevel: vmac_top"
  print "    parameters: [" list "]"
  print "  lint:"
  print "    <<: *default"
  print "    default_tool: verilator"
  print "    tools:"
  print "      verilator:"
  print "        mode: lint-only"
  print "        verilator_options: [-Wall]"
}
