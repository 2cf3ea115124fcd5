// vmac_skew: delays lane i of a bus by i cycles, or the reverse
//
// Contract: DESCEND = 0: lane i leaves i cycles after it entered (lane 0 is a wire): the skew in
//   front of a systolic array. DESCEND = 1: lane i leaves LANES-1-i cycles later (the last lane is
//   a wire): the deskew behind it. No reset: what leaves is undefined until the lanes have filled.
// Not: validity; the caller delays it with vmac_delay.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_skew #(
  parameter integer LANES = 16,
  // bits of one lane
  parameter integer WIDTH = 8,
  // 0: lane i waits i cycles; 1: lane i waits LANES-1-i cycles
  parameter integer DESCEND = 0
) (
  input  wire                   clk,
  // lane i at [WIDTH*i +: WIDTH]
  input  wire [LANES*WIDTH-1:0] data_i,
  output wire [LANES*WIDTH-1:0] data_o
);

  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : g_lane
      localparam integer DEPTH = DESCEND != 0 ? LANES - 1 - i : i;
      vmac_delay #(
        .DEPTH(DEPTH),
        .WIDTH(WIDTH)
      ) u_delay (
        .clk(clk),
        .data_i(data_i[WIDTH*i +: WIDTH]),
        .data_o(data_o[WIDTH*i +: WIDTH])
      );
    end

    if (LANES < 1 || LANES > 64) begin : g_lanes
      error_LANES_must_be_1_to_64 u_err ();
    end
    if (DESCEND != 0 && DESCEND != 1) begin : g_descend
      error_DESCEND_must_be_0_or_1 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
