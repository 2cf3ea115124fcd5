// vmac_mult_roba: the product by shifts, operands rounded to powers of two
//
// Contract: combinational. p_o = R(A) * W + R(W) * A - R(A) * R(W), which is A * W without
//   (R(A) - A) * (R(W) - W). R(x) is the nearest power of two, the upper one of two equally near,
//   but R(3) = 2; R(0) = 0.
//   SIGNED = 1: the unsigned product of the magnitudes, negated where the signs differ.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Paper: RoBA (signed: S-RoBA), Zendegani, Kamal, Bahadori, Afzali-Kusha, Pedram, IEEE TVLSI 2017.
// Registry: classes u,s; widths 4..16
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_roba #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // R(x), one bit of WIDTH+1: the leading one, moved up where the bit below it is 1, except in 3.
  function [WIDTH:0] rounded(input [WIDTH-1:0] x, input [WIDTH-1:0] onehot);
    integer i;
    begin
      rounded = {{(WIDTH - 1){1'b0}}, onehot[1:0]};
      for (i = 2; i < WIDTH; i = i + 1) begin
        rounded[i]   = rounded[i] | (onehot[i] & ~x[i-1]);
        rounded[i+1] = onehot[i] & x[i-1];
      end
    end
  endfunction

  // x * power, power one bit or none.
  function [2*WIDTH-1:0] shifted(input [WIDTH:0] x, input [WIDTH:0] power);
    integer i;
    begin
      shifted = {(2 * WIDTH){1'b0}};
      for (i = 0; i <= WIDTH; i = i + 1)
        shifted = shifted | (({{(WIDTH - 1){1'b0}}, x} << i) & {(2 * WIDTH){power[i]}});
    end
  endfunction

  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
  endgenerate

  wire             a_minus = SIGNED != 0 && a_i[WIDTH-1];
  wire             w_minus = SIGNED != 0 && w_i[WIDTH-1];
  wire [WIDTH-1:0] a, w, a_onehot, w_onehot;
  wire [3:0]       unused_a_position, unused_w_position;
  wire             unused_a_zero, unused_w_zero;

  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_a (.negate_i(a_minus), .x_i(a_i), .x_o(a));
  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_w (.negate_i(w_minus), .x_i(w_i), .x_o(w));

  vmac_leading_one #(.WIDTH(WIDTH)) u_lead_a (
    .x_i(a), .onehot_o(a_onehot), .position_o(unused_a_position), .zero_o(unused_a_zero));
  vmac_leading_one #(.WIDTH(WIDTH)) u_lead_w (
    .x_i(w), .onehot_o(w_onehot), .position_o(unused_w_position), .zero_o(unused_w_zero));

  // An R is at most 2^WIDTH, the product of two 4^WIDTH: the sum is right modulo 4^WIDTH, and it
  // fits: R(A) * W - R(W) * (R(A) - A) is largest where R(A) = 2^WIDTH > A, R(W) <= W < 3/2 R(W).
  wire [WIDTH:0]     a_power   = rounded(a, a_onehot);
  wire [WIDTH:0]     w_power   = rounded(w, w_onehot);
  wire [2*WIDTH-1:0] magnitude = shifted({1'b0, w}, a_power) + shifted({1'b0, a}, w_power)
                               - shifted(w_power, a_power);

  vmac_magnitude #(.WIDTH(2 * WIDTH)) u_sign (
    .negate_i(a_minus ^ w_minus), .x_i(magnitude), .x_o(p_o));

endmodule

`default_nettype wire
