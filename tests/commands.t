#!/bin/sh
# Every command that the documentation shows is one that there is: goals and variables of make,
# commands and options of varimac, files that are shipped.
#
# TEST RATIONALE. State space: README.md, rtl/README.md, tutorials and pages in docs/: lines of their
# blocks, continued ones joined, and `make GOAL` inside of sentences; tutorials are scripts that sh can
# read. Whether they do what is said is tested where each is made, and of tutorials by `make tutorials`.
# A page of mistakes shows that each is seen.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

# commands FILE ...: FILE:LINE<tab>COMMAND, without comments; of a sentence what begins with make,
# varimac, or a command of it with options
commands() {
  awk -v known=" $(tr '\n' ' ' < "$tmp/known")" '
    /^ *```/ { inside = !inside; next }
    inside {
      if (text == "") at = FILENAME ":" FNR
      line = $0
      sub(/(^|[ \t])#.*/, "", line)
      if (sub(/\\ *$/, "", line)) { text = text line; next }
      text = text line
      n = split(text, part, / *(&&|\|\|?|;) */) # of a list, each
      for (i = 1; i <= n; i++) {
        sub(/^ *!? */, "", part[i])
        if (part[i] ~ /^(make|build\/varimac) /) print at "\t" part[i]
      }
      text = ""
      next
    }
    {
      rest = $0
      while (match(rest, /`[^`]*`/)) {
        said = substr(rest, RSTART + 1, RLENGTH - 2)
        if (said ~ /^[a-z]+ --[a-z]/ && index(known, " " substr(said, 1, index(said, " "))))
          said = "varimac " said
        sub(/^varimac /, "build/varimac ", said)
        if (said ~ /^(make|build\/varimac) /) print FILENAME ":" FNR "\t" said
        rest = substr(rest, RSTART + RLENGTH)
      }
    }' "$@"
}
make -rRpn help 2> /dev/null | sed -n 's/^\([A-Za-z][A-Za-z0-9_-]*\):.*/\1/p' | sort -u > "$tmp/goals"
# What makefiles and scripts take from outside: set with ?=, or read by its name.
# shellcheck disable=SC2046 # names of files
cat Makefile $(find rtl cmodel sim testbench synth scripts tests -name '*.mk' -o -name '*.sh') |
  grep -o '^[A-Z][A-Z0-9_]* *?=\|[$][({]*[A-Z][A-Z0-9_]*' | tr -d ' ?=$({' | sort -u > "$tmp/variables"
"$VARIMAC" --help | awk '/^  [a-z]+ +[a-z]/ { print $1 }' > "$tmp/known"
# help_of COMMAND SUB: the options that its help lists, kept: those of its usage, and what stands
# before a description
help_of() {
  of=$tmp/help.$1.$2
  [ -e "$of" ] || "$VARIMAC" "$1" ${2:+"$2"} --help 2>&1 | awk -v usage="varimac $1 $2" '
    /^usage: |^ +varimac / { if (index($0 " ", usage)) print; next }
    /^  -/ { sub(/^ +/, ""); sub(/  .*/, ""); print }' > "$of"
  echo "$of"
}
# judge: reads what commands() prints, says what is wrong
judge() {
  while IFS="$(printf '\t')" read -r at line; do
    # shellcheck disable=SC2086 # words
    set -f && set -- $line && set +f
    tool=$1
    shift
    if [ "$tool" = make ]; then
      for word; do
        word=${word#\"}
        case $word in
          -*) ;;
          [A-Z]*=*) grep -qx -e "${word%%=*}" "$tmp/variables" || echo "$at: make reads no ${word%%=*}" ;;
          *[!a-z0-9-]*) ;; # a file, a part of a value
          *) [ "$value" ] || grep -qx -e "$word" "$tmp/goals" || echo "$at: make has no goal $word" ;;
        esac
        case $word in *=\"*\"*) ;; *=\"*) value=1 ;; *\") value= ;; esac
      done
      value=
    else
      grep -qx -e "$1" "$tmp/known" || { echo "$at: varimac has no command $1"; continue; }
      of=$(help_of "$1" "")
      case $1 in mult | data) case ${2-} in [a-z]*) of=$(help_of "$1" "$2") ;; esac ;; esac
      for word; do
        case $word in
          --help) ;;
          --*) grep -q -e "\(^\|[^a-z-]\)${word%%=*}\([^a-z-]\|\$\)" "$of" ||
            echo "$at: varimac $1 has no ${word%%=*}" ;;
          weights/* | rtl/*) [ -e "$word" ] || echo "$at: there is no $word" ;;
        esac
      done
    fi
  done
}
value=
commands README.md rtl/README.md docs/*.md docs/papers/*.md > "$tmp/commands"
[ "$(grep -c "	make " "$tmp/commands")" -gt 40 ] && [ "$(grep -c "	build/varimac " "$tmp/commands")" -gt 30 ]
ok $? "the documentation shows commands" "$(wc -l < "$tmp/commands")"
judge < "$tmp/commands" > "$tmp/odd"
[ ! -s "$tmp/odd" ]
ok $? "each is one that there is" "$(cat "$tmp/odd")"
tr '\n' ' ' < docs/your-network.md | sed 's/.*Operators: \([^.]*\)\..*/\1/; s/, /\n/g' | sort > "$tmp/said"
sed -n 's/.*{tflite::BuiltinOperator_\([A-Z0-9_]*\),.*/\1/p' cmodel/net/tflite_read.cpp | sort > "$tmp/taken"
diff "$tmp/taken" "$tmp/said" > "$tmp/err" && [ -s "$tmp/said" ]
ok $? "operators that are said to be taken are those of the loader" "$(cat "$tmp/err")"
for page in docs/*.md; do
  awk -v file="$page" -f tests/tutorial.awk "$page" > "$tmp/script" && sh -n "$tmp/script" 2> "$tmp/err"
  ok $? "$page is a script" "$(cat "$tmp/err")"
done

cat > "$tmp/page.md" << 'END'
Say `make nothing` or `make demo CELSS=x`.
```sh
make test NOSUCH="a demos" # make this
build/varimac match --phase x && build/varimac mult table perf2 --hex
build/varimac evaluate --net weights/none.tflite
! build/varimac eval --net weights/none.tflite \
  --correktion cv
true && build/varimac mult map perf2 -o x.png --rawer
```
`varimac evaluat` and `eval --correktion`, not `no --command` or `perf2 --of`.
END
commands "$tmp/page.md" | judge | sed "s|$tmp/||" > "$tmp/odd"
cat > "$tmp/want" << 'END'
page.md:1: make has no goal nothing
page.md:1: make reads no CELSS
page.md:3: make reads no NOSUCH
page.md:4: varimac match has no --phase
page.md:4: varimac mult has no --hex
page.md:5: varimac has no command evaluate
page.md:6: there is no weights/none.tflite
page.md:6: varimac eval has no --correktion
page.md:8: varimac mult has no --rawer
page.md:10: varimac has no command evaluat
page.md:10: varimac eval has no --correktion
END
diff "$tmp/want" "$tmp/odd" > "$tmp/err"
ok $? "mistakes are seen" "$(cat "$tmp/err")"
while read -r command; do
  "$VARIMAC" "$command" --help > "$tmp/long" 2> "$tmp/err" && [ ! -s "$tmp/err" ] && grep -q "^usage: varimac $command" "$tmp/long" &&
    "$VARIMAC" "$command" -h 2>&1 | cmp - "$tmp/long" 2>> "$tmp/err" || echo "$command"
done < "$tmp/known" > "$tmp/odd"
[ ! -s "$tmp/odd" ]
ok $? "-h and --help of every command" "$(cat "$tmp/odd" "$tmp/err")"
printf '```sh\nmake test \\\n```\n' > "$tmp/cut.md"
refused 'expected whole commands' "a block that ends inside of a command" awk -v file=cut.md \
  -f tests/tutorial.awk "$tmp/cut.md"
# shellcheck disable=SC2016 # for the tutorial's shell
printf '```sh\ncat << "END_OF"\nfalse\nEND_OF\ncat << here2\nfalse\nhere2\nx=2 y=$(((1 + x - 2) << (x + 1)))\n[ $y = 8 ]\n```\n' > "$tmp/here.md"
sh tests/tutorial.sh "$tmp/here.md" > "$tmp/out" 2> "$tmp/err" && [ "$(grep -c '^== ' "$tmp/out")" -eq 4 ]
ok $? "here-documents by any name, and a shift is none" "$(cat "$tmp/err" "$tmp/out")"
# shellcheck disable=SC2016 # for the tutorial's shell
printf '```sh\n[ -z "${LIB_FILES-}" ]\n```\n' > "$tmp/clean.md"
LIB_FILES=mine.lib sh tests/tutorial.sh "$tmp/clean.md" > "$tmp/out" 2> "$tmp/err"
ok $? "a tutorial runs as a reader has it, without what make exports" "$(cat "$tmp/err")"
printf '```sh\ntrue\nfalse\ntrue\n```\n' > "$tmp/fails.md"
refused 'fails.md:3: the command failed' "a command that fails stops it, by its line" \
  sh tests/tutorial.sh "$tmp/fails.md"
done_testing
