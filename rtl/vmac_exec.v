// vmac_exec: walks a job's sets, tiles, pixels and window taps, one tap per cycle
//
// Contract: takes a job when one is offered and either all results of earlier ones are written or
//   the job continues the layer before: cont, and no word differs that results in flight depend on.
//   From the next cycle on its words stand at cfg_i (vmac_context). Set by set and tile by tile it
//   waits for what the first tap needs (MAC: tile_valid_i, and coef_valid_i for the last tile of a
//   set: where every tile has coefficients they come before its entries, and a valid tile has them;
//   else set_valid_i) and issues a tap per cycle without gaps, but where results leave on the
//   stream and the queue might not have a place for them (it holds waiting_i of OUT_DEPTH). iss_*
//   hold one cycle each. weights_wait_o: a MAC job's next tile is due, and its weights are not all
//   there.
//   The running address is base + in_off, moved by the increment of the innermost counter that
//   moves: wx, wy, ox, oy; iy and ix are the tap's coordinates.
//   illegal_o: the job has more pixels than accumulators.
// Not: the rows' own offsets and bounds (vmac_feed).
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_job.vh"
`default_nettype none

module vmac_exec #(
  // accumulators per column
  parameter integer ACC_DEPTH = 1024,
  // places in the queue of results
  parameter integer OUT_DEPTH = 32
) (
  input  wire                         clk,
  input  wire                         rst,
  // job, set, tile and coefficients, as vmac_parse offers them
  input  wire [511:0]                 job_i,
  input  wire                         job_valid_i,
  // the job goes on with the one before it, and differs from it only in what it may
  input  wire                         job_follows_i,
  output wire                         job_take_o,
  // the job at work: the one taken last
  input  wire [511:0]                 cfg_i,
  input  wire [15:0]                  set_off_i,
  input  wire [3:0]                   set_sub_i,
  input  wire                         set_valid_i,
  output wire                         set_take_o,
  input  wire                         tile_valid_i,
  output wire                         tile_take_o,
  output wire                         tile_last_o,
  // the first tap of a tile, or of a vector job's set, is issued: it shows in iss_* one cycle later
  output wire                         start_o,
  input  wire                         coef_valid_i,
  // a result was written or put into the queue; how many are in the queue
  input  wire                         written_i,
  input  wire [$clog2(OUT_DEPTH+1)-1:0] waiting_i,
  output wire                         idle_o,
  output wire                         illegal_o,
  output wire                         weights_wait_o,
  // one tap
  output wire                         iss_valid_o,
  output wire                         iss_start_o,
  output wire                         iss_first_o,
  output wire                         iss_last_o,
  output wire                         iss_set_first_o,
  // the job's last result, and the job wants TLAST with it
  output wire                         iss_tlast_o,
  output wire [$clog2(ACC_DEPTH)-1:0] iss_acc_o,
  output wire [15:0]                  iss_addr_o,
  output wire [15:0]                  iss_addr_b_o,
  output wire [15:0]                  iss_iy_o,
  output wire [15:0]                  iss_ix_o,
  output wire [3:0]                   iss_sub_o
);

  localparam integer ACC_W    = $clog2(ACC_DEPTH);
  localparam integer COUNT_W  = $clog2(OUT_DEPTH + 1);

  reg run_q;

  // Fields of the job at work.
  wire        is_mac    = cfg_i[`VMAC_JOB_KIND] == `VMAC_KIND_MAC;
  wire        to_stream = cfg_i[`VMAC_JOB_TO_STREAM];
  wire [5:0]  win_h     = cfg_i[`VMAC_JOB_WIN_H];
  wire [5:0]  win_w     = cfg_i[`VMAC_JOB_WIN_W];
  wire [15:0] sets      = cfg_i[`VMAC_JOB_SETS];
  wire [15:0] k_tiles   = cfg_i[`VMAC_JOB_K_TILES];
  wire [15:0] out_w     = cfg_i[`VMAC_JOB_OUT_W];
  wire [15:0] out_h     = cfg_i[`VMAC_JOB_OUT_H];
  wire [15:0] iy0       = cfg_i[`VMAC_JOB_IY0];
  wire [15:0] ix0       = cfg_i[`VMAC_JOB_IX0];
  wire [7:0]  stride_h  = cfg_i[`VMAC_JOB_STRIDE_H];
  wire [7:0]  stride_w  = cfg_i[`VMAC_JOB_STRIDE_W];
  wire [15:0] base      = cfg_i[`VMAC_JOB_BASE];
  wire [15:0] inc_wx    = cfg_i[`VMAC_JOB_INC_WX];
  wire [15:0] inc_wy    = cfg_i[`VMAC_JOB_INC_WY];
  wire [15:0] inc_ox    = cfg_i[`VMAC_JOB_INC_OX];
  wire [15:0] inc_oy    = cfg_i[`VMAC_JOB_INC_OY];
  wire [15:0] delta_b   = cfg_i[`VMAC_JOB_DELTA_B];

  // ---- where the walk stands --------------------------------------------------------------------

  reg [15:0]      set_q, tile_q, oy_q, ox_q;
  reg [5:0]       wy_q, wx_q;
  reg [15:0]      addr_q, off_q;
  reg [15:0]      row_iy_q, col_ix_q;
  reg [3:0]       sub_q;
  reg [ACC_W:0]   pixel_q;
  // the next tap is its tile's first
  reg             start_q;
  // cycles until a tile's flags mean the next tile
  reg [1:0]       settle_q;

  // What ends with the next tap: a row of its window, the window, a row of pixels, the tile. Each
  // is looked at where the one before it ends.
  wire wx_end = wx_q == win_w - 6'd1;
  reg  tap_last, ox_end, walk_end;
  always @* begin
    tap_last = 1'b0;
    ox_end   = 1'b0;
    walk_end = 1'b0;
    if (wx_end) begin
      tap_last = wy_q == win_h - 6'd1;
      if (tap_last) begin
        ox_end = ox_q == out_w - 16'd1;
        if (ox_end) walk_end = oy_q == out_h - 16'd1;
      end
    end
  end

  wire tile_end = tile_q == k_tiles - 16'd1;

  reg [15:0]         flight_q;

  wire result  = tile_end && tap_last;
  // Results in flight all go where this job's go: jobs of another layer wait until none is.
  wire [16:0] places = {1'b0, flight_q} + {{(17 - COUNT_W){1'b0}}, waiting_i};

  // What keeps a tap from being issued.
  reg over, may, credit, issue, finish;
  always @* begin
    over = 1'b0;
    if (pixel_q == ACC_DEPTH[ACC_W:0]) over = is_mac && k_tiles != 16'd1;

    may = 1'b1;
    if (start_q)
      may = settle_q == 2'd0 &&
            (is_mac ? tile_valid_i && (coef_valid_i || !tile_end) : set_valid_i);

    credit = 1'b1;
    if (to_stream) credit = !result || places < OUT_DEPTH[16:0];

    issue = run_q && may && credit && !over && flight_q != 16'hffff;

    finish = 1'b0;
    if (walk_end) finish = issue && tile_end && set_q == sets - 16'd1;
  end

  wire unused_words = ^{job_i, cfg_i};

  wire drained = flight_q == 16'd0;

  wire accept  = job_valid_i && (!run_q || finish) && (job_follows_i || (drained && !run_q));

  wire [15:0] step = !wx_end ? inc_wx : !tap_last ? inc_wy : !ox_end ? inc_ox : inc_oy;

  reg [15:0] off;
  always @* begin
    off = 16'd0;
    if (!is_mac) off = start_q ? set_off_i : off_q;
  end

  always @(posedge clk)
    if (rst) begin
      run_q    <= 1'b0;
      settle_q <= 2'd0;
      flight_q <= 16'd0;
    end else begin
      if (accept) run_q <= 1'b1;
      else if (finish) run_q <= 1'b0;
      if (issue && start_q) settle_q <= 2'd3;
      else if (settle_q != 2'd0) settle_q <= settle_q - 2'd1;
      flight_q <= flight_q + {15'd0, issue && result} - {15'd0, written_i};
    end

  always @(posedge clk)
    if (accept) begin
      set_q    <= 16'd0;
      tile_q   <= 16'd0;
      start_q  <= 1'b1;
      oy_q     <= 16'd0;
      ox_q     <= 16'd0;
      wy_q     <= 6'd0;
      wx_q     <= 6'd0;
      pixel_q  <= {(ACC_W + 1){1'b0}};
      addr_q   <= job_i[`VMAC_JOB_BASE];
      row_iy_q <= job_i[`VMAC_JOB_IY0];
      col_ix_q <= job_i[`VMAC_JOB_IX0];
    end else if (issue) begin
      start_q <= walk_end;
      off_q   <= off;
      wx_q <= wx_end ? 6'd0 : wx_q + 6'd1;
      if (wx_end) wy_q <= tap_last ? 6'd0 : wy_q + 6'd1;
      if (tap_last) begin
        pixel_q  <= walk_end ? {(ACC_W + 1){1'b0}} : pixel_q + {{ACC_W{1'b0}}, 1'b1};
        ox_q     <= ox_end ? 16'd0 : ox_q + 16'd1;
        col_ix_q <= ox_end ? ix0 : col_ix_q + {8'd0, stride_w};
        if (ox_end) begin
          oy_q     <= walk_end ? 16'd0 : oy_q + 16'd1;
          row_iy_q <= walk_end ? iy0 : row_iy_q + {8'd0, stride_h};
        end
      end
      addr_q <= walk_end ? base : addr_q + step;
      if (walk_end) begin
        tile_q <= tile_end ? 16'd0 : tile_q + 16'd1;
        if (tile_end) set_q <= set_q + 16'd1;
      end
    end

  // ---- the tap that was issued ------------------------------------------------------------------

  reg             valid_q;
  reg             tap_start_q, first_q, last_q, set_first_q, tlast_q;
  reg [ACC_W-1:0] acc_q;
  reg [15:0]      tap_addr_q, tap_addr_b_q, iy_q, ix_q;

  always @(posedge clk)
    if (rst) valid_q <= 1'b0;
    else valid_q <= issue;

  always @(posedge clk)
    if (issue) begin
      tap_start_q  <= start_q;
      if (start_q && !is_mac) sub_q <= set_sub_i;
      first_q      <= is_mac ? tile_q == 16'd0 : wx_q == 6'd0 && wy_q == 6'd0;
      last_q       <= result;
      // not by the pixel's number, which wraps: only K tiles bound the pixels of a job
      set_first_q  <= 1'b0;
      if (result) set_first_q <= oy_q == 16'd0 && ox_q == 16'd0;
      // here, and not where the result is written: a job that goes on may be at work then
      tlast_q      <= finish && cfg_i[`VMAC_JOB_TLAST];
      acc_q        <= k_tiles == 16'd1 ? {ACC_W{1'b0}} : pixel_q[ACC_W-1:0];
      tap_addr_q   <= addr_q + off;
      tap_addr_b_q <= addr_q + off + delta_b;
      iy_q         <= row_iy_q + {10'd0, wy_q};
      ix_q         <= col_ix_q + {10'd0, wx_q};
    end

  assign job_take_o      = accept;
  assign set_take_o      = issue && start_q && tile_end;
  assign tile_take_o     = issue && start_q && is_mac;
  assign tile_last_o     = tile_end;
  assign start_o         = issue && start_q;
  assign idle_o          = drained && !run_q;
  assign illegal_o       = run_q && over;
  assign weights_wait_o  = run_q && is_mac && start_q && !tile_valid_i;
  assign iss_valid_o     = valid_q;
  assign iss_start_o     = tap_start_q;
  assign iss_first_o     = first_q;
  assign iss_last_o      = last_q;
  assign iss_set_first_o = set_first_q;
  assign iss_tlast_o     = tlast_q;
  assign iss_acc_o       = acc_q;
  assign iss_addr_o      = tap_addr_q;
  assign iss_addr_b_o    = tap_addr_b_q;
  assign iss_iy_o        = iy_q;
  assign iss_ix_o        = ix_q;
  assign iss_sub_o       = sub_q;

endmodule

`default_nettype wire
