// vmac_tb_requant: vmac_requant to int8 and to 32 bits, and with narrower values shifted left
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_requant (
  input  wire        clk,
  input  wire        rst,
  input  wire        single_i,
  input  wire [7:0]  zero_i,
  input  wire [7:0]  min_i,
  input  wire [7:0]  max_i,
  input  wire        valid_i,
  input  wire [30:0] mult_i,
  input  wire [5:0]  shift_i,
  input  wire [31:0] acc_i,
  output wire        valid_o,
  output wire [7:0]  int8_o,
  output wire [31:0] int32_o,
  output wire [31:0] add_o,
  output wire [7:0]  odd_o
);

  // The stages' valid bits, which the lanes' owner keeps.
  reg  [3:0] valid_q;
  wire [3:0] valid = {valid_q[2:0], valid_i};
  always @(posedge clk) valid_q <= rst ? 4'd0 : valid;
  assign valid_o = valid_q[3];

  vmac_requant #(.IN_W(32), .LEFT(0), .OUT8(1)) u_int8 (
    .clk(clk), .single_i(single_i), .zero_i(zero_i), .min_i(min_i), .max_i(max_i),
    .valid_i(valid), .mult_i(mult_i), .shift_i(shift_i), .acc_i(acc_i), .q_o(int8_o));

  vmac_requant #(.IN_W(32), .LEFT(0), .OUT8(0)) u_int32 (
    .clk(clk), .single_i(single_i), .zero_i(zero_i), .min_i(min_i), .max_i(max_i),
    .valid_i(valid), .mult_i(mult_i), .shift_i(shift_i), .acc_i(acc_i), .q_o(int32_o));

  vmac_requant #(.IN_W(9), .LEFT(20), .OUT8(0)) u_add (
    .clk(clk), .single_i(single_i), .zero_i(zero_i), .min_i(min_i), .max_i(max_i),
    .valid_i(valid), .mult_i(mult_i), .shift_i(shift_i), .acc_i(acc_i[8:0]), .q_o(add_o));

  vmac_requant #(.IN_W(19), .LEFT(7), .OUT8(1)) u_odd (
    .clk(clk), .single_i(single_i), .zero_i(zero_i), .min_i(min_i), .max_i(max_i),
    .valid_i(valid), .mult_i(mult_i), .shift_i(shift_i), .acc_i(acc_i[18:0]), .q_o(odd_o));

endmodule

`default_nettype wire
