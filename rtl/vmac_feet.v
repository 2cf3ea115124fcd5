// vmac_feet: what stands under the array: accumulators, correction units, deskew
//
// Contract: column c's partial sum, and its token, enter c cycles after column 0's; the side
//   column's sums enter with column 0. All COLS final accumulators of a pixel leave together,
//   COLS + 3 cycles after column 0's partial sum of its last K tile entered. The sums of A and X
//   are accumulated once, and travel right with the wave to one correction unit per column.
//   k_shift_i takes one column's coefficients {c0, c_i, bias}, the last column's first; the token
//   that carries start and last makes them the ones in use, column by column as the wave passes.
// Not: stalls; the deskew here is 32 bits wide and belongs behind requantization in a whole
//   accelerator, where it is 8 bits wide.
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
  // 0 leaves V out; 1: one sum of X; 2: one per bit plane
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
  input  wire [64+18*PLANES-1:0]  k_i,
  // final accumulators
  output wire                     out_valid_o,
  output wire [$clog2(DEPTH)-1:0] out_addr_o,
  output wire [32*COLS-1:0]       out_acc_o
);

  localparam integer ADDR_W = $clog2(DEPTH);
  localparam integer AACC_W = A_W != 0 ? A_W : 1;
  localparam integer XACC_W = X_W != 0 ? X_W : 1;
  localparam integer K_W    = 64 + 18 * PLANES;

  wire [AACC_W-1:0]        sum_a;
  wire [PLANES*XACC_W-1:0] sum_x;
  wire [32*COLS-1:0]       skewed;

  genvar c, p;
  generate
    if (A_W != 0) begin : g_sum_a
      wire unused_take, unused_valid;
      wire [ADDR_W+3:0] unused_tok;
      vmac_accum #(
        .IN_W(SIDE_W),
        .SIGNED(0),
        .ACC_W(A_W),
        .DEPTH(DEPTH)
      ) u_accum (
        .clk(clk),
        .rst(rst),
        .tok_valid_i(tok_valid_i),
        .tok_start_i(tok_start_i),
        .tok_first_i(tok_first_i),
        .tok_last_i(tok_last_i),
        .tok_addr_i(tok_addr_i),
        .tok_valid_o(unused_tok[3]),
        .tok_start_o(unused_tok[2]),
        .tok_first_o(unused_tok[1]),
        .tok_last_o(unused_tok[0]),
        .tok_addr_o(unused_tok[ADDR_W+3:4]),
        .ps_i(sum_a_i),
        .take_o(unused_take),
        .valid_o(unused_valid),
        .acc_o(sum_a)
      );
    end else begin : g_no_sum_a
      wire unused_sum_a = ^sum_a_i;
      assign sum_a = 1'b0;
    end

    for (p = 0; p < PLANES && X_W != 0; p = p + 1) begin : g_sum_x
      wire unused_take, unused_valid;
      wire [ADDR_W+3:0] unused_tok;
      vmac_accum #(
        .IN_W(XSUM_W),
        .SIGNED(0),
        .ACC_W(X_W),
        .DEPTH(DEPTH)
      ) u_accum (
        .clk(clk),
        .rst(rst),
        .tok_valid_i(tok_valid_i),
        .tok_start_i(tok_start_i),
        .tok_first_i(tok_first_i),
        .tok_last_i(tok_last_i),
        .tok_addr_i(tok_addr_i),
        .tok_valid_o(unused_tok[3]),
        .tok_start_o(unused_tok[2]),
        .tok_first_o(unused_tok[1]),
        .tok_last_o(unused_tok[0]),
        .tok_addr_o(unused_tok[ADDR_W+3:4]),
        .ps_i(sum_x_i[XSUM_W*p +: XSUM_W]),
        .take_o(unused_take),
        .valid_o(unused_valid),
        .acc_o(sum_x[X_W*p +: X_W])
      );
    end
    if (X_W == 0) begin : g_no_sum_x
      wire unused_sum_x = ^sum_x_i;
      assign sum_x = {PLANES{1'b0}};
    end

    for (c = 0; c < COLS; c = c + 1) begin : g_col
      wire              tok_valid_in, tok_start_in, tok_first_in, tok_last_in;
      wire              tok_valid, tok_start, tok_first, tok_last;
      wire [ADDR_W-1:0] tok_addr_in, tok_addr;
      wire [AACC_W-1:0] sum_a_in, sum_a_out;
      wire [PLANES*XACC_W-1:0] sum_x_in, sum_x_out;
      wire [K_W-1:0]    k_in, k_out;
      wire              take, acc_valid, valid;
      wire [31:0]       acc;

      if (c == 0) begin : g_left
        assign {tok_valid_in, tok_start_in} = {tok_valid_i, tok_start_i};
        assign {tok_first_in, tok_last_in}  = {tok_first_i, tok_last_i};
        assign tok_addr_in = tok_addr_i;
        assign sum_a_in = sum_a;
        assign sum_x_in = sum_x;
        assign k_in = k_i;
      end else begin : g_right
        assign {tok_valid_in, tok_start_in} = {g_col[c-1].tok_valid, g_col[c-1].tok_start};
        assign {tok_first_in, tok_last_in}  = {g_col[c-1].tok_first, g_col[c-1].tok_last};
        assign tok_addr_in = g_col[c-1].tok_addr;
        assign sum_a_in = g_col[c-1].sum_a_out;
        assign sum_x_in = g_col[c-1].sum_x_out;
        assign k_in = g_col[c-1].k_out;
      end

      vmac_accum #(
        .IN_W(PSUM_W),
        .SIGNED(SIGNED),
        .ACC_W(32),
        .DEPTH(DEPTH)
      ) u_accum (
        .clk(clk),
        .rst(rst),
        .tok_valid_i(tok_valid_in),
        .tok_start_i(tok_start_in),
        .tok_first_i(tok_first_in),
        .tok_last_i(tok_last_in),
        .tok_addr_i(tok_addr_in),
        .tok_valid_o(tok_valid),
        .tok_start_o(tok_start),
        .tok_first_o(tok_first),
        .tok_last_o(tok_last),
        .tok_addr_o(tok_addr),
        .ps_i(ps_i[PSUM_W*c +: PSUM_W]),
        .take_o(take),
        .valid_o(acc_valid),
        .acc_o(acc)
      );

      vmac_correct #(
        .A_W(AACC_W),
        .X_W(XACC_W),
        .PLANES(PLANES),
        .OPT_CORRECTION(OPT_CORRECTION)
      ) u_correct (
        .clk(clk),
        .rst(rst),
        .k_shift_i(k_shift_i),
        .k_i(k_in),
        .k_o(k_out),
        .take_i(take),
        .valid_i(acc_valid),
        .acc_i(acc),
        .sum_a_i(sum_a_in),
        .sum_x_i(sum_x_in),
        .sum_a_o(sum_a_out),
        .sum_x_o(sum_x_out),
        .valid_o(valid),
        .acc_o(skewed[32*c +: 32])
      );

      if (c == COLS - 1) begin : g_edge
        wire unused_out = ^{tok_valid, tok_start, tok_first, tok_last, sum_a_out, sum_x_out, k_out};
        assign out_valid_o = valid;
        // The last column's token left its accumulator's first stage; three more to the output.
        vmac_delay #(
          .DEPTH(3),
          .WIDTH(ADDR_W)
        ) u_addr (
          .clk(clk),
          .data_i(tok_addr),
          .data_o(out_addr_o)
        );
      end else begin : g_inner
        wire unused_valid = valid;
      end
    end
  endgenerate

  vmac_skew #(
    .LANES(COLS),
    .WIDTH(32),
    .DESCEND(1)
  ) u_deskew (
    .clk(clk),
    .data_i(skewed),
    .data_o(out_acc_o)
  );

endmodule

`default_nettype wire
