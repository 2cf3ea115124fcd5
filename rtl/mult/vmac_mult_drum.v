// vmac_mult_drum: the product of K leading bits of each operand
//
// Contract: combinational. p_o = T(A) * T(W). T(x) keeps the K bits from x's leading one down, the
//   lowest of them set to 1 (the mean of what it stands for, so the error has no bias) and the bits
//   below 0; an x of no more than K bits stays as it is. K = WIDTH is exact.
//   SIGNED = 1: the unsigned product of the magnitudes, negated where the signs differ.
// Not: the correction of the bias that is left; vmac_side and vmac_correct do that for all cells.
// Paper: DRUM, Hashemi, Bahar, Reda, ICCAD 2015.
// Registry: classes u,s; widths 4..16; params k=3..w
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_drum #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // bits of an operand that are multiplied, 3..WIDTH
  parameter integer K = 4
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // KS is K; an illegal one stops at its sentence, not at a range that goes the wrong way.
  localparam integer KS = K < 3 || K > WIDTH ? WIDTH : K;
  localparam integer SHIFTS = WIDTH - KS;

  // The KS bits of x that count, its leading one being bit `onehot` + KS - 1, or lower.
  function [KS-1:0] segment(input [WIDTH-1:0] x, input [SHIFTS:0] onehot);
    integer s;
    reg shifted;
    begin
      segment = {KS{1'b0}};
      shifted = 1'b0;
      for (s = 1; s <= SHIFTS; s = s + 1) begin
        segment = segment | ({KS{onehot[s]}} & x[s +: KS]);
        shifted = shifted | onehot[s];
      end
      segment = segment | ({KS{~shifted}} & x[0 +: KS]);
      segment[0] = segment[0] | shifted;
    end
  endfunction

  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
    if (K < 3 || K > WIDTH) begin : g_range
      error_K_must_be_3_to_WIDTH u_err ();
    end
  endgenerate

  wire             a_minus = SIGNED != 0 && a_i[WIDTH-1];
  wire             w_minus = SIGNED != 0 && w_i[WIDTH-1];
  wire [WIDTH-1:0] a, w;

  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_a (.negate_i(a_minus), .x_i(a_i), .x_o(a));
  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_w (.negate_i(w_minus), .x_i(w_i), .x_o(w));

  // The leading one counted from bit K-1: the bits below the segment.
  wire [SHIFTS:0] a_onehot, w_onehot;
  wire [3:0]      a_shift, w_shift;
  wire            unused_a_zero, unused_w_zero;

  vmac_leading_one #(.WIDTH(SHIFTS + 1)) u_lead_a (
    .x_i(a[WIDTH-1:KS-1]), .onehot_o(a_onehot), .position_o(a_shift), .zero_o(unused_a_zero));
  vmac_leading_one #(.WIDTH(SHIFTS + 1)) u_lead_w (
    .x_i(w[WIDTH-1:KS-1]), .onehot_o(w_onehot), .position_o(w_shift), .zero_o(unused_w_zero));

  wire [KS-1:0]      a_segment = segment(a, a_onehot);
  wire [KS-1:0]      w_segment = segment(w, w_onehot);
  wire [2*KS-1:0]    product   = a_segment * w_segment;
  wire [4:0]         shift     = {1'b0, a_shift} + {1'b0, w_shift};
  wire [2*WIDTH-1:0] magnitude = {{(2 * SHIFTS){1'b0}}, product} << shift;

  vmac_magnitude #(.WIDTH(2 * WIDTH)) u_sign (
    .negate_i(a_minus ^ w_minus), .x_i(magnitude), .x_o(p_o));

endmodule

`default_nettype wire
