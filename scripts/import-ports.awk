# import-ports.awk: modules and ports from what yosys writes with write_rtlil after read_verilog.
#   -v want=modules   the names of all modules
#   -v want=tops      NAME IN1 IN2 OUT: modules that nobody instantiates, with two 8-bit inputs, one
#                     16-bit output and no other port; -v top=NAME: only that one, used or not
#   -v want=all       a line per module for a reader: name, ports, who uses it
# SPDX-License-Identifier: Apache-2.0

function plain(id) {
  sub(/^\\/, "", id)
  return id
}

/^module / {
  m = plain($2)
  name[modules++] = m
  next
}
/^  wire / {
  width = 1
  number = 0
  for (i = 2; i < NF; i++) {
    if ($i == "width") width = $(i + 1)
    if ($i ~ /^(input|output|inout)$/) {
      direction = $i
      number = $(i + 1)
    }
  }
  if (!number) next
  if (number > ports[m]) ports[m] = number
  port[m, number] = plain($NF)
  way[m, number] = direction
  bits[m, number] = width
}
/^  cell / { user[plain($2)] = m }

function is_top(m,  i, n_in, n_out, bad) {
  for (i = 1; i <= ports[m]; i++) {
    if (way[m, i] == "input" && bits[m, i] == 8) in_port[++n_in] = port[m, i]
    else if (way[m, i] == "output" && bits[m, i] == 16 && !n_out++) out_port = port[m, i]
    else bad = 1
  }
  return n_in == 2 && n_out == 1 && !bad
}

function line(m,  i, text) {
  text = m " ("
  for (i = 1; i <= ports[m]; i++)
    text = text (i > 1 ? ", " : "") way[m, i] \
           (bits[m, i] > 1 ? " [" bits[m, i] - 1 ":0]" : "") " " port[m, i]
  return text ")" (m in user ? ", used by " user[m] : "")
}

END {
  for (k = 0; k < modules; k++) {
    m = name[k]
    if (want == "modules") print m
    if (want == "all") print line(m)
    if (want == "tops" && (top == "" ? !(m in user) : m == top) && is_top(m))
      print m, in_port[1], in_port[2], out_port
  }
}
