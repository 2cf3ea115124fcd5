// vmac_tb_feed: feeds of five shapes on the same inputs; sel_i names the one that is looked at
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_feed (
  input  wire         clk,
  input  wire [2:0]   sel_i,
  input  wire         e_valid_i,
  input  wire [3:0]   e_beat_i,
  input  wire [511:0] e_i,
  output wire [63:0]  en_o,
  input  wire         load_i,
  input  wire [3:0]   load_sub_i,
  input  wire         vector_i,
  input  wire         src_i,
  input  wire [7:0]   pad_i,
  input  wire [15:0]  in_h_i,
  input  wire [15:0]  in_w_i,
  input  wire         iss_valid_i,
  input  wire [15:0]  iss_addr_i,
  input  wire [15:0]  iss_addr_b_i,
  input  wire [15:0]  iss_iy_i,
  input  wire [15:0]  iss_ix_i,
  input  wire [3:0]   iss_sub_i,
  output wire [511:0] rows_o,
  output wire [511:0] lane_a_o,
  output wire [511:0] lane_b_o,
  input  wire         w_valid_i,
  input  wire [63:0]  we_i,
  input  wire         wset_i,
  input  wire [15:0]  waddr_i,
  input  wire [511:0] wdata_i
);

  wire [64*8-1:0]  en;
  wire [512*8-1:0] rows;
  wire [512*8-1:0] lane_a;
  wire [512*8-1:0] lane_b;

  // The same list stands in feed.cpp.
  genvar i;
  generate
    for (i = 0; i < 8; i = i + 1) begin : g_shape
      localparam integer ROWS  = i == 1 ? 12 : i == 2 ? 20 : i == 3 ? 4 : i == 4 ? 64 : 16;
      localparam integer COLS  = i == 1 ? 20 : i == 2 ? 12 : i == 3 ? 64 : i == 4 ? 4 : 16;
      localparam integer LANES = ROWS > COLS ? ROWS : COLS;
      localparam integer BEAT  = LANES > 32 ? 64 : LANES > 16 ? 32 : 16;
      localparam integer DEPTH = i == 0 ? 256 : i == 1 ? 16 : 64;

      if (i < 5) begin : g_real
        vmac_feed #(
          .ROWS(ROWS), .COLS(COLS), .BUF_DEPTH(DEPTH), .BEAT(BEAT)
        ) u_feed (
          .clk(clk), .e_valid_i(e_valid_i), .e_beat_i(e_beat_i), .e_i(e_i[8*BEAT-1:0]),
          .en_o(en[64*i +: ROWS]), .vector_i(vector_i), .src_i(src_i), .pad_i(pad_i),
          .in_h_i(in_h_i), .in_w_i(in_w_i), .iss_valid_i(iss_valid_i && sel_i == i[2:0]),
          .load_i(load_i), .load_sub_i(load_sub_i), .iss_addr_i(iss_addr_i),
          .iss_addr_b_i(iss_addr_b_i), .iss_iy_i(iss_iy_i), .iss_ix_i(iss_ix_i),
          .iss_sub_i(iss_sub_i),
          .rows_o(rows[512*i +: 8*ROWS]), .lane_a_o(lane_a[512*i +: 8*COLS]),
          .lane_b_o(lane_b[512*i +: 8*COLS]), .w_valid_i(w_valid_i), .we_i(we_i[LANES-1:0]),
          .wset_i(wset_i), .waddr_i(waddr_i), .wdata_i(wdata_i[8*LANES-1:0]));
        if (ROWS < 64) begin : g_rows
          assign en[64*i+ROWS +: 64-ROWS] = {(64-ROWS){1'b0}};
          assign rows[512*i+8*ROWS +: 512-8*ROWS] = {(512-8*ROWS){1'b0}};
        end
        if (COLS < 64) begin : g_cols
          assign lane_a[512*i+8*COLS +: 512-8*COLS] = {(512-8*COLS){1'b0}};
          assign lane_b[512*i+8*COLS +: 512-8*COLS] = {(512-8*COLS){1'b0}};
        end
      end else begin : g_none
        assign en[64*i +: 64] = 64'd0;
        assign rows[512*i +: 512] = 512'd0;
        assign lane_a[512*i +: 512] = 512'd0;
        assign lane_b[512*i +: 512] = 512'd0;
      end
    end
  endgenerate

  assign en_o     = en[64*sel_i +: 64];
  assign rows_o   = rows[512*sel_i +: 512];
  assign lane_a_o = lane_a[512*sel_i +: 512];
  assign lane_b_o = lane_b[512*sel_i +: 512];

endmodule

`default_nettype wire
