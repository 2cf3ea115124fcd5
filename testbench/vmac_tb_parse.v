// vmac_tb_parse: program parsers of eight configurations; sel_i names the one that is spoken to
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_parse (
  input  wire         clk,
  input  wire         rst,
  input  wire [2:0]   sel_i,
  input  wire         start_i,
  input  wire         abort_i,
  input  wire         idle_i,
  input  wire         illegal_i,
  input  wire         open_i,
  input  wire [511:0] s_tdata_i,
  input  wire         s_tvalid_i,
  input  wire         s_tlast_i,
  input  wire         s_ended_i,
  input  wire         job_take_i,
  input  wire         set_take_i,
  input  wire         set_written_i,
  input  wire         k_ready_i,
  input  wire         w_ready_i,
  input  wire         tile_take_i,
  input  wire         tile_last_i,
  // {open, close, busy, done, flush, s_tready}
  output wire [5:0]   state_o,
  output wire [3:0]   error_o,
  output wire [511:0] job_o,
  output wire         job_follows_o,
  output wire [511:0] work_o,
  output wire [127:0] set_o,
  // {job, set, tile, coef}
  output wire [3:0]   valid_o,
  output wire [255:0] k_o,
  output wire         k_last_o,
  // {k, e, w, in}
  output wire [3:0]   event_o,
  output wire [3:0]   e_beat_o,
  output wire [5:0]   w_row_o,
  output wire [255:0] w_mode_o,
  output wire         in_dst_o,
  output wire [15:0]  in_addr_o
);

  localparam integer N = 8;

  wire [6*N-1:0]   state;
  wire [4*N-1:0]   error;
  wire [N-1:0]     follows;
  wire [512*N-1:0] job;
  wire [512*N-1:0] work;
  wire [128*N-1:0] set;
  wire [4*N-1:0]   valid;
  wire [256*N-1:0] k;
  wire [N-1:0]     k_last;
  wire [4*N-1:0]   event_all;
  wire [4*N-1:0]   e_beat;
  wire [6*N-1:0]   w_row;
  wire [256*N-1:0] w_mode;
  wire [N-1:0]     in_dst;
  wire [16*N-1:0]  in_addr;

  // Any cells: the parser wants their hash and no more.
  function [8*256-1:0] cells(input [7:0] first);
    integer n;
    begin
      for (n = 0; n < 256; n = n + 1) cells[8*n +: 8] = first + 8'd7 * n[7:0];
    end
  endfunction

  // The same list stands in parse_program.h.
  genvar i;
  generate
    for (i = 0; i < N; i = i + 1) begin : g_shape
      localparam integer ROWS = i == 1 ? 12 : i == 2 ? 20 : i == 3 ? 4 : i == 4 ? 64
                              : i == 6 ? 5 : i == 7 ? 6 : 16;
      localparam integer COLS = i == 1 ? 20 : i == 2 ? 12 : i == 3 ? 64 : i == 4 ? 4
                              : i == 6 ? 7 : i == 7 ? 5 : 16;
      localparam integer BEAT = i == 3 || i == 4 ? 64 : i == 1 || i == 2 ? 32 : 16;
      localparam integer CORR = i == 0 || i == 3 ? 1 : i == 1 ? 0 : i == 6 || i == 7 ? 3 : 2;
      localparam integer MODE = i == 3 || i == 5 ? 1 : 0;
      localparam integer TILED = i == 3 || i == 4 || i == 7 ? 1 : 0;
      localparam integer RANK = i == 7 ? 3 : 1;
      localparam [8*256-1:0] CELLS = cells(i[7:0]);
      wire here = sel_i == i[2:0];

      vmac_parse #(
        .CELL(7 * i + 2), .SIGNED(i % 2), .ROWS(ROWS), .COLS(COLS), .OPT_CORRECTION(CORR),
        .OPT_KTILE(TILED), .OPT_MODE(MODE), .BUF_DEPTH(16 << i), .BEAT(BEAT),
        .MAP(CELLS[8*ROWS*COLS-1:0]), .PHI_RANK(RANK), .PHI({RANK{CELLS}})
      ) u_parse (
        .clk(clk), .rst(rst), .start_i(start_i && here), .abort_i(abort_i && here),
        .busy_o(state[6*i+3]), .done_o(state[6*i+2]), .error_o(error[4*i +: 4]),
        .flush_o(state[6*i+1]), .idle_i(idle_i), .illegal_i(illegal_i), .open_i(open_i),
        .close_o(state[6*i+4]), .s_tdata_i(s_tdata_i[8*BEAT-1:0]),
        .s_tvalid_i(s_tvalid_i && here), .s_tlast_i(s_tlast_i), .s_tready_o(state[6*i]),
        .s_ended_i(s_ended_i), .s_open_o(state[6*i+5]),
        .job_o(job[512*i +: 512]), .job_valid_o(valid[4*i+3]),
        .job_follows_o(follows[i]), .job_take_i(job_take_i && here),
        .work_o(work[512*i +: 512]),
        .set_o(set[128*i +: 128]), .set_valid_o(valid[4*i+2]), .set_take_i(set_take_i && here),
        .set_written_i(set_written_i && here), .k_valid_o(event_all[4*i+3]), .k_ready_i(k_ready_i),
        .k_o(k[256*i +: 256]), .k_last_o(k_last[i]), .coef_valid_o(valid[4*i]),
        .e_valid_o(event_all[4*i+2]),
        .e_beat_o(e_beat[4*i +: 4]), .w_valid_o(event_all[4*i+1]), .w_ready_i(w_ready_i),
        .w_row_o(w_row[6*i +: 6]), .w_mode_o(w_mode[256*i +: 4*COLS]), .tile_valid_o(valid[4*i+1]),
        .tile_take_i(tile_take_i && here), .tile_last_i(tile_last_i),
        .in_valid_o(event_all[4*i]), .in_dst_o(in_dst[i]), .in_addr_o(in_addr[16*i +: 16]));
      if (COLS < 64) begin : g_short
        assign w_mode[256*i+4*COLS +: 256-4*COLS] = {(256-4*COLS){1'b0}};
      end
    end
  endgenerate

  assign state_o   = state[6*sel_i +: 6];
  assign error_o   = error[4*sel_i +: 4];
  assign job_o     = job[512*sel_i +: 512];
  assign work_o    = work[512*sel_i +: 512];
  assign set_o     = set[128*sel_i +: 128];
  assign valid_o   = valid[4*sel_i +: 4];
  assign k_o       = k[256*sel_i +: 256];
  assign k_last_o  = k_last[sel_i];
  assign event_o   = event_all[4*sel_i +: 4];
  assign e_beat_o  = e_beat[4*sel_i +: 4];
  assign w_row_o   = w_row[6*sel_i +: 6];
  assign w_mode_o  = w_mode[256*sel_i +: 256];
  assign job_follows_o = follows[sel_i];
  assign in_dst_o  = in_dst[sel_i];
  assign in_addr_o = in_addr[16*sel_i +: 16];

endmodule

`default_nettype wire
