#!/bin/sh
# TEST RATIONALE: tests/mutate.sh on tables and a small tree of its own. State space: a fault that
#   is seen, one that is not, with and without a reason, one that plants nothing, a command that
#   fails anyway, and each kind of tool that says that the faulty tree does not build; a command
#   shared by two faults; faults chosen by their ids; the share that must be caught; a run that goes
#   on, on the same tree and on another; a run that is stopped. Parameters: one worker and three.
#   Of the project's own table only that each fault still changes its file.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

tab=$(printf '\t')
dead=$(while IFS=$tab read -r id file script _; do
  case $id in '#'* | '') continue ;; esac
  if ! sed "$script" "$file" > "$tmp/planted" || cmp -s "$file" "$tmp/planted"; then
    echo "$id ($file)"
  fi
done < tests/mutations.tbl)
[ -z "$dead" ]
ok $? "each fault of tests/mutations.tbl changes its file" "$dead"
twice=$(cut -f 1 tests/mutations.tbl | grep -v '^#' | sort | uniq -d)
[ -z "$twice" ]
ok $? "no two faults have one name" "$twice"

mkdir -p "$tmp/tree/tests" && cp tests/mutate.sh tests/mutate-worker.sh tests/tap.sh \
  "$tmp/tree/tests" && cd "$tmp/tree" && git init -q . && echo /build > .gitignore &&
  echo gone > gone && git add gone && rm gone
ok $? "a tree with one file removed"

# row ID COMMAND: the fault is a file that holds "PLANTED"
row() { printf '%s\ttests/tap.sh\t1s/.*/# PLANTED/\t%s\n' "$1" "$2" >> "$tmp/table.tbl"; }
# breaks ID COMMAND: COMMAND runs where the fault is
breaks() { row "$1" "! grep -q PLANTED tests/tap.sh || { $2; }"; }
# mutate ARGUMENT...: the status it must have, in front
mutate() {
  want=$1
  shift
  MUTATIONS=$tmp/table.tbl sh tests/mutate.sh "$@" > "$tmp/said" 2>&1
  [ $? -eq "$want" ]
}

row seen "! grep -q PLANTED tests/tap.sh"
breaks seen-by-make "printf 'x:\\n\\tfalse\\n' | make -f - x"
row unseen "echo run >> $tmp/runs"
row unseen-again "echo run >> $tmp/runs"
row fails-anyway "echo it is so; false"
printf 'nothing\ttests/tap.sh\ts/NO SUCH TEXT//\ttrue\n' >> "$tmp/table.tbl"
breaks broken-c "echo 'int f(void) { return x; }' | gcc -c -x c -o x.o -"
breaks broken-link "echo 'int f(void); int main(void) { return f(); }' | gcc -x c -o x -"
breaks broken-make "printf 'x: no-such-file\\n' | make -f - x"
breaks broken-makefile "printf 'x\\n' | make -f - x"
breaks broken-awk "awk 'BEGIN { print ( }'"
breaks broken-sh "sh -c 'if then'"
breaks broken-command "sh -c no-such-program"
breaks broken-verilog "echo 'module x endmodule' > x.v; verilator --lint-only -Wall x.v"

mutate 1 -j 1
ok $? "exit 1 where a fault was missed" "$(cat "$tmp/said")"
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
verdict fails-anyway "the command fails without the fault already: it is so"
verdict nothing "not planted"
for id in $(sed -n 's/^\(broken-[a-z]*\).*/\1/p' "$tmp/table.tbl"); do
  verdict "$id" "does not build: ."
done
mutate 0 seen && grep -q '^seen: caught' "$tmp/said" && [ "$(wc -l < "$tmp/said")" -eq 2 ]
ok $? "one fault by its id" "$(cat "$tmp/said")"
mutate 2 seen no-such-fault
ok $? "an id that is not there" "$(cat "$tmp/said")"

# ---- a table that passes: 20 faults, one survivor with its reason ------------

rm "$tmp/table.tbl"
for i in $(seq 19); do row "seen-$i" "echo run >> $tmp/ran; ! grep -q PLANTED tests/tap.sh"; done
row unseen "echo run >> $tmp/ran"
: > "$tmp/ran"
mutate 1 -j 3 && [ "$(grep -c ': caught' "$tmp/said")" -eq 19 ] &&
  [ "$(cut -f 1 build/report/mutations.txt | sort -u | wc -l)" -eq 21 ] &&
  [ "$(wc -l < build/report/mutations.txt)" -eq 21 ]
ok $? "three workers: each fault once; a survivor without a reason" "$(cat "$tmp/said")"
: > "$tmp/ran"
printf 'unseen\tnobody looks\n' > "$tmp/table.survivors"
mutate 0 && [ ! -s "$tmp/ran" ] && grep -q '^  unseen: nobody looks' "$tmp/said" &&
  grep -q '^19 of 20 faults caught, 95.0 %' "$tmp/said"
ok $? "the same tree: nothing runs again; a survivor with a reason" "$(cat "$tmp/said")"
sed -i 3d build/report/mutations.txt
mutate 0 && [ "$(wc -l < "$tmp/ran")" -eq 2 ]
ok $? "what is missing runs" "$(cat "$tmp/said" "$tmp/ran")"
echo another > another
mutate 0 && [ "$(grep -c ': caught' "$tmp/said")" -eq 19 ]
ok $? "another tree: all of it" "$(cat "$tmp/said")"
printf 'seen-2\tit is not so\n' >> "$tmp/table.survivors"
mutate 1 && grep -q '^seen-2: has a reason' "$tmp/said"
ok $? "a reason without its survivor" "$(cat "$tmp/said")"
printf 'unseen\tnobody looks\nunseen-2\tnor here\n' > "$tmp/table.survivors"
row unseen-2 "echo run >> $tmp/ran"
mutate 1 && grep -q '^19 of 21 faults caught, 90.5 %' "$tmp/said"
ok $? "reasons do not raise the score" "$(cat "$tmp/said")"

# ---- stopped -----------------------------------------------------------------

row long "sh -c 'echo \$\$ >> $tmp/sleepers; exec sleep 600'"
mkdir "$tmp/scratch"
TMPDIR=$tmp/scratch MUTATIONS=$tmp/table.tbl sh tests/mutate.sh -j 2 > "$tmp/said" 2>&1 &
pid=$!
for i in $(seq 1200); do [ -e "$tmp/sleepers" ] && break || sleep 0.1; done
kill -TERM $pid && wait $pid
[ $? -eq 130 ] && [ -z "$(ls "$tmp/scratch")" ] && ! grep -q '^long' build/report/mutations.txt &&
  ! kill -0 "$(cat "$tmp/sleepers")" 2> /dev/null
ok $? "stopped: no verdict, no folder, no process" "$(cat "$tmp/said"; ls "$tmp/scratch")"
done_testing
