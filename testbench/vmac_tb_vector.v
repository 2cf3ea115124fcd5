// vmac_tb_vector: vmac_vector, eight lanes
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_vector (
  input  wire         clk,
  input  wire         rst,
  input  wire [1:0]   kind_i,
  input  wire [31:0]  bias_i,
  input  wire [7:0]   za_i,
  input  wire [7:0]   zb_i,
  input  wire [30:0]  mult_b_i,
  input  wire [5:0]   shift_b_i,
  input  wire         single_i,
  input  wire         valid_i,
  input  wire         first_i,
  input  wire         last_i,
  input  wire [63:0]  a_i,
  input  wire [63:0]  b_i,
  output wire         valid_o,
  output wire [255:0] acc_o
);

  vmac_vector #(.LANES(8)) u_vector (
    .clk(clk), .rst(rst), .kind_i(kind_i), .bias_i(bias_i), .za_i(za_i), .zb_i(zb_i),
    .mult_b_i(mult_b_i), .shift_b_i(shift_b_i), .single_i(single_i), .valid_i(valid_i),
    .first_i(first_i), .last_i(last_i), .a_i(a_i), .b_i(b_i), .valid_o(valid_o), .acc_o(acc_o));

endmodule

`default_nettype wire
