// vmac_tb_side: three side columns per cell of the registry: OPT_CORRECTION 1, 0 and 2
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
  output wire [32*CELLS-1:0] plain_x_o,
  // plane i of a cell at [4*i +: 4] of its word: a sum of 7 rows' bits
  output wire [32*CELLS-1:0] planes_a_o,
  output wire [32*CELLS-1:0] planes_x_o
);

  `include "vmac_cells.vh"
  `include "vmac_planes.vh"

  localparam integer GROW  = $clog2(ROWS);
  localparam integer SUM_W = 8 + GROW;

  genvar c;
  generate
    for (c = 0; c < CELLS; c = c + 1) begin : g_cell
      localparam integer X_W = vmac_x_bits(c, 1) + GROW;
      localparam integer PLANES = vmac_planes(c, 2);
      assign sum_a_o[32*c+SUM_W +: 32-SUM_W] = {(32 - SUM_W){1'b0}};
      assign sum_x_o[32*c+X_W +: 32-X_W] = {(32 - X_W){1'b0}};
      assign plain_a_o[32*c+SUM_W +: 32-SUM_W] = {(32 - SUM_W){1'b0}};
      assign plain_x_o[32*c+GROW+1 +: 31-GROW] = {(31 - GROW){1'b0}};
      assign planes_a_o[32*c+SUM_W +: 32-SUM_W] = {(32 - SUM_W){1'b0}};
      if (PLANES < 8) begin : g_short
        assign planes_x_o[32*c+4*PLANES +: 32-4*PLANES] = {(32 - 4 * PLANES){1'b0}};
      end
      vmac_side #(
        .CELL(c),
        .ROWS(ROWS),
        .OPT_CORRECTION(1)
      ) u_side (
        .clk(clk),
        .a_i(a_i),
        .en_i(en_i),
        .sum_a_o(sum_a_o[32*c +: SUM_W]),
        .sum_x_o(sum_x_o[32*c +: X_W])
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
        .sum_x_o(plain_x_o[32*c +: 1+GROW])
      );
      vmac_side #(
        .CELL(c),
        .ROWS(ROWS),
        .OPT_CORRECTION(2)
      ) u_planes (
        .clk(clk),
        .a_i(a_i),
        .en_i(en_i),
        .sum_a_o(planes_a_o[32*c +: SUM_W]),
        .sum_x_o(planes_x_o[32*c +: 4*PLANES])
      );
    end
  endgenerate

endmodule

`default_nettype wire
