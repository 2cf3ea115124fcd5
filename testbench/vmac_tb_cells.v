// vmac_tb_cells: every cell of the registry side by side, on the same operands
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_cells #(
  // cells in rtl/mult/mults.tbl
  parameter integer CELLS = 1
) (
  input  wire [7:0]          a_i,
  input  wire [7:0]          w_i,
  output wire [31:0]         cells_o,
  output wire [16*CELLS-1:0] p_o
);

  assign cells_o = CELLS;

  genvar c;
  generate
    for (c = 0; c < CELLS; c = c + 1) begin : g_cell
      vmac_mult #(
        .CELL(c)
      ) u_mult (
        .a_i(a_i),
        .w_i(w_i),
        .mode_i(4'd0),
        .p_o(p_o[16*c +: 16])
      );
    end
  endgenerate

endmodule

`default_nettype wire
