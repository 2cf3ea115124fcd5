// vmac_tb_results: the results' way out, for beats as wide as the columns and for wider ones
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_results (
  input  wire         clk,
  input  wire         rst,
  // instance i at bit i; results at [24*i +: 24], of which the second's has 16 bits
  input  wire [1:0]   in_valid_i,
  input  wire [1:0]   in_tlast_i,
  input  wire [47:0]  in_i,
  output wire [15:0]  count_o,
  output wire [1:0]   open_o,
  input  wire [1:0]   close_i,
  output wire [127:0] m_axis_tdata,
  output wire [1:0]   m_axis_tvalid,
  input  wire [1:0]   m_axis_tready,
  output wire [1:0]   m_axis_tlast
);

  genvar i;
  generate
    for (i = 0; i < 2; i = i + 1) begin : g_results
      localparam integer COLS      = i == 0 ? 3 : 2;
      localparam integer BEAT      = i == 0 ? 8 : 2;
      localparam integer OUT_DEPTH = i == 0 ? 48 : 5;
      wire [$clog2(OUT_DEPTH+1)-1:0] count;
      wire [8*BEAT-1:0]              beat;

      vmac_results #(.COLS(COLS), .BEAT(BEAT), .OUT_DEPTH(OUT_DEPTH)) u_results (
        .clk(clk), .rst(rst), .in_valid_i(in_valid_i[i]), .in_tlast_i(in_tlast_i[i]),
        .in_i(in_i[24*i +: 8*COLS]), .count_o(count), .open_o(open_o[i]), .close_i(close_i[i]),
        .m_axis_tdata(beat), .m_axis_tvalid(m_axis_tvalid[i]), .m_axis_tready(m_axis_tready[i]),
        .m_axis_tlast(m_axis_tlast[i]));

      vmac_axis_check #(.WIDTH(8 * BEAT)) u_out (
        .clk(clk), .rst(rst), .tdata(beat), .tvalid(m_axis_tvalid[i]), .tready(m_axis_tready[i]),
        .tlast(m_axis_tlast[i]));

      assign count_o[8*i +: 8] = {{(8 - $clog2(OUT_DEPTH + 1)){1'b0}}, count};
      if (i == 0) begin : g_wide
        assign m_axis_tdata[63:0] = beat;
      end else begin : g_exact
        assign m_axis_tdata[127:64] = {48'd0, beat};
      end
    end
  endgenerate

  wire unused_bits = ^in_i[47:40];

endmodule

`default_nettype wire
