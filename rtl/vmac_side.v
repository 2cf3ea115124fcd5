// vmac_side: the side column, the sums of A and of the control variate X over the rows
//
// Contract: reads column 0's registered activations and enable bits, and adds downward exactly as
//   column 0 does, so both sums leave at the foot in the same cycle as column 0's partial sum. One
//   column of adders serves every column of the array.
//   sum_a_o = sum of A over the enabled rows (u8 cells; 0 for s8 cells, which do not need it).
//   sum_x_o = sum of X (cells with a control variate and OPT_CORRECTION = 1; else 0), X = A mod
//   2^bits or the OR of A's low bits, as the registry says.
// Not: accumulation over K tiles (vmac_accum).
// Paper: arXiv:2412.16757 (control variate) adds X in every PE; the sum does
//   not depend on the column, so it is made once here.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_side #(
  // index of the multiplier cell in rtl/mult/mults.tbl
  parameter integer CELL = 0,
  parameter integer ROWS = 16,
  // 0 leaves the sum of X out
  parameter integer OPT_CORRECTION = 1
) (
  input  wire                          clk,
  // column 0's activations and enable bits, row r at [8*r +: 8] and [r]
  input  wire [8*ROWS-1:0]             a_i,
  input  wire [ROWS-1:0]               en_i,
  // the sums at the foot
  output wire [8+$clog2(ROWS)-1:0]     sum_a_o,
  output wire [8+$clog2(ROWS)-1:0]     sum_x_o
);

  `include "vmac_cells.vh"

  localparam integer GROW  = $clog2(ROWS);
  localparam integer XKIND = OPT_CORRECTION != 0 ? vmac_cell_xkind(CELL) : 0;
  localparam integer XBITS = XKIND != 0 ? vmac_cell_xbits(CELL) : 1;
  localparam integer XTERM = XKIND == 1 ? XBITS : 1;

  genvar r;
  generate
    if (vmac_cell_signed(CELL) == 0) begin : g_a
      for (r = 0; r < ROWS; r = r + 1) begin : g_row
        wire [8+GROW-1:0] above;
        reg  [8+GROW-1:0] sum_q;
        if (r == 0) begin : g_top
          assign above = {(8 + GROW){1'b0}};
        end else begin : g_below
          assign above = g_row[r-1].sum_q;
        end
        always @(posedge clk)
          sum_q <= en_i[r] ? above + {{GROW{1'b0}}, a_i[8*r +: 8]} : above;
      end
      assign sum_a_o = g_row[ROWS-1].sum_q;
    end else begin : g_no_a
      assign sum_a_o = {(8 + GROW){1'b0}};
    end

    if (XKIND != 0) begin : g_x
      for (r = 0; r < ROWS; r = r + 1) begin : g_row
        wire [XTERM-1:0]      x;
        wire [XTERM+GROW-1:0] above;
        reg  [XTERM+GROW-1:0] sum_q;
        if (XKIND == 1) begin : g_low
          assign x = a_i[8*r +: XBITS];
        end else begin : g_or
          assign x = |a_i[8*r +: XBITS];
        end
        if (r == 0) begin : g_top
          assign above = {(XTERM + GROW){1'b0}};
        end else begin : g_below
          assign above = g_row[r-1].sum_q;
        end
        always @(posedge clk)
          sum_q <= en_i[r] ? above + {{GROW{1'b0}}, x} : above;
      end
      if (XTERM == 8) begin : g_full
        assign sum_x_o = g_row[ROWS-1].sum_q;
      end else begin : g_short
        assign sum_x_o = {{(8 - XTERM){1'b0}}, g_row[ROWS-1].sum_q};
      end
    end else begin : g_no_x
      assign sum_x_o = {(8 + GROW){1'b0}};
    end

    if (ROWS < 4 || ROWS > 64) begin : g_range
      error_ROWS_must_be_4_to_64 u_err ();
    end
  endgenerate

  wire unused_inputs = ^{clk, a_i, en_i};

endmodule

`default_nettype wire
