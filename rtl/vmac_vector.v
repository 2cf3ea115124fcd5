// vmac_vector: layers without weights, LANES channels at a time: maximum, sum, addition
//
// Contract: a pixel's taps enter one per cycle (valid_i), in a row or with gaps, first_i with the
//   first and last_i with the last; taps of two pixels do not mix. LATENCY = 5 cycles after the
//   last one, whatever the kind, valid_o once with, per lane,
//     kind 0 MAX: the largest a_i
//     kind 1 SUM: the sum of a_i, + bias_i (mod 2^32)
//     kind 2 ADD: ((a_i - za_i) << 19) + requantize((b_i - zb_i) << 20, mult_b_i, shift_b_i),
//                 first_i and last_i with every tap; rounding as single_i says
//   Up to 63 x 63 taps. One tap per cycle, no stall. Everything but the taps is constant while one
//   is in flight. Lanes at rest do not toggle, and b_i's multiplier works for ADD only.
//   rst = 1 drops what is in flight.
// Not: the requantization of what leaves; which operand of ADD has the larger scale, whose own
//   requantization is exactly one half (the caller's a).
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_vector #(
  // lanes, 1..64
  parameter integer LANES = 8
) (
  input  wire                clk,
  input  wire                rst,
  // 0 MAX, 1 SUM, 2 ADD
  input  wire [1:0]          kind_i,
  // SUM: added once per pixel
  input  wire [31:0]         bias_i,
  // ADD: zero points, scale of b and its rounding
  input  wire [7:0]          za_i,
  input  wire [7:0]          zb_i,
  input  wire [30:0]         mult_b_i,
  input  wire [5:0]          shift_b_i,
  input  wire                single_i,
  // taps: int8 codes, lane 0 in the low bits
  input  wire                valid_i,
  input  wire                first_i,
  input  wire                last_i,
  input  wire [8*LANES-1:0]  a_i,
  input  wire [8*LANES-1:0]  b_i,
  output wire                valid_o,
  output wire [32*LANES-1:0] acc_o
);

  // cycles from the last tap to valid_o: vmac_requant's, and the addition after it
  localparam integer LATENCY = 5;

  localparam [1:0] KIND_MAX = 2'd0;
  localparam [1:0] KIND_SUM = 2'd1;
  localparam [1:0] KIND_ADD = 2'd2;

  // Tokens of the stages; stage 4 holds a pixel's finished value only.
  reg [LATENCY-1:0] valid_q;
  reg [2:0]         first_q;
  reg [2:0]         last_q;

  always @(posedge clk) begin
    first_q <= {first_q[1:0], first_i};
    last_q  <= {last_q[1:0], last_i};
  end

  always @(posedge clk)
    if (rst) valid_q <= {LATENCY{1'b0}};
    else valid_q <= {valid_q[3], valid_q[2] && last_q[2], valid_q[1:0], valid_i};

  wire        add = kind_i == KIND_ADD;
  wire [7:0]  za = add ? za_i : 8'd0;
  wire [31:0] bias = kind_i == KIND_SUM ? bias_i : 32'd0;

  genvar l;
  generate
    for (l = 0; l < LANES; l = l + 1) begin : g_lane
      vmac_vector_lane u_lane (
        .clk(clk),
        .max_i(kind_i == KIND_MAX),
        .add_i(add),
        .za_i(za),
        .zb_i(zb_i),
        .mult_b_i(mult_b_i),
        .shift_b_i(shift_b_i),
        .single_i(single_i),
        .bias_i(bias),
        .valid_i({valid_q[3:0], valid_i}),
        .first_i(first_q[2]),
        .a_i(a_i[8*l +: 8]),
        .b_i(b_i[8*l +: 8]),
        .acc_o(acc_o[32*l +: 32])
      );
    end

    if (LANES < 1 || LANES > 64) begin : g_lanes
      error_LANES_must_be_1_to_64 u_err ();
    end
  endgenerate

  assign valid_o = valid_q[LATENCY-1];

endmodule

`default_nettype wire
