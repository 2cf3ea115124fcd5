// vmac_mult_edge_rounded: the exact product of a rounded activation, the honest rival
//
// Contract: combinational. p_o = W * E(A), E(A) = A rounded to the nearest multiple of 2^M (half
//   up), limited to the largest one of the class (vmac_edge); M = 0 is exact.
//   ROUND = 0: a_i has passed vmac_edge already, its M low bits are not read.
// Not: rounding of the weight, which costs no hardware: it is done where the weights are made.
// Registry: classes u,s; widths 4..16; params m=0..w/2; pins edge
// Registry: low m:0:m
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_edge_rounded #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // low activation bits rounded away, 0..WIDTH/2
  parameter integer M = 2,
  // 1: rounds a_i itself; 0: a_i is rounded already
  parameter integer ROUND = 1
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // The pairs (activation bit i, weight bit j) that exist in hardware; see vmac_pparray.
  function [WIDTH*WIDTH-1:0] kept(input integer m);
    integer i, j;
    begin
      kept = {(WIDTH * WIDTH){1'b0}};
      for (j = 0; j < WIDTH; j = j + 1)
        for (i = 0; i < WIDTH; i = i + 1)
          if (i >= m)
            kept[WIDTH*j+i] = 1'b1;
    end
  endfunction

  wire [WIDTH-1:0] a;

  generate
    if (M < 0 || M > WIDTH / 2) begin : g_range
      error_M_must_be_0_to_half_of_WIDTH u_err ();
    end else if (ROUND == 1) begin : g_round
      vmac_edge #(
        .SIGNED(SIGNED),
        .WIDTH(WIDTH),
        .M(M)
      ) u_edge (
        .a_i(a_i),
        .a_o(a)
      );
    end else if (ROUND != 0) begin : g_error
      error_ROUND_must_be_0_or_1 u_err ();
    end else if (M == 0) begin : g_exact
      assign a = a_i;
    end else begin : g_rounded
      wire unused_low = ^a_i[M-1:0];
      assign a = {a_i[WIDTH-1:M], {M{1'b0}}};
    end
  endgenerate

  vmac_pparray #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .KEEP(kept(M))
  ) u_pparray (
    .a_i(a),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
