// vmac_tb_side: one side column per cell of the registry, with and without the sum of X
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_side #(
  // cells in rtl/mult/mults.tbl
  parameter integer CELLS = 1,
  parameter integer ROWS = 7
) (
  input  wire                clk,
  input  wire [8*ROWS-1:0]   a_i,
  input  wire [ROWS-1:0]     en_i,
  output wire [32*CELLS-1:0] sum_a_o,
  output wire [32*CELLS-1:0] sum_x_o,
  output wire [32*CELLS-1:0] plain_a_o,
  output wire [32*CELLS-1:0] plain_x_o
);

  localparam integer SUM_W = 8 + $clog2(ROWS);

  genvar c;
  generate
    for (c = 0; c < CELLS; c = c + 1) begin : g_cell
      assign sum_a_o[32*c+SUM_W +: 32-SUM_W] = {(32 - SUM_W){1'b0}};
      assign sum_x_o[32*c+SUM_W +: 32-SUM_W] = {(32 - SUM_W){1'b0}};
      assign plain_a_o[32*c+SUM_W +: 32-SUM_W] = {(32 - SUM_W){1'b0}};
      assign plain_x_o[32*c+SUM_W +: 32-SUM_W] = {(32 - SUM_W){1'b0}};
      vmac_side #(
        .CELL(c),
        .ROWS(ROWS),
        .OPT_CORRECTION(1)
      ) u_side (
        .clk(clk),
        .a_i(a_i),
        .en_i(en_i),
        .sum_a_o(sum_a_o[32*c +: SUM_W]),
        .sum_x_o(sum_x_o[32*c +: SUM_W])
      );
      vmac_side #(
        .CELL(c),
        .ROWS(ROWS),
        .OPT_CORRECTION(0)
      ) u_plain (
        .clk(clk),
        .a_i(a_i),
        .en_i(en_i),
        .sum_a_o(plain_a_o[32*c +: SUM_W]),
        .sum_x_o(plain_x_o[32*c +: SUM_W])
      );
    end
  endgenerate

endmodule

`default_nettype wire
