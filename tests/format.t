#!/bin/sh
# The fields of a job, of its SET beats, records and entries: the description of the format, the RTL
# and (of jobs and entries) the interpreter name the same bits. What the compiler writes is what the
# interpreter reads (test_program), and what the RTL does with it is what the interpreter does
# (cosim.t, random.t).
#
# TEST RATIONALE. State space: every field of the blocks JOB, SET, record and entry of program.h,
# every range of vmac_job.vh, every field of the interpreter's decode() and of the entries that it
# reads. Parameters: none.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh

# described FROM TO: name[hi:lo] of word wN, as name and bits of all words: "kind 3:0"
described() {
  awk "/^ \* $1 /, /^ \* $2 /" cmodel/program/program.h | grep -v "^ \* $2 " |
    grep -o 'w[0-9][0-9]* \|[a-z0-9_]*\[[0-9:]*\]' |
    awk '/^w[0-9]* $/ { word = substr($1, 2) + 0; next }
      { split($0, part, /[][]/); n = split(part[2], bit, ":")
        print part[1], 32 * word + bit[1] ":" 32 * word + bit[n] }' | sort
}
# compare FROM TO PREFIX LEAST WHAT
compare() {
  described "$1" "$2" > "$tmp/described.$3"
  sed -n "s/^\`define VMAC_$3_\([A-Z0-9_]*\) *\([0-9][0-9:]*\)\$/\1 \2/p" rtl/vmac_job.vh |
    tr 'A-Z' 'a-z' | sort > "$tmp/rtl"
  diff "$tmp/described.$3" "$tmp/rtl" > "$tmp/out" && [ "$(wc -l < "$tmp/rtl")" -ge "$4" ]
  ok $? "program.h and vmac_job.vh: $(wc -l < "$tmp/rtl") fields of $5" "$(cat "$tmp/out")"
}
compare JOB INPUT JOB 31 'a job'
compare SET record SET 8 'a SET beat'
compare record entry REC 5 'a record'
compare entry END ENTRY 5 'an entry'

sed -n 's/.*\.\([a-z0-9_]*\) = vmac_s*bits(w\[\([0-9]*\)\], \([0-9]*\), \([0-9]*\)).*/\1 \2 \3 \4/p' \
  cmodel/program/interpret.c |
  awk '{ print $1, 32 * $2 + $3 + $4 - 1 ":" 32 * $2 + $3 }' | sort > "$tmp/read"
comm -23 "$tmp/read" "$tmp/described.JOB" > "$tmp/out"
[ ! -s "$tmp/out" ] && [ "$(wc -l < "$tmp/read")" -gt 25 ]
ok $? "and interpret.c: $(wc -l < "$tmp/read") fields" "$(cat "$tmp/out")"

# There an entry's en is called on.
sed -n 's/.*\.\([a-z]*\) = vmac_bits(w, \([0-9]*\), \([0-9]*\)).*/\1 \2 \3/p' \
  cmodel/program/execute.c |
  awk '{ sub(/^on$/, "en", $1); print $1, $2 + $3 - 1 ":" $2 }' | sort |
  diff "$tmp/described.ENTRY" - > "$tmp/out"
ok $? "and execute.c: the fields of an entry" "$(cat "$tmp/out")"

done_testing
