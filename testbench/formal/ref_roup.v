// ref_roup: the definition of ROUP
//
// Contract: combinational. p_o = sum over the radix-4 digits j >= P of y_j(W) 4^j rnd(A, R - 2j),
//   where y_j = -2 w[2j+1] + w[2j] + w[2j-1] and rnd(A, t) = A rounded half up to 2^t.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module ref_roup #(
  parameter integer SIGNED = 1,
  parameter integer WIDTH = 8,
  parameter integer P = 0,
  parameter integer R = 0
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output reg  [2*WIDTH-1:0] p_o
);

  generate
    if (SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_1 u_err ();
    end
  endgenerate

  wire signed [2*WIDTH-1:0] a = {{WIDTH{a_i[WIDTH-1]}}, a_i};
  // An odd width's sign bit twice, and a 0 below the lowest bit.
  wire [WIDTH+1:0] w = {w_i[WIDTH-1], w_i, 1'b0};

  integer j;
  reg signed [2*WIDTH-1:0] rounded;
  always @* begin
    p_o = {(2 * WIDTH){1'b0}};
    for (j = P; j < (WIDTH + 1) / 2; j = j + 1) begin
      rounded = a;
      if (R > 2 * j) rounded = ((a + (1 << (R - 2 * j - 1))) >>> (R - 2 * j)) <<< (R - 2 * j);
      case (w[2*j +: 3])
        3'd1, 3'd2: p_o = p_o + (rounded << (2 * j));
        3'd3: p_o = p_o + (rounded << (2 * j + 1));
        3'd4: p_o = p_o - (rounded << (2 * j + 1));
        3'd5, 3'd6: p_o = p_o - (rounded << (2 * j));
        default: p_o = p_o;
      endcase
    end
  end

endmodule

`default_nettype wire
