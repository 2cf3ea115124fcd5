// vmac_side: the side column, the sums of A and of the control variate X over the rows
//
// Contract: reads column 0's registered activations and enable bits, and adds downward exactly as
//   column 0 does, so both sums leave at the foot in the same cycle as column 0's partial sum. One
//   column of adders serves every column of the array.
//   sum_a_o = sum of A over the enabled rows (u8 cells; 0 for s8 cells, which do not need it).
//   sum_x_o, of cells with a control variate (else 0), from the low bits of A that the registry
//   names: OPT_CORRECTION = 1: the sum of X = A mod 2^bits, or of their OR, as the registry says;
//   OPT_CORRECTION = 2: plane i is the sum of bit i of A; one sum per bit, lowest first.
//   OPT_CORRECTION = 3, any cell: plane i is the sum of what plane i of PHI, a table of 256, has
//   for the bits of A; all planes have the width of the largest entry.
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
  // 0 leaves the sum of X out; 1: one sum of X; 2: one sum per bit plane; 3: one per plane of PHI
  parameter integer OPT_CORRECTION = 1,
  // planes of PHI, 1..4, and what plane p has for activation a at [8*(256*p+a) +: 8]
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
) (
  input  wire clk,
  // column 0's activations and enable bits, row r at [8*r +: 8] and [r]
  input  wire [8*ROWS-1:0] a_i,
  input  wire [ROWS-1:0] en_i,
  // the sums at the foot; sum_x_o has vmac_planes() sums, each log2(ROWS) bits wider than its X
  output wire [8+$clog2(ROWS)-1:0] sum_a_o,
  output wire [vmac_planes(CELL, OPT_CORRECTION, PHI_RANK)
               *(vmac_x_bits(CELL, OPT_CORRECTION)+$clog2(ROWS))-1:0] sum_x_o
);

  `include "vmac_cells.vh"
  `include "vmac_planes.vh"

  localparam integer GROW   = $clog2(ROWS);
  localparam integer XKIND  = OPT_CORRECTION != 0 ? vmac_cell_xkind(CELL) : 0;
  localparam integer XBITS  = XKIND != 0 ? vmac_cell_xbits(CELL) : 1;
  localparam integer PLANES = vmac_planes(CELL, OPT_CORRECTION, PHI_RANK);
  localparam integer XTERM  = vmac_x_bits(CELL, OPT_CORRECTION);
  localparam integer XSUM_W = XTERM + GROW;

  genvar p, r;
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

    for (p = 0; p < PLANES; p = p + 1) begin : g_plane
      if (XKIND != 0 || OPT_CORRECTION == 3) begin : g_x
        for (r = 0; r < ROWS; r = r + 1) begin : g_row
          wire [XTERM-1:0]  x;
          wire [XSUM_W-1:0] above;
          reg  [XSUM_W-1:0] sum_q;
          if (OPT_CORRECTION == 3) begin : g_phi
            assign x = g_tables.g_plane[p].x[XTERM*r +: XTERM];
          end else if (OPT_CORRECTION == 2) begin : g_bit
            assign x = a_i[8*r+p];
          end else if (XKIND == 1) begin : g_low
            assign x = a_i[8*r +: XBITS];
          end else begin : g_or
            assign x = |a_i[8*r +: XBITS];
          end
          if (r == 0) begin : g_top
            assign above = {XSUM_W{1'b0}};
          end else begin : g_below
            assign above = g_row[r-1].sum_q;
          end
          always @(posedge clk)
            sum_q <= en_i[r] ? above + {{GROW{1'b0}}, x} : above;
        end
        assign sum_x_o[XSUM_W*p +: XSUM_W] = g_row[ROWS-1].sum_q;
      end else begin : g_no_x
        assign sum_x_o[XSUM_W*p +: XSUM_W] = {XSUM_W{1'b0}};
      end
    end

    // Behind all else: what yosys calls the gates of other columns, and how it orders them, stays.
    if (OPT_CORRECTION == 3) begin : g_tables
      for (p = 0; p < PLANES; p = p + 1) begin : g_plane
        wire [XTERM*ROWS-1:0] x;
        vmac_phi #(
          .ROWS(ROWS),
          .WIDTH(XTERM),
          .TABLE(PHI[2048*p +: 2048])
        ) u_phi (
          .a_i(a_i),
          .x_o(x)
        );
      end
    end

    if (ROWS < 4 || ROWS > 64) begin : g_range
      error_ROWS_must_be_4_to_64 u_err ();
    end
    if (OPT_CORRECTION < 0 || OPT_CORRECTION > 3) begin : g_option
      error_OPT_CORRECTION_must_be_0_to_3 u_err ();
    end
    if (PHI_RANK < 1 || PHI_RANK > 4) begin : g_rank
      error_PHI_RANK_must_be_1_to_4 u_err ();
    end
  endgenerate

  wire unused_inputs = ^{clk, a_i, en_i};

endmodule

`default_nettype wire
