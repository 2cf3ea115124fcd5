// ref_rows: the reference of every cell that sums rows: W's bits times parts of A
//
// Contract: combinational. p_o = sum of w[j] * (A and MASK_j) * 2^j; SIGNED = 1: two's complement,
//   so A's top bit and W's top bit weigh negative.
// Not: anything a cell is made of. Rows are words and are negated as words; the cells' arrays know
//   pairs of bits and Baugh-Wooley's constants.
//
// Each row is lifted by a constant that keeps it from falling below 0, and the constants are taken
// off at the end. That changes no product, but then the sums of the first rows agree with those of
// an array that is summed row by row, and the prover finds such halfway points by itself: 16-bit
// proofs end within seconds where without it they did not within minutes.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_rows #(
  parameter integer SIGNED = 0,
  parameter integer WIDTH = 8,
  // the bits of A that row j takes, bit WIDTH*j+i
  parameter [WIDTH*WIDTH-1:0] MASKS = {(WIDTH * WIDTH){1'b1}}
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output reg  [2*WIDTH-1:0] p_o
);

  localparam [WIDTH-1:0] SIGN = SIGNED != 0 ? {1'b1, {(WIDTH - 1){1'b0}}} : {WIDTH{1'b0}};

  integer j;
  reg [WIDTH-1:0] part;
  reg [2*WIDTH-1:0] row, lift, lifts;
  always @* begin
    p_o = {(2 * WIDTH){1'b0}};
    lifts = {(2 * WIDTH){1'b0}};
    for (j = 0; j < WIDTH; j = j + 1) begin
      part = MASKS[WIDTH*j +: WIDTH];
      row = {{WIDTH{1'b0}}, a_i & part & ~SIGN} - {{WIDTH{1'b0}}, a_i & part & SIGN};
      lift = {{WIDTH{1'b0}}, part & SIGN};
      if (SIGNED != 0 && j == WIDTH - 1) begin
        row = -row;
        lift = {{WIDTH{1'b0}}, part & ~SIGN};
      end
      if (!w_i[j]) row = {(2 * WIDTH){1'b0}};
      p_o = p_o + ((row + lift) << j);
      lifts = lifts + (lift << j);
    end
    p_o = p_o - lifts;
  end

endmodule

`default_nettype wire
