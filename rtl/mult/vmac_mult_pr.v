// vmac_mult_pr: the product of the weight without its K low Booth digits and the rounded activation
//
// Contract: combinational. p_o = rnd(A, M) * rnd(W, 2*K), rnd(x, t) = x rounded half up to a
//   multiple of 2^t; K = M = 0 is exact. The digits above W's K lowest are worth rnd(W, 2*K), as
//   digit K reads the bit below it. An odd WIDTH extends W by one bit. Both factors are within
//   +-2^(WIDTH-1), so the product fits.
// Paper: Leon et al., IEEE Micro 2018 (PR: perforation and rounding), of the line that MAx-DNN,
//   arXiv:2506.21371, uses. The formula is our reading.
// Registry: classes s; widths 4..16; params k=0..w/2,m=0..w-1
// Registry: low max(0,m-1):max(0,k+k-1):m+k+k
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_pr #(
  // 1: two's complement, the only class it is defined for
  parameter integer SIGNED = 1,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // low radix-4 digits of W left out, 0..WIDTH/2
  parameter integer K = 1,
  // low bits of A rounded away, 0..WIDTH-1
  parameter integer M = 2
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  generate
    if (SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_1 u_err ();
    end
    if (K < 0 || K > WIDTH / 2) begin : g_digits
      error_K_must_be_at_most_half_WIDTH u_err ();
    end
    if (M < 0 || M > WIDTH - 1) begin : g_round
      error_M_must_be_below_WIDTH u_err ();
    end
  endgenerate

  vmac_booth #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .FIRST(K),
    .ROUND(M),
    .STEP(0)
  ) u_booth (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
