// vmac_pparray: a partial-product array with holes, summed as one carry-save tree
//
// Contract: combinational. p_o = sum of a[i] * w[j] * 2^(i+j) over the pairs with
//   KEEP[WIDTH*j+i] = 1, modulo 4^WIDTH. SIGNED = 1: operands are two's complement, so a pair with
//   exactly one sign bit counts negative; p_o is then a signed number.
// Not: rounding, error compensation, or a final correction of what the holes lose.
// Paper: Baugh and Wooley, IEEE Trans. Computers 1973, for the sign rows: -x = (not x) - 1, so a
//   negative pair enters complemented, and all the -1 are one constant. A hole takes its -1 along.
//
// The rows are added in one expression on purpose: yosys merges it into one $macc and reduces it
// by columns (full adders, one final carry chain); constant zeros cost nothing.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_pparray #(
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

  localparam integer PAIRS = WIDTH * WIDTH;
  localparam integer TOP = WIDTH - 1;

  // Kept pairs with exactly one sign bit.
  function [PAIRS-1:0] minus_pairs(input [PAIRS-1:0] keep);
    integer i, j;
    begin
      minus_pairs = {PAIRS{1'b0}};
      for (j = 0; j < WIDTH; j = j + 1)
        for (i = 0; i < WIDTH; i = i + 1)
          if (SIGNED != 0 && (i == TOP) != (j == TOP))
            minus_pairs[WIDTH*j+i] = keep[WIDTH*j+i];
    end
  endfunction

  localparam [PAIRS-1:0] MINUS = minus_pairs(KEEP);

  // Sum of the -1 of all complemented pairs.
  function [2*WIDTH-1:0] minus_ones(input [PAIRS-1:0] minus);
    integer i, j;
    begin
      minus_ones = {(2 * WIDTH){1'b0}};
      for (j = 0; j < WIDTH; j = j + 1)
        for (i = 0; i < WIDTH; i = i + 1)
          if (minus[WIDTH*j+i])
            minus_ones = minus_ones - ({{(2 * WIDTH - 1){1'b0}}, 1'b1} << (i + j));
    end
  endfunction

  localparam [2*WIDTH-1:0] ONES = minus_ones(MINUS);

  // Row j of the array; rows that do not exist are 0.
  wire [32*WIDTH-1:0] row;

  genvar j;
  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
    for (j = 0; j < 16; j = j + 1) begin : g_row
      if (j < WIDTH) begin : g_real
        wire [WIDTH-1:0] pair =
          ({WIDTH{w_i[j]}} & a_i & KEEP[WIDTH*j +: WIDTH]) ^ MINUS[WIDTH*j +: WIDTH];
        assign row[2*WIDTH*j +: 2*WIDTH] = {{WIDTH{1'b0}}, pair} << j;
      end else begin : g_none
        assign row[2*WIDTH*j +: 2*WIDTH] = {(2 * WIDTH){1'b0}};
      end
    end
  endgenerate

  assign p_o = row[0*WIDTH +: 2*WIDTH] + row[2*WIDTH +: 2*WIDTH]
             + row[4*WIDTH +: 2*WIDTH] + row[6*WIDTH +: 2*WIDTH]
             + row[8*WIDTH +: 2*WIDTH] + row[10*WIDTH +: 2*WIDTH]
             + row[12*WIDTH +: 2*WIDTH] + row[14*WIDTH +: 2*WIDTH]
             + row[16*WIDTH +: 2*WIDTH] + row[18*WIDTH +: 2*WIDTH]
             + row[20*WIDTH +: 2*WIDTH] + row[22*WIDTH +: 2*WIDTH]
             + row[24*WIDTH +: 2*WIDTH] + row[26*WIDTH +: 2*WIDTH]
             + row[28*WIDTH +: 2*WIDTH] + row[30*WIDTH +: 2*WIDTH] + ONES;

endmodule

`default_nettype wire
