// vmac_tb_side: three side columns per cell of the registry: OPT_CORRECTION 1, 0 and 2; and for the
// first eight one of OPT_CORRECTION 3, with the cell's index modulo 4 planes and one more, whose
// largest entry has 8 bits less the cell's index
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
  output wire [32*CELLS-1:0] planes_x_o,
  // plane i of a cell at [16*i +: 16] of its two words
  output wire [32*CELLS-1:0] phi_a_o,
  output wire [64*CELLS-1:0] phi_x_o
);

  // what vmac_planes.vh asks for; the columns with phi have their own
  localparam integer PHI_RANK = 1;
  localparam [2047:0] PHI = 2048'd0;
  `include "vmac_cells.vh"
  `include "vmac_planes.vh"

  // Entry a of plane p: so many bits of what has every byte once, planes before the last a bit
  // less, above the inverse of bit p of a: no two planes are alike, and none has 0 where a is 0, so
  // that a row that is not enabled is seen to add nothing. The bench has the same.
  function [8191:0] tables(input integer bits, input integer rank);
    integer n;
    begin
      for (n = 0; n < 1024; n = n + 1)
        tables[8*n +: 8] = ((n[7:0] * (8'd29 + {5'd0, n[9:8], 1'b0}) + 8'd37 ^ {n[9:8], 6'd0})
                            >> (n / 256 == rank - 1 ? 8 - bits : 9 - bits)) & 8'hfe
                           | {7'd0, ~n[n/256]};
    end
  endfunction

  localparam integer GROW  = $clog2(ROWS);
  localparam integer SUM_W = 8 + GROW;

  genvar c;
  generate
    for (c = 0; c < CELLS; c = c + 1) begin : g_cell
      localparam integer X_W = vmac_x_bits(c, 1) + GROW;
      localparam integer PLANES = vmac_planes(c, 2, 1);
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

      if (c < 8) begin : g_phi
        localparam integer RANK = c % 4 + 1;
        localparam integer PHI_W = 8 - c + GROW;
        localparam [8191:0] TABLES = tables(8 - c, RANK);
        // Wider than the port, so that this bench finds a wrong width, and not the compiler.
        wire [63:0] phi_x;
        wire unused_phi = ^phi_x;
        genvar p;
        for (p = 0; p < 4; p = p + 1) begin : g_plane
          assign phi_x_o[64*c+16*p +: 16] =
            p < RANK ? {{(16 - PHI_W){1'b0}}, phi_x[PHI_W*(p%RANK) +: PHI_W]} : 16'd0;
        end
        assign phi_a_o[32*c+SUM_W +: 32-SUM_W] = {(32 - SUM_W){1'b0}};
        vmac_side #(
          .CELL(c),
          .ROWS(ROWS),
          .OPT_CORRECTION(3),
          .PHI_RANK(RANK),
          .PHI(TABLES[2048*RANK-1:0])
        ) u_phi (
          .clk(clk),
          .a_i(a_i),
          .en_i(en_i),
          .sum_a_o(phi_a_o[32*c +: SUM_W]),
          /* verilator lint_off WIDTH */
          .sum_x_o(phi_x)
          /* verilator lint_on WIDTH */
        );
      end else begin : g_no_phi
        assign phi_a_o[32*c +: 32] = 32'd0;
        assign phi_x_o[64*c +: 64] = 64'd0;
      end
    end
  endgenerate

endmodule

`default_nettype wire
