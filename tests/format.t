#!/bin/sh
# The fields of a job: the description of the format, the RTL and the interpreter name the same
# bits. What the compiler writes is what the interpreter reads (test_program), and what the RTL does
# with it is what the interpreter does (cosim.t, random.t).
#
# TEST RATIONALE. State space: every field of the JOB block of program.h, every range of vmac_job.vh,
# every field of the interpreter's decode(). Parameters: none.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh

# name[hi:lo] of word wN, as NAME and bits of all 16 words: "kind 3:0"
awk '/^ \* JOB /, /^ \* INPUT /' cmodel/program/program.h | grep -o 'w[0-9][0-9]* \|[a-z0-9_]*\[[0-9:]*\]' |
  awk '/^w[0-9]/ { word = substr($1, 2) + 0; next }
    { split($0, part, /[][]/); n = split(part[2], bit, ":")
      print part[1], 32 * word + bit[1] ":" 32 * word + bit[n] }' | sort > "$tmp/described"
sed -n 's/^`define VMAC_JOB_\([A-Z0-9_]*\) *\([0-9][0-9:]*\)$/\1 \2/p' rtl/vmac_job.vh |
  tr 'A-Z' 'a-z' | sort > "$tmp/rtl"
diff "$tmp/described" "$tmp/rtl" > "$tmp/out" && [ "$(wc -l < "$tmp/rtl")" -gt 30 ]
ok $? "program.h and vmac_job.vh: $(wc -l < "$tmp/rtl") fields of a job" "$(cat "$tmp/out")"

sed -n 's/.*\.\([a-z0-9_]*\) = vmac_s*bits(w\[\([0-9]*\)\], \([0-9]*\), \([0-9]*\)).*/\1 \2 \3 \4/p' \
  cmodel/program/interpret.c |
  awk '{ print $1, 32 * $2 + $3 + $4 - 1 ":" 32 * $2 + $3 }' | sort > "$tmp/read"
comm -23 "$tmp/read" "$tmp/described" > "$tmp/out"
[ ! -s "$tmp/out" ] && [ "$(wc -l < "$tmp/read")" -gt 25 ]
ok $? "and interpret.c: $(wc -l < "$tmp/read") fields" "$(cat "$tmp/out")"

done_testing
