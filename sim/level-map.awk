# level-map.awk: a map of a network's weights in which neighbours have different cells, from what
# `varimac net` prints.
# usage: awk -v level=filters|inputs|taps -v cells='CELL ...' -f level-map.awk
# The first cell is the edge's. Layers of different numbers begin with different cells.
# SPDX-License-Identifier: Apache-2.0

# M x K x N and the window stand in the lines of layers that multiply.
$2 ~ /^(CONV_2D|DEPTHWISE_CONV_2D|FULLY_CONNECTED)$/ {
  split($3, window, "[x/]")
  taps = $2 == "FULLY_CONNECTED" ? 1 : window[1] * window[2]
  for (i = 1; i <= NF; i++)
    if ($i == "x" && $(i + 2) == "x") {
      k = $(i + 1)
      n = $(i + 3)
      break
    }
  of["filters"] = n
  of["inputs"] = k / taps
  of["taps"] = taps
  count = split(cells, cell, " ")
  if (level == "taps" && $2 == "FULLY_CONNECTED") { # it has no window
    layers++
    next
  }
  line = ""
  for (i = 0; i < of[level]; i++)
    line = line (i ? ", " : "") "\"" cell[(layers + i) % count + 1] "\""
  list = list (list ? "," : "") "\n  {\"layer\": " layers + 0 ", \"" level "\": [" line "]}"
  layers++
}
END {
  if (!layers) {
    print "level-map: no layer that multiplies" > "/dev/stderr"
    exit 1
  }
  printf "{\"format\": \"varimac-map-2\", \"edge\": \"%s\", \"rest\": \"%s\", \"layers\": [%s]}\n", \
    cell[1], cell[1], list
}
