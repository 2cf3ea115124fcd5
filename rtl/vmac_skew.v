// vmac_skew: delays lane i of a bus by i cycles, or the reverse
//
// Contract: DESCEND = 0: lane i leaves i cycles after it entered (lane 0 is a wire): the skew in
//   front of a systolic array. DESCEND = 1: lane i leaves LANES-1-i cycles later (the last lane is
//   a wire): the deskew behind it. No reset: what leaves is undefined until the lanes have filled.
// Not: validity; the caller delays it itself.
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

  // Stage s is one register across the lanes: the triangle of flip flops cut this way simulates
  // several times faster than cut along the lanes.
  genvar s;
  generate
    for (s = 0; s < LANES; s = s + 1) begin : g_stage
      if (DESCEND != 0) begin : g_descend
        // lanes 0 .. s; lane s enters here
        wire [(s+1)*WIDTH-1:0] lanes;
        if (s == 0) begin : g_first
          assign lanes = data_i[WIDTH-1:0];
        end else begin : g_next
          reg [s*WIDTH-1:0] line_q;
          always @(posedge clk) line_q <= g_stage[s-1].g_descend.lanes;
          assign lanes = {data_i[WIDTH*s +: WIDTH], line_q};
        end
      end else begin : g_ascend
        // lane s leaves here; those that left before lead nowhere, and synthesis drops them
        wire [LANES*WIDTH-1:0] lanes;
        if (s == 0) begin : g_first
          assign lanes = data_i;
        end else begin : g_next
          reg [LANES*WIDTH-1:0] line_q;
          always @(posedge clk) line_q <= g_stage[s-1].g_ascend.lanes;
          assign lanes = line_q;
        end
        assign data_o[WIDTH*s +: WIDTH] = lanes[WIDTH*s +: WIDTH];
      end
    end

    if (DESCEND != 0) begin : g_out
      assign data_o = g_stage[LANES-1].g_descend.lanes;
    end else begin : g_left
      wire unused_lanes = ^g_stage[LANES-1].g_ascend.lanes;
    end

    if (LANES < 1 || LANES > 64) begin : g_lanes
      error_LANES_must_be_1_to_64 u_err ();
    end
    if (DESCEND != 0 && DESCEND != 1) begin : g_way
      error_DESCEND_must_be_0_or_1 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
