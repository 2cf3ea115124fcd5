# From `vmac-liberty list`: a Verilog bench that runs each cell beside ref_CELL, a model of it from
# elsewhere: gates over all inputs, flip-flops over 512 changes of single inputs.
# SPDX-License-Identifier: Apache-2.0
BEGIN {
  print "module tb; integer i, bad = 0, cells = 0, cases = 0;"
  GAP = 2000 # time units for each cell, more than its cases
}
/^#/ { next }
{
  cell = $1
  inputs = $4 == "-" ? 0 : split($4, in_, ",")
  outputs = split($5, out_, ",")
  stateful = $6 ~ /^dff/
  k++
  pins = ""
  for (j = 1; j <= inputs; j++) pins = pins sprintf(".%s(x%d[%d]), ", in_[j], k, j - 1)
  ours = theirs = pins
  for (j = 1; j <= outputs; j++) {
    comma = j > 1 ? ", " : ""
    ours = ours sprintf("%s.%s(y%d[%d])", comma, out_[j], k, j - 1)
    theirs = theirs sprintf("%s.%s(z%d[%d])", comma, out_[j], k, j - 1)
  }
  printf "reg [%d:0] x%d = 0; wire [%d:0] y%d, z%d;\n", inputs ? inputs - 1 : 0, k, outputs - 1, k, k
  printf "%s u%d (%s); ref_%s r%d (%s);\n", cell, k, ours, cell, k, theirs
  printf "initial begin #%d for (i = 0; i < %d; i = i + 1) begin\n", k * GAP, stateful ? 512 : 2 ^ inputs
  if (stateful) printf "  x%d = x%d ^ (1 << ($random & 255) %% %d);\n", k, k, inputs
  else printf "  x%d = i;\n", k
  printf "  #1 cases = cases + 1;\n  if (y%d !== z%d) begin\n", k, k
  printf "    bad = bad + 1; $display(\"%s: inputs %%b, model %%b, reference %%b\", x%d, y%d, z%d);\n", cell, k, k, k
  print "  end end cells = cells + 1; end"
}
END {
  printf "initial #%d $display(\"cells %%0d cases %%0d bad %%0d\", cells, cases, bad);\nendmodule\n", (k + 1) * GAP
}
