#!/bin/sh
# VARIMAC_ISA: every level of vector instructions gives the recorded bytes; no other name is taken.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
net=weights/resnet8.tflite
levels='portable avx2 avx512'
unset VARIMAC_ISA

tried=0
for level in $levels; do
  if ! VARIMAC_ISA=$level "$VARIMAC" mult list > /dev/null 2> "$tmp/err"; then
    grep -q "VARIMAC_ISA=$level: this processor has .* at most" "$tmp/err"
    ok $? "$level: refused where the processor lacks it" "$(cat "$tmp/err")"
    continue
  fi
  tried=$((tried + 1))
  for rounding in double single; do
    VARIMAC_ISA=$level "$VARIMAC" eval --net "$net" --rounding $rounding --dump "$tmp/out" \
      > /dev/null 2>&1
    cmp -s "$tmp/out" tests/data/resnet8-$rounding.i8
    ok $? "$level: all 500 images give the recorded bytes, $rounding rounding"
  done
done
[ $tried -ge 1 ]
ok $? "$tried of the levels '$levels' run here"

for name in sse AVX2 'avx2 ' 512; do
  VARIMAC_ISA=$name "$VARIMAC" mult list > "$tmp/out" 2> "$tmp/err"
  [ $? -eq 2 ] && [ ! -s "$tmp/out" ] && grep -q "^varimac: VARIMAC_ISA: .*found '$name'" "$tmp/err"
  ok $? "VARIMAC_ISA='$name' is refused" "$(cat "$tmp/err")"
done
VARIMAC_ISA='' "$VARIMAC" mult list > "$tmp/out" 2> "$tmp/err" && [ ! -s "$tmp/err" ]
ok $? 'empty is not set' "$(cat "$tmp/err")"
VARIMAC_ISA=sse "$VARIMAC" --help > "$tmp/out" && grep -q VARIMAC_ISA "$tmp/out"
ok $? 'the help speaks of it, whatever it is'

said=$(env -u OMP_WAIT_POLICY OMP_DISPLAY_ENV=true "$VARIMAC" mult list 2>&1 > "$tmp/out" |
  grep OMP_WAIT_POLICY | tail -1)
case $said in *PASSIVE*) [ -s "$tmp/out" ] ;; *) false ;; esac
ok $? 'threads wait passively where the environment says nothing' "$said"
said=$(OMP_WAIT_POLICY=active OMP_DISPLAY_ENV=true "$VARIMAC" mult list 2>&1 > "$tmp/out" |
  grep OMP_WAIT_POLICY | tail -1)
case $said in *ACTIVE*) true ;; *) false ;; esac
ok $? 'and as it says otherwise' "$said"

done_testing
