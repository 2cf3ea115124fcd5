# csr.awk: the register table rtl/csr.tbl, checked, as Verilog, as a C header or as a table in
# Markdown. usage: awk -v what=vh|codes|h|md -f csr.awk rtl/csr.tbl > FILE
#
# vh: for inclusion in the body of vmac_csr. Expects there the words addressed (read_word,
#     write_word), write (one is done), wdata, wmask (its bits), and for each field that can be
#     read a wire csr_REGISTER_FIELD (csr_REGISTER, where the field is the whole). Gives
#     RESET_* constants (fields that are neither 0 after reset nor a parameter), rdata_q and rhole_q
#     (loaded by `read`), write_hole, per w1s and w1c field csr_*_hit, per rw field csr_*_next.
# codes: values of fields and what they are after reset, where that is not 0, for the modules that
#     give them, as macros with the C header's names.
# SPDX-License-Identifier: Apache-2.0

function refuse(why) {
  printf "%s:%d: %s\n", FILENAME, FNR, why | "cat 1>&2"
  failed = 1
  exit 1
}

# The value of decimal or 0x digits; -1 of anything else.
function number(text,    i, digit, sum, base) {
  base = 10
  if (sub(/^0x/, "", text)) base = 16
  if (text == "" || length(text) > 10) return -1
  for (i = 1; i <= length(text); i++) {
    digit = index("0123456789abcdef", substr(text, i, 1)) - 1
    if (digit < 0 || digit >= base) return -1
    sum = base * sum + digit
  }
  return sum < 4294967296 ? sum : -1
}

# Fields $n and on, as one text.
function rest(n,    i, text) {
  for (i = n; i <= NF; i++) text = text (i > n ? " " : "") $i
  return text
}

BEGIN { regs = fields = values = 0 }

/^#/ || NF == 0 { next }

$1 == "value" {
  if (NF < 5 || !($2 in line_of) || number($3) < 0 || $4 !~ /^[a-z][a-z0-9_]*$/)
    refuse("expected value REGISTER.FIELD NUMBER NAME WHAT, found '" $0 "'")
  value_of[values] = $2
  value_number[values] = number($3)
  value_name[values] = $4
  value_what[values++] = rest(5)
  next
}

{
  if (NF < 7) refuse("expected at least seven words, found '" $0 "'")
  if ($1 != "-") {
    at = number($1)
    if (at < 0 || at % 4 || at > 252 || regs && at <= offset[regs - 1])
      refuse("expected a multiple of 4 to 0xfc, ascending, found '" $1 "'")
    if ($2 !~ /^[a-z][a-z0-9_]*$/ || $2 in reg_named) refuse("expected a new name, found '" $2 "'")
    reg_named[$2] = 1
    offset[regs] = at
    reg[regs] = $2
    first[regs++] = fields
    next_bit = 0
  } else if ($2 != "-" || !regs) refuse("expected a field of a register above, found '" $2 "'")
  n = split($3, range, ":")
  high = number(range[1])
  low = number(range[n])
  if (n > 2 || low < next_bit || high < low || high > 31)
    refuse("expected bits in ascending order, none twice, found '" $3 "'")
  next_bit = high + 1
  if ($4 == "-" ? $1 == "-" || high - low != 31 : $4 !~ /^[a-z][a-z0-9_]*$/)
    refuse("expected a field's name, or - for all 32 bits, found '" $4 "'")
  if ($5 !~ /^(ro|rw|w1s|w1c)$/) refuse("expected ro, rw, w1s or w1c, found '" $5 "'")
  if ($6 != "param" && (number($6) < 0 || number($6) >= 2 ^ (high - low + 1)) ||
      $6 == "param" && $5 != "ro" || $5 == "w1s" && number($6))
    refuse("expected a reset value that fits, found '" $6 "'")
  if ($5 != "ro" && int(low / 8) != int(high / 8))
    refuse("expected a field that can be written within one byte, found '" $3 "'")
  r = regs - 1
  name = reg[r] ($4 == "-" ? "" : "." $4)
  if (name in line_of) refuse("a second field '" name "'")
  line_of[name] = fields
  of[fields] = r
  field[fields] = $4
  hi[fields] = high
  lo[fields] = low
  access[fields] = $5
  reset[fields] = $6
  text_of[fields] = rest(7)
  last[r] = fields++
  if ($5 != "ro") writable[r] = 1
}

END {
  if (failed) exit 1
  if (!regs) {
    print "csr.awk: expected registers, found none" | "cat 1>&2"
    exit 1
  }
  if (what == "vh") verilog()
  else if (what == "codes") codes()
  else if (what == "h") header()
  else if (what == "md") markdown()
  else {
    print "csr.awk: expected what=vh, codes, h or md, found '" what "'" | "cat 1>&2"
    exit 1
  }
}

function symbol(f) { return reg[of[f]] (field[f] == "-" ? "" : "_" field[f]) }
function wire(f) { return "csr_" symbol(f) }
function width(f) { return hi[f] - lo[f] + 1 }
function bits(f) { return hi[f] > lo[f] ? "[" hi[f] ":" lo[f] "]" : "[" lo[f] "]" }
function strobe(f) { return "wstrb_q[" int(lo[f] / 8) "]" }
function range_of(f) { return width(f) > 1 ? "[" width(f) - 1 ":0] " : "" }
function word_of(r) { return sprintf("6'h%02x", offset[r] / 4) }

# A register as read: its fields from the top, zeros between.
function read_of(r,    f, parts, above) {
  above = 32
  for (f = last[r]; f >= first[r]; f--) {
    if (access[f] == "w1s") continue
    if (hi[f] + 1 < above) parts = parts ", " above - hi[f] - 1 "'d0"
    parts = parts ", " wire(f)
    above = lo[f]
  }
  if (above) parts = parts ", " above "'d0"
  parts = substr(parts, 3)
  return parts ~ /,/ ? "{" parts "}" : parts
}

function verilog(    r, f) {
  print "// Generated from rtl/csr.tbl by scripts/csr.awk, for the body of vmac_csr."
  for (f = 0; f < fields; f++)
    if (reset[f] != "param" && number(reset[f]))
      printf "localparam [%d:0] RESET_%s = %d'h%s;\n", width(f) - 1, toupper(symbol(f)), width(f),
             hex(number(reset[f]), 1)
  print "\nreg [31:0] rdata_q;\nreg rhole_q;\nalways @(posedge clk)\n  if (read) begin"
  print "    rhole_q <= 1'b0;\n    case (read_word)"
  for (r = 0; r < regs; r++) printf "      %s: rdata_q <= %s;\n", word_of(r), read_of(r)
  print "      default: begin\n        rdata_q <= 32'd0;\n        rhole_q <= 1'b1;\n      end"
  print "    endcase\n  end\n"
  # Nobody asks for these but where a write is served, and simulation skips them elsewhere.
  print "reg write_hole;"
  for (f = 0; f < fields; f++)
    if (access[f] != "ro")
      printf "reg %s%s_%s;\n", range_of(f), wire(f), access[f] == "rw" ? "next" : "hit"
  print "always @* begin\n  write_hole = 1'b1;"
  for (f = 0; f < fields; f++) {
    if (access[f] == "rw") printf "  %s_next = %s;\n", wire(f), wire(f)
    else if (access[f] != "ro") printf "  %s_hit = %d'd0;\n", wire(f), width(f)
  }
  print "  if (write)\n    case (write_word)"
  for (r = 0; r < regs; r++) {
    if (!(r in writable)) continue
    printf "      %s: begin\n        write_hole = 1'b0;\n", word_of(r)
    for (f = first[r]; f <= last[r]; f++) {
      if (access[f] == "ro") continue
      if (access[f] == "rw")
        printf "        if (%s) %s_next = wdata%s;\n", strobe(f), wire(f), bits(f)
      else printf "        if (%s) %s_hit = wdata%s;\n", strobe(f), wire(f), bits(f)
    }
    print "      end"
  }
  print "      default: write_hole = 1'b1;\n    endcase\nend"
}

# printf's %x is no use: it stops at 2^31 in some awks.
function hex(value, digits,    text) {
  for (; digits > 0 || value > 0; digits--) {
    text = substr("0123456789abcdef", value % 16 + 1, 1) text
    value = int(value / 16)
  }
  return text
}
function mask_of(f) { return (2 ^ width(f) - 1) * 2 ^ lo[f] }

function codes(    v, f, name) {
  print "// Generated from rtl/csr.tbl by scripts/csr.awk: values of fields."
  print "`ifndef VMAC_CSR_CODES_VH\n`define VMAC_CSR_CODES_VH"
  for (f = 0; f < fields; f++)
    if (reset[f] != "param" && number(reset[f]))
      printf "`define VMAC_CSR_%s_RESET %d'h%s\n", toupper(symbol(f)), width(f),
             hex(number(reset[f]), 1)
  for (v = 0; v < values; v++)
    for (f = 0; f < fields; f++) {
      name = reg[of[f]] "." field[f]
      if (name != value_of[v]) continue
      name = symbol(f) "_" value_name[v]
      printf "`define VMAC_CSR_%s %d'd%d\n", toupper(name), width(f), value_number[v]
    }
  print "`endif"
}

function define(name, value) { printf "#define VMAC_CSR_%s %s\n", toupper(name), value }

function header(    r, f, v, name, mask) {
  print "/* Generated from rtl/csr.tbl by scripts/csr.awk. Offsets in bytes; of each field its mask"
  print " * and the shift of its lowest bit; values of fields; the list of registers. */"
  print "#ifndef VMAC_CSR_H\n#define VMAC_CSR_H\n"
  for (r = 0; r < regs; r++) {
    define(reg[r], "0x" hex(offset[r], 2) "u")
    for (f = first[r]; f <= last[r]; f++) {
      if (field[f] != "-") {
        define(symbol(f) "_mask", "0x" hex(mask_of(f), 8) "u")
        define(symbol(f) "_shift", lo[f])
      }
      if (reset[f] != "param" && number(reset[f]))
        define(symbol(f) "_reset", "0x" hex(number(reset[f]), 8) "u")
      if (access[f] != "ro") mask[r] += mask_of(f)
    }
  }
  print ""
  for (v = 0; v < values; v++) {
    name = value_of[v]
    gsub(/\./, "_", name)
    define(name "_" value_name[v], value_number[v] "u")
  }
  for (v = 0; v < values; v++) {
    if (value_of[v] != value_of[v - 1]) {
      name = value_of[v]
      gsub(/\./, "_", name)
      printf "\n/* X(name, number) */\n#define VMAC_CSR_%s_VALUES(X)", toupper(name)
    }
    printf " \\\n  X(%s, %du)", toupper(value_name[v]), value_number[v]
  }
  if (values) print ""
  print "\n/* X(name, offset, bits that can be written; 0: a write is answered with an error) */"
  printf "#define VMAC_CSR_REGISTERS(X)"
  for (r = 0; r < regs; r++)
    printf " \\\n  X(%s, 0x%su, 0x%su)", reg[r], hex(offset[r], 2), hex(mask[r], 8)
  print "\n\n#endif"
}

function markdown(    r, f, v, seen) {
  print "<!-- Generated from rtl/csr.tbl by scripts/csr.awk. -->"
  print "| offset | register | bits | field | access | reset | |\n|---|---|---|---|---|---|---|"
  for (f = 0; f < fields; f++) {
    r = of[f]
    printf "| %s | %s | %s | %s | %s | %s | %s |\n", f == first[r] ? "0x" hex(offset[r], 2) : "",
           f == first[r] ? toupper(reg[r]) : "", (hi[f] > lo[f] ? hi[f] ":" : "") lo[f],
           field[f] == "-" ? "" : field[f], toupper(access[f]), reset[f], text_of[f]
  }
  for (v = 0; v < values; v++) {
    if (!(value_of[v] in seen)) print "\n| " value_of[v] " | | |\n|---|---|---|"
    seen[value_of[v]] = 1
    printf "| %d | %s | %s |\n", value_number[v], value_name[v], value_what[v]
  }
}
