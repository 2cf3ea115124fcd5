// vmac_pe: one processing element of the weight-stationary array
//
// Contract: a_o and swap_o are a_i and swap_i one cycle later. One further cycle later
//   ps_o = ps_i + f(a, w), so a partial sum has to meet its row's registered activation. The low
//   A_LOW bits of a_i, W_LOW of w_i and P_LOW of ps_i are not read, and 0 in a_o, w_o and ps_o: by
//   default no bit is kept that f does not read or that is always 0. PEs of other cells beside or
//   below may need those bits: then all three are given, at most what the registry says of CELL.
//   In the top row, TOP = 1, there is no sum above: ps_o = f(a, w), ps_i is not read. Where the
//   weight's enable bit is 0 the sum passes unchanged: an idle row of a ragged tile is gated, not
//   multiplied by 0, because f(a, 0) need not be 0. swap_i = 1 together with an activation makes
//   the shadow weight the one that this activation, and all later ones, meet. shift_i moves the
//   shadow weights one row down; it may be 1 in the same cycle as swap_i (the old one is taken).
//   Only the swap token is reset; a weight is defined once it has been shifted in and swapped.
//   OPT_MODE: the weight word brings the cell's mode along. OPT_LOWPOWER: the cell of a gated PE
//   sees operands that rest.
// Not: any stall; a bubble is an activation whose sum nobody takes at the foot.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_pe #(
  // index of the multiplier cell in rtl/mult/mults.tbl
  parameter integer CELL = 0,
  // bits of the partial sum: at least 16 + log2(rows down to this one), so that it cannot overflow
  parameter integer PSUM_W = 20,
  // 1: the top row, which adds to nothing
  parameter integer TOP = 0,
  // low bits of activations, weights and sums that are not there
  parameter integer A_LOW = vmac_cell_a_low(CELL),
  parameter integer W_LOW = vmac_cell_w_low(CELL),
  parameter integer P_LOW = vmac_cell_p_low(CELL),
  // 1: words are {mode, enable, weight}, for cells with a mode operand; 0: {enable, weight}
  parameter integer OPT_MODE = 0,
  // 1: operand isolation
  parameter integer OPT_LOWPOWER = 0
) (
  input  wire              clk,
  input  wire              rst,
  // activation and swap token, moving right
  input  wire [7:0]        a_i,
  input  wire              swap_i,
  output wire [7:0]        a_o,
  output wire              swap_o,
  // shadow weights, moving down while shift_i
  input  wire              shift_i,
  input  wire [(OPT_MODE != 0 ? 13 : 9)-1:0] w_i,
  output wire [(OPT_MODE != 0 ? 13 : 9)-1:0] w_o,
  // the enable bit in use, for the side column
  output wire              en_o,
  // partial sum, moving down; signed for s8 cells, unsigned for u8 cells
  input  wire [PSUM_W-1:0] ps_i,
  output wire [PSUM_W-1:0] ps_o
);

  `include "vmac_cells.vh"

  localparam integer SIGNED = vmac_cell_signed(CELL);
  localparam integer WORD_W = OPT_MODE != 0 ? 13 : 9;

  reg        [7:A_LOW]        a_q;
  reg                         swap_q;
  reg        [WORD_W-1:W_LOW] shadow_q;
  reg        [WORD_W-1:W_LOW] w_q;
  reg signed [PSUM_W-1:P_LOW] ps_q;

  wire        [7:0]            a;
  wire        [7:0]            w;
  wire        [15:0]           p;
  wire signed [PSUM_W-1:P_LOW] ps_in;
  wire signed [PSUM_W-1:P_LOW] px;

  wire [3:0] mode;
  wire [7:0] a_cell = OPT_LOWPOWER != 0 ? a & {8{w_q[8]}} : a;

  // Where the cell's activations are rounded, vmac_array has done so before they come here.
  vmac_mult #(
    .CELL(CELL),
    .OPT_EDGE(1),
    .OPT_MODE(OPT_MODE)
  ) u_mult (
    .a_i(a_cell),
    .w_i(w),
    .mode_i(mode),
    .p_o(p)
  );

  always @(posedge clk) begin
    a_q <= a_i[7:A_LOW];
    if (shift_i) shadow_q <= w_i[WORD_W-1:W_LOW];
    if (swap_i && (OPT_LOWPOWER == 0 || shadow_q[8])) w_q <= shadow_q;
    else if (swap_i) w_q[8] <= 1'b0;
    if (w_q[8]) ps_q <= ps_in + px;
    else ps_q <= ps_in;
  end

  always @(posedge clk)
    if (rst) swap_q <= 1'b0;
    else swap_q <= swap_i;

  assign a_o = a;
  assign swap_o = swap_q;
  assign en_o = w_q[8];

  generate
    if (OPT_MODE != 0) begin : g_mode
      assign mode = w_q[WORD_W-1 -: 4];
    end else begin : g_no_mode
      assign mode = 4'd0;
    end
    if (OPT_MODE != 0 && vmac_cell_has_mode(CELL) == 0) begin : g_no_pin
      error_OPT_MODE_needs_a_cell_with_a_mode_operand u_err ();
    end
    if (A_LOW == 0) begin : g_whole_a
      assign a = a_q;
    end else begin : g_high_a
      wire unused_low = ^a_i[A_LOW-1:0];
      assign a = {a_q, {A_LOW{1'b0}}};
    end
    if (W_LOW == 0) begin : g_whole_w
      assign w = w_q[7:0];
      assign w_o = shadow_q;
    end else begin : g_high_w
      wire unused_low = ^w_i[W_LOW-1:0];
      assign w = {w_q[7:W_LOW], {W_LOW{1'b0}}};
      assign w_o = {shadow_q, {W_LOW{1'b0}}};
    end
    if (P_LOW == 0) begin : g_whole_ps
      assign ps_o = ps_q;
    end else begin : g_high_ps
      wire unused_low = ^{ps_i[P_LOW-1:0], p[P_LOW-1:0]};
      assign ps_o = {ps_q, {P_LOW{1'b0}}};
    end
    if (TOP != 0) begin : g_top
      wire unused_above = ^ps_i[PSUM_W-1:P_LOW];
      assign ps_in = {(PSUM_W - P_LOW){1'b0}};
    end else begin : g_below
      assign ps_in = ps_i[PSUM_W-1:P_LOW];
    end
    if (PSUM_W == 16) begin : g_product
      assign px = p[15:P_LOW];
    end else begin : g_extended
      assign px = {{(PSUM_W - 16){SIGNED != 0 && p[15]}}, p[15:P_LOW]};
    end
    if (PSUM_W < 16 || PSUM_W > 32) begin : g_range
      error_PSUM_W_must_be_16_to_32 u_err ();
    end else if (TOP == 0 && PSUM_W < 17) begin : g_carry
      error_PSUM_W_must_be_above_16_but_in_the_top_row u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
