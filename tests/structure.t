#!/bin/sh
# How the tree is built: which part of the golden model may know of which, and how large a file is.
#
# TEST RATIONALE. State space: every object of the library and the command line, by the symbols that it
# takes and gives, and every #include of a folder's header; every file of code by its lines, its
# licence and, of headers, their guard. A part that is in no list is an error, too, as are a list
# with a circle and a permission that nothing needs. Lists of their own show that each is seen.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh

# PART KNOWS ...: of cmodel/; a part knows of these alone. Those behind know of more. (vmac.h is the
# face of all, and declares what base, mult, net, program have.)
cat > "$tmp/parts" << 'END'
base
mult base
gemm base
data base
net base data gemm mult
program base mult net
operands base net program
energy base mult net program
plane base net
explore base net
train base data gemm mult net
cli base data energy explore gemm mult net operands plane program train
END

# knows OBJECTS: pairs PART PART that there are, by symbols; OBJECTS holds PART FILE.o lines.
knows() {
  while read -r part object; do
    [ -e "$object" ] || { echo "$object" >> "$tmp/absent"; continue; }
    nm -P "$object" | awk -v part="$part" '
      $2 == "U" { print part, "takes", $1 }
      $2 ~ /^[TDBRC]$/ { print part, "gives", $1 }'
  done < "$1" > "$tmp/symbols"
  awk '
    NR == FNR { if ($2 == "gives") of[$3] = $1; next }
    $2 == "takes" && ($3 in of) && of[$3] != $1 && !seen[$1, of[$3]]++ { print $1, of[$3] }' \
    "$tmp/symbols" "$tmp/symbols"
}
# judge PARTS PAIRS: what is not as PARTS has it
judge() {
  awk '
    NR == FNR {
      if (!($1 in at)) at[$1] = ++n
      for (i = 2; i <= NF; i++) {
        if (!($i in at)) print $1 " may know of " $i ", which stands behind it"
        may[$1, $i]
        pair[$1 " " $i]
      }
      next
    }
    {
      if (!($1 in at)) print $1 " is no part that is listed"
      else if (!(($1, $2) in may)) print $1 " knows of " $2
      used[$1 " " $2]
    }
    END { for (i in pair) if (!(i in used)) print "nothing needs: " i }' "$1" "$2" | sort -u
}
# files PATTERN: as they are kept; without git, as they lie there
files() {
  { git ls-files 2> /dev/null || find . -path "./$B" -prune -o -type f -print | sed 's|^\./||'; } | grep -E "$1"
}
for file in $(files '^cmodel/[a-z]*/[^/]*\.(c|cpp)$'); do
  part=${file#cmodel/}
  echo "${part%%/*} $B/obj/$file.o"
done > "$tmp/objects"
grep -v '^testing ' "$tmp/objects" > "$tmp/of_library"
knows "$tmp/of_library" > "$tmp/pairs"
[ -s "$tmp/pairs" ] && [ ! -e "$tmp/absent" ]
ok $? "objects of all sources are there" "$(head -n 3 "$tmp/absent" 2> /dev/null)"
for file in $(files '^cmodel/[a-z]*/[^/]*\.(c|cpp|h)$'); do
  part=${file#cmodel/}
  sed -n "s|^#include \"\([a-z0-9]*\)/.*|${part%%/*} \1|p" "$file"
done | awk '$1 != $2 && $1 != "testing"' | sort -u >> "$tmp/pairs"
judge "$tmp/parts" "$tmp/pairs" > "$tmp/odd"
[ ! -s "$tmp/odd" ]
ok $? "parts of the golden model know of what they may, each of something" "$(cat "$tmp/odd")"

# ---- that it can be seen ----
printf 'a\nb a\nc a b\n' > "$tmp/three"
printf 'b a\nc a\nc b\n' > "$tmp/good"
[ -z "$(judge "$tmp/three" "$tmp/good")" ]
ok $? "three parts"
printf 'b a\nc a\nc b\na b\nd a\n' > "$tmp/bad"
[ "$(judge "$tmp/three" "$tmp/bad" | tr '\n' ,)" = 'a knows of b,d is no part that is listed,' ]
ok $? "a circle of two, and a new part" "$(judge "$tmp/three" "$tmp/bad")"
printf 'b a\nc a\n' > "$tmp/bad"
printf 'a b\nb a\nc a b\n' > "$tmp/odd"
[ "$(judge "$tmp/odd" "$tmp/bad" | tr '\n' ,)" = \
  'a may know of b, which stands behind it,nothing needs: a b,nothing needs: c b,' ]
ok $? "a list with a circle, permissions of nothing" "$(judge "$tmp/odd" "$tmp/bad")"
echo 'int there(void); int here(void) { return there(); }' > "$tmp/x.c"
echo 'int there(void) { return 1; }' > "$tmp/y.c"
(cd "$tmp" && ${CC:-gcc} -c x.c && ${CC:-gcc} -c y.c)
printf 'x %s/x.o\ny %s/y.o\n' "$tmp" "$tmp" > "$tmp/two"
[ "$(knows "$tmp/two")" = 'x y' ]
ok $? "a function of another part" "$(cat "$tmp/symbols")"

# ---- files ----
# FILE REASON: those of more than 500 lines
cat > "$tmp/large" << 'END'
tests/paper.t one report, whose parts are tested with the figures of all others
END
files '\.(c|h|cpp|v|sh|awk|mk|t|js|gp|html)$|^Makefile$' > "$tmp/code"
xargs wc -l < "$tmp/code" | awk 'NR == FNR { known[$1]; next }
  $2 != "total" && $1 > 500 && !($2 in known) { print $2 ": " $1 " lines" }' "$tmp/large" - > "$tmp/odd"
[ ! -s "$tmp/odd" ]
ok $? "no file of more than 500 lines without a reason" "$(cat "$tmp/odd")"
grep -v '\.mk$\|Makefile$' "$tmp/code" | xargs grep -L 'SPDX-License-Identifier: Apache-2.0' > "$tmp/odd"
[ ! -s "$tmp/odd" ]
ok $? "each says its licence" "$(cat "$tmp/odd")"
for file in $(grep '\.h$' "$tmp/code"); do
  guard=$(sed -n 's/^#ifndef \([A-Z0-9_]*_H\)$/\1/p' "$file")
  [ "$guard" ] && grep -q "^#define $guard\$" "$file" || echo "$file"
done > "$tmp/odd"
[ ! -s "$tmp/odd" ]
ok $? "each header has its guard" "$(cat "$tmp/odd")"
done_testing
