#!/bin/sh
# The manual page, which is made of the --help texts.
#
# TEST RATIONALE. State space: the real commands, each with its whole help; a stub whose help has what
# means something to troff: dots and quotes that begin a line, backslashes, hyphens; one that fails.
# mandoc or groff read the page, whichever is there.
# Parameters: PAGE_TEST=full: without either the test fails instead of skipping their part.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh

sh scripts/man.sh "$VARIMAC" > "$tmp/varimac.1"
ok $? 'a page'
$VARIMAC --help | awk '/^  [a-z]/ { print ".SS " $1 }' > "$tmp/want"
grep '^\.SS ' "$tmp/varimac.1" | diff "$tmp/want" - > "$tmp/diff" && [ "$(wc -l < "$tmp/want")" -gt 15 ]
ok $? 'of all commands, in their order' "$(cat "$tmp/diff")"

cat > "$tmp/stub" << 'END'
#!/bin/sh
case $1 in
  --help) printf 'stub: what it is\n\nusage: stub COMMAND\n\n  one    does -one- thing\n\n.note \\n of\n' ;;
  one) printf "usage: stub one\n\n.TH is no macro\n'quoted' \\\\fB and a\\\\b\n  --opt-ion F  of it\n" ;;
esac
END
printf '#!/bin/sh\n[ "$1" = --help ] && echo "  one  x" || exit 3\n' > "$tmp/fails"
chmod +x "$tmp/stub" "$tmp/fails"
sh scripts/man.sh "$tmp/stub" > "$tmp/stub.1"
! sh scripts/man.sh "$tmp/fails" > "$tmp/out" 2>&1
ok $? 'a command without help is an error'

# render PAGE: as a terminal shows it, complaints in $tmp/lint
if command -v mandoc > /dev/null; then
  render() { mandoc -Tlint -Wwarning "$1" > "$tmp/lint" 2>&1; mandoc -Tascii "$1" | col -bx; }
elif command -v groff > /dev/null && groff -man -Tascii /dev/null > /dev/null 2>&1; then
  render() { groff -man -ww -Tascii -P-c "$1" 2> "$tmp/lint" | col -bx; }
elif [ "${PAGE_TEST:-}" = full ]; then
  render() { echo 'neither mandoc nor groff' > "$tmp/lint"; }
else
  skip 'what a terminal shows' 'neither mandoc nor groff is here (scripts/setup.sh full)'
  done_testing
  exit
fi
render "$tmp/varimac.1" > "$tmp/shown"
[ ! -s "$tmp/lint" ]
ok $? 'nothing in the page is wrong' "$(head -n 5 "$tmp/lint")"
lost=
for command in $(sed 's/^.SS //' "$tmp/want"); do
  $VARIMAC "$command" --help | sed 's/^ *//; /^$/d' > "$tmp/help"
  sed 's/^ *//' "$tmp/shown" > "$tmp/lines"
  ! grep -vxF -f "$tmp/lines" "$tmp/help" > "$tmp/lost" || lost="$lost $command: $(head -n 1 "$tmp/lost")"
done
[ -z "$lost" ]
ok $? 'every line of every help is in it' "$lost"
render "$tmp/stub.1" | sed 's/^ *//' > "$tmp/shown"
cat > "$tmp/lines" << 'END'
stub - what it is
does -one- thing
.TH is no macro
'quoted' \fB and a\b
--opt-ion F  of it
.note \n of
END
grep -Fxc -f "$tmp/lines" "$tmp/shown" > "$tmp/count"
[ ! -s "$tmp/lint" ] && [ "$(cat "$tmp/count")" -eq 6 ]
ok $? 'text that troff would take for its own' "$(cat "$tmp/shown" "$tmp/lint")"
done_testing
