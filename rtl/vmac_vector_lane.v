// vmac_vector_lane: the data of one lane of vmac_vector
//
// Contract: valid_i[0] says that a tap enters; valid_i[s] that stage s holds one, 4 that stage 4
//   holds a whole pixel's value. first_i belongs to the tap in stage 3. acc_o is registered and
//   loads under valid_i[4]. a - za_i is a code (za_i = 0) or a difference of two.
// Not: control, which is the same for all lanes: vmac_vector.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_vector_lane (
  input  wire        clk,
  // maximum instead of sum; a value of b is added
  input  wire        max_i,
  input  wire        add_i,
  input  wire [7:0]  za_i,
  input  wire [7:0]  zb_i,
  input  wire [30:0] mult_b_i,
  input  wire [5:0]  shift_b_i,
  input  wire        single_i,
  input  wire [31:0] bias_i,
  input  wire [4:0]  valid_i,
  input  wire        first_i,
  input  wire [7:0]  a_i,
  input  wire [7:0]  b_i,
  output wire [31:0] acc_o
);

  // 63 x 63 codes of -128, or one difference
  localparam integer SUM_W = 20;

  // a waits for b's scaling, so that it is the tap that is kept and not the sum, which is wider.
  reg signed [8:0]       a1_q;
  reg signed [8:0]       a2_q;
  reg signed [8:0]       a3_q;
  reg signed [SUM_W-1:0] sum_q;
  reg        [31:0]      acc_q;

  // Differences of two codes: of both with 128 more, which are unsigned.
  wire signed [8:0] a = {1'b0, a_i ^ 8'h80} - {1'b0, za_i ^ 8'h80};
  wire signed [8:0] b = {1'b0, b_i ^ 8'h80} - {1'b0, zb_i ^ 8'h80};

  // The maximum or the sum so far, with one more tap.
  function [SUM_W-1:0] taken(input max, input first, input signed [8:0] code,
                             input signed [SUM_W-1:0] sum);
    reg signed [SUM_W-1:0] tap;
    begin
      tap = {{(SUM_W - 9){code[8]}}, code};
      taken = first ? tap : !max ? sum + tap : tap > sum ? tap : sum;
    end
  endfunction

  // The value without bias or b: the addition's a has 19 more bits.
  function [31:0] widened(input add, input [SUM_W-1:0] sum);
    widened = add ? {sum[12:0], 19'd0} : {{(32 - SUM_W){sum[SUM_W-1]}}, sum};
  endfunction

  wire [31:0] scaled;

  vmac_requant #(
    .IN_W(9),
    .LEFT(20),
    .OUT8(0)
  ) u_scale_b (
    .clk(clk),
    .single_i(single_i),
    .zero_i(8'd0),
    .min_i(8'd0),
    .max_i(8'd0),
    .valid_i(valid_i[3:0] & {4{add_i}}),
    .mult_i(mult_b_i),
    .shift_i(shift_b_i),
    .acc_i(b),
    .q_o(scaled)
  );

  always @(posedge clk) begin
    if (valid_i[4]) acc_q <= widened(add_i, sum_q) + (add_i ? scaled : bias_i);
    if (valid_i[3]) sum_q <= taken(max_i, first_i, a3_q, sum_q);
    if (valid_i[2]) a3_q <= a2_q;
    if (valid_i[1]) a2_q <= a1_q;
    if (valid_i[0]) a1_q <= a;
  end

  assign acc_o = acc_q;

endmodule

`default_nettype wire
