// vmac_mac_unit: matrix products on the array, from operand streams to final accumulators
//
// Contract: three input streams (valid, ready) and one output (valid only).
//   Weights: per tile ROWS words, the word of the bottom row first; w_row_i and w_col_i enable the
//     tile's rows and columns (column 0 of an enabled row is always enabled: the side column reads
//     its bit). A tile's words may come while the tile before it runs: from ROWS + COLS - 1 cycles
//     after that tile's first pixel was taken. A tile of fewer than 2 * ROWS + COLS - 1 pixels
//     therefore waits for its successor's weights.
//   Coefficients {c0, c_i, bias}: COLS words per set of output channels, the last column first,
//     before the set's last K tile starts; accepted from ROWS + COLS + 2 cycles after the first
//     pixel of the set before it met its last K tile. Two such tiles therefore start at least
//     ROWS + 2 * COLS + 2 cycles apart.
//     OPT_KTILE = 1: COLS words per K tile, before it starts; accepted from ROWS + COLS cycles
//     after the tile before it started, so that tiles start at least ROWS + 2 * COLS cycles apart.
//   Activations: one word is one pixel, ROWS operands. a_start_i marks a tile's first pixel (and
//     the first word after reset) and waits until the tile's weights are loaded (and, where
//     a_last_i or OPT_KTILE, its coefficients). a_first_i, a_last_i: the tile is the first, the
//     last of its K tiles; constant over the tile. a_addr_i, below DEPTH, names the pixel's
//     accumulator; within one tile no address repeats, the order is free and may change from tile
//     to tile.
//   Output: ROWS + COLS + 5 cycles after a pixel of a last K tile was taken, out_valid_o with its
//     address and all COLS accumulators (32 bits, wrapping). One pixel per cycle. OPT_CORRECTION
//     and OPT_KTILE do not change the latency.
//   Reset: one cycle of rst = 1 drops everything in flight, loaded weights and coefficients too;
//     ready may be 1 meanwhile, but nothing is taken.
//   K <= 32,768 = 2^K_BITS: so many products of an unsigned cell fit 32 bits, and the sums of A and
//     of X are as wide as that needs.
// Not: back-pressure on the output, addresses, requantization (they come around this unit).
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module vmac_mac_unit #(
  // index of the multiplier cell in rtl/mult/mults.tbl
  parameter integer CELL = 0,
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  // accumulators per column, 4..65536, any number: the most pixels that K tiles can share
  parameter integer DEPTH = 256,
  // 0 leaves the correction V and its sum of X out; 1: one sum of X, one coefficient c_0; 2: one
  // sum and one coefficient per bit plane of X (a cell without X: one coefficient, no sum); 3: one
  // sum and one coefficient per plane of PHI
  parameter integer OPT_CORRECTION = 1,
  // 1: coefficients for every K tile, not for the whole K
  parameter integer OPT_KTILE = 0,
  // 1: a mode operand beside every weight; 1: operand isolation (vmac_pe)
  parameter integer OPT_MODE = 0,
  parameter integer OPT_LOWPOWER = 0,
  // the cell of the PE in row r, column c at [8*(COLS*r+c) +: 8], where they are not all CELL
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}},
  // planes of PHI and their tables (vmac_side)
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
) (
  input  wire                     clk,
  input  wire                     rst,
  // weights, column c at [8*c +: 8], their modes at [4*c +: 4]
  input  wire                     w_valid_i,
  output wire                     w_ready_o,
  input  wire [8*COLS-1:0]        w_i,
  input  wire [4*COLS-1:0]        w_mode_i,
  input  wire                     w_row_i,
  input  wire [COLS-1:0]          w_col_i,
  // coefficients: the constant c0, and those of the sums of X, sum i's at [18*i +: 18]
  input  wire                     k_valid_i,
  output wire                     k_ready_o,
  input  wire [31:0]              k_c0_i,
  input  wire [18*vmac_planes(CELL, OPT_CORRECTION, PHI_RANK)-1:0] k_c_i,
  input  wire [31:0]              k_bias_i,
  // activations, row r at [8*r +: 8]
  input  wire                     a_valid_i,
  output wire                     a_ready_o,
  input  wire [8*ROWS-1:0]        a_i,
  input  wire                     a_start_i,
  input  wire                     a_first_i,
  input  wire                     a_last_i,
  input  wire [$clog2(DEPTH)-1:0] a_addr_i,
  // final accumulators, column c at [32*c +: 32]
  output wire                     out_valid_o,
  output wire [$clog2(DEPTH)-1:0] out_addr_o,
  output wire [32*COLS-1:0]       out_acc_o
);

  `include "vmac_cells.vh"
  `include "vmac_planes.vh"

  localparam integer ADDR_W = $clog2(DEPTH);
  localparam integer PSUM_W = 16 + $clog2(ROWS);
  localparam integer SIDE_W = 8 + $clog2(ROWS);
  localparam integer SIGNED = vmac_cell_signed(CELL);
  localparam integer XKIND  = OPT_CORRECTION != 0 ? vmac_cell_xkind(CELL) : 0;
  localparam integer PLANES = vmac_planes(CELL, OPT_CORRECTION, PHI_RANK);
  localparam integer XTERM  = vmac_x_bits(CELL, OPT_CORRECTION);
  localparam integer XSUM_W = XTERM + $clog2(ROWS);
  // The longest K, and the sums over it: of A; of X, its low bits at once, one bit, or an entry of
  // PHI.
  localparam integer K_BITS = 15;
  localparam integer A_W = SIGNED != 0 ? 0 : K_BITS + 8;
  localparam integer X_W = XKIND != 0 || OPT_CORRECTION == 3 ? K_BITS + XTERM : 0;

  // ---- what may enter: counters of loaded words, and of cycles until a shadow is free -----------

  reg [6:0] w_count_q;
  reg [7:0] w_hold_q;
  reg [6:0] k_count_q;
  reg [7:0] k_hold_q;

  wire w_full = w_count_q == ROWS[6:0];
  wire k_full = k_count_q == COLS[6:0];
  wire w_take = w_valid_i && w_ready_o;
  wire k_take = k_valid_i && k_ready_o;
  wire a_take = a_valid_i && a_ready_o;
  wire start  = a_take && a_start_i;
  // the tile wants coefficients
  wire k_due  = a_last_i || OPT_KTILE != 0;

  assign w_ready_o = !w_full && w_hold_q == 8'd0;
  assign k_ready_o = !k_full && k_hold_q == 8'd0;
  assign a_ready_o = !a_start_i || (w_full && (k_full || !k_due));

  localparam integer W_HOLD = ROWS + COLS - 2;
  localparam integer K_HOLD = OPT_KTILE != 0 ? ROWS + COLS - 1 : ROWS + COLS + 1;

  always @(posedge clk)
    if (rst) begin
      w_count_q <= 7'd0;
      w_hold_q  <= 8'd0;
      k_count_q <= 7'd0;
      k_hold_q  <= 8'd0;
    end else begin
      if (start) w_count_q <= 7'd0;
      else if (w_take) w_count_q <= w_count_q + 7'd1;
      if (start) w_hold_q <= W_HOLD[7:0];
      else if (w_hold_q != 8'd0) w_hold_q <= w_hold_q - 8'd1;
      if (start && k_due) k_count_q <= 7'd0;
      else if (k_take) k_count_q <= k_count_q + 7'd1;
      if (start && k_due) k_hold_q <= K_HOLD[7:0];
      else if (k_hold_q != 8'd0) k_hold_q <= k_hold_q - 8'd1;
    end

  // ---- the activation register, and the tokens that run down beside the wave --------------------

  reg [8*ROWS-1:0]   a_q;
  reg [ADDR_W+1:0]   tag_q;
  reg [ROWS+1:0]     valid_q;
  reg [ROWS+1:0]     start_q;

  always @(posedge clk)
    if (a_take) begin
      a_q   <= a_i;
      tag_q <= {a_first_i, a_last_i, a_addr_i};
    end

  always @(posedge clk)
    if (rst) begin
      valid_q <= {(ROWS + 2){1'b0}};
      start_q <= {(ROWS + 2){1'b0}};
    end else begin
      valid_q <= {valid_q[ROWS:0], a_take};
      start_q <= {start_q[ROWS:0], start};
    end

  wire [ADDR_W+1:0] tag_foot;

  vmac_delay #(
    .DEPTH(ROWS + 1),
    .WIDTH(ADDR_W + 2)
  ) u_tag (
    .clk(clk),
    .data_i(tag_q),
    .data_o(tag_foot)
  );

  // ---- skew and array -------------------------------------------------------------------------

  wire [8*ROWS-1:0]      a_skewed;
  wire [COLS*PSUM_W-1:0] ps;
  wire [SIDE_W-1:0]      sum_a;
  wire [PLANES*XSUM_W-1:0] sum_x;

  vmac_skew #(
    .LANES(ROWS),
    .WIDTH(8),
    .DESCEND(0)
  ) u_skew (
    .clk(clk),
    .data_i(a_q),
    .data_o(a_skewed)
  );

  vmac_array #(
    .CELL(CELL),
    .ROWS(ROWS),
    .COLS(COLS),
    .OPT_CORRECTION(OPT_CORRECTION),
    .OPT_MODE(OPT_MODE),
    .OPT_LOWPOWER(OPT_LOWPOWER),
    .MAP(MAP),
    .PHI_RANK(PHI_RANK),
    .PHI(PHI)
  ) u_array (
    .clk(clk),
    .rst(rst),
    .a_i(a_skewed),
    .swap_i(start_q[ROWS-1:0]),
    .shift_i(w_take),
    .w_i(w_i),
    .w_en_i({COLS{w_row_i}} & w_col_i),
    .w_mode_i(w_mode_i),
    .ps_o(ps),
    .sum_a_o(sum_a),
    .sum_x_o(sum_x)
  );

  // ---- the feet -------------------------------------------------------------------------------

  generate
    if (OPT_KTILE != 0) begin : g_tiled
      vmac_feet_tiled #(
        .SIGNED(SIGNED),
        .PLANES(PLANES),
        .HAS_X(X_W != 0 ? 1 : 0),
        .COLS(COLS),
        .PSUM_W(PSUM_W),
        .SIDE_W(SIDE_W),
        .XSUM_W(XSUM_W),
        .DEPTH(DEPTH)
      ) u_feet (
        .clk(clk),
        .rst(rst),
        .tok_valid_i(valid_q[ROWS+1]),
        .tok_start_i(start_q[ROWS+1]),
        .tok_first_i(tag_foot[ADDR_W+1]),
        .tok_last_i(tag_foot[ADDR_W]),
        .tok_addr_i(tag_foot[ADDR_W-1:0]),
        .ps_i(ps),
        .sum_a_i(sum_a),
        .sum_x_i(sum_x),
        .k_shift_i(k_take),
        .k_c0_i(k_c0_i),
        .k_c_i(k_c_i),
        .k_bias_i(k_bias_i),
        .out_valid_o(out_valid_o),
        .out_addr_o(out_addr_o),
        .out_acc_o(out_acc_o)
      );
    end else begin : g_whole
      vmac_feet #(
        .SIGNED(SIGNED),
        .A_W(A_W),
        .X_W(X_W),
        .PLANES(PLANES),
        .COLS(COLS),
        .PSUM_W(PSUM_W),
        .SIDE_W(SIDE_W),
        .XSUM_W(XSUM_W),
        .DEPTH(DEPTH),
        .OPT_CORRECTION(OPT_CORRECTION)
      ) u_feet (
        .clk(clk),
        .rst(rst),
        .tok_valid_i(valid_q[ROWS+1]),
        .tok_start_i(start_q[ROWS+1]),
        .tok_first_i(tag_foot[ADDR_W+1]),
        .tok_last_i(tag_foot[ADDR_W]),
        .tok_addr_i(tag_foot[ADDR_W-1:0]),
        .ps_i(ps),
        .sum_a_i(sum_a),
        .sum_x_i(sum_x),
        .k_shift_i(k_take),
        .k_c0_i(k_c0_i),
        .k_c_i(k_c_i),
        .k_bias_i(k_bias_i),
        .out_valid_o(out_valid_o),
        .out_addr_o(out_addr_o),
        .out_acc_o(out_acc_o)
      );
    end

    if (OPT_KTILE != 0 && OPT_KTILE != 1) begin : g_ktile
      error_OPT_KTILE_must_be_0_or_1 u_err ();
    end
    if (OPT_KTILE == 1 && OPT_CORRECTION == 0) begin : g_nothing
      error_OPT_KTILE_needs_OPT_CORRECTION u_err ();
    end
  endgenerate

`ifdef VMAC_CHECK
  // ---- what the streams must keep to ------------------------------------------------------------

  reg started_q;

  always @(posedge clk)
    if (rst) started_q <= 1'b0;
    else begin
      if (a_take) begin
        started_q <= 1'b1;
        `VMAC_ASSUME(a_start_i || started_q)
        `VMAC_ASSUME(a_start_i || a_first_i == tag_q[ADDR_W+1])
        `VMAC_ASSUME(a_start_i || a_last_i == tag_q[ADDR_W])
        `VMAC_ASSUME({1'b0, a_addr_i} < DEPTH[ADDR_W:0])
      end
      if (w_take) `VMAC_ASSUME(!w_row_i || w_col_i[0])
      `VMAC_ASSERT(w_count_q <= ROWS[6:0] && k_count_q <= COLS[6:0])
    end
`endif

endmodule

`default_nettype wire
