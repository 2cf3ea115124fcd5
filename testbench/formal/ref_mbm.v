// ref_mbm: the definition of the minimally biased logarithmic product
//
// Contract: combinational. Mitchell's product (ref_mitchell)
//   plus floor(c 2^(k+l) / 2^Q), c = round(2^Q / 12), at most the largest product; 0 where A or W
//   is. SIGNED = 1: of the magnitudes.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_mbm #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8,
  parameter integer Q = 6
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

  localparam [2*WIDTH+Q:0] C = ((1 << Q) + 6) / 12;
  localparam [2*WIDTH+Q:0] LARGEST = {(2*WIDTH+Q+1){1'b1}} >> (SIGNED != 0 ? Q + 2 : Q + 1);

  wire [2*WIDTH-1:0] mitchell;
  ref_mitchell #(.WIDTH(WIDTH)) u_mitchell (.a_i(a), .w_i(w), .p_o(mitchell));
  wire [2*WIDTH+Q:0] sum = {{(Q + 1){1'b0}}, mitchell} + ((C << log2(a) << log2(w)) >> Q);
  wire [2*WIDTH-1:0] p = a == 0 || w == 0 ? {(2 * WIDTH){1'b0}}
                         : sum < LARGEST ? sum[2*WIDTH-1:0] : LARGEST[2*WIDTH-1:0];

  assign p_o = a_minus != w_minus ? -p : p;

endmodule

`default_nettype wire
