// vmac_mult_or_columns: the product with each of its T lowest columns replaced by its OR
//
// Contract: combinational. p_o = sum of a[i] * w[j] * 2^(i+j) over i + j >= T, and 2^c for each
//   column c < T where a pair i + j = c is 1; T = 0 is exact. SIGNED = 1: only pairs of two
//   magnitude bits (i, j < WIDTH - 1) are dropped and enter the ORs, the sign rows stay whole.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Registry: classes u,s; widths 4..16; params t=0..2w-1
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_or_columns #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // low columns that are ORs, 0..2*WIDTH-1
  parameter integer T = 2
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  localparam integer COLS = 2 * WIDTH;

  // The pairs (activation bit i, weight bit j) that are summed; see vmac_pparray.
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

  localparam [WIDTH*WIDTH-1:0] KEEP = kept(T, SIGNED);

  // ORs of the other pairs, column by column, over the weight bits 0..j.
  genvar j;
  generate
    if (T < 0 || T > 2 * WIDTH - 1) begin : g_range
      error_T_must_be_below_2_WIDTH u_err ();
    end
    for (j = 0; j < WIDTH; j = j + 1) begin : g_row
      wire [WIDTH-1:0] pair = {WIDTH{w_i[j]}} & a_i & ~KEEP[WIDTH*j +: WIDTH];
      wire [COLS-1:0] row = {{WIDTH{1'b0}}, pair} << j;
      wire [COLS-1:0] ors;
      if (j == 0) begin : g_first
        assign ors = row;
      end else begin : g_next
        assign ors = g_row[j-1].ors | row;
      end
    end
  endgenerate

  wire [COLS-1:0] sum;

  vmac_pparray #(
    .SIGNED(SIGNED),
    .WIDTH(WIDTH),
    .KEEP(KEEP)
  ) u_pparray (
    .a_i(a_i),
    .w_i(w_i),
    .p_o(sum)
  );

  // yosys makes the addition a part of vmac_pparray's: one row more, not one adder more.
  assign p_o = sum + g_row[WIDTH-1].ors;

endmodule

`default_nettype wire
