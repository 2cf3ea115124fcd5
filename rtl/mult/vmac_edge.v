// vmac_edge: rounds activations to multiples of 2^M where they enter the array
//
// Contract: combinational. a_o = a_i rounded to the nearest multiple of 2^M (half up), limited to
//   the largest such multiple of the operand class, so that it fits WIDTH bits; its M low bits are
//   0. M = 0 passes a_i.
// Not: the product. An exact multiplier behind it that leaves the M low bits unread
//   (vmac_mult_edge_rounded) is the rival that an approximate cell has to beat: one rounder serves
//   a row of them.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_edge #(
  // 0: activations unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an activation, 4..16
  parameter integer WIDTH = 8,
  // low bits rounded away, 0..WIDTH/2
  parameter integer M = 2
) (
  input  wire [WIDTH-1:0] a_i,
  output wire [WIDTH-1:0] a_o
);

  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
    if (M < 0 || M > WIDTH / 2) begin : g_range
      error_M_must_be_0_to_half_of_WIDTH u_err ();
    end else if (M == 0) begin : g_pass
      assign a_o = a_i;
    end else begin : g_round
      localparam integer HIGH = WIDTH - M;

      // The largest multiple keeps its value: what would carry it out of the class is left out.
      wire [HIGH-1:0] high    = a_i[WIDTH-1:M];
      wire            largest = &{SIGNED != 0 ? ~high[HIGH-1] : high[HIGH-1], high[HIGH-2:0]};
      wire            up      = a_i[M-1] & ~largest;
      wire [HIGH-1:0] rounded = high + {{(HIGH - 1){1'b0}}, up};

      assign a_o = {rounded, {M{1'b0}}};

      if (M > 1) begin : g_unread
        wire unused_low = ^a_i[M-2:0];
      end
    end
  endgenerate

endmodule

`default_nettype wire
