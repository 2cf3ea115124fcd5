// ref_drum: the definition of DRUM
//
// Contract: combinational. p_o = T(A) * T(W): T(x) = x below 2^K, else the K bits from the
//   leading one on, the lowest of them set to 1, the rest 0. SIGNED = 1: of the magnitudes.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_drum #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8,
  parameter integer K = 6
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  wire [WIDTH-1:0] a, w;
  wire a_minus, w_minus;
  ref_abs #(.SIGNED(SIGNED), .WIDTH(WIDTH)) u_a (.x_i(a_i), .abs_o(a), .minus_o(a_minus));
  ref_abs #(.SIGNED(SIGNED), .WIDTH(WIDTH)) u_w (.x_i(w_i), .abs_o(w), .minus_o(w_minus));

  function [WIDTH-1:0] t(input [WIDTH-1:0] x);
    integer p;
    begin
      t = x;
      for (p = K; p < WIDTH; p = p + 1)
        if (x[p]) t = ((x >> (p - K + 1)) | 1) << (p - K + 1);
    end
  endfunction

  wire [2*WIDTH-1:0] p;
  ref_rows #(.WIDTH(WIDTH)) u_rows (.a_i(t(a)), .w_i(t(w)), .p_o(p));

  assign p_o = a_minus != w_minus ? -p : p;

endmodule

`default_nettype wire
