# parts.awk: yosys commands that name the gates of a PE by what they do, after it was mapped flat.
# abc forgets instances; what a gate does still shows in what reaches it: gates that the partial sum
# reaches add; those that feed them but are out of its reach multiply; the rest hold and pass on.
# Usage: awk -v top=NAME -f parts.awk CELLS.lib; reads from it which cells are flip-flops.
# SPDX-License-Identifier: Apache-2.0

/^[ \t]*cell[ \t]*\(/ {
  cell = $0
  sub(/^[ \t]*cell[ \t]*\([ \t"]*/, "", cell)
  sub(/[ \t"]*\).*/, "", cell)
}
/^[ \t]*ff[ \t]*\(/ && !(cell in seen) {
  seen[cell]
  stop = stop ":-" cell
  flops = flops " t:" cell
}
END {
  if (top != "vmac_pe") { # a bare multiplier
    print "rename -enumerate -pattern u_mult.n% " top "/c:*"
    exit
  }
  print "cd " top
  print "select -set registers" flops
  print "select -set hold i:shift_i i:swap_i i:rst"
  print "select -set held @hold %co*" stop " c:* %i"
  print "select -set sum i:ps_i %co*" stop " c:* %i @registers %d"
  print "select -set mult @sum %ci*" stop " c:* %i @sum %d @held %d @registers %d"
  print "rename -enumerate -pattern u_add.n% @sum"
  print "rename -enumerate -pattern u_mult.n% @mult"
  print "cd .."
}
