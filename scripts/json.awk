# json.awk: text and numbers as JSON, for scripts that print it; with another script behind -f.
# json_text(s): a string, whatever bytes s has; `<` is escaped too, so that what is inlined in HTML
# cannot end its script. json_value(s): a number where s is one that a double holds as written, null
# where it is empty, else a string.
# SPDX-License-Identifier: Apache-2.0

function json_text(s,  i, c, out) {
  if (s !~ /[\\"<\001-\037\177]/) return "\"" s "\""
  for (i = 1; i <= length(s); i++) {
    c = substr(s, i, 1)
    if (c == "\\" || c == "\"") c = "\\" c
    else if (c == "<") c = "\\u003c"
    else if (c ~ /[\001-\037\177]/) c = sprintf("\\u%04x", index(json_controls(), c))
    out = out c
  }
  return "\"" out "\""
}
function json_controls(  i) {
  if (json_all == "") for (i = 1; i < 128; i++) json_all = json_all sprintf("%c", i)
  return json_all
}
function json_value(s) {
  if (s == "") return "null"
  if (length(s) < 17 && s ~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9][0-9]?)?$/) return s
  return json_text(s)
}
