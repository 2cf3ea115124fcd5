// vmac_array: the array by table, for fast co-simulation only (TABLE=1)
//
// Contract: that of rtl/vmac_array.v, cycle for cycle, which it replaces in a table model; but the
//   PEs' products come from their cells' truth tables, all PEs of a cycle in one call
//   (sim/top_array.cpp). The bench of the cells compares each cell with its table exhaustively, and
//   the benches that run both kinds of model this array with the real one. An error is counted
//   where weights change that a wave in flight still needs.
// Not: for synthesis; no mode operands.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_array #(
  // as in rtl/vmac_array.v
  parameter integer CELL = 0,
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  parameter integer OPT_CORRECTION = 1,
  parameter integer OPT_MODE = 0,
  parameter integer OPT_LOWPOWER = 0,
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}},
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
) (
  input  wire                              clk,
  input  wire                              rst,
  input  wire [8*ROWS-1:0]                 a_i,
  input  wire [ROWS-1:0]                   swap_i,
  input  wire                              shift_i,
  input  wire [8*COLS-1:0]                 w_i,
  input  wire [COLS-1:0]                   w_en_i,
  input  wire [4*COLS-1:0]                 w_mode_i,
  output wire [COLS*(16+$clog2(ROWS))-1:0] ps_o,
  output wire [8+$clog2(ROWS)-1:0]         sum_a_o,
  output wire [vmac_planes(CELL, OPT_CORRECTION, PHI_RANK)
               *(vmac_x_bits(CELL, OPT_CORRECTION)+$clog2(ROWS))-1:0] sum_x_o
);

  `include "vmac_cells.vh"
  `include "vmac_planes.vh"

  localparam integer PSUM_W = 16 + $clog2(ROWS);
  localparam integer SIGNED = vmac_cell_signed(CELL);
  localparam integer EDGE   = vmac_cell_edge(CELL);

  import "DPI-C" function chandle sim_array_open(input int rows, input int cols, input int psum_w,
                                                 input bit [8*ROWS*COLS-1:0] cells, input int seed);
  import "DPI-C" function bit sim_array_step(
    input chandle array, input bit rst, input bit [8*ROWS-1:0] a, input bit [ROWS-1:0] swap,
    input bit shift, input bit [8*COLS-1:0] w, input bit [COLS-1:0] w_en,
    output bit [COLS*PSUM_W-1:0] ps, output bit [8*ROWS-1:0] en);
  import "DPI-C" function void sim_array_close(input chandle array);

  chandle array;
  initial array = sim_array_open(ROWS, COLS, PSUM_W, MAP, $urandom);
  final sim_array_close(array);

  wire [8*ROWS-1:0]      a_in;
  reg  [8*ROWS-1:0]      side_a_q;
  reg  [COLS*PSUM_W-1:0] ps;
  reg  [COLS*PSUM_W-1:0] ps_q;
  // bytes of ones for the rows whose PE in column 0 is enabled
  reg  [8*ROWS-1:0]      en;
  reg  [ROWS-1:0]        en_q;

  genvar r;
  generate
    if (EDGE == 0) begin : g_whole
      assign a_in = a_i;
    end else begin : g_rounded
      for (r = 0; r < ROWS; r = r + 1) begin : g_row
        vmac_edge #(
          .SIGNED(SIGNED),
          .M(EDGE)
        ) u_edge (
          .a_i(a_i[8*r +: 8]),
          .a_o(a_in[8*r +: 8])
        );
      end
    end

    if (ROWS < 4 || ROWS > 64) begin : g_rows
      error_ROWS_must_be_4_to_64 u_err ();
    end
    if (COLS < 4 || COLS > 64) begin : g_cols
      error_COLS_must_be_4_to_64 u_err ();
    end
    if (OPT_MODE != 0) begin : g_mode
      error_a_table_model_has_no_mode_operands u_err ();
    end
  endgenerate

  integer row;
  always @(posedge clk) begin
    if (!sim_array_step(array, rst, a_in, swap_i, shift_i, w_i, w_en_i, ps, en))
      $error("weights moved under a wave");
    ps_q     <= ps;
    side_a_q <= a_i;
    for (row = 0; row < ROWS; row = row + 1) en_q[row] <= en[8*row];
  end

  assign ps_o = ps_q;

  vmac_side #(
    .CELL(CELL),
    .ROWS(ROWS),
    .OPT_CORRECTION(OPT_CORRECTION),
    .PHI_RANK(PHI_RANK),
    .PHI(PHI)
  ) u_side (
    .clk(clk),
    .a_i(side_a_q),
    .en_i(en_q),
    .sum_a_o(sum_a_o),
    .sum_x_o(sum_x_o)
  );

  wire unused_option = OPT_LOWPOWER != 0 || (^w_mode_i);

endmodule

`default_nettype wire
