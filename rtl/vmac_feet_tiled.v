// vmac_feet_tiled: what stands under the array where every K tile has coefficients of its own
//
// Contract: column c's partial sum enters c cycles after column 0's; the token and the side
//   column's sums enter with column 0. All COLS final accumulators of a pixel leave together,
//   COLS + 3 cycles after column 0's partial sum of its last K tile entered.
//   k_shift_i takes one column's coefficients {c0, c_i, bias}, the last column's first; the token
//   that carries start makes them the ones in use, for every K tile. c0 and the bias of all of a
//   pixel's tiles are added up: they come with one tile, or in parts.
//   rst drops what is in flight; coefficients stay, but the first token after it carries start.
//   The correction units stand before the accumulators, which so hold 6 fraction bits more and need
//   no company: a tile's sums of A and X end with the tile. New accumulators begin with one half:
//   the shift behind them rounds, once, as one set of coefficients would.
// Not: stalls.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_feet_tiled #(
  // operand class of the cells: 1 = s8, 0 = u8
  parameter integer SIGNED = 0,
  // sums of X; HAS_X = 0: there is none, and what enters as one is 0
  parameter integer PLANES = 1,
  parameter integer HAS_X = 1,
  parameter integer COLS = 16,
  // bits of a column's partial sum; of the side column's sum of A, and of each of X
  parameter integer PSUM_W = 20,
  parameter integer SIDE_W = 12,
  parameter integer XSUM_W = 12,
  // accumulators per column
  parameter integer DEPTH = 256
) (
  input  wire                     clk,
  input  wire                     rst,
  // the token of column 0
  input  wire                     tok_valid_i,
  input  wire                     tok_start_i,
  input  wire                     tok_first_i,
  input  wire                     tok_last_i,
  input  wire [$clog2(DEPTH)-1:0] tok_addr_i,
  // partial sums, skewed; the side column's sums
  input  wire [COLS*PSUM_W-1:0]   ps_i,
  input  wire [SIDE_W-1:0]        sum_a_i,
  input  wire [PLANES*XSUM_W-1:0] sum_x_i,
  // coefficients
  input  wire                     k_shift_i,
  input  wire [31:0]              k_c0_i,
  input  wire [18*PLANES-1:0]     k_c_i,
  input  wire [31:0]              k_bias_i,
  // final accumulators
  output wire                     out_valid_o,
  output wire [$clog2(DEPTH)-1:0] out_addr_o,
  output wire [32*COLS-1:0]       out_acc_o
);

  localparam integer ADDR_W = $clog2(DEPTH);
  // Fraction bits (vmac_correct_tile), and an accumulator with them.
  localparam integer F     = 6;
  localparam integer FIX_W = 32 + F;
  // through the correction units
  localparam integer CORRECT = 2;
  localparam [FIX_W-1:0] HALF = {{(FIX_W - F){1'b0}}, 1'b1, {(F - 1){1'b0}}};

  // ---- everything of a pixel in one cycle; its token waits for the corrected sums ---------------

  wire [COLS*PSUM_W-1:0]   ps;
  wire [SIDE_W-1:0]        side_a;
  wire [PLANES*XSUM_W-1:0] side_x;
  wire                     tok_first, tok_last;
  wire [ADDR_W-1:0]        tok_addr;
  reg  [COLS:0]            valid_q;
  reg  [COLS-3:0]          start_q;

  vmac_skew #(
    .LANES(COLS),
    .WIDTH(PSUM_W),
    .DESCEND(1)
  ) u_deskew (
    .clk(clk),
    .data_i(ps_i),
    .data_o(ps)
  );

  vmac_delay #(
    .DEPTH(COLS - 1),
    .WIDTH(SIDE_W + PLANES * XSUM_W)
  ) u_wait (
    .clk(clk),
    .data_i({sum_a_i, sum_x_i}),
    .data_o({side_a, side_x})
  );

  vmac_delay #(
    .DEPTH(COLS - 1 + CORRECT),
    .WIDTH(2 + ADDR_W)
  ) u_token (
    .clk(clk),
    .data_i({tok_first_i, tok_last_i, tok_addr_i}),
    .data_o({tok_first, tok_last, tok_addr})
  );

  always @(posedge clk)
    if (rst) valid_q <= {(COLS + 1){1'b0}};
    else valid_q <= {valid_q[COLS-1:0], tok_valid_i};

  // A start from before a reset takes coefficients that no pixel meets: the next brings its own.
  always @(posedge clk) start_q <= {start_q[COLS-4:0], tok_valid_i && tok_start_i};

  // one cycle ahead of the tile's first pixel
  wire take = start_q[COLS-3];

  // ---- correction units -------------------------------------------------------------------------

  wire [FIX_W-1:0]      k = {k_bias_i, {F{1'b0}}} + {{F{k_c0_i[31]}}, k_c0_i};
  wire [COLS*FIX_W-1:0] part;

  // as the units have them
  localparam integer X_W = HAS_X != 0 ? XSUM_W : 0;
  wire [PLANES*(X_W < 1 ? 1 : X_W)-1:0] unit_x;
  generate
    if (HAS_X != 0) begin : g_x
      assign unit_x = side_x;
    end else begin : g_no_x
      wire unused_x = ^side_x;
      assign unit_x = {PLANES{1'b0}};
    end
  endgenerate

  wire [COLS*FIX_W-1:0] acc;

  genvar c;
  generate
    for (c = 0; c < COLS; c = c + 1) begin : g_col
      wire [FIX_W-1:0]     k_in, k_out;
      wire [18*PLANES-1:0] c_in, c_out;

      if (c == 0) begin : g_left
        assign k_in = k;
        assign c_in = k_c_i;
      end else begin : g_right
        assign k_in = g_col[c-1].k_out;
        assign c_in = g_col[c-1].c_out;
      end

      vmac_correct_tile #(
        .SIGNED(SIGNED),
        .PSUM_W(PSUM_W),
        .SIDE_W(SIDE_W),
        .XSUM_W(X_W),
        .PLANES(PLANES)
      ) u_correct (
        .clk(clk),
        .k_shift_i(k_shift_i),
        .k_i(k_in),
        .k_c_i(c_in),
        .k_o(k_out),
        .k_c_o(c_out),
        .take_i(take),
        .valid_i(valid_q[COLS-1:COLS-2]),
        .ps_i(ps[PSUM_W*c +: PSUM_W]),
        .sum_a_i(side_a),
        .sum_x_i(unit_x),
        .sum_o(part[FIX_W*c +: FIX_W])
      );

      wire unused_fraction = ^acc[FIX_W*c +: F];
      assign out_acc_o[32*c +: 32] = acc[FIX_W*c+F +: 32];

      if (c == COLS - 1) begin : g_edge
        wire unused_out = ^{k_out, c_out};
      end
    end
  endgenerate

  // ---- accumulators -----------------------------------------------------------------------------

  wire unused_take;

  vmac_accum #(
    .LANES(COLS),
    .IN_W(FIX_W),
    .SIGNED(1),
    .ACC_W(FIX_W),
    .DEPTH(DEPTH),
    .BEGIN(HALF)
  ) u_accum (
    .clk(clk),
    .rst(rst),
    .tok_valid_i(valid_q[COLS]),
    .tok_start_i(1'b0),
    .tok_first_i(tok_first),
    .tok_last_i(tok_last),
    .tok_addr_i(tok_addr),
    .ps_i(part),
    .take_o(unused_take),
    .valid_o(out_valid_o),
    .acc_o(acc)
  );

  // From the memory's door to the output.
  vmac_delay #(
    .DEPTH(2),
    .WIDTH(ADDR_W)
  ) u_addr (
    .clk(clk),
    .data_i(tok_addr),
    .data_o(out_addr_o)
  );

endmodule

`default_nettype wire
