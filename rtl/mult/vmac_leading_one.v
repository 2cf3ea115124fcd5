// vmac_leading_one: where the highest 1 of an unsigned number is
//
// Contract: combinational. onehot_o has that one bit of x_i, position_o is its number;
//   x_i = 0: both are 0 and zero_o = 1.
// Not: the shift that normalises x_i.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_leading_one #(
  // bits of the number, 1..16
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0] x_i,
  output wire [WIDTH-1:0] onehot_o,
  output wire [3:0]       position_o,
  output wire             zero_o
);

  // The bits of x with no 1 above them; at most one is 1.
  function [WIDTH-1:0] leading(input [WIDTH-1:0] x);
    integer i;
    for (i = 0; i < WIDTH; i = i + 1)
      leading[i] = x[i] & ~|(x >> i >> 1);
  endfunction

  function [3:0] encoded(input [WIDTH-1:0] onehot);
    integer i;
    begin
      encoded = 4'd0;
      for (i = 1; i < WIDTH; i = i + 1)
        encoded = encoded | ({4{onehot[i]}} & i[3:0]);
    end
  endfunction

  assign onehot_o   = leading(x_i);
  assign position_o = encoded(onehot_o);
  assign zero_o     = ~|x_i;

  generate
    if (WIDTH < 1 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_1_to_16 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
