#!/bin/sh
# ppa-table.sh: what `make ppa` measured, tab-separated, a row per cell; comments say with what.
# usage: ppa-table.sh PPA_DIR TOOLS
# published_* come from the header of an imported EvoApproxLib file (PDK45_PWR and so on): other
# cells, tools and operands than ours; empty where there are none. footC_of, sideC_*, correctC_*: C
# is a correction of designs.sh, 0 to 2 and what else was measured; footC_of is the cell on which
# side column and correction unit were measured, which is one for all cells that have the same class
# and X. Environment: see ppa.sh.
# SPDX-License-Identifier: Apache-2.0
set -eu

dir=$1
echo "# platform $PLATFORM, $2, library sha256 $(sha256sum < "$VMAC_LIB" | cut -c 1-16)"
echo "# delay targets $VMAC_DELAY_PS ps (cell), $VMAC_PE_DELAY_PS ps (rest); output load" \
  "$ABC_LOAD_IN_FF fF, input transition $VMAC_INPUT_SLEW_NS ns; leakage over $VMAC_PERIOD_NS ns" \
  "(cell), $VMAC_PE_PERIOD_NS ns (rest)"
echo "# operands sha256: u8 $(sha256sum < "$PPA_OPERANDS-u8.bin" | cut -c 1-16)," \
  "s8 $(sha256sum < "$PPA_OPERANDS-s8.bin" | cut -c 1-16)"
echo "# energy a product (cell), a busy cycle (pe, side), an accumulator (correct): zero = no" \
  "glitches, unit = all gates alike, inertial = library delays; side and correct: inertial"
awk -v cache="$VMAC_CACHE/result" -v import="$IMPORT_DIR" -v shared="$dir/rtl/shared.txt" '
  # The pairs NAME=VALUE of one file, into value[].
  function pairs(file,  line, word, n, i, at, lines) {
    for (; (getline line < file) > 0; lines++) {
      n = split(line, word, " ")
      for (i = 1; i <= n; i++) {
        at = index(word[i], "=")
        value[substr(word[i], 1, at - 1)] = substr(word[i], at + 1)
      }
    }
    close(file)
    if (lines) return
    print "synth/ppa-table.sh: no figures in " file | "cat 1>&2"
    failed = 1
    exit 1
  }
  function published(file,  line) {
    while ((getline line < file) > 0)
      if (match(line, /PDK45_(PWR|AREA|DELAY) *= *[0-9.]+/)) {
        line = substr(line, RSTART, RLENGTH)
        figure["published_" substr(line, 7, index(line, " ") - 7)] = \
          substr(line, match(line, /[0-9.]+$/))
      }
    close(file)
  }
  # Side column and correction unit of another cell, whose row stands above.
  function take_over(  i, c, owner, title) {
    for (i = 1; i <= corrections; i++) {
      owner = figure["foot" correction[i] "_of"] = owner_of[correction[i], name]
      for (c = 1; c <= columns; c++) {
        title = column[c]
        if (index(title, "side" correction[i] "_") != 1 &&
            index(title, "correct" correction[i] "_") != 1) continue
        if (owner == name) foot[owner, title] = figure[title]
        else if (owner != "") figure[title] = foot[owner, title]
      }
    }
  }
  function end_row(  i) {
    if (name == "") return
    take_over()
    if (family == "import") published(import "/" name ".v")
    printf "%s\t%s\t%s\t%s", name, class, family, model
    for (i = 1; i <= columns; i++) printf "\t%s", figure[column[i]]
    print ""
    split("", figure)
  }
  BEGIN {
    corrections = split("0 1 2", correction, " ")
    for (i in correction) known[correction[i]]
    while ((getline line < shared) > 0) { # CORRECTION NAME OWNER
      split(line, word, " ")
      owner_of[word[1], word[2]] = word[3]
      if (!(word[1] in known)) correction[++corrections] = word[1]
      known[word[1]]
    }
    list = "cell area_um2 delay_ns gates energy_zero_pj energy_unit_pj energy_inertial_pj " \
      "leakage_nw;pe area_um2 delay_ns fmax_mhz gates energy_zero_pj energy_unit_pj energy_inertial_pj " \
      "idle_pj leakage_nw;"
    for (i = 1; i <= corrections; i++) list = list "foot" correction[i] " of;side" correction[i] \
      " area_um2 delay_ns energy_inertial_pj;correct" correction[i] \
      " area_um2 delay_ns energy_inertial_pj;"
    n = split(list, part, ";")
    printf "name\tclass\tfamily\tmodel"
    for (i = 1; i < n; i++) {
      words = split(part[i], word, " ")
      for (j = 2; j <= words; j++) {
        title = word[1] "_" word[j]
        sub(/_energy_/, "_", title)
        column[++columns] = word[1] "_" word[j]
        printf "\t%s", title
      }
    }
    column[++columns] = "published_AREA"
    column[++columns] = "published_PWR"
    column[++columns] = "published_DELAY"
    print "\tpublished_area_um2\tpublished_power_mw\tpublished_delay_ns"
  }
  { # KEY DESIGN/NAME KIND DELAY PERIOD TOP MODEL CLASS CORRECTION FAMILY ...
    split($2, id, "/")
    if (id[2] != name) end_row()
    name = id[2]
    model = $7
    class = $8
    family = $10
    split("", value)
    pairs(cache "/" $1 "/delay.txt")
    pairs(cache "/" $1 "/energy.txt")
    for (v in value) figure[id[1] "_" v] = value[v]
  }
  END {
    if (failed) exit 1
    end_row()
  }' "$dir/jobs.txt"
