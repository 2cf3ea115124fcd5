// vmac_tb_stream_reg: the stream register between two checkers, for words of 1 and 16 bits
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_stream_reg (
  input  wire        clk,
  input  wire        rst,
  // the narrow one has bit 1, and at data the upper half's lowest bit
  input  wire [1:0]  in_valid_i,
  output wire [1:0]  in_ready_o,
  input  wire [31:0] in_data_i,
  output wire [1:0]  out_valid_o,
  input  wire [1:0]  out_ready_i,
  output wire [31:0] out_data_o
);

  genvar i;
  generate
    for (i = 0; i < 2; i = i + 1) begin : g_reg
      localparam integer WIDTH = i == 0 ? 16 : 1;

      vmac_stream_reg #(.WIDTH(WIDTH)) u_reg (
        .clk(clk), .rst(rst), .in_valid_i(in_valid_i[i]), .in_ready_o(in_ready_o[i]),
        .in_data_i(in_data_i[16*i +: WIDTH]), .out_valid_o(out_valid_o[i]),
        .out_ready_i(out_ready_i[i]), .out_data_o(out_data_o[16*i +: WIDTH]));

      vmac_axis_check #(.WIDTH(WIDTH)) u_in (
        .clk(clk), .rst(rst), .tdata(in_data_i[16*i +: WIDTH]), .tvalid(in_valid_i[i]),
        .tready(in_ready_o[i]), .tlast(1'b0));
      vmac_axis_check #(.WIDTH(WIDTH)) u_out (
        .clk(clk), .rst(rst), .tdata(out_data_o[16*i +: WIDTH]), .tvalid(out_valid_o[i]),
        .tready(out_ready_i[i]), .tlast(1'b0));
    end
  endgenerate

  assign out_data_o[31:17] = 15'd0;
  wire unused_bits = ^in_data_i[31:17];

endmodule

`default_nettype wire
