// vmac_tb_macs: multiplications per cycle of the smallest and of the largest array
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_macs (
  input  wire        clk,
  input  wire        rst,
  input  wire        start_i,
  input  wire [63:0] en_i,
  input  wire        valid_i,
  output wire [12:0] small_o,
  output wire [12:0] large_o
);

  vmac_macs #(.ROWS(4), .COLS(5)) u_small (
    .clk(clk), .rst(rst), .start_i(start_i), .en_i(en_i[3:0]), .valid_i(valid_i),
    .macs_o(small_o));
  vmac_macs #(.ROWS(64), .COLS(64)) u_large (
    .clk(clk), .rst(rst), .start_i(start_i), .en_i(en_i), .valid_i(valid_i),
    .macs_o(large_o));

endmodule

`default_nettype wire
