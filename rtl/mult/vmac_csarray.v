// vmac_csarray: a partial-product array with holes, summed row by row in a carry-save array
//
// Contract: combinational. p_o = sum of a[i] * w[j] * 2^(i+j) over the pairs with KEEP[WIDTH*j+i] =
//   1, modulo 4^WIDTH; what vmac_pparray computes. Row j adds weight bit j: one adder cell per
//   activation bit, its sum goes straight down, its carry one column up, and below the last row one
//   ripple adder joins both. Where KEEP has holes the cells are missing: an adder with one constant
//   input is a half adder, with two it is a wire.
// Not: a tree; vmac_pparray and vmac_dadda are faster.
// Paper: Baugh and Wooley, IEEE Trans. Computers 1973, for the sign rows: -x = (not x) - 1, so a
//   negative pair enters complemented. All the -1 are one constant, which enters from above.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_csarray #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // the pairs that exist in hardware, bit WIDTH*j+i for activation bit i and weight bit j
  parameter [WIDTH*WIDTH-1:0] KEEP = {(WIDTH * WIDTH){1'b1}}
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  localparam integer TOP = WIDTH - 1;
  localparam integer COLS = 2 * WIDTH;

  // Kept pairs of row j with exactly one sign bit.
  function [WIDTH-1:0] minus_pairs(input integer j);
    integer i;
    begin
      for (i = 0; i < WIDTH; i = i + 1)
        minus_pairs[i] = SIGNED != 0 && (i == TOP) != (j == TOP) && KEEP[WIDTH*j+i];
    end
  endfunction

  // Sum of the -1 of all complemented pairs.
  function [COLS-1:0] minus_ones(input integer rows);
    integer j;
    begin
      minus_ones = {COLS{1'b0}};
      for (j = 0; j < rows; j = j + 1)
        minus_ones = minus_ones - ({{WIDTH{1'b0}}, minus_pairs(j)} << j);
    end
  endfunction

  // The last row: one full adder a column, the carry ripples; the last carry leaves the product.
  function [COLS-1:0] ripple(input [COLS-1:0] x, input [COLS-1:0] y);
    integer c;
    reg carry;
    begin
      carry = 1'b0;
      for (c = 0; c < COLS; c = c + 1) begin
        ripple[c] = x[c] ^ y[c] ^ carry;
        carry = (x[c] & y[c]) | (x[c] & carry) | (y[c] & carry);
      end
    end
  endfunction

  genvar j;
  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end

    // Sum and carry below row j. Outside its columns j..j+WIDTH-1 pair and carry are 0 and the sum
    // passes.
    for (j = 0; j < WIDTH; j = j + 1) begin : g_row
      localparam [WIDTH-1:0] MINUS = minus_pairs(j);
      wire [WIDTH-1:0] bits = ({WIDTH{w_i[j]}} & a_i & KEEP[WIDTH*j +: WIDTH]) ^ MINUS;
      wire [COLS-1:0] pair = {{WIDTH{1'b0}}, bits} << j;
      wire [COLS-1:0] sum_above, carry_above;
      if (j == 0) begin : g_first
        assign sum_above = minus_ones(WIDTH);
        assign carry_above = {COLS{1'b0}};
      end else begin : g_next
        assign sum_above = g_row[j-1].sum;
        assign carry_above = g_row[j-1].carry;
      end
      wire [COLS-1:0] sum = sum_above ^ carry_above ^ pair;
      wire [COLS-1:0] carry =
        ((sum_above & carry_above) | (sum_above & pair) | (carry_above & pair)) << 1;
    end
  endgenerate

  assign p_o = ripple(g_row[WIDTH-1].sum, g_row[WIDTH-1].carry);

endmodule

`default_nettype wire
