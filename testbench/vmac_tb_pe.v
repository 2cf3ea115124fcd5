// vmac_tb_pe: a PE per cell of the registry, on the same inputs; where full_o says so, one of the
//   top row and one of an array with other cells as well: for the first FULL cells and those that
//   round activations or leave bits of weights unread
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_pe #(
  // cells in rtl/mult/mults.tbl
  parameter integer CELLS = 1,
  parameter integer FULL = 24
) (
  input  wire                clk,
  input  wire                rst,
  input  wire [7:0]          a_i,
  input  wire                swap_i,
  input  wire                shift_i,
  input  wire [8:0]          w_i,
  input  wire [31:0]         ps_i,
  output wire [8*CELLS-1:0]  full_o,
  output wire [8*CELLS-1:0]  a_o,
  output wire [8*CELLS-1:0]  swap_o,
  output wire [16*CELLS-1:0] w_o,
  output wire [8*CELLS-1:0]  en_o,
  output wire [32*CELLS-1:0] ps_o,
  output wire [32*CELLS-1:0] top_o,
  output wire [8*CELLS-1:0]  mixed_a_o,
  output wire [16*CELLS-1:0] mixed_w_o,
  output wire [32*CELLS-1:0] mixed_o
);

  `include "vmac_cells.vh"

  genvar c;
  generate
    for (c = 0; c < CELLS; c = c + 1) begin : g_cell
      assign swap_o[8*c+1 +: 7] = 7'd0;
      assign en_o[8*c+1 +: 7] = 7'd0;
      assign w_o[16*c+9 +: 7] = 7'd0;
      vmac_pe #(
        .CELL(c),
        .PSUM_W(32)
      ) u_pe (
        .clk(clk),
        .rst(rst),
        .a_i(a_i),
        .swap_i(swap_i),
        .a_o(a_o[8*c +: 8]),
        .swap_o(swap_o[8*c]),
        .shift_i(shift_i),
        .w_i(w_i),
        .w_o(w_o[16*c +: 9]),
        .en_o(en_o[8*c]),
        .ps_i(ps_i),
        .ps_o(ps_o[32*c +: 32])
      );

      if (c < FULL || vmac_cell_edge(c) != 0 || vmac_cell_w_low(c) != 0) begin : g_full
        wire [7:0] top_a;
        wire [8:0] top_w;
        wire       top_swap;
        wire       top_en;
        wire       mixed_swap;
        wire       mixed_en;
        wire       unused_others = ^{top_a, top_w, top_swap, top_en, mixed_swap, mixed_en};
        assign full_o[8*c +: 8] = 8'd1;
        assign mixed_w_o[16*c+9 +: 7] = 7'd0;
        assign top_o[32*c+16 +: 16] = 16'd0;
        vmac_pe #(
          .CELL(c),
          .PSUM_W(16),
          .TOP(1)
        ) u_top (
          .clk(clk),
          .rst(rst),
          .a_i(a_i),
          .swap_i(swap_i),
          .a_o(top_a),
          .swap_o(top_swap),
          .shift_i(shift_i),
          .w_i(w_i),
          .w_o(top_w),
          .en_o(top_en),
          .ps_i(ps_i[15:0]),
          .ps_o(top_o[32*c +: 16])
        );
        vmac_pe #(
          .CELL(c),
          .PSUM_W(32),
          .A_LOW(vmac_cell_edge(c)),
          .W_LOW(0),
          .P_LOW(0)
        ) u_mixed (
          .clk(clk),
          .rst(rst),
          .a_i(a_i),
          .swap_i(swap_i),
          .a_o(mixed_a_o[8*c +: 8]),
          .swap_o(mixed_swap),
          .shift_i(shift_i),
          .w_i(w_i),
          .w_o(mixed_w_o[16*c +: 9]),
          .en_o(mixed_en),
          .ps_i(ps_i),
          .ps_o(mixed_o[32*c +: 32])
        );
      end else begin : g_one
        assign top_o[32*c +: 32] = 32'd0;
        assign full_o[8*c +: 8] = 8'd0;
        assign mixed_a_o[8*c +: 8] = 8'd0;
        assign mixed_w_o[16*c +: 16] = 16'd0;
        assign mixed_o[32*c +: 32] = 32'd0;
      end
    end
  endgenerate

endmodule

`default_nettype wire
