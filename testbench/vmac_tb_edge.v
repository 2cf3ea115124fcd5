// vmac_tb_edge: vmac_edge of every M, at four widths, both classes, on the same activation
//
// a_o holds 16 bits for each (width, M, class): width 4, 5, 8, 16 is 0..3, and the lane's number is
//   (9 * width + M) * 2 + SIGNED; lanes of an M above half the width, and bits above it, are 0.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_edge (
  input  wire [15:0]        a_i,
  output wire [16*72-1:0]   a_o
);

  genvar lane;
  generate
    for (lane = 0; lane < 72; lane = lane + 1) begin : g_lane
      localparam integer M     = lane / 2 % 9;
      localparam integer WIDTH = lane < 18 ? 4 : lane < 36 ? 5 : lane < 54 ? 8 : 16;

      if (M <= WIDTH / 2) begin : g_real
        wire [WIDTH-1:0] rounded;

        vmac_edge #(
          .SIGNED(lane % 2),
          .WIDTH(WIDTH),
          .M(M)
        ) u_edge (
          .a_i(a_i[WIDTH-1:0]),
          .a_o(rounded)
        );

        if (WIDTH == 16) begin : g_whole
          assign a_o[16*lane +: 16] = rounded;
        end else begin : g_low
          assign a_o[16*lane +: 16] = {{(16 - WIDTH){1'b0}}, rounded};
        end
      end else begin : g_none
        assign a_o[16*lane +: 16] = 16'd0;
      end
    end
  endgenerate

endmodule

`default_nettype wire
