// vmac_array: ROWS x COLS processing elements and the side column
//
// Contract: weight-stationary. Row r's activation enters at the left r cycles after row 0's (the
//   caller skews); column c's partial sum leaves at the foot c cycles after column 0's, which is
//   ROWS + 1 cycles after row 0's activation entered. The side column's sums leave with column 0.
//   swap_i[r] comes with row r's first activation of a new tile and makes the shadow weights the
//   weights in use, PE by PE as the wave passes. shift_i moves all shadow weights one row down; the
//   word for the bottom row comes first. From a swap at row 0 to the next shift: at least
//   ROWS + COLS - 2 cycles, so that no PE's shadow weight moves before that PE has taken it.
//   Cells with vmac_cell_edge(CELL) != 0 meet activations that one rounder per row has rounded at
//   the left edge. The side column sums the activations as they came, by a register of its own for
//   the low bits that column 0 does not keep. Row r's partial sums have 16 + log2(r + 1) bits,
//   rounded up, as many as products of any 16-bit cell may need; the top row's are products.
//   MAP gives every PE its own cell, all of CELL's operand class; CELL itself then says what the
//   edge rounds and what the side column sums, and every PE keeps what any of them may read.
// Not: skew, accumulation over K tiles, correction (vmac_mac_unit puts them around).
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_array #(
  // index of the multiplier cell in rtl/mult/mults.tbl
  parameter integer CELL = 0,
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  // 0 leaves the side column's sum of X out; 1: one sum of X; 2: one per bit plane; 3: one per
  // plane of PHI
  parameter integer OPT_CORRECTION = 1,
  // 1: a mode operand beside every weight; 1: operand isolation (vmac_pe)
  parameter integer OPT_MODE = 0,
  parameter integer OPT_LOWPOWER = 0,
  // the cell of the PE in row r, column c at [8*(COLS*r+c) +: 8]
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}},
  // planes of PHI and their tables (vmac_side)
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
) (
  input  wire                              clk,
  input  wire                              rst,
  // activations and swap tokens, skewed; row r at [8*r +: 8] and [r]
  input  wire [8*ROWS-1:0]                 a_i,
  input  wire [ROWS-1:0]                   swap_i,
  // one row of shadow weights, column c at [8*c +: 8], their enable bits and modes (at [4*c +: 4])
  input  wire                              shift_i,
  input  wire [8*COLS-1:0]                 w_i,
  input  wire [COLS-1:0]                   w_en_i,
  input  wire [4*COLS-1:0]                 w_mode_i,
  // the feet, skewed; column c at [PSUM_W*c +: PSUM_W] with PSUM_W = 16 + log2(ROWS) rounded up
  output wire [COLS*(16+$clog2(ROWS))-1:0] ps_o,
  // the side column's sums, as vmac_side has them
  output wire [8+$clog2(ROWS)-1:0]         sum_a_o,
  output wire [vmac_planes(CELL, OPT_CORRECTION, PHI_RANK)
               *(vmac_x_bits(CELL, OPT_CORRECTION)+$clog2(ROWS))-1:0] sum_x_o
);

  `include "vmac_cells.vh"
  `include "vmac_planes.vh"

  localparam integer SIGNED = vmac_cell_signed(CELL);
  localparam integer PSUM_W = 16 + $clog2(ROWS);
  localparam integer EDGE   = vmac_cell_edge(CELL);
  localparam integer WORD_W = OPT_MODE != 0 ? 13 : 9;
  localparam integer MIXED  = MAP != {(ROWS * COLS){CELL[7:0]}} ? 1 : 0;
  // The low bits that no PE keeps: those that no cell of the array reads, or that are always 0.
  localparam integer A_LOW  = MIXED != 0 ? EDGE : vmac_cell_a_low(CELL);
  localparam integer W_LOW  = MIXED != 0 ? 0 : vmac_cell_w_low(CELL);
  localparam integer P_LOW  = MIXED != 0 ? 0 : vmac_cell_p_low(CELL);
  // how many low bits of an activation the side column reads
  localparam integer SIDE   = vmac_side_bits(CELL, OPT_CORRECTION);
  // and how many of those column 0 does not have as they came
  localparam integer KEPT   = EDGE != 0 || SIDE < A_LOW ? SIDE : A_LOW;

  wire [8*ROWS-1:0] side_a;
  wire [ROWS-1:0]   side_en;

  genvar r, c;
  generate
    for (r = 0; r < ROWS; r = r + 1) begin : g_row
      // A row at a time, and questions about other cells than CELL only: yosys takes minutes to
      // slice the whole of MAP, or to call a function, for every PE of a large array.
      localparam [8*COLS-1:0] ROW_MAP = MAP[8*COLS*r +: 8*COLS];
      localparam integer SUM_W   = 16 + $clog2(r + 1);
      localparam integer ABOVE_W = r == 0 ? 16 : 16 + $clog2(r);

      for (c = 0; c < COLS; c = c + 1) begin : g_col
        localparam [7:0]   BYTE    = ROW_MAP[8*c +: 8];
        localparam integer PE_CELL = {24'd0, BYTE};
        wire [7:0]        a_in;
        wire [7:0]        a_out;
        wire              swap_in;
        wire              swap_out;
        wire [WORD_W-1:0] w_in;
        wire [WORD_W-1:0] w_out;
        wire              en;
        wire [SUM_W-1:0]  ps_in;
        wire [SUM_W-1:0]  ps_out;

        if (c == 0) begin : g_left
          assign swap_in = swap_i[r];
          assign side_en[r] = en;
          if (EDGE == 0) begin : g_whole
            assign a_in = a_i[8*r +: 8];
          end else begin : g_rounded
            vmac_edge #(
              .SIGNED(SIGNED),
              .M(EDGE)
            ) u_edge (
              .a_i(a_i[8*r +: 8]),
              .a_o(a_in)
            );
          end
          if (KEPT == 0) begin : g_as_kept
            assign side_a[8*r +: 8] = a_out;
          end else begin : g_as_came
            reg [KEPT-1:0] low_q;
            always @(posedge clk) low_q <= a_i[8*r +: KEPT];
            if (KEPT == 8) begin : g_all
              assign side_a[8*r +: 8] = low_q;
            end else begin : g_low
              assign side_a[8*r +: 8] = {a_out[7:KEPT], low_q};
            end
          end
        end else begin : g_right
          wire unused_en = en;
          assign a_in = g_row[r].g_col[c-1].a_out;
          assign swap_in = g_row[r].g_col[c-1].swap_out;
        end
        if (c == COLS - 1) begin : g_edge
          wire unused_out = ^{a_out, swap_out};
        end

        if (r == 0) begin : g_top
          wire [12:0] word = {w_mode_i[4*c +: 4], w_en_i[c], w_i[8*c +: 8]};
          assign w_in = word[WORD_W-1:0];
          if (WORD_W < 13) begin : g_no_mode
            wire unused_mode = ^word[12:WORD_W];
          end
          assign ps_in = {SUM_W{1'b0}};
        end else begin : g_below
          assign w_in = g_row[r-1].g_col[c].w_out;
          wire [ABOVE_W-1:0] ps_above = g_row[r-1].g_col[c].ps_out;
          if (ABOVE_W == SUM_W) begin : g_as_wide
            assign ps_in = ps_above;
          end else begin : g_wider
            assign ps_in = {SIGNED != 0 && ps_above[ABOVE_W-1], ps_above};
          end
        end
        if (r == ROWS - 1) begin : g_foot
          wire unused_w = ^w_out;
          assign ps_o[PSUM_W*c +: PSUM_W] = ps_out;
        end

        if (PE_CELL != CELL) begin : g_other
          if (vmac_cell_signed(PE_CELL) != SIGNED) begin : g_class
            error_MAP_mixes_operand_classes u_err ();
          end
          if (vmac_cell_edge(PE_CELL) != EDGE) begin : g_round
            error_MAP_mixes_cells_with_and_without_rounded_activations u_err ();
          end
        end

        vmac_pe #(
          .CELL(PE_CELL),
          .PSUM_W(SUM_W),
          .TOP(r == 0 ? 1 : 0),
          .A_LOW(A_LOW),
          .W_LOW(W_LOW),
          .P_LOW(P_LOW),
          .OPT_MODE(OPT_MODE),
          .OPT_LOWPOWER(OPT_LOWPOWER)
        ) u_pe (
          .clk(clk),
          .rst(rst),
          .a_i(a_in),
          .swap_i(swap_in),
          .a_o(a_out),
          .swap_o(swap_out),
          .shift_i(shift_i),
          .w_i(w_in),
          .w_o(w_out),
          .en_o(en),
          .ps_i(ps_in),
          .ps_o(ps_out)
        );
      end
    end

    if (ROWS < 4 || ROWS > 64) begin : g_rows
      error_ROWS_must_be_4_to_64 u_err ();
    end
    if (COLS < 4 || COLS > 64) begin : g_cols
      error_COLS_must_be_4_to_64 u_err ();
    end
  endgenerate

  vmac_side #(
    .CELL(CELL),
    .ROWS(ROWS),
    .OPT_CORRECTION(OPT_CORRECTION),
    .PHI_RANK(PHI_RANK),
    .PHI(PHI)
  ) u_side (
    .clk(clk),
    .a_i(side_a),
    .en_i(side_en),
    .sum_a_o(sum_a_o),
    .sum_x_o(sum_x_o)
  );

endmodule

`default_nettype wire
