// vmac_tb_fifo: queues of 2, 3, 17 and 1024 places, each with its own source and sink
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_fifo (
  input  wire        clk,
  input  wire        rst,
  // queue i at bit i, at [16*i +: 16]
  input  wire [3:0]  in_valid_i,
  output wire [3:0]  in_ready_o,
  input  wire [63:0] in_data_i,
  output wire [3:0]  out_valid_o,
  input  wire [3:0]  out_ready_i,
  output wire [63:0] out_data_o,
  output wire [63:0] count_o
);

  genvar i;
  generate
    for (i = 0; i < 4; i = i + 1) begin : g_queue
      localparam integer DEPTH = i == 0 ? 2 : i == 1 ? 3 : i == 2 ? 17 : 1024;
      wire [$clog2(DEPTH+1)-1:0] count;

      vmac_fifo #(.WIDTH(16), .DEPTH(DEPTH)) u_fifo (
        .clk(clk), .rst(rst), .in_valid_i(in_valid_i[i]), .in_ready_o(in_ready_o[i]),
        .in_data_i(in_data_i[16*i +: 16]), .out_valid_o(out_valid_o[i]),
        .out_ready_i(out_ready_i[i]), .out_data_o(out_data_o[16*i +: 16]), .count_o(count));

      vmac_axis_check #(.WIDTH(16)) u_in (
        .clk(clk), .rst(rst), .tdata(in_data_i[16*i +: 16]), .tvalid(in_valid_i[i]),
        .tready(in_ready_o[i]), .tlast(1'b0));
      vmac_axis_check #(.WIDTH(16)) u_out (
        .clk(clk), .rst(rst), .tdata(out_data_o[16*i +: 16]), .tvalid(out_valid_o[i]),
        .tready(out_ready_i[i]), .tlast(1'b0));

      assign count_o[16*i +: 16] = {{(16 - $clog2(DEPTH + 1)){1'b0}}, count};
    end
  endgenerate

endmodule

`default_nettype wire
