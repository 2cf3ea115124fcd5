// vmac_mult_kulkarni: the product from 2 x 2 blocks that say 3 * 3 = 7
//
// Contract: combinational. p_o = sum over base-4 digits of block(a[d], w[e]) * 4^(d+e), the block
//   exact but for 3 * 3 = 7, which three bits hold; the sum is exact. An odd WIDTH has a zero on
//   top.
//   SIGNED = 1: of the magnitudes, negated where the signs differ.
// Not: the correction of the mean error; vmac_side and vmac_correct do that for all cells at once.
// Paper: Kulkarni, Gupta and Ercegovac, VLSI Design 2011. Theirs adds block by block; here all
//   blocks' bits go into one tree. Signed operands are our extension.
// Registry: classes u,s; widths 4..16
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_kulkarni #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  localparam integer DIGITS = (WIDTH + 1) / 2;
  localparam integer COLS = 4 * DIGITS;
  localparam integer ROWS = 2 * DIGITS;

  // A digit e of W has two rows: 2e the two low bits of its blocks, 2e+1 their high bits.
  function [ROWS*COLS-1:0] used(input integer digits);
    integer d, e;
    begin
      used = {(ROWS * COLS){1'b0}};
      for (e = 0; e < digits; e = e + 1)
        for (d = 0; d < digits; d = d + 1) begin
          used[COLS*2*e+2*(d+e) +: 2] = 2'b11;
          used[COLS*(2*e+1)+2*(d+e)+2] = 1'b1;
        end
    end
  endfunction

  // Magnitudes; the most negative number's, 2^(WIDTH-1), has WIDTH bits as well.
  wire a_minus = SIGNED != 0 && a_i[WIDTH-1];
  wire w_minus = SIGNED != 0 && w_i[WIDTH-1];
  wire [WIDTH-1:0] a_size, w_size;
  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_a (.negate_i(a_minus), .x_i(a_i), .x_o(a_size));
  vmac_magnitude #(.WIDTH(WIDTH)) u_abs_w (.negate_i(w_minus), .x_i(w_i), .x_o(w_size));

  wire [2*DIGITS-1:0] a, w;
  wire [ROWS*COLS-1:0] rows;

  genvar d, e;
  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
    if (WIDTH % 2 == 0) begin : g_even
      assign a = a_size;
      assign w = w_size;
    end else begin : g_odd
      assign a = {1'b0, a_size};
      assign w = {1'b0, w_size};
    end
    for (e = 0; e < DIGITS; e = e + 1) begin : g_weight
      wire [2*DIGITS-1:0] low, high;
      for (d = 0; d < DIGITS; d = d + 1) begin : g_block
        assign low[2*d] = a[2*d] & w[2*e];
        assign low[2*d+1] = (a[2*d+1] & w[2*e]) | (a[2*d] & w[2*e+1]);
        assign high[2*d] = a[2*d+1] & w[2*e+1];
        assign high[2*d+1] = 1'b0;
      end
      wire [COLS-1:0] low_row = {{(2 * DIGITS){1'b0}}, low} << 2 * e;
      wire [COLS-1:0] high_row = {{(2 * DIGITS){1'b0}}, high} << 2 * e + 2;
      assign rows[COLS*2*e +: 2*COLS] = {high_row, low_row};
    end
  endgenerate

  wire [COLS-1:0] sum;

  vmac_dadda #(
    .COLS(COLS),
    .ROWS(ROWS),
    .USED(used(DIGITS))
  ) u_dadda (
    .rows_i(rows),
    .sum_o(sum)
  );

  vmac_magnitude #(
    .WIDTH(2 * WIDTH)
  ) u_sign (
    .negate_i(a_minus ^ w_minus),
    .x_i(sum[2*WIDTH-1:0]),
    .x_o(p_o)
  );
  wire unused_bits = ^sum;

endmodule

`default_nettype wire
