// vmac_mult_momeni: the product by approximate 4:2 compressors in its T lowest columns
//
// Contract: combinational, 8 bits. p_o = what vmac_compress42 adds up, with the compressor
//   sum = XNOR(x1, x2) OR XNOR(x3, x4), carry = (x1 OR x2) AND (x3 OR x4): +1 for no ones, -1 for
//   x1 = x2 = 1 alone, x3 = x4 = 1 alone and all four. So f(0, 0) is not 0.
//   T = 0 is exact.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Paper: Momeni, Han, Montuschi and Lombardi, IEEE Trans. Computers 2015: their compressor,
//   design 2 (its truth table). Where compressors stand, and the border at column T, are our
//   choice.
// Registry: classes u; widths 8; params t=0..12
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_momeni #(
  // 0: unsigned, the only class it is defined for
  parameter integer SIGNED = 0,
  // bits of an operand, 8
  parameter integer WIDTH = 8,
  // low columns with approximate compressors, 0..12
  parameter integer T = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  generate
    if (SIGNED != 0) begin : g_signed
      error_SIGNED_must_be_0 u_err ();
    end
    if (WIDTH != 8) begin : g_width
      error_WIDTH_must_be_8 u_err ();
    end
    if (T < 0 || T > 12) begin : g_range
      error_T_must_be_0_to_12 u_err ();
    end
  endgenerate

  vmac_compress42 #(
    .T(T),
    .KIND(0)
  ) u_compress42 (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
