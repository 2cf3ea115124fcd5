#!/bin/sh
# Every long command of varimac, stopped: nothing half-written has a whole one's name, and the same
# command then ends as if it had never been stopped. (train, which goes on by --resume: tests/train.t)
#
# TEST RATIONALE. State space: each command that can run for more than two seconds, by each signal, at
# moments spread over the time that a whole run takes here; what is left in its folder, before and
# after the same command has run again. Which moments are met differs from machine to machine: none
# may fail. Parameters: images, such that a run takes some seconds on one thread. ONLY: a pattern of
# the commands to try.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
export OMP_NUM_THREADS=1
# OWN COMMAND: OUT is a name in a folder that is the run's own; OWN: files there that have what is done
# so far, by which it goes on.
grep "${ONLY:-.}" << 'END' > "$tmp/commands"
- eval --net NET --data subset:calib --mult perf2 --correction cv --json OUT --dump OUT.dump --save-plan OUT.plan
- residuals --net NET --images 60 --mults perf2,drum4 --calib-images 30 -o OUT
out,out.json sweep --net NET --mults perf2,perf3,drum4 --modes none,cv --images 100 --calib-images 30 -o OUT --json OUT.json
- tune --net NET --mult perf2 --calib-images 20 -o OUT --save-plan OUT.plan
- predict --net NET --mults perf2,drum4 --modes none,cv --positions 64 --images 20 --calib-images 20 -o OUT
- plane --net NET --images 200 --mult perf2 --csv OUT --json OUT.json
- compile --net NET --mult perf2 -o OUT --beats OUT.beats --data subset:test --image 3 --results OUT.results
out.known search --net NET --mults exacts,perf2s,roup1_4s --costs TMP/costs.tsv --images 30 --judges 30 --test-images 60 --line 9 --evaluations 12 --maps OUT.maps --units OUT.units -o OUT
- match --net NET --sigma TMP/sigma.jsonl --mults exacts,perf2s,roup1_4s --costs TMP/costs.tsv --correction cv --calib-images 30 --positions 128 -o OUT
- quantize --in weights/resnet8.safetensors --data subset:calib --images 200 -o OUT
- operands --net NET --images 4 -o OUT
END
printf 'name\tcell_inertial_pj\nexacts\t5\nperf2s\t3\nroup1_4s\t2\n' > "$tmp/costs.tsv"
printf '{"sigma": {%s"fc": 0}}' "$(for l in stem.conv b1.conv1 b1.conv2 b2.conv1 b2.conv2 b2.skip \
  b3.conv1 b3.conv2 b3.skip; do printf '"%s": 0.1, ' $l; done)" > "$tmp/sigma.jsonl"
now() { date +%s%N | sed 's/.\{6\}$//'; } # ms
start() { # FOLDER LINE: in the background, as $pid
  mkdir -p "$1"
  words=$(echo "$2" | sed "s|OUT|$1/out|g; s|NET|weights/resnet8.tflite|g; s|TMP|$tmp|g")
  # A shell's background does not hear INT.
  # shellcheck disable=SC2086 # words
  env --default-signal=INT "$VARIMAC" $words > "$tmp/said" 2>&1 &
  pid=$!
}
names() { (cd "$1" && find . -type f | sort); } # FOLDER
# results FOLDER NAMES: seconds are none
results() {
  while read -r name; do
    echo "$name"
    sed 's/"[a-z_]*s": *[0-9.]*//g' "$1/$name"
  done < "$2"
}
# strange FOLDER SIGNAL: files there that a whole run does not leave (which KILL may), or that are not
# as it leaves them, but for $own
strange() {
  names "$1" | while read -r name; do
    if ! grep -qxF "$name" "$tmp/names"; then
      [ "$2" = KILL ] || echo "none of a whole run's: $name"
    elif ! cmp -s "$1/$name" "$tmp/whole/$name"; then
      case ,$own, in *",${name#./},"*) ;; *) echo "half: $name" ;; esac
    fi
  done
}

while read -r own line; do
  begun=$(now)
  start "$tmp/whole" "$line"
  wait $pid
  ok $? "whole: $line" "$(tail -n 2 "$tmp/said")"
  took=$(($(now) - begun))
  names "$tmp/whole" > "$tmp/names"
  results "$tmp/whole" "$tmp/names" > "$tmp/whole.txt"
  for stop in INT:15 KILL:30 TERM:50 INT:75 KILL:95; do
    signal=${stop%:*} percent=${stop#*:}
    start "$tmp/stopped" "$line"
    sleep "$(awk -v ms=$took -v percent="$percent" 'BEGIN { print ms * percent / 1e5 }')"
    kill -"$signal" $pid 2> /dev/null
    wait $pid
    status=$?
    strange "$tmp/stopped" "$signal" > "$tmp/strange"
    { [ $status -ne 0 ] || [ "$(names "$tmp/stopped")" = "$(cat "$tmp/names")" ]; } &&
      [ ! -s "$tmp/strange" ]
    ok $? "${line%% *}, $signal at $percent %: exit $status, no half file" \
      "$(tail -n 2 "$tmp/said"; cat "$tmp/strange")"
    start "$tmp/stopped" "$line"
    wait $pid
    status=$?
    [ $status -eq 0 ] && results "$tmp/stopped" "$tmp/names" > "$tmp/again.txt" &&
      cmp "$tmp/whole.txt" "$tmp/again.txt" > "$tmp/strange"
    ok $? "${line%% *}, $signal at $percent %, then once more: the same" \
      "exit $status: $(tail -n 2 "$tmp/said"; cat "$tmp/strange")"
    rm -rf "$tmp/stopped"
  done
  rm -rf "$tmp/whole"
done < "$tmp/commands"
done_testing
