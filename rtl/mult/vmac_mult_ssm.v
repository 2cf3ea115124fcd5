// vmac_mult_ssm: the product of one of two segments of each operand
//
// Contract: combinational. p_o = S(A) * S(W); S(x) = x where x < 2^M, else x with its WIDTH-M low
//   bits cleared. M = WIDTH is exact.
//   SIGNED = 1: the unsigned product of the magnitudes, negated where the signs differ;
//   our extension.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Paper: static segment method, Narayanamoorthy, Moghaddam, Liu, Park, Kim, IEEE TVLSI 2015.
// Registry: classes u,s; widths 4..16; params m=(w+1)/2..w
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_ssm #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // bits of a segment, WIDTH/2..WIDTH
  parameter integer M = 4
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // MS is M; an illegal one stops at its sentence, not at a range that goes the wrong way.
  localparam integer MS = M < (WIDTH + 1) / 2 || M > WIDTH ? WIDTH : M;
  localparam integer SHIFT = WIDTH - MS;

  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
    if (M < (WIDTH + 1) / 2 || M > WIDTH) begin : g_range
      error_M_must_be_half_of_WIDTH_to_WIDTH u_err ();
    end
  endgenerate

  wire             a_minus = SIGNED != 0 && a_i[WIDTH-1];
  wire             w_minus = SIGNED != 0 && w_i[WIDTH-1];
  wire [WIDTH-1:0] a, w;

  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_a (.negate_i(a_minus), .x_i(a_i), .x_o(a));
  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_w (.negate_i(w_minus), .x_i(w_i), .x_o(w));

  // M = WIDTH: nothing lies above the low segment, the shift by 0 is none.
  wire a_high = |(a >> MS);
  wire w_high = |(w >> MS);

  wire [MS-1:0]      a_segment = a_high ? a[WIDTH-1:SHIFT] : a[MS-1:0];
  wire [MS-1:0]      w_segment = w_high ? w[WIDTH-1:SHIFT] : w[MS-1:0];
  wire [2*MS-1:0]    product   = a_segment * w_segment;
  wire [2*WIDTH-1:0] none      = {{(2 * SHIFT){1'b0}}, product};
  wire [2*WIDTH-1:0] magnitude = a_high && w_high ? none << (2 * SHIFT)
                               : a_high || w_high ? none << SHIFT : none;

  vmac_magnitude #(.WIDTH(2 * WIDTH)) u_sign (
    .negate_i(a_minus ^ w_minus), .x_i(magnitude), .x_o(p_o));

endmodule

`default_nettype wire
