#!/bin/sh
# TEST RATIONALE: tests/mutate.sh on a table and a small tree of its own. State space: a fault that
#   is seen, one that is not, one that plants nothing, a command that fails anyway, and each kind of
#   tool that says that the faulty tree does not build; a command shared by two faults; one fault
#   chosen by its id.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

mkdir -p "$tmp/tree/tests" && cp tests/mutate.sh tests/tap.sh "$tmp/tree/tests" && cd "$tmp/tree" &&
  git init -q . && echo gone > gone && git add gone && rm gone
ok $? "a tree with one file removed"

# row ID COMMAND: the fault is a file that holds "PLANTED"
row() { printf '%s\ttests/tap.sh\t1s/.*/# PLANTED/\t%s\n' "$1" "$2" >> "$tmp/table"; }
# breaks ID COMMAND: COMMAND runs where the fault is
breaks() { row "$1" "! grep -q PLANTED tests/tap.sh || { $2; }"; }

row seen "! grep -q PLANTED tests/tap.sh"
breaks seen-by-make "printf 'x:\\n\\tfalse\\n' | make -f - x"
row unseen "echo run >> $tmp/runs"
row unseen-again "echo run >> $tmp/runs"
row fails-anyway "echo it is so; false"
printf 'nothing\ttests/tap.sh\ts/NO SUCH TEXT//\ttrue\n' >> "$tmp/table"
breaks broken-c "echo 'int f(void) { return x; }' | gcc -c -x c -o x.o -"
breaks broken-link "echo 'int f(void); int main(void) { return f(); }' | gcc -x c -o x -"
breaks broken-make "printf 'x: no-such-file\\n' | make -f - x"
breaks broken-makefile "printf 'x\\n' | make -f - x"
breaks broken-awk "awk 'BEGIN { print ( }'"
breaks broken-sh "sh -c 'if then'"
breaks broken-command "sh -c no-such-program"
breaks broken-verilog "echo 'module x endmodule' > x.v; verilator --lint-only x.v"

MUTATIONS=$tmp/table sh tests/mutate.sh > "$tmp/said" 2>&1
status=$?
ok $((status != 1)) "exit 1 where a fault was missed" "$(cat "$tmp/said")"
verdict() { # verdict ID TEXT
  grep -q "^$1: $2" "$tmp/said"
  ok $? "$1: $2" "$(grep "^$1" "$tmp/said")"
}
verdict seen caught
verdict seen-by-make caught
verdict unseen missed
verdict unseen-again missed
[ "$(wc -l < "$tmp/runs")" -eq 3 ]
ok $? "one run without a fault for both" "$(cat "$tmp/runs")"
verdict fails-anyway "the command fails without the fault"
grep -q '^it is so' "$tmp/said"
ok $? "and what it says" "$(cat "$tmp/said")"
verdict nothing "not planted"
for id in $(sed -n 's/^\(broken-[a-z]*\).*/\1/p' "$tmp/table"); do
  verdict "$id" "does not build: ."
done
MUTATIONS=$tmp/table sh tests/mutate.sh seen > "$tmp/said" 2>&1 &&
  [ "$(cat "$tmp/said")" = "seen: caught
1 passed, 0 failed" ]
ok $? "one fault by its id" "$(cat "$tmp/said")"
done_testing
