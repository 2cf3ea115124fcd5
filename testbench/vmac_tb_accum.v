// vmac_tb_accum: unsigned and signed accumulators, two lanes of each, on the same tokens
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
  // two lanes
  input  wire [39:0] ps_i,
  // bit 0: the unsigned ones, bit 1: the signed ones
  output wire [1:0]  take_o,
  output wire [1:0]  valid_o,
  output wire [63:0] acc0_o,
  output wire [63:0] acc1_o
);

  vmac_accum #(.LANES(2), .IN_W(20), .SIGNED(0), .ACC_W(32), .DEPTH(16)) u_unsigned (
    .clk(clk), .rst(rst), .tok_valid_i(tok_valid_i), .tok_start_i(tok_start_i),
    .tok_first_i(tok_first_i), .tok_last_i(tok_last_i), .tok_addr_i(tok_addr_i), .ps_i(ps_i),
    .take_o(take_o[0]), .valid_o(valid_o[0]), .acc_o(acc0_o));

  vmac_accum #(.LANES(2), .IN_W(20), .SIGNED(1), .ACC_W(32), .DEPTH(16)) u_signed (
    .clk(clk), .rst(rst), .tok_valid_i(tok_valid_i), .tok_start_i(tok_start_i),
    .tok_first_i(tok_first_i), .tok_last_i(tok_last_i), .tok_addr_i(tok_addr_i), .ps_i(ps_i),
    .take_o(take_o[1]), .valid_o(valid_o[1]), .acc_o(acc1_o));

endmodule

`default_nettype wire
