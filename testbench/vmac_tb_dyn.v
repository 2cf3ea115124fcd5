// vmac_tb_dyn: vmac_mult_dyn of both classes on the same mode and operands
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_dyn (
  input  wire [3:0]  mode_i,
  input  wire [7:0]  a_i,
  input  wire [7:0]  w_i,
  output wire [15:0] unsigned_o,
  output wire [15:0] signed_o
);

  vmac_mult_dyn #(.SIGNED(0), .WIDTH(8)) u_unsigned (
    .mode_i(mode_i), .a_i(a_i), .w_i(w_i), .p_o(unsigned_o));

  vmac_mult_dyn #(.SIGNED(1), .WIDTH(8)) u_signed (
    .mode_i(mode_i), .a_i(a_i), .w_i(w_i), .p_o(signed_o));

endmodule

`default_nettype wire
