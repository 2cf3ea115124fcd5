// ref_ssm: the definition of the static segment method
//
// Contract: combinational. p_o = S(A) * S(W): S(x) = x below 2^M, else x
//   without its WIDTH-M low bits. SIGNED = 1: of the magnitudes.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_ssm #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8,
  parameter integer M = 4
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  wire [WIDTH-1:0] a, w;
  wire a_minus, w_minus;
  ref_abs #(.SIGNED(SIGNED), .WIDTH(WIDTH)) u_a (.x_i(a_i), .abs_o(a), .minus_o(a_minus));
  ref_abs #(.SIGNED(SIGNED), .WIDTH(WIDTH)) u_w (.x_i(w_i), .abs_o(w), .minus_o(w_minus));

  function [WIDTH-1:0] s(input [WIDTH-1:0] x);
    s = x >> M == 0 ? x : (x >> (WIDTH - M)) << (WIDTH - M);
  endfunction

  wire [2*WIDTH-1:0] p;
  ref_rows #(.WIDTH(WIDTH)) u_rows (.a_i(s(a)), .w_i(s(w)), .p_o(p));

  assign p_o = a_minus != w_minus ? -p : p;

endmodule

`default_nettype wire
