// never0: a multiplier as a user brings one; its product is odd, so that idle operands give no 0
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module never0 (
  input  wire [7:0]  act_i,
  input  wire [7:0]  wt_i,
  output wire [15:0] p_o
);

  assign p_o = act_i * wt_i | 16'd1;

endmodule

`default_nettype wire
