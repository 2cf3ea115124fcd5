// vmac_feet: what stands under the array: deskew, accumulators, correction units
//
// Contract: column c's partial sum enters c cycles after column 0's; the token and the side
//   column's sums enter with column 0. All COLS final accumulators of a pixel leave together,
//   COLS + 3 cycles after column 0's partial sum of its last K tile entered.
//   The partial sums are deskewed first, while they are narrow: one token, one address and one wide
//   memory then serve all columns, and the sums of A and X need not travel. They are accumulated
//   once, for one correction unit per column.
//   k_shift_i takes one column's coefficients {c0, c_i, bias}, the last column's first; the token
//   that carries start and last makes them the ones in use.
// Not: stalls.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_feet #(
  // operand class of the cells: 1 = s8, 0 = u8
  parameter integer SIGNED = 0,
  // bits of the accumulated sum of A, and of each of X; 0: there is none
  parameter integer A_W = 23,
  parameter integer X_W = 0,
  // sums of X
  parameter integer PLANES = 1,
  parameter integer COLS = 16,
  // bits of a column's partial sum; of the side column's sum of A, and of each of X
  parameter integer PSUM_W = 20,
  parameter integer SIDE_W = 12,
  parameter integer XSUM_W = 12,
  // accumulators per column
  parameter integer DEPTH = 256,
  // 0 leaves V out; 1: one sum of X; 2: one per bit plane; 3: one per plane of PHI
  parameter integer OPT_CORRECTION = 1
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
  localparam integer AACC_W = A_W != 0 ? A_W : 1;
  localparam integer XACC_W = X_W != 0 ? X_W : 1;

  // ---- everything of a pixel in one cycle -------------------------------------------------------

  wire [COLS*PSUM_W-1:0]    ps;
  wire [SIDE_W-1:0]         side_a;
  wire [PLANES*XSUM_W-1:0]  side_x;
  wire                      tok_start, tok_first, tok_last;
  wire [ADDR_W-1:0]         tok_addr;
  reg  [COLS-2:0]           valid_q;

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
    .WIDTH(3 + ADDR_W + SIDE_W + PLANES * XSUM_W)
  ) u_wait (
    .clk(clk),
    .data_i({tok_start_i, tok_first_i, tok_last_i, tok_addr_i, sum_a_i, sum_x_i}),
    .data_o({tok_start, tok_first, tok_last, tok_addr, side_a, side_x})
  );

  always @(posedge clk)
    if (rst) valid_q <= {(COLS - 1){1'b0}};
    else valid_q <= {valid_q[COLS-3:0], tok_valid_i};

  // ---- accumulators ---------------------------------------------------------------------------

  wire [AACC_W-1:0]        sum_a;
  wire [PLANES*XACC_W-1:0] sum_x;
  wire [32*COLS-1:0]       acc;
  wire                     take, done;

  vmac_accum #(
    .LANES(COLS),
    .IN_W(PSUM_W),
    .SIGNED(SIGNED),
    .ACC_W(32),
    .DEPTH(DEPTH)
  ) u_accum (
    .clk(clk),
    .rst(rst),
    .tok_valid_i(valid_q[COLS-2]),
    .tok_start_i(tok_start),
    .tok_first_i(tok_first),
    .tok_last_i(tok_last),
    .tok_addr_i(tok_addr),
    .ps_i(ps),
    .take_o(take),
    .valid_o(done),
    .acc_o(acc)
  );

  generate
    if (A_W != 0) begin : g_sum_a
      wire unused_take, unused_valid;
      vmac_accum #(
        .LANES(1),
        .IN_W(SIDE_W),
        .SIGNED(0),
        .ACC_W(A_W),
        .DEPTH(DEPTH)
      ) u_accum (
        .clk(clk),
        .rst(rst),
        .tok_valid_i(valid_q[COLS-2]),
        .tok_start_i(tok_start),
        .tok_first_i(tok_first),
        .tok_last_i(tok_last),
        .tok_addr_i(tok_addr),
        .ps_i(side_a),
        .take_o(unused_take),
        .valid_o(unused_valid),
        .acc_o(sum_a)
      );
    end else begin : g_no_sum_a
      wire unused_sum_a = ^side_a;
      assign sum_a = 1'b0;
    end

    if (X_W != 0) begin : g_sum_x
      wire unused_take, unused_valid;
      vmac_accum #(
        .LANES(PLANES),
        .IN_W(XSUM_W),
        .SIGNED(0),
        .ACC_W(X_W),
        .DEPTH(DEPTH)
      ) u_accum (
        .clk(clk),
        .rst(rst),
        .tok_valid_i(valid_q[COLS-2]),
        .tok_start_i(tok_start),
        .tok_first_i(tok_first),
        .tok_last_i(tok_last),
        .tok_addr_i(tok_addr),
        .ps_i(side_x),
        .take_o(unused_take),
        .valid_o(unused_valid),
        .acc_o(sum_x)
      );
    end else begin : g_no_sum_x
      wire unused_sum_x = ^side_x;
      assign sum_x = {PLANES{1'b0}};
    end
  endgenerate

  // ---- correction units -------------------------------------------------------------------------

  reg [1:0] done_q;

  always @(posedge clk)
    if (rst) done_q <= 2'b00;
    else done_q <= {done_q[0], done};

  genvar c;
  generate
    for (c = 0; c < COLS; c = c + 1) begin : g_col
      wire [31:0]          c0_in, c0_out, bias_in, bias_out;
      wire [18*PLANES-1:0] c_in, c_out;

      if (c == 0) begin : g_left
        assign c0_in = k_c0_i;
        assign c_in = k_c_i;
        assign bias_in = k_bias_i;
      end else begin : g_right
        assign c0_in = g_col[c-1].c0_out;
        assign c_in = g_col[c-1].c_out;
        assign bias_in = g_col[c-1].bias_out;
      end

      vmac_correct #(
        .A_W(AACC_W),
        .X_W(X_W),
        .PLANES(PLANES),
        .OPT_CORRECTION(OPT_CORRECTION)
      ) u_correct (
        .clk(clk),
        .k_shift_i(k_shift_i),
        .k_c0_i(c0_in),
        .k_c_i(c_in),
        .k_bias_i(bias_in),
        .k_c0_o(c0_out),
        .k_c_o(c_out),
        .k_bias_o(bias_out),
        .take_i(take),
        .valid_i({done_q[0], done}),
        .acc_i(acc[32*c +: 32]),
        .sum_a_i(sum_a),
        .sum_x_i(sum_x),
        .acc_o(out_acc_o[32*c +: 32])
      );

      if (c == COLS - 1) begin : g_edge
        wire unused_out = ^{c0_out, c_out, bias_out};
      end
    end
  endgenerate

  // From the memory's door to the output.
  vmac_delay #(
    .DEPTH(4),
    .WIDTH(ADDR_W)
  ) u_addr (
    .clk(clk),
    .data_i(tok_addr),
    .data_o(out_addr_o)
  );

  assign out_valid_o = done_q[1];

endmodule

`default_nettype wire
