// vmac_mult_ppab: the product without low bits of both operands and without low columns
//
// Contract: combinational. p_o = sum of a[i] * w[j] * 2^(i+j) over i >= PA, j >= PB and i + j >= T;
//   PA = PB = T = 0 is exact. SIGNED = 1: columns lose only pairs of two magnitude bits
//   (i, j < WIDTH - 1); cleared operand bits lose all.
//   (0, 0, T) is vmac_mult_truncated, (M, 0, 0) vmac_mult_perforated.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Registry: classes u,s; widths 4..16; params pa=0..w-1,pb=0..w-1,t=0..2w-1
// Registry: low_u max(pa,t+1-w):max(pb,t+1-w):max(t,pa+pb)
// Registry: low_s pa:pb:min(max(t,pa+pb),w-1+pa,w-1+pb)
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_ppab #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // cleared low activation bits, 0..WIDTH-1
  parameter integer PA = 1,
  // cleared low weight bits, 0..WIDTH-1
  parameter integer PB = 1,
  // dropped low columns, 0..2*WIDTH-1
  parameter integer T = 0
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // The pairs (activation bit i, weight bit j) that exist in hardware; see vmac_pparray.
  function [WIDTH*WIDTH-1:0] kept(input integer pa, input integer pb, input integer t,
                                  input integer is_signed);
    integer i, j;
    begin
      kept = {(WIDTH * WIDTH){1'b0}};
      for (j = pb; j < WIDTH; j = j + 1)
        for (i = pa; i < WIDTH; i = i + 1)
          if (i + j >= t || (is_signed != 0 && (i == WIDTH - 1 || j == WIDTH - 1)))
            kept[WIDTH*j+i] = 1'b1;
    end
  endfunction

  generate
    if (PA < 0 || PA > WIDTH - 1) begin : g_activation
      error_PA_must_be_below_WIDTH u_err ();
    end
    if (PB < 0 || PB > WIDTH - 1) begin : g_weight
      error_PB_must_be_below_WIDTH u_err ();
    end
    if (T < 0 || T > 2 * WIDTH - 1) begin : g_columns
      error_T_must_be_below_2_WIDTH u_err ();
    end
  endgenerate

  vmac_pparray #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .KEEP(kept(PA, PB, T, SIGNED))
  ) u_pparray (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(p_o)
  );

endmodule

`default_nettype wire
