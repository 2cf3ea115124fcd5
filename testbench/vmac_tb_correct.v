// vmac_tb_correct: vmac_correct with one sum of X, without V, with eight planes, and with c0 alone,
// on the same inputs; the one sum is plane 0; and vmac_correct_tile of both classes, on their low
// bits, and without X
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_correct (
  input  wire         clk,
  input  wire         k_shift_i,
  input  wire [31:0]  c0_i,
  input  wire [143:0] c_i,
  input  wire [31:0]  bias_i,
  input  wire         take_i,
  input  wire [1:0]   valid_i,
  input  wire [31:0]  acc_i,
  input  wire [23:0]  sum_a_i,
  input  wire [191:0] sum_x_i,
  output wire [31:0]  c0_o,
  output wire [17:0]  c_o,
  output wire [31:0]  bias_o,
  output wire [31:0]  plain_bias_o,
  output wire [31:0]  planes_c0_o,
  output wire [143:0] planes_c_o,
  output wire [31:0]  planes_bias_o,
  output wire [31:0]  acc_o,
  output wire [31:0]  plain_acc_o,
  output wire [31:0]  planes_acc_o,
  output wire [37:0]  tile_k_o,
  output wire [143:0] tile_c_o,
  output wire [37:0]  tile_u_o,
  output wire [37:0]  tile_s_o,
  output wire [31:0]  constant_c0_o,
  output wire [31:0]  constant_bias_o,
  output wire [31:0]  constant_acc_o,
  output wire [37:0]  tile_constant_k_o,
  output wire [37:0]  tile_constant_o,
  // what the units without X say of c_i
  output wire [35:0]  no_c_o
);

  wire [49:0] unused_k;

  vmac_correct #(.A_W(24), .X_W(24), .OPT_CORRECTION(1)) u_full (
    .clk(clk), .k_shift_i(k_shift_i), .k_c0_i(c0_i), .k_c_i(c_i[17:0]),
    .k_bias_i(bias_i),
    .k_c0_o(c0_o), .k_c_o(c_o), .k_bias_o(bias_o), .take_i(take_i), .valid_i(valid_i),
    .acc_i(acc_i), .sum_a_i(sum_a_i), .sum_x_i(sum_x_i[23:0]), .acc_o(acc_o));

  vmac_correct #(.A_W(24), .X_W(24), .OPT_CORRECTION(0)) u_plain (
    .clk(clk), .k_shift_i(k_shift_i), .k_c0_i(c0_i), .k_c_i(c_i[17:0]),
    .k_bias_i(bias_i),
    .k_c0_o(unused_k[49:18]), .k_c_o(unused_k[17:0]),
    .k_bias_o(plain_bias_o), .take_i(take_i), .valid_i(valid_i), .acc_i(acc_i),
    .sum_a_i(sum_a_i), .sum_x_i(sum_x_i[23:0]), .acc_o(plain_acc_o));

  // As wide as the unit has them: 16 bits. The bench's 24 bits per plane are cut.
  wire [127:0] low;
  genvar p;
  generate
    for (p = 0; p < 8; p = p + 1) begin : g_low
      wire unused_high = ^sum_x_i[24*p+16 +: 8];
      assign low[16*p +: 16] = sum_x_i[24*p +: 16];
    end
  endgenerate

  vmac_correct #(.A_W(24), .X_W(16), .PLANES(8), .OPT_CORRECTION(2)) u_planes (
    .clk(clk), .k_shift_i(k_shift_i), .k_c0_i(c0_i), .k_c_i(c_i),
    .k_bias_i(bias_i),
    .k_c0_o(planes_c0_o), .k_c_o(planes_c_o),
    .k_bias_o(planes_bias_o), .take_i(take_i), .valid_i(valid_i),
    .acc_i(acc_i), .sum_a_i(sum_a_i), .sum_x_i(low), .acc_o(planes_acc_o));

  wire [111:0] side_x;
  generate
    for (p = 0; p < 8; p = p + 1) begin : g_side
      assign side_x[14*p +: 14] = sum_x_i[24*p +: 14];
    end
  endgenerate
  wire [37:0]  k = {bias_i, 6'd0} + {{6{c0_i[31]}}, c0_i};
  wire [37:0]  unused_tile_k;
  wire [17:0]  unused_tile_c;

  // as wide as of 64 rows
  vmac_correct_tile #(.SIGNED(0), .PSUM_W(22), .SIDE_W(14), .XSUM_W(14), .PLANES(8)) u_tile (
    .clk(clk), .k_shift_i(k_shift_i), .k_i(k), .k_c_i(c_i), .k_o(tile_k_o), .k_c_o(tile_c_o),
    .take_i(take_i), .valid_i(valid_i), .ps_i(acc_i[21:0]), .sum_a_i(sum_a_i[13:0]),
    .sum_x_i(side_x), .sum_o(tile_u_o));

  vmac_correct_tile #(.SIGNED(1), .PSUM_W(22), .SIDE_W(14), .XSUM_W(14), .PLANES(1)) u_signed (
    .clk(clk), .k_shift_i(k_shift_i), .k_i(k), .k_c_i(c_i[17:0]), .k_o(unused_tile_k),
    .k_c_o(unused_tile_c), .take_i(take_i), .valid_i(valid_i), .ps_i(acc_i[21:0]),
    .sum_a_i(14'd0), .sum_x_i(side_x[13:0]), .sum_o(tile_s_o));

  vmac_correct #(.A_W(24), .X_W(0), .OPT_CORRECTION(1)) u_constant (
    .clk(clk), .k_shift_i(k_shift_i), .k_c0_i(c0_i), .k_c_i(c_i[17:0]),
    .k_bias_i(bias_i),
    .k_c0_o(constant_c0_o), .k_c_o(no_c_o[17:0]), .k_bias_o(constant_bias_o), .take_i(take_i),
    .valid_i(valid_i), .acc_i(acc_i), .sum_a_i(sum_a_i), .sum_x_i(sum_x_i[0]),
    .acc_o(constant_acc_o));

  vmac_correct_tile #(.SIGNED(0), .PSUM_W(22), .SIDE_W(14), .XSUM_W(0)) u_tile_constant (
    .clk(clk), .k_shift_i(k_shift_i), .k_i(k), .k_c_i(c_i[17:0]), .k_o(tile_constant_k_o),
    .k_c_o(no_c_o[35:18]), .take_i(take_i), .valid_i(valid_i), .ps_i(acc_i[21:0]),
    .sum_a_i(sum_a_i[13:0]), .sum_x_i(sum_x_i[0]), .sum_o(tile_constant_o));

endmodule

`default_nettype wire
