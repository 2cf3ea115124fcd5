// ref_roba: the definition of RoBA
//
// Contract: combinational. p_o = R(A) W + R(W) A - R(A) R(W), R(x) the nearest power of two,
//   ties upward but R(3) = 2, R(0) = 0. SIGNED = 1: of the magnitudes.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_roba #(
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

  // R(x): x from 3 * 2^(e-2) to below 3 * 2^(e-1) goes to 2^e, and 3 to 2.
  function [2*WIDTH-1:0] r(input [WIDTH-1:0] x);
    integer e;
    begin
      r = x == 0 ? 0 : x == 1 ? 1 : 2;
      for (e = 2; e <= WIDTH; e = e + 1)
        if (x > 3 && x >= 3 << (e - 2)) r = 1 << e;
    end
  endfunction

  wire [2*WIDTH-1:0] ra = r(a), rw = r(w);
  reg [2*WIDTH-1:0] p;
  integer i;
  always @* begin
    p = {(2 * WIDTH){1'b0}};
    for (i = 0; i <= WIDTH; i = i + 1) begin
      if (ra[i]) p = p + ({{WIDTH{1'b0}}, w} << i);
      if (rw[i]) p = p + ({{WIDTH{1'b0}}, a} << i);
      if (rw[i]) p = p - (ra << i);
    end
  end

  assign p_o = a_minus != w_minus ? -p : p;

endmodule

`default_nettype wire
