# TAP for the shell tests: `. tests/tap.sh`, then ok STATUS DESCRIPTION [DIAGNOSTICS], skip,
# refused, and done_testing last. Gives $tmp (removed at exit), $B and $VARIMAC.
# SPDX-License-Identifier: Apache-2.0
B=${B:-build}
VARIMAC=${VARIMAC:-$B/varimac}
tap_count=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

ok() {
  tap_count=$((tap_count + 1))
  if [ "$1" -eq 0 ]; then
    echo "ok $tap_count - $2"
  else
    echo "not ok $tap_count - $2"
    [ $# -lt 3 ] || printf '%s\n' "$3" | sed 's/^/# /'
  fi
}

skip() {
  tap_count=$((tap_count + 1))
  echo "ok $tap_count - $1 # SKIP $2"
}

# refused PATTERN TEXT COMMAND...: exit status 1, and a line on stderr like PATTERN; tests
# that ask for more have their own.
refused() {
  pattern=$1 text=$2
  shift 2
  "$@" > "$tmp/out" 2> "$tmp/err"
  [ $? -eq 1 ] && grep -q -e "$pattern" "$tmp/err"
  ok $? "$text" "$(tail -n 3 "$tmp/err")"
}

done_testing() { echo "1..$tap_count"; }
