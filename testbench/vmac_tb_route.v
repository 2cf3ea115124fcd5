// vmac_tb_route: routes of six shapes on the same inputs; sel_i names the one that is looked at
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_route (
  input  wire         clk,
  input  wire         valid_i,
  input  wire [2:0]   sel_i,
  input  wire [511:0] cols_i,
  input  wire [3:0]   code_i,
  input  wire [7:0]   lo_i,
  input  wire [7:0]   cnt_i,
  input  wire [7:0]   rbase_i,
  output wire [63:0]  we_o,
  output wire [511:0] data_o
);

  wire [64*8-1:0]  we;
  wire [512*8-1:0] data;

  // The same list stands in route.cpp.
  genvar i;
  generate
    for (i = 0; i < 8; i = i + 1) begin : g_shape
      localparam integer ROWS  = i == 1 ? 12 : i == 2 ? 20 : i == 3 ? 4 : i > 3 ? 64 : 16;
      localparam integer COLS  = i == 1 ? 20 : i == 2 ? 12 : i == 4 ? 4 : i > 2 ? 64 : 16;
      localparam integer LANES = ROWS > COLS ? ROWS : COLS;

      if (i < 6) begin : g_real
        vmac_route #(
          .ROWS(ROWS), .COLS(COLS)
        ) u_route (
          .clk(clk), .valid_i(valid_i), .cols_i(cols_i[8*COLS-1:0]), .code_i(code_i),
          .lo_i(lo_i), .cnt_i(cnt_i), .rbase_i(rbase_i), .we_o(we[64*i +: LANES]),
          .data_o(data[512*i +: 8*LANES]));
        if (LANES < 64) begin : g_rest
          assign we[64*i+LANES +: 64-LANES] = {(64-LANES){1'b0}};
          assign data[512*i+8*LANES +: 512-8*LANES] = {(512-8*LANES){1'b0}};
        end
      end else begin : g_none
        assign we[64*i +: 64] = 64'd0;
        assign data[512*i +: 512] = 512'd0;
      end
    end
  endgenerate

  assign we_o   = we[64*sel_i +: 64];
  assign data_o = data[512*sel_i +: 512];

endmodule

`default_nettype wire
