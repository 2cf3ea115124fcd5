// vmac_pparray: an 8 x 8 partial-product array with holes, summed as one carry-save tree
//
// Contract: combinational. p_o = sum of a[i] * w[j] * 2^(i+j) over the pairs with KEEP[8*j+i] = 1,
//   modulo 2^16. SIGNED = 1: operands are two's complement, so a pair with exactly one sign bit
//   counts negative; p_o is then a signed number.
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
  // 0: operands 0..255; 1: operands -128..127
  parameter integer SIGNED = 0,
  // the pairs that exist in hardware, bit 8*j+i for activation bit i and weight bit j
  parameter [63:0] KEEP = {64{1'b1}}
) (
  input  wire [7:0]  a_i,
  input  wire [7:0]  w_i,
  output wire [15:0] p_o
);

  // Kept pairs with exactly one sign bit.
  localparam [63:0] MINUS = SIGNED != 0 ? KEEP & 64'h7f80_8080_8080_8080 : 64'd0;

  // Sum of the -1 of all complemented pairs.
  function [15:0] minus_ones(input [63:0] minus);
    integer i, j;
    begin
      minus_ones = 16'd0;
      for (j = 0; j < 8; j = j + 1)
        for (i = 0; i < 8; i = i + 1)
          if (((minus >> (8 * j + i)) & 64'd1) != 64'd0)
            minus_ones = minus_ones - (16'd1 << (i + j));
    end
  endfunction

  localparam [15:0] ONES = minus_ones(MINUS);

  wire [127:0] row;

  genvar j;
  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    for (j = 0; j < 8; j = j + 1) begin : g_row
      wire [7:0] pair = ({8{w_i[j]}} & a_i & KEEP[8*j +: 8]) ^ MINUS[8*j +: 8];
      assign row[16*j +: 16] = {8'd0, pair} << j;
    end
  endgenerate

  assign p_o = row[15:0] + row[31:16] + row[47:32] + row[63:48]
             + row[79:64] + row[95:80] + row[111:96] + row[127:112] + ONES;

endmodule

`default_nettype wire
