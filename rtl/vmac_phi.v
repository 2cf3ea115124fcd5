// vmac_phi: what one plane of phi has for the activations of all rows
//
// Contract: a row's x_o is the low WIDTH bits of the table's entry for its a_i, in the same cycle.
//   Multiplexers of constants, no memory: what an `initial` writes into one is not there for every
//   synthesis tool.
// Not: the sum over the rows (vmac_side).
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_phi #(
  parameter integer ROWS = 16,
  // bits of an entry, 1..8
  parameter integer WIDTH = 8,
  // the entry for activation a at [8*a +: 8]
  parameter [2047:0] TABLE = 2048'd0
) (
  // row r at [8*r +: 8] and [WIDTH*r +: WIDTH]
  input  wire [8*ROWS-1:0]     a_i,
  output wire [WIDTH*ROWS-1:0] x_o
);

  // A refused WIDTH must not stop tools with less to say.
  localparam integer BITS = WIDTH < 1 || WIDTH > 8 ? 1 : WIDTH;

  // Entries of the even or the odd activations, their other bits turned around: each next bit then
  // has the choice of the upper or the lower half. A slice of TABLE at a variable place would be a
  // shifter of 2048 bits, which takes yosys ten times the memory.
  function [128*BITS-1:0] entries(input odd);
    integer n;
    for (n = 0; n < 128; n = n + 1)
      entries[BITS*n +: BITS] =
        TABLE[8*{n[0], n[1], n[2], n[3], n[4], n[5], n[6], odd} +: BITS];
  endfunction

  localparam [128*BITS-1:0] EVEN = entries(1'b0);
  localparam [128*BITS-1:0] ODD  = entries(1'b1);

  // From the lowest bit up: entries of neighbours are alike, and so share gates. Bit 0 chooses
  // without multiplexers, for between constants it is a constant, itself or its inverse.
  genvar r, b;
  generate
    if (WIDTH < 1 || WIDTH > 8) begin : g_width
      error_WIDTH_must_be_1_to_8 u_err ();
    end else begin : g_table
      for (r = 0; r < ROWS; r = r + 1) begin : g_row
        for (b = 0; b < 8; b = b + 1) begin : g_bit
          localparam integer LEFT = BITS * (128 >> b);
          wire [LEFT-1:0] left;
          if (b == 0) begin : g_constants
            assign left = EVEN ^ ({LEFT{a_i[8*r]}} & (EVEN ^ ODD));
          end else begin : g_halves
            assign left = a_i[8*r+b] ? g_bit[b-1].left[2*LEFT-1:LEFT] : g_bit[b-1].left[LEFT-1:0];
          end
        end
        assign x_o[WIDTH*r +: WIDTH] = g_bit[7].left;
      end
    end
  endgenerate

endmodule

`default_nettype wire
