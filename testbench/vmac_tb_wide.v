// vmac_tb_wide: every cell of rtl/mult/wide.tbl side by side, on the same operands
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_wide #(
  // cells in rtl/mult/wide.tbl
  parameter integer CELLS = 1
) (
  // a cell of fewer bits takes the low ones
  input  wire [15:0]         a_i,
  input  wire [15:0]         w_i,
  output wire [31:0]         cells_o,
  output wire [32*CELLS-1:0] p_o
);

  assign cells_o = CELLS;

  genvar c;
  generate
    for (c = 0; c < CELLS; c = c + 1) begin : g_cell
      vmac_wide #(
        .CELL(c)
      ) u_wide (
        .a_i(a_i),
        .w_i(w_i),
        .p_o(p_o[32*c +: 32])
      );
    end
  endgenerate

endmodule

`default_nettype wire
