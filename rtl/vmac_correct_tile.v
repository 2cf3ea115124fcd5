// vmac_correct_tile: correction, zero point and bias of one output channel and one K tile
//
// Contract: valid_i[0] says that a partial sum enters, valid_i[1] that the one before it is in the
//   second stage. Two cycles after it entered,
//     sum_o = ((ps_i - 128 * sum_a_i) << 6) + k + sum over i of c_i * sum_x_i   mod 2^38,
//   where the sums are those of the tile's rows. k (38 bits: c0, and the bias above the 6 fraction
//   bits) and the c_i (signed 18) are the tile's. s8 cells have no sum_a term (the caller ties it
//   to 0); XSUM_W = 0 has no term of X, and the c_i are not kept (k_c_o is 0). What rounds, and the
//   shift by 6, come behind the accumulators, once for all tiles.
//   k_shift_i moves the shadow coefficients one column right; take_i makes them the ones of the
//   partial sums that enter from the next cycle on. Both may be 1 in one cycle: the old shadow
//   coefficients are taken.
// Not: accumulation (vmac_feet_tiled); one set of coefficients for the whole K (vmac_correct).
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_correct_tile #(
  // operand class of the cells: 1 = s8, 0 = u8
  parameter integer SIGNED = 0,
  // bits of a partial sum; of the side column's sum of A, and of each of X, unsigned; 0: there is
  // none of X
  parameter integer PSUM_W = 20,
  parameter integer SIDE_W = 12,
  parameter integer XSUM_W = 12,
  // sums of X, 1..8
  parameter integer PLANES = 1
) (
  input  wire                     clk,
  // shadow coefficients, c_i at [18*i +: 18], moving right while k_shift_i
  input  wire                     k_shift_i,
  input  wire [37:0]              k_i,
  input  wire [18*PLANES-1:0]     k_c_i,
  output wire [37:0]              k_o,
  output wire [18*PLANES-1:0]     k_c_o,
  input  wire                     take_i,
  // the partial sum and its sums, plane i of X at [XSUM_W*i +: XSUM_W]
  input  wire [1:0]               valid_i,
  input  wire [PSUM_W-1:0]        ps_i,
  input  wire [SIDE_W-1:0]        sum_a_i,
  input  wire [PLANES*(XSUM_W < 1 ? 1 : XSUM_W)-1:0] sum_x_i,
  output wire [37:0]              sum_o
);

  // Fraction bits of the coefficients (VMAC_CORR_F of the golden model).
  localparam integer F = 6;
  localparam integer FIX_W = 32 + F;
  localparam integer PROD_W = 18 + XSUM_W;

  reg [FIX_W-1:0] k_shadow_q;
  reg [FIX_W-1:0] k_q;
  reg [FIX_W-1:0] base_q;
  reg [FIX_W-1:0] sum_q;

  // A u8 cell's products are below 2^16, 128 activations below 2^15: one bit more holds the sign.
  wire [PSUM_W:0]  sum_a = {{(PSUM_W - SIDE_W - 6){1'b0}}, sum_a_i, 7'd0};
  wire [PSUM_W:0]  net   = {SIGNED != 0 && ps_i[PSUM_W-1], ps_i} - sum_a;
  wire [FIX_W-1:0] fixed = {{(FIX_W - F - PSUM_W - 1){net[PSUM_W]}}, net, {F{1'b0}}};

  wire [FIX_W-1:0] total;

  always @(posedge clk) begin
    if (k_shift_i) k_shadow_q <= k_i;
    if (take_i) k_q <= k_shadow_q;
    if (valid_i[0]) base_q <= fixed + k_q;
    if (valid_i[1]) sum_q <= total;
  end

  genvar p;
  generate
    if (XSUM_W > 0) begin : g_x
      reg [18*PLANES-1:0] c_shadow_q;
      for (p = 0; p < PLANES; p = p + 1) begin : g_plane
        reg         [17:0]       c_q;
        reg  signed [PROD_W-1:0] product_q;
        wire signed [PROD_W-1:0] c = {{XSUM_W{c_q[17]}}, c_q};
        wire signed [PROD_W-1:0] x = {18'd0, sum_x_i[XSUM_W*p +: XSUM_W]};
        wire        [FIX_W-1:0]  product = {{(FIX_W - PROD_W){product_q[PROD_W-1]}}, product_q};
        wire        [FIX_W-1:0]  sum;
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
      assign total = g_plane[PLANES-1].sum;
      assign k_c_o = c_shadow_q;
    end else begin : g_constant
      wire unused_x = ^{k_c_i, sum_x_i};
      assign total = base_q;
      assign k_c_o = {(18 * PLANES){1'b0}};
    end

    if (PSUM_W < SIDE_W + 7 || PSUM_W > 30) begin : g_psum_w
      error_PSUM_W_must_be_SIDE_W_plus_7_to_30 u_err ();
    end
    if (XSUM_W < 0 || XSUM_W > 19) begin : g_xsum_w
      error_XSUM_W_must_be_0_to_19 u_err ();
    end
    if (PLANES < 1 || PLANES > 8) begin : g_planes
      error_PLANES_must_be_1_to_8 u_err ();
    end
  endgenerate

  assign k_o   = k_shadow_q;
  assign sum_o = sum_q;

endmodule

`default_nettype wire
