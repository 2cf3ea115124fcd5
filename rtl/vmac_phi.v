// vmac_phi: what one plane of phi has for the activations of all rows
//
// Contract: a row's x_o is the low WIDTH bits of the table's entry for its a_i, in the same cycle.
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

  // A memory, which synthesis makes a tree of multiplexers; a slice of TABLE at a variable place
  // would be a shifter of 2048 bits, which takes yosys 30 times the memory. Turned around, and read
  // at the inverted activation: yosys would else move the registers that hold activations behind
  // the table, and keep those that PEs need too.
  reg [WIDTH-1:0] entry [0:255];

  integer n;
  initial
    for (n = 0; n < 256; n = n + 1)
      entry[n] = TABLE[8*(255-n) +: WIDTH];

  genvar r;
  generate
    for (r = 0; r < ROWS; r = r + 1) begin : g_row
      assign x_o[WIDTH*r +: WIDTH] = entry[~a_i[8*r +: 8]];
    end

    if (WIDTH < 1 || WIDTH > 8) begin : g_width
      error_WIDTH_must_be_1_to_8 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
