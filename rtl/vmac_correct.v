// vmac_correct: correction, zero point and bias of one output channel, at its column's foot
//
// Contract: two cycles after valid_i, valid_o with
//     acc_o = acc_i + ((c0 + c1 * sum_x_i + 32) >>> 6) - 128 * sum_a_i + bias   (mod 2^32)
//   where the sums are those of the whole K, and c0 (signed 32), c1 (signed 18) have 6 fraction
//   bits. s8 cells have no sum_a term (the caller ties it to 0); OPT_CORRECTION = 0 has no V term.
//   The sums leave one cycle later for the column to the right.
//   k_shift_i moves the shadow coefficients one column right; take_i makes them the ones of the
//   accumulators that enter from the next cycle on. Both may be 1 in one cycle: the old shadow
//   coefficients are taken.
// Not: the zero points' constant part; the compiler folds it into bias. Not requantization.
// Paper: arXiv:2412.16757 (control variate), with fraction bits.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_correct #(
  // bits of the sum of A; bits of the sum of X, both unsigned
  parameter integer A_W = 24,
  parameter integer X_W = 24,
  // 0 leaves V's multiplier out
  parameter integer OPT_CORRECTION = 1
) (
  input  wire           clk,
  input  wire           rst,
  // shadow coefficients {c0, c1, bias}, moving right while k_shift_i
  input  wire           k_shift_i,
  input  wire [81:0]    k_i,
  output wire [81:0]    k_o,
  input  wire           take_i,
  // the accumulator and its sums; the sums move right
  input  wire           valid_i,
  input  wire [31:0]    acc_i,
  input  wire [A_W-1:0] sum_a_i,
  input  wire [X_W-1:0] sum_x_i,
  output wire [A_W-1:0] sum_a_o,
  output wire [X_W-1:0] sum_x_o,
  output wire           valid_o,
  output wire [31:0]    acc_o
);

  // Fraction bits of c0 and c1 (VMAC_CORR_F of the golden model).
  localparam integer F = 6;

  reg [31:0]    bias_shadow_q;
  reg [31:0]    bias_q;
  reg [A_W-1:0] sum_a_q;
  reg [31:0]    base_q;
  reg [31:0]    acc_q;
  reg [1:0]     valid_q;

  wire [31:0] v;
  wire [31:0] sum_a = {{(32 - A_W){1'b0}}, sum_a_i};

  always @(posedge clk) begin
    if (k_shift_i) bias_shadow_q <= k_i[31:0];
    if (take_i) bias_q <= bias_shadow_q;
    sum_a_q <= sum_a_i;
    if (valid_i) base_q <= acc_i + bias_q - (sum_a << 7);
    if (valid_q[0]) acc_q <= base_q + v;
  end

  always @(posedge clk)
    if (rst) valid_q <= 2'b00;
    else valid_q <= {valid_q[0], valid_i};

  generate
    if (OPT_CORRECTION != 0) begin : g_v
      reg        [49:0]    shadow_q;
      reg signed [31:0]    c0_q;
      reg signed [17:0]    c1_q;
      reg        [X_W-1:0] sum_x_q;
      reg        [31:0]    v_q;

      // 18 x 25 bits and one addition: 44 bits hold every value.
      wire signed [43:0] half = 44'sd1 <<< (F - 1);
      wire signed [43:0] c0 = {{12{c0_q[31]}}, c0_q};
      wire signed [43:0] c1 = {{26{c1_q[17]}}, c1_q};
      wire signed [43:0] sum_x = {{(44 - X_W){1'b0}}, sum_x_i};
      wire signed [43:0] scaled = c1 * sum_x + c0 + half;

      wire unused_scaled = ^{scaled[43:F+32], scaled[F-1:0]};

      always @(posedge clk) begin
        if (k_shift_i) shadow_q <= k_i[81:32];
        if (take_i) {c0_q, c1_q} <= shadow_q;
        sum_x_q <= sum_x_i;
        if (valid_i) v_q <= scaled[F +: 32];
      end

      assign v = v_q;
      assign sum_x_o = sum_x_q;
      assign k_o = {shadow_q, bias_shadow_q};
    end else begin : g_no_v
      wire unused_inputs = ^{k_i[81:32], sum_x_i};
      assign v = 32'd0;
      assign sum_x_o = {X_W{1'b0}};
      assign k_o = {50'd0, bias_shadow_q};
    end

    if (A_W < 1 || A_W > 24) begin : g_a_w
      error_A_W_must_be_1_to_24 u_err ();
    end
    if (X_W < 1 || X_W > 24) begin : g_x_w
      error_X_W_must_be_1_to_24 u_err ();
    end
  endgenerate

  assign sum_a_o = sum_a_q;
  assign valid_o = valid_q[1];
  assign acc_o   = acc_q;

endmodule

`default_nettype wire
