// vmac_tb_skew: vmac_skew in both directions, and vmac_delay's four forms
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_skew (
  input  wire        clk,
  input  wire [63:0] data_i,
  output wire [63:0] up_o,
  output wire [63:0] down_o,
  output wire [63:0] both_o,
  output wire [7:0]  wire_o,
  output wire [7:0]  one_o,
  output wire [7:0]  long_o,
  output wire [1:0]  line_o
);

  vmac_skew #(.LANES(8), .WIDTH(8), .DESCEND(0)) u_up (
    .clk(clk), .data_i(data_i), .data_o(up_o));
  vmac_skew #(.LANES(8), .WIDTH(8), .DESCEND(1)) u_down (
    .clk(clk), .data_i(data_i), .data_o(down_o));
  vmac_skew #(.LANES(8), .WIDTH(8), .DESCEND(1)) u_both (
    .clk(clk), .data_i(up_o), .data_o(both_o));

  vmac_delay #(.DEPTH(0), .WIDTH(8)) u_wire (
    .clk(clk), .data_i(data_i[7:0]), .data_o(wire_o));
  vmac_delay #(.DEPTH(1), .WIDTH(8)) u_one (
    .clk(clk), .data_i(data_i[7:0]), .data_o(one_o));
  vmac_delay #(.DEPTH(13), .WIDTH(8)) u_long (
    .clk(clk), .data_i(data_i[7:0]), .data_o(long_o));
  vmac_delay #(.DEPTH(13), .WIDTH(2)) u_line (
    .clk(clk), .data_i(data_i[1:0]), .data_o(line_o));

endmodule

`default_nettype wire
