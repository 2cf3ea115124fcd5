// ref_mitchell: Mitchell's definition in whole numbers
//
// Contract: combinational. A = 2^k + ra, W = 2^l + rw, s = ra 2^l + rw 2^k: p_o = 2^(k+l) + s where
//   s < 2^(k+l), else 2 s; 0 where A or W is 0. SIGNED = 1: of the magnitudes.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_mitchell #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  wire [WIDTH-1:0] a, w;
  wire a_minus, w_minus;
  ref_abs #(.SIGNED(SIGNED), .WIDTH(WIDTH)) u_a (.x_i(a_i), .abs_o(a), .minus_o(a_minus));
  ref_abs #(.SIGNED(SIGNED), .WIDTH(WIDTH)) u_w (.x_i(w_i), .abs_o(w), .minus_o(w_minus));

  // Position of the leading one.
  function [4:0] log2(input [WIDTH-1:0] x);
    integer i;
    begin
      log2 = 5'd0;
      for (i = 0; i < WIDTH; i = i + 1)
        if (x[i]) log2 = i[4:0];
    end
  endfunction

  wire [2*WIDTH-1:0] one = 1;
  wire [2*WIDTH-1:0] ra = {{WIDTH{1'b0}}, a} - (one << log2(a));
  wire [2*WIDTH-1:0] rw = {{WIDTH{1'b0}}, w} - (one << log2(w));
  wire [2*WIDTH-1:0] unit = one << log2(a) << log2(w);
  wire [2*WIDTH-1:0] s = (ra << log2(w)) + (rw << log2(a));
  wire [2*WIDTH-1:0] p = a == 0 || w == 0 ? 0 : s < unit ? unit + s : s << 1;

  assign p_o = a_minus != w_minus ? -p : p;

endmodule

`default_nettype wire
