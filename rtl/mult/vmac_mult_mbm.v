// vmac_mult_mbm: Mitchell's product plus the constant that takes out its mean error
//
// Contract: combinational. p_o = Mitchell's product (vmac_mult_mitchell) + floor(c * 2^(k1+k2)),
//   limited to 4^WIDTH - 1; 0 where A or W is. k1, k2: the numbers of A's and W's leading ones;
//   c = 1/12 rounded to Q bits, half up. 1/12 is what Mitchell's product lacks in the mean over all
//   fractions x1, x2, in units of 2^(k1+k2): the mean of x1 x2 where x1 + x2 < 1, of
//   (1 - x1)(1 - x2) elsewhere; each half of the unit square gives 1/24.
//   SIGNED = 1: the unsigned product of the magnitudes, negated where the signs differ.
// Not: the correction for operands that are not uniform; vmac_side and vmac_correct do that.
// Paper: MBM, Saadat, Bokhari, Parameswaran, IEEE TCAD 2018. The constant's derivation and rounding
//   and the limit are our reading; signed operands are our extension.
// Registry: classes u,s; widths 4..16; params q=4..12
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_mbm #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // fraction bits of the constant, 4..12
  parameter integer Q = 6
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // QS is Q; an illegal one stops at its sentence, not at a range that goes the wrong way.
  localparam integer QS = Q < 4 || Q > 12 ? 4 : Q;
  localparam integer TOP = WIDTH - 1;
  // Fraction bits of the sum: those of x and those of c.
  localparam integer F = TOP > QS ? TOP : QS;
  // 2^Q / 12, half up.
  localparam integer C = ((1 << QS) + 6) / 12;
  localparam integer C_AT_F = C << (F - QS);

  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
    if (Q < 4 || Q > 12) begin : g_range
      error_Q_must_be_4_to_12 u_err ();
    end
  endgenerate

  wire             a_minus = SIGNED != 0 && a_i[TOP];
  wire             w_minus = SIGNED != 0 && w_i[TOP];
  wire [WIDTH-1:0] a, w, unused_a_onehot, unused_w_onehot;
  wire [3:0]       a_k, w_k;
  wire             a_zero, w_zero;

  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_a (.negate_i(a_minus), .x_i(a_i), .x_o(a));
  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_w (.negate_i(w_minus), .x_i(w_i), .x_o(w));

  vmac_leading_one #(.WIDTH(WIDTH)) u_lead_a (
    .x_i(a), .onehot_o(unused_a_onehot), .position_o(a_k), .zero_o(a_zero));
  vmac_leading_one #(.WIDTH(WIDTH)) u_lead_w (
    .x_i(w), .onehot_o(unused_w_onehot), .position_o(w_k), .zero_o(w_zero));

  // Logarithms: k, and the bits after the leading one.
  wire [TOP-1:0] a_x = a[TOP-1:0] << (TOP[3:0] - a_k);
  wire [TOP-1:0] w_x = w[TOP-1:0] << (TOP[3:0] - w_k);
  wire [4:0]     k   = {1'b0, a_k} + {1'b0, w_k};
  wire [TOP:0]   x   = {1'b0, a_x} + {1'b0, w_x};

  // Antilogarithm in units of 2^k: x >= 1 stands for 2^(k+1) * (1 + (x - 1)) = 2^k * 2x.
  wire [TOP+1:0] mantissa = x[TOP] ? {x, 1'b0} : {2'b01, x[TOP-1:0]};
  wire [F+2:0]   sum      = ({{(F + 1 - TOP){1'b0}}, mantissa} << (F - TOP)) + C_AT_F[F+2:0];

  // Shifted by k; one bit more than the product has tells that it is too large.
  wire [2*WIDTH+F:0] shifted = {{(2 * WIDTH - 2){1'b0}}, sum} << k;
  wire               above   = SIGNED == 0 && shifted[2*WIDTH+F];
  wire               unused_below = ^shifted[F-1:0];

  wire [2*WIDTH-1:0] magnitude =
    (shifted[F +: 2 * WIDTH] | {(2 * WIDTH){above}}) & {(2 * WIDTH){~(a_zero | w_zero)}};

  vmac_magnitude #(.WIDTH(2 * WIDTH)) u_sign (
    .negate_i(a_minus ^ w_minus), .x_i(magnitude), .x_o(p_o));

endmodule

`default_nettype wire
