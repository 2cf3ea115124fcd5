// vmac_tb_accum: an unsigned and a signed accumulator lane on the same tokens
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_accum (
  input  wire        clk,
  input  wire        rst,
  input  wire        tok_valid_i,
  input  wire        tok_start_i,
  input  wire        tok_first_i,
  input  wire        tok_last_i,
  input  wire [3:0]  tok_addr_i,
  input  wire [19:0] ps_i,
  // lane 0 is unsigned, lane 1 signed: {valid, start, first, last, addr} of the token
  output wire [7:0]  tok0_o,
  output wire [7:0]  tok1_o,
  output wire [1:0]  take_o,
  output wire [1:0]  valid_o,
  output wire [31:0] acc0_o,
  output wire [31:0] acc1_o
);

  vmac_accum #(.IN_W(20), .SIGNED(0), .ACC_W(32), .DEPTH(16)) u_lane0 (
    .clk(clk), .rst(rst), .tok_valid_i(tok_valid_i), .tok_start_i(tok_start_i),
    .tok_first_i(tok_first_i), .tok_last_i(tok_last_i), .tok_addr_i(tok_addr_i),
    .tok_valid_o(tok0_o[7]), .tok_start_o(tok0_o[6]), .tok_first_o(tok0_o[5]),
    .tok_last_o(tok0_o[4]), .tok_addr_o(tok0_o[3:0]), .ps_i(ps_i), .take_o(take_o[0]),
    .valid_o(valid_o[0]), .acc_o(acc0_o));

  vmac_accum #(.IN_W(20), .SIGNED(1), .ACC_W(32), .DEPTH(16)) u_lane1 (
    .clk(clk), .rst(rst), .tok_valid_i(tok_valid_i), .tok_start_i(tok_start_i),
    .tok_first_i(tok_first_i), .tok_last_i(tok_last_i), .tok_addr_i(tok_addr_i),
    .tok_valid_o(tok1_o[7]), .tok_start_o(tok1_o[6]), .tok_first_o(tok1_o[5]),
    .tok_last_o(tok1_o[4]), .tok_addr_o(tok1_o[3:0]), .ps_i(ps_i), .take_o(take_o[1]),
    .valid_o(valid_o[1]), .acc_o(acc1_o));

endmodule

`default_nettype wire
