// vmac_mult_truncated_const: the product without its T lowest columns, plus a constant for them
//
// Contract: combinational. p_o = vmac_mult_truncated's product + K, K = the mean of what is
//   dropped, over uniform bits, rounded half up to a multiple of 2^T; K is added at A = W = 0 too.
// Not: the correction of the mean error on real operands; vmac_side and vmac_correct do that.
// Paper: Schulte and Swartzlander, VLSI Signal Processing VI 1993: truncation with a correction
//   constant. A pair of uniform bits is 1 one time in four. Theirs also covers the rounding of a
//   product cut to WIDTH bits; here all 2 * WIDTH stay, and K is for the dropped columns alone.
// Registry: classes u,s; widths 4..16; params t=1..w
// Registry: low_u max(0,t+1-w):max(0,t+1-w):t; low_s 0:0:min(t,w-1)
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_truncated_const #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // dropped low columns, 1..WIDTH
  parameter integer T = 2
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // The pairs (activation bit i, weight bit j) that exist in hardware; see vmac_pparray.
  function [WIDTH*WIDTH-1:0] kept(input integer t, input integer is_signed);
    integer i, j;
    begin
      kept = {(WIDTH * WIDTH){1'b0}};
      for (j = 0; j < WIDTH; j = j + 1)
        for (i = 0; i < WIDTH; i = i + 1)
          if (i + j >= t || (is_signed != 0 && (i == WIDTH - 1 || j == WIDTH - 1)))
            kept[WIDTH*j+i] = 1'b1;
    end
  endfunction

  // A quarter of what all dropped pairs weigh, to the nearest multiple of 2^t.
  function integer mean(input [WIDTH*WIDTH-1:0] keep, input integer t);
    integer i, j, weight;
    begin
      weight = 0;
      for (j = 0; j < WIDTH; j = j + 1)
        for (i = 0; i < WIDTH; i = i + 1)
          if (!keep[WIDTH*j+i])
            weight = weight + (1 << (i + j));
      mean = ((weight + (2 << t)) >> (t + 2)) << t;
    end
  endfunction

  localparam [WIDTH*WIDTH-1:0] KEEP = kept(T, SIGNED);
  localparam [31:0] MEAN = mean(KEEP, T);

  generate
    if (T < 1 || T > WIDTH) begin : g_range
      error_T_must_be_1_to_WIDTH u_err ();
    end
  endgenerate

  wire [2*WIDTH-1:0] sum;

  vmac_pparray #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .KEEP(KEEP)
  ) u_pparray (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(sum)
  );

  // yosys makes the addition a part of vmac_pparray's; the constant has no adder of its own.
  assign p_o = sum + MEAN[2*WIDTH-1:0];

endmodule

`default_nettype wire
