# import_mult.awk: a gate-level 8x8 array multiplier, as foreign files look. Test material.
#   -v top=NAME -v a=PORT -v b=PORT -v p=PORT    module and ports (default mul A B O)
#   -v flip=1       port b is declared first
#   -v m=M          leaves out the rows of the low M bits of port a
#   -v is_signed=1  Baugh-Wooley;  -v ansi=1  ports in the header;  -v helpers=1  adders as modules
# SPDX-License-Identifier: Apache-2.0

function adder(x, y, z, sum, carry) {
  if (helpers) {
    printf "  FAX1 u%d (.A(%s), .B(%s), .C(%s), .YS(%s), .YC(%s));\n", ++n, x, y, z, sum, carry
  } else {
    printf "  assign %s = %s ^ %s ^ %s;\n", sum, x, y, z
    printf "  assign %s = (%s & %s) | (%s & (%s ^ %s));\n", carry, x, y, z, x, y
  }
}

BEGIN {
  if (top == "") top = "mul"
  if (a == "") a = "A"
  if (b == "") b = "B"
  if (p == "") p = "O"
  print "// Somebody's licence line"
  one = flip ? b : a
  two = flip ? a : b
  if (ansi)
    printf "module %s (input [7:0] %s, input [7:0] %s, output [15:0] %s);\n", top, one, two, p
  else
    printf "module %s ( %s , %s , %s );\n  input [7:0] %s;\n  input [7:0] %s;\n" \
      "  output [15:0] %s;\n", top, one, two, p, one, two, p
  # -2^15 + 2^8 undo the complements of the sign row and column
  for (k = 0; k < 16; k++) total[k] = is_signed && (k == 8 || k == 15) ? "1'b1" : "1'b0"
  for (j = 0; j < 8; j++) {
    carry = "1'b0"
    for (k = j; k < 16; k++) {
      i = k - j
      minus = is_signed && i < 8 && (i == 7) != (j == 7)
      pair = minus ? "1'b1" : "1'b0"
      if (i < 8 && i >= m + 0) {
        pair = "pp_" i "_" j
        printf "  wire %s;\n  assign %s = %s(%s[%d] & %s[%d]);\n", pair, pair,
          minus ? "~" : "", a, i, b, j
      }
      printf "  wire s_%d_%d, c_%d_%d;\n", j, k, j, k
      adder(total[k], pair, carry, "s_" j "_" k, "c_" j "_" k)
      total[k] = "s_" j "_" k
      carry = "c_" j "_" k
    }
  }
  for (k = 0; k < 16; k++) printf "  assign %s[%d] = %s;\n", p, k, total[k]
  print "endmodule"
  if (helpers) {
    print "\nmodule FAX1 (A, B, C, YS, YC);\n  input A, B, C;\n  output YS, YC;\n  wire h;"
    print "  HAX1 u_half (.A(A), .B(B), .YS(h), .YC());"
    print "  assign YS = h ^ C;\n  assign YC = (A & B) | (C & h);\nendmodule"
    print "\nmodule HAX1 (A, B, YS, YC);\n  input A, B;\n  output YS, YC;"
    print "  assign YS = A ^ B;\n  assign YC = A & B;\nendmodule"
  }
}
