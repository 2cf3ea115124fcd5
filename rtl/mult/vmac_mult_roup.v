// vmac_mult_roup: Booth rows, the P lowest left out, each rounded at the same product column R
//
// Contract: combinational. p_o = sum over W's radix-4 digits y(j), j >= P, of
//   y(j) * 4^j * rnd(A, max(0, R - 2*j)), rnd(x, t) = x rounded half up to a multiple of 2^t;
//   P = R = 0 is exact. An odd WIDTH extends W by one bit.
// Paper: Leon et al., DAC 2019 (cooperative approximation: ROUP), which MAx-DNN, arXiv:2506.21371,
//   distributes over a network. The formula is our reading; neither prints it.
// Registry: classes s; widths 4..16; params p=0..w/2,r=0..w-1
// Registry: low 0:max(0,p+p-1):max(p+p,r)
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_roup #(
  // 1: two's complement, the only class it is defined for
  parameter integer SIGNED = 1,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // low radix-4 digits of W left out, 0..WIDTH/2
  parameter integer P = 1,
  // column below which no row has bits, 0..WIDTH-1
  parameter integer R = 4
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  generate
    if (SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_1 u_err ();
    end
    if (P < 0 || P > WIDTH / 2) begin : g_digits
      error_P_must_be_at_most_half_WIDTH u_err ();
    end
    if (R < 0 || R > WIDTH - 1) begin : g_round
      error_R_must_be_below_WIDTH u_err ();
    end
  endgenerate

  vmac_booth #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .FIRST(P),
    .ROUND(R),
    .STEP(2)
  ) u_booth (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
