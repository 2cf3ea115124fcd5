// vmac_tb_exec: executors with three pairs of depths; sel_i names the one that is looked at
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_exec (
  input  wire         clk,
  input  wire         rst,
  input  wire [1:0]   sel_i,
  input  wire [511:0] job_i,
  input  wire         job_valid_i,
  input  wire         job_follows_i,
  input  wire [15:0]  set_off_i,
  input  wire [3:0]   set_sub_i,
  input  wire         set_valid_i,
  input  wire         tile_valid_i,
  input  wire         coef_valid_i,
  input  wire         written_i,
  input  wire [5:0]   count_i,
  // {job_take, set_take, tile_take, tile_last}
  output wire [3:0]   take_o,
  output wire         start_o,
  // {idle, illegal, weights_wait}
  output wire [2:0]   state_o,
  // {valid, start, first, last, set_first, tlast}
  output wire [5:0]   iss_o,
  output wire [15:0]  iss_acc_o,
  output wire [15:0]  iss_addr_o,
  output wire [15:0]  iss_addr_b_o,
  output wire [15:0]  iss_iy_o,
  output wire [15:0]  iss_ix_o,
  output wire [3:0]   iss_sub_o
);

  wire [15:0]   take;
  wire [3:0]    start;
  wire [11:0]   state;
  wire [23:0]   iss;
  wire [63:0]   iss_acc;
  wire [63:0]   iss_addr;
  wire [63:0]   iss_addr_b;
  wire [63:0]   iss_iy;
  wire [63:0]   iss_ix;
  wire [15:0]   iss_sub;

  // The same list stands in exec.cpp.
  genvar i;
  generate
    for (i = 0; i < 3; i = i + 1) begin : g_depth
      localparam integer ACC   = i == 0 ? 16 : i == 1 ? 45 : 64;
      localparam integer OUT   = i == 0 ? 2 : i == 1 ? 5 : 32;
      localparam integer ACC_W = $clog2(ACC);
      localparam integer COUNT_W = $clog2(OUT + 1);
      wire here = sel_i == i[1:0];

      reg [511:0] cfg_q;
      always @(posedge clk) if (take[4*i+3]) cfg_q <= job_i;

      vmac_exec #(
        .ACC_DEPTH(ACC), .OUT_DEPTH(OUT)
      ) u_exec (
        .clk(clk), .rst(rst), .job_i(job_i), .job_valid_i(job_valid_i && here),
        .job_follows_i(job_follows_i), .job_take_o(take[4*i+3]), .cfg_i(cfg_q),
        .set_off_i(set_off_i), .set_sub_i(set_sub_i),
        .set_valid_i(set_valid_i && here), .set_take_o(take[4*i+2]),
        .tile_valid_i(tile_valid_i && here), .tile_take_o(take[4*i+1]), .tile_last_o(take[4*i]),
        .start_o(start[i]),
        .coef_valid_i(coef_valid_i && here), .written_i(written_i && here),
        .waiting_i(count_i[COUNT_W-1:0]), .idle_o(state[3*i+2]), .illegal_o(state[3*i+1]),
        .weights_wait_o(state[3*i]),
        .iss_valid_o(iss[6*i+5]), .iss_start_o(iss[6*i+4]), .iss_first_o(iss[6*i+3]),
        .iss_last_o(iss[6*i+2]), .iss_set_first_o(iss[6*i+1]), .iss_tlast_o(iss[6*i]),
        .iss_acc_o(iss_acc[16*i +: ACC_W]), .iss_addr_o(iss_addr[16*i +: 16]),
        .iss_addr_b_o(iss_addr_b[16*i +: 16]), .iss_iy_o(iss_iy[16*i +: 16]),
        .iss_ix_o(iss_ix[16*i +: 16]), .iss_sub_o(iss_sub[4*i +: 4]));
      assign iss_acc[16*i+ACC_W +: 16-ACC_W] = {(16-ACC_W){1'b0}};
    end
    assign take[15:12] = 4'd0;
    assign start[3] = 1'b0;
    assign state[11:9] = 3'd0;
    assign iss[23:18] = 6'd0;
    assign iss_acc[63:48] = 16'd0;
    assign iss_addr[63:48] = 16'd0;
    assign iss_addr_b[63:48] = 16'd0;
    assign iss_iy[63:48] = 16'd0;
    assign iss_ix[63:48] = 16'd0;
    assign iss_sub[15:12] = 4'd0;
  endgenerate

  assign take_o       = take[4*sel_i +: 4];
  assign start_o      = start[sel_i];
  assign state_o      = state[3*sel_i +: 3];
  assign iss_o        = iss[6*sel_i +: 6];
  assign iss_acc_o    = iss_acc[16*sel_i +: 16];
  assign iss_addr_o   = iss_addr[16*sel_i +: 16];
  assign iss_addr_b_o = iss_addr_b[16*sel_i +: 16];
  assign iss_iy_o     = iss_iy[16*sel_i +: 16];
  assign iss_ix_o     = iss_ix[16*sel_i +: 16];
  assign iss_sub_o    = iss_sub[4*sel_i +: 4];

endmodule

`default_nettype wire
