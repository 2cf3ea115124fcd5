// vmac_tb_post: result paths of five shapes on the same inputs; sel_i names the one looked at
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_post (
  input  wire          clk,
  input  wire          rst,
  input  wire [2:0]    sel_i,
  input  wire          k_shift_i,
  input  wire [36:0]   k_i,
  input  wire          take_i,
  input  wire [127:0]  set_i,
  // {vector, single, stream, dst}
  input  wire [3:0]    cfg_i,
  input  wire [3:0]    cfg_code_i,
  input  wire [7:0]    cfg_zero_i,
  input  wire [7:0]    cfg_min_i,
  input  wire [7:0]    cfg_max_i,
  input  wire [15:0]   cfg_step_i,
  input  wire          res_valid_i,
  input  wire          res_set_first_i,
  input  wire          res_tlast_i,
  input  wire [2047:0] res_acc_i,
  output wire [63:0]   we_o,
  output wire [15:0]   waddr_o,
  output wire [511:0]  wdata_o,
  output wire [511:0]  out_o,
  // {set_written, wset, out_valid, out_tlast, written}
  output wire [4:0]    flags_o
);

  wire [64*8-1:0]  we;
  wire [16*8-1:0]  waddr;
  wire [512*8-1:0] wdata;
  wire [512*8-1:0] out;
  wire [5*8-1:0]   flags;

  // The same list stands in post.cpp.
  genvar i;
  generate
    for (i = 0; i < 8; i = i + 1) begin : g_shape
      localparam integer ROWS  = i == 1 ? 12 : i == 2 ? 20 : i == 3 ? 4 : i == 4 ? 64 : 16;
      localparam integer COLS  = i == 1 ? 20 : i == 2 ? 12 : i == 3 ? 64 : i == 4 ? 4 : 16;
      localparam integer LANES = ROWS > COLS ? ROWS : COLS;
      wire here = sel_i == i[2:0];

      if (i < 5) begin : g_real
        wire             w_valid;
        wire [LANES-1:0] lanes;
        assign we[64*i +: LANES] = w_valid ? lanes : {LANES{1'b0}};
        vmac_post #(
          .ROWS(ROWS), .COLS(COLS)
        ) u_post (
          .clk(clk), .rst(rst), .k_shift_i(k_shift_i && here), .k_i(k_i), .take_i(take_i && here),
          .set_i(set_i), .set_written_o(flags[5*i+4]), .cfg_vector_i(cfg_i[3]),
          .cfg_single_i(cfg_i[2]), .cfg_stream_i(cfg_i[1]), .cfg_dst_i(cfg_i[0]),
          .cfg_code_i(cfg_code_i), .cfg_zero_i(cfg_zero_i), .cfg_min_i(cfg_min_i),
          .cfg_max_i(cfg_max_i), .cfg_step_i(cfg_step_i), .res_valid_i(res_valid_i && here),
          .res_set_first_i(res_set_first_i), .res_tlast_i(res_tlast_i),
          .res_acc_i(res_acc_i[32*COLS-1:0]), .w_valid_o(w_valid), .we_o(lanes),
          .wset_o(flags[5*i+3]),
          .waddr_o(waddr[16*i +: 16]), .wdata_o(wdata[512*i +: 8*LANES]),
          .out_valid_o(flags[5*i+2]), .out_tlast_o(flags[5*i+1]), .out_o(out[512*i +: 8*COLS]),
          .written_o(flags[5*i]));
        if (LANES < 64) begin : g_lanes
          assign we[64*i+LANES +: 64-LANES] = {(64-LANES){1'b0}};
          assign wdata[512*i+8*LANES +: 512-8*LANES] = {(512-8*LANES){1'b0}};
        end
        if (COLS < 64) begin : g_cols
          assign out[512*i+8*COLS +: 512-8*COLS] = {(512-8*COLS){1'b0}};
        end
      end else begin : g_none
        wire unused_here = here;
        assign we[64*i +: 64] = 64'd0;
        assign waddr[16*i +: 16] = 16'd0;
        assign wdata[512*i +: 512] = 512'd0;
        assign out[512*i +: 512] = 512'd0;
        assign flags[5*i +: 5] = 5'd0;
      end
    end
  endgenerate

  assign we_o    = we[64*sel_i +: 64];
  assign waddr_o = waddr[16*sel_i +: 16];
  assign wdata_o = wdata[512*sel_i +: 512];
  assign out_o   = out[512*sel_i +: 512];
  assign flags_o = flags[5*sel_i +: 5];

endmodule

`default_nettype wire
