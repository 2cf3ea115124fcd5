// vmac_correct: correction, zero point and bias of one output channel, at its column's foot
//
// Contract: valid_i[0] says that an accumulator enters, valid_i[1] that the one before it is in the
//   second stage. Two cycles after it entered,
//     acc_o = acc_i + ((c0 + sum over i of c_i * sum_x_i + 32) >>> 6) - 128 * sum_a_i + bias
//   mod 2^32, where the sums are those of the whole K, X has PLANES sums, and c0 (signed 32) and
//   the c_i (signed 18) have 6 fraction bits. s8 cells have no sum_a term (the caller ties it to
//   0); OPT_CORRECTION = 0 has no V term, X_W = 0 none of X in it: c0 alone, and the c_i are not
//   kept (k_c_o is 0). One sum of X, many or none: the latency is the same.
//   k_shift_i moves the shadow coefficients one column right; take_i makes them the ones of the
//   accumulators that enter from the next cycle on. Both may be 1 in one cycle: the old shadow
//   coefficients are taken.
// Not: the zero points' constant part; the compiler folds it into bias. Not requantization.
// Paper: arXiv:2412.16757 (control variate), with fraction bits.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_correct #(
  // bits of the sum of A; bits of a sum of X, all unsigned, 0: there is none
  parameter integer A_W = 24,
  parameter integer X_W = 24,
  // sums of X, 1..8
  parameter integer PLANES = 1,
  // 0 leaves V's multipliers out; 1 to 3: the sums of X are what the side column says
  parameter integer OPT_CORRECTION = 1
) (
  input  wire                    clk,
  // shadow coefficients, c_i at [18*i +: 18], moving right while k_shift_i
  input  wire                    k_shift_i,
  input  wire [31:0]             k_c0_i,
  input  wire [18*PLANES-1:0]    k_c_i,
  input  wire [31:0]             k_bias_i,
  output wire [31:0]             k_c0_o,
  output wire [18*PLANES-1:0]    k_c_o,
  output wire [31:0]             k_bias_o,
  input  wire                    take_i,
  // the accumulator and its sums, plane i of X at [X_W*i +: X_W]
  input  wire [1:0]              valid_i,
  input  wire [31:0]             acc_i,
  input  wire [A_W-1:0]          sum_a_i,
  input  wire [PLANES*(X_W < 1 ? 1 : X_W)-1:0] sum_x_i,
  output wire [31:0]             acc_o
);

  // Fraction bits of the coefficients (VMAC_CORR_F of the golden model).
  localparam integer F = 6;
  // An accumulator with them, modulo 2^32 as the accumulator is; a product, as far as that goes.
  localparam integer FIX_W  = 32 + F;
  localparam integer PROD_W = 18 + X_W < FIX_W ? 18 + X_W : FIX_W;

  reg [31:0] bias_shadow_q;
  reg [31:0] bias_q;
  reg [31:0] acc_q;

  wire [31:0] sum_a = {{(32 - A_W){1'b0}}, sum_a_i};
  wire [31:0] base = acc_i + bias_q - (sum_a << 7);
  wire [31:0] final_acc;

  always @(posedge clk) begin
    if (k_shift_i) bias_shadow_q <= k_bias_i;
    if (take_i) bias_q <= bias_shadow_q;
    if (valid_i[1]) acc_q <= final_acc;
  end

  genvar p;
  generate
    if (OPT_CORRECTION != 0) begin : g_v
      reg [31:0]      c0_shadow_q;
      reg [31:0]      c0_q;
      reg [FIX_W-1:0] base_q;

      // The shift by F is the last step, behind everything: first the products, then one sum.
      wire [FIX_W-1:0] half = {{(FIX_W - 1){1'b0}}, 1'b1} << (F - 1);
      wire [FIX_W-1:0] c0 = {{F{c0_q[31]}}, c0_q};

      wire [FIX_W-1:0] fixed;
      wire             unused_fraction = ^fixed[F-1:0];

      if (X_W > 0) begin : g_x
        reg [18*PLANES-1:0] c_shadow_q;
        for (p = 0; p < PLANES; p = p + 1) begin : g_plane
          reg         [17:0]       c_q;
          reg  signed [PROD_W-1:0] product_q;
          wire signed [PROD_W-1:0] c = {{(PROD_W - 18){c_q[17]}}, c_q};
          wire signed [PROD_W-1:0] x = {{(PROD_W - X_W){1'b0}}, sum_x_i[X_W*p +: X_W]};
          wire        [FIX_W-1:0]  product;
          wire        [FIX_W-1:0]  sum;
          if (PROD_W == FIX_W) begin : g_whole
            assign product = product_q;
          end else begin : g_short
            assign product = {{(FIX_W - PROD_W){product_q[PROD_W-1]}}, product_q};
          end
          if (p == 0) begin : g_first
            assign sum = base_q + product;
          end else begin : g_next
            assign sum = g_plane[p-1].sum + product;
          end
          always @(posedge clk) begin
            if (take_i) c_q <= c_shadow_q[18*p +: 18];
            if (valid_i[0]) product_q <= c * x;
          end
        end
        always @(posedge clk) if (k_shift_i) c_shadow_q <= k_c_i;
        assign fixed = g_plane[PLANES-1].sum;
        assign k_c_o = c_shadow_q;
      end else begin : g_constant
        wire unused_x = ^{k_c_i, sum_x_i};
        assign fixed = base_q;
        assign k_c_o = {(18 * PLANES){1'b0}};
      end

      always @(posedge clk) begin
        if (k_shift_i) c0_shadow_q <= k_c0_i;
        if (take_i) c0_q <= c0_shadow_q;
        if (valid_i[0]) base_q <= {base, {F{1'b0}}} + c0 + half;
      end

      assign final_acc = fixed[F +: 32];
      assign k_c0_o = c0_shadow_q;
    end else begin : g_no_v
      reg [31:0] base_q;
      always @(posedge clk)
        if (valid_i[0]) base_q <= base;
      wire unused_inputs = ^{k_c0_i, k_c_i, sum_x_i};
      assign final_acc = base_q;
      assign k_c0_o = 32'd0;
      assign k_c_o = {(18 * PLANES){1'b0}};
    end

    if (A_W < 1 || A_W > 24) begin : g_a_w
      error_A_W_must_be_1_to_24 u_err ();
    end
    if (X_W < 0 || X_W > 24) begin : g_x_w
      error_X_W_must_be_0_to_24 u_err ();
    end
    if (PLANES < 1 || PLANES > 8) begin : g_planes
      error_PLANES_must_be_1_to_8 u_err ();
    end
    if (OPT_CORRECTION < 0 || OPT_CORRECTION > 3) begin : g_option
      error_OPT_CORRECTION_must_be_0_to_3 u_err ();
    end
  endgenerate

  assign k_bias_o = bias_shadow_q;
  assign acc_o    = acc_q;

endmodule

`default_nettype wire
