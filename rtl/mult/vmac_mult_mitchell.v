// vmac_mult_mitchell: the product by adding logarithms
//
// Contract: combinational. A = 2^k1 (1 + x1), W = 2^k2 (1 + x2), 0 <= x1, x2 < 1:
//   p_o = 2^(k1+k2) (1 + x1 + x2) where x1 + x2 < 1, else 2^(k1+k2+1) (x1 + x2); 0 where A or W is.
//   Nothing is rounded: p_o is an integer by itself.
//   SIGNED = 1: the unsigned product of the magnitudes, negated where the signs differ;
//   our extension.
// Not: the constant that takes out the mean error; vmac_mult_mbm adds it.
// Paper: Mitchell, IRE Trans. Electronic Computers 1962: the logarithm of 1 + x taken as x.
// Registry: classes u,s; widths 4..16
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_mitchell #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // Fraction bits of a logarithm; also the number of the top bit.
  localparam integer F = WIDTH - 1;

  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
  endgenerate

  wire             a_minus = SIGNED != 0 && a_i[F];
  wire             w_minus = SIGNED != 0 && w_i[F];
  wire [WIDTH-1:0] a, w, unused_a_onehot, unused_w_onehot;
  wire [3:0]       a_k, w_k;
  wire             a_zero, w_zero;

  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_a (.negate_i(a_minus), .x_i(a_i), .x_o(a));
  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_w (.negate_i(w_minus), .x_i(w_i), .x_o(w));

  vmac_leading_one #(.WIDTH(WIDTH)) u_lead_a (
    .x_i(a), .onehot_o(unused_a_onehot), .position_o(a_k), .zero_o(a_zero));
  vmac_leading_one #(.WIDTH(WIDTH)) u_lead_w (
    .x_i(w), .onehot_o(unused_w_onehot), .position_o(w_k), .zero_o(w_zero));

  // Logarithms: k before the point, behind it the bits after the leading one.
  wire [F-1:0] a_x = a[F-1:0] << (F[3:0] - a_k);
  wire [F-1:0] w_x = w[F-1:0] << (F[3:0] - w_k);
  wire [F+4:0] log = {1'b0, a_k, a_x} + {1'b0, w_k, w_x};

  // Antilogarithm: 1.x shifted by k. Below the point is nothing, unless an operand is 0.
  wire [3*F+1:0]     shifted   = {{(2 * F + 1){1'b0}}, 1'b1, log[F-1:0]} << log[F+4:F];
  wire [2*WIDTH-1:0] magnitude = shifted[3*F+1:F] & {(2 * WIDTH){~(a_zero | w_zero)}};
  wire               unused_below = ^shifted[F-1:0];

  vmac_magnitude #(.WIDTH(2 * WIDTH)) u_sign (
    .negate_i(a_minus ^ w_minus), .x_i(magnitude), .x_o(p_o));

endmodule

`default_nettype wire
