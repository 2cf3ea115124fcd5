// vmac_top: the accelerator: a compiled network comes in as a stream, its results leave as one
//
// Contract: registers by AXI4-Lite (rtl/csr.tbl). A start opens s_axis for one packet, the program
//   of one image with its weights and the image itself: nothing is taken before, nothing behind its
//   TLAST. Results leave on m_axis, TLAST where the program says so. Both are AXI4-Stream, little
//   endian, 16, 32 or 64 bytes wide: the smallest of them that holds max(16, ROWS, COLS). A
//   malformed packet is swallowed up to its TLAST, and the run ends with an error code, or an abort
//   ends it; what was computed by then may have left, and a packet of results that was begun is
//   closed by a beat of zeros with TLAST. A run ends when its last result is taken, an aborted one
//   too.
//   From a start to done every stall is somebody else's: the streams may pause at any beat.
// Not: softmax, which the host does; memory for weights, which come with every image.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`include "vmac_job.vh"
`default_nettype none

module vmac_top #(
  // index of the multiplier cell in rtl/mult/mults.tbl
  parameter integer CELL = 0,
  // the array, 4..64 each
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  // accumulators per column: the most pixels of a layer that one pass over its weights covers
  parameter integer ACC_DEPTH = 1024,
  // words, of max(ROWS, COLS) bytes, in each of the two activation buffers; a power of two
  parameter integer BUF_DEPTH = 4096,
  // correction unit: 0 none, 1 one control variate, 2 one per bit plane
  parameter integer OPT_CORRECTION = 1,
  // 1: every weight brings the mode of its cell along, for cells with a mode operand
  parameter integer OPT_MODE = 0,
  // 1: the cells of gated PEs see operands that rest
  parameter integer OPT_LOWPOWER = 0,
  // results that may wait for m_axis; with fewer the last layer could not run at full speed
  parameter integer OUT_DEPTH = ROWS + COLS + 16,
  // derived; leave as it is: bytes of a stream beat
  parameter integer BEAT = ROWS > 32 || COLS > 32 ? 64 : ROWS > 16 || COLS > 16 ? 32 : 16,
  // the cell of the PE in row r, column c at [8*(COLS*r+c) +: 8], where they are not all CELL; all
  // of its operand class, and what CELL says about the side column and the edge holds for all
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}}
) (
  // clock, rising edge; reset, synchronous, active high
  input  wire              clk,
  input  wire              rst,
  // AXI4-Lite slave: control and status registers
  input  wire [7:0]        s_axil_awaddr,
  input  wire              s_axil_awvalid,
  output wire              s_axil_awready,
  input  wire [31:0]       s_axil_wdata,
  input  wire [3:0]        s_axil_wstrb,
  input  wire              s_axil_wvalid,
  output wire              s_axil_wready,
  output wire [1:0]        s_axil_bresp,
  output wire              s_axil_bvalid,
  input  wire              s_axil_bready,
  input  wire [7:0]        s_axil_araddr,
  input  wire              s_axil_arvalid,
  output wire              s_axil_arready,
  output wire [31:0]       s_axil_rdata,
  output wire [1:0]        s_axil_rresp,
  output wire              s_axil_rvalid,
  input  wire              s_axil_rready,
  // AXI4-Stream slave: program, weights, input
  input  wire [8*BEAT-1:0] s_axis_tdata,
  input  wire              s_axis_tvalid,
  output wire              s_axis_tready,
  input  wire              s_axis_tlast,
  // AXI4-Stream master: results
  output wire [8*BEAT-1:0] m_axis_tdata,
  output wire              m_axis_tvalid,
  input  wire              m_axis_tready,
  output wire              m_axis_tlast,
  // level: a run has ended, and the host asked to be told
  output wire              irq_o
);

  `include "vmac_cells.vh"
  `include "vmac_planes.vh"

  localparam integer LANES   = ROWS > COLS ? ROWS : COLS;
  localparam integer ACC_W   = $clog2(ACC_DEPTH);
  localparam integer SIGNED  = vmac_cell_signed(CELL);
  localparam integer PLANES  = vmac_planes(CELL, OPT_CORRECTION);
  // from a pixel taken by the array to its accumulators; through vmac_vector
  localparam integer MAC_CYCLES    = ROWS + COLS + 5;
  localparam integer VECTOR_CYCLES = 5;

  // ---- registers, program ----------------------------------------------------------------------

  wire       start, abort, busy, done, flush;
  wire [3:0] error;
  // what an abort or a faulty packet resets: all but registers, parser and results
  wire       data_rst = rst || flush;

  wire         job_valid, job_take, set_valid, set_take, set_written, tile_valid, tile_take;
  wire         tile_last, coef_valid, job_follows, load, exec_idle, illegal, weights_wait;
  wire [511:0] job, cfg;
  wire [127:0] set;
  wire         k_valid, k_ready, e_valid, w_valid, w_ready, in_valid, in_dst;
  wire [255:0] k;
  wire [3:0]   e_beat;
  wire [5:0]   w_row;
  wire [4*COLS-1:0] w_mode;
  wire [15:0]  in_addr;
  wire         out_valid, out_tlast, written, open, close;
  wire [$clog2(OUT_DEPTH+1)-1:0] result_count;

  // Nothing inside looks at the port, nor the port inside, but through registers. The port is
  // closed before a start and behind a packet's TLAST, so that no run begins with what one before
  // it left.
  wire [8*BEAT-1:0] beat;
  wire              beat_valid, beat_ready, beat_last, place, open_in;
  reg               ended_q;

  always @(posedge clk) if (s_axis_tvalid && s_axis_tready) ended_q <= s_axis_tlast;
  assign s_axis_tready = place && open_in;

  vmac_stream_reg #(
    .WIDTH(8 * BEAT + 1)
  ) u_beat (
    .clk(clk),
    .rst(rst),
    .in_valid_i(s_axis_tvalid && open_in),
    .in_ready_o(place),
    .in_data_i({s_axis_tlast, s_axis_tdata}),
    .out_valid_o(beat_valid),
    .out_ready_i(beat_ready),
    .out_data_o({beat_last, beat})
  );

  vmac_parse #(
    .CELL(CELL),
    .SIGNED(SIGNED),
    .ROWS(ROWS),
    .COLS(COLS),
    .OPT_CORRECTION(OPT_CORRECTION),
    .OPT_MODE(OPT_MODE),
    .BUF_DEPTH(BUF_DEPTH),
    .BEAT(BEAT),
    .MAP(MAP)
  ) u_parse (
    .clk(clk),
    .rst(rst),
    .start_i(start),
    .abort_i(abort),
    .busy_o(busy),
    .done_o(done),
    .error_o(error),
    .flush_o(flush),
    .idle_i(exec_idle && !m_axis_tvalid),
    .illegal_i(illegal),
    .open_i(open),
    .close_o(close),
    .s_tdata_i(beat),
    .s_tvalid_i(beat_valid),
    .s_tlast_i(beat_last),
    .s_tready_o(beat_ready),
    .s_ended_i(ended_q && beat_valid),
    .s_open_o(open_in),
    .job_o(job),
    .job_valid_o(job_valid),
    .job_follows_o(job_follows),
    .job_take_i(job_take),
    .work_o(cfg),
    .set_o(set),
    .set_valid_o(set_valid),
    .set_take_i(set_take),
    .set_written_i(set_written),
    .k_valid_o(k_valid),
    .k_ready_i(k_ready),
    .k_o(k),
    .coef_valid_o(coef_valid),
    .e_valid_o(e_valid),
    .e_beat_o(e_beat),
    .w_valid_o(w_valid),
    .w_ready_i(w_ready),
    .w_row_o(w_row),
    .w_mode_o(w_mode),
    .tile_valid_o(tile_valid),
    .tile_take_i(tile_take),
    .tile_last_i(tile_last),
    .in_valid_o(in_valid),
    .in_dst_o(in_dst),
    .in_addr_o(in_addr)
  );

  // ---- taps -------------------------------------------------------------------------------------

  wire             iss_valid, iss_start, iss_first, iss_last, iss_set_first, iss_tlast;
  wire [ACC_W-1:0] iss_acc;
  wire [15:0]      iss_addr, iss_addr_b, iss_iy, iss_ix;
  wire [3:0]       iss_sub;

  vmac_exec #(
    .ACC_DEPTH(ACC_DEPTH),
    .OUT_DEPTH(OUT_DEPTH)
  ) u_exec (
    .clk(clk),
    .rst(data_rst),
    .job_i(job),
    .job_valid_i(job_valid),
    .job_follows_i(job_follows),
    .job_take_o(job_take),
    .cfg_i(cfg),
    .set_off_i(set[`VMAC_SET_IN_OFF]),
    .set_sub_i(set[`VMAC_SET_SUB]),
    .set_valid_i(set_valid),
    .set_take_o(set_take),
    .tile_valid_i(tile_valid),
    .tile_take_o(tile_take),
    .tile_last_o(tile_last),
    .start_o(load),
    .coef_valid_i(coef_valid),
    .written_i(written),
    .waiting_i(result_count),
    .idle_o(exec_idle),
    .illegal_o(illegal),
    .weights_wait_o(weights_wait),
    .iss_valid_o(iss_valid),
    .iss_start_o(iss_start),
    .iss_first_o(iss_first),
    .iss_last_o(iss_last),
    .iss_set_first_o(iss_set_first),
    .iss_tlast_o(iss_tlast),
    .iss_acc_o(iss_acc),
    .iss_addr_o(iss_addr),
    .iss_addr_b_o(iss_addr_b),
    .iss_iy_o(iss_iy),
    .iss_ix_o(iss_ix),
    .iss_sub_o(iss_sub)
  );

  wire       vector      = cfg[`VMAC_JOB_KIND] != `VMAC_KIND_MAC;
  wire [3:0] vector_kind = cfg[`VMAC_JOB_KIND] - `VMAC_KIND_MAX;

  wire [ROWS-1:0]    en;
  wire [8*ROWS-1:0]  rows;
  wire [8*COLS-1:0]  lane_a, lane_b;
  wire [LANES-1:0]   we;
  wire               wset;
  wire [15:0]        waddr;
  wire [8*LANES-1:0] wdata;

  vmac_feed #(
    .ROWS(ROWS),
    .COLS(COLS),
    .BUF_DEPTH(BUF_DEPTH),
    .BEAT(BEAT)
  ) u_feed (
    .clk(clk),
    .e_valid_i(e_valid),
    .e_beat_i(e_beat),
    .e_i(beat),
    .en_o(en),
    .load_i(load),
    .load_sub_i(set[`VMAC_SET_SUB]),
    .vector_i(vector),
    .src_i(cfg[`VMAC_JOB_SRC]),
    .pad_i(cfg[`VMAC_JOB_PAD]),
    .in_h_i(cfg[`VMAC_JOB_IN_H]),
    .in_w_i(cfg[`VMAC_JOB_IN_W]),
    .iss_valid_i(iss_valid),
    .iss_addr_i(iss_addr),
    .iss_addr_b_i(iss_addr_b),
    .iss_iy_i(iss_iy),
    .iss_ix_i(iss_ix),
    .iss_sub_i(iss_sub),
    .rows_o(rows),
    .lane_a_o(lane_a),
    .lane_b_o(lane_b),
    .we_i(in_valid ? {LANES{1'b1}} : we),
    .wset_i(in_valid ? in_dst : wset),
    .waddr_i(in_valid ? in_addr : waddr),
    .wdata_i(in_valid ? beat[8*LANES-1:0] : wdata)
  );

  // The tap, beside its bytes.
  reg             tap_valid_q, tap_start_q, tap_first_q, tap_last_q, tap_set_first_q, tap_tlast_q;
  reg [ACC_W-1:0] tap_acc_q;

  always @(posedge clk)
    if (data_rst) tap_valid_q <= 1'b0;
    else tap_valid_q <= iss_valid;

  always @(posedge clk) begin
    tap_start_q     <= iss_start;
    tap_first_q     <= iss_first;
    tap_last_q      <= iss_last;
    tap_set_first_q <= iss_valid && iss_set_first;
    tap_tlast_q     <= iss_tlast;
    tap_acc_q       <= iss_acc;
  end

  // ---- products ---------------------------------------------------------------------------------

  wire               mac_ready, mac_valid;
  wire [ACC_W-1:0]   unused_mac_addr;
  wire [32*COLS-1:0] mac_acc;
  // of bit planes 1 to 7 the record's second beat has them
  wire [18*8-1:0]    k_c = {k[128 +: 18*7], k[`VMAC_REC_C1]};

  // u8 cells take the code + 128, which flips its top bit.
  wire [8*ROWS-1:0] operands = rows ^ {ROWS{SIGNED != 0 ? 8'h00 : 8'h80}};

  vmac_mac_unit #(
    .CELL(CELL),
    .ROWS(ROWS),
    .COLS(COLS),
    .DEPTH(ACC_DEPTH),
    .OPT_CORRECTION(OPT_CORRECTION),
    .OPT_MODE(OPT_MODE),
    .OPT_LOWPOWER(OPT_LOWPOWER),
    .MAP(MAP)
  ) u_mac (
    .clk(clk),
    .rst(data_rst),
    .w_valid_i(w_valid),
    .w_ready_o(w_ready),
    .w_i(beat[8*COLS-1:0]),
    .w_mode_i(w_mode),
    .w_row_i(en[w_row[$clog2(ROWS)-1:0]]),
    .w_col_i({COLS{1'b1}}),
    .k_valid_i(k_valid),
    .k_ready_o(k_ready),
    .k_c0_i(k[`VMAC_REC_C0]),
    .k_c_i(k_c[18*PLANES-1:0]),
    .k_bias_i(k[`VMAC_REC_BIAS]),
    .a_valid_i(tap_valid_q && !vector),
    .a_ready_o(mac_ready),
    .a_i(operands),
    .a_start_i(tap_start_q),
    .a_first_i(tap_first_q),
    .a_last_i(tap_last_q),
    .a_addr_i(tap_acc_q),
    .out_valid_o(mac_valid),
    .out_addr_o(unused_mac_addr),
    .out_acc_o(mac_acc)
  );

  wire               vec_valid;
  wire [32*COLS-1:0] vec_acc;

  vmac_vector #(
    .LANES(COLS)
  ) u_vector (
    .clk(clk),
    .rst(data_rst),
    .kind_i(vector_kind[1:0]),
    .valid_i(tap_valid_q && vector),
    .first_i(tap_first_q),
    .last_i(tap_last_q),
    .a_i(lane_a),
    .b_i(lane_b),
    .za_i(cfg[`VMAC_JOB_ZA]),
    .zb_i(cfg[`VMAC_JOB_ZB]),
    .mult_b_i(cfg[`VMAC_JOB_MULT_B]),
    .shift_b_i(cfg[`VMAC_JOB_SHIFT_B]),
    .single_i(cfg[`VMAC_JOB_SINGLE]),
    .bias_i(cfg[`VMAC_JOB_VBIAS]),
    .valid_o(vec_valid),
    .acc_o(vec_acc)
  );

  // ---- results ----------------------------------------------------------------------------------

  wire               take, res_valid, res_set_first, res_tlast;
  wire [32*COLS-1:0] res_acc;

  vmac_join #(
    .COLS(COLS),
    .MAC_CYCLES(MAC_CYCLES),
    .VECTOR_CYCLES(VECTOR_CYCLES)
  ) u_join (
    .clk(clk),
    .vector_i(vector),
    .set_first_i(tap_set_first_q),
    .tlast_i(tap_tlast_q),
    .mac_valid_i(mac_valid),
    .mac_acc_i(mac_acc),
    .vec_valid_i(vec_valid),
    .vec_acc_i(vec_acc),
    .take_o(take),
    .valid_o(res_valid),
    .set_first_o(res_set_first),
    .tlast_o(res_tlast),
    .acc_o(res_acc)
  );

  wire [8*COLS-1:0] out;

  vmac_post #(
    .ROWS(ROWS),
    .COLS(COLS)
  ) u_post (
    .clk(clk),
    .rst(data_rst),
    .k_shift_i(k_valid && k_ready),
    .k_i({k[`VMAC_REC_SHIFT], k[`VMAC_REC_MULT]}),
    .take_i(take),
    .set_i(set),
    .set_written_o(set_written),
    .cfg_vector_i(vector),
    .cfg_single_i(cfg[`VMAC_JOB_SINGLE]),
    .cfg_stream_i(cfg[`VMAC_JOB_TO_STREAM]),
    .cfg_dst_i(cfg[`VMAC_JOB_DST]),
    .cfg_code_i(cfg[`VMAC_JOB_CODE]),
    .cfg_zero_i(cfg[`VMAC_JOB_ZERO]),
    .cfg_min_i(cfg[`VMAC_JOB_ACT_MIN]),
    .cfg_max_i(cfg[`VMAC_JOB_ACT_MAX]),
    .cfg_step_i(cfg[`VMAC_JOB_OUT_STEP]),
    .res_valid_i(res_valid),
    .res_set_first_i(res_set_first),
    .res_tlast_i(res_tlast),
    .res_acc_i(res_acc),
    .we_o(we),
    .wset_o(wset),
    .waddr_o(waddr),
    .wdata_o(wdata),
    .out_valid_o(out_valid),
    .out_tlast_o(out_tlast),
    .out_o(out),
    .written_o(written)
  );

  vmac_results #(
    .COLS(COLS),
    .BEAT(BEAT),
    .OUT_DEPTH(OUT_DEPTH)
  ) u_results (
    .clk(clk),
    .rst(rst),
    .in_valid_i(out_valid),
    .in_tlast_i(out_tlast),
    .in_i(out),
    .count_o(result_count),
    .open_o(open),
    .close_i(close),
    .m_axis_tdata(m_axis_tdata),
    .m_axis_tvalid(m_axis_tvalid),
    .m_axis_tready(m_axis_tready),
    .m_axis_tlast(m_axis_tlast)
  );

  // ---- registers and counters -------------------------------------------------------------------

  wire [12:0] macs;

  vmac_macs #(
    .ROWS(ROWS),
    .COLS(COLS)
  ) u_macs (
    .clk(clk),
    .start_i(iss_valid && iss_start),
    .en_i(en),
    .valid_i(tap_valid_q && !vector),
    .macs_o(macs)
  );

  vmac_csr #(
    .ROWS(ROWS),
    .COLS(COLS),
    .SIGNED(SIGNED),
    .OPT_CORRECTION(OPT_CORRECTION),
    .OPT_MODE(OPT_MODE),
    .CELL(CELL),
    .ACC_DEPTH(ACC_DEPTH),
    .BUF_DEPTH(BUF_DEPTH)
  ) u_csr (
    .clk(clk),
    .rst(rst),
    .s_axil_awaddr(s_axil_awaddr),
    .s_axil_awvalid(s_axil_awvalid),
    .s_axil_awready(s_axil_awready),
    .s_axil_wdata(s_axil_wdata),
    .s_axil_wstrb(s_axil_wstrb),
    .s_axil_wvalid(s_axil_wvalid),
    .s_axil_wready(s_axil_wready),
    .s_axil_bresp(s_axil_bresp),
    .s_axil_bvalid(s_axil_bvalid),
    .s_axil_bready(s_axil_bready),
    .s_axil_araddr(s_axil_araddr),
    .s_axil_arvalid(s_axil_arvalid),
    .s_axil_arready(s_axil_arready),
    .s_axil_rdata(s_axil_rdata),
    .s_axil_rresp(s_axil_rresp),
    .s_axil_rvalid(s_axil_rvalid),
    .s_axil_rready(s_axil_rready),
    .start_o(start),
    .abort_o(abort),
    .busy_i(busy),
    .done_i(done),
    .error_i(error),
    .beat_in_i(beat_valid && beat_ready),
    .beat_out_i(m_axis_tvalid && m_axis_tready),
    .stall_in_i(beat_ready && !beat_valid),
    .stall_out_i(m_axis_tvalid && !m_axis_tready),
    .weight_wait_i(weights_wait),
    .job_i(job_take),
    .macs_i(macs),
    .irq_o(irq_o)
  );

  wire unused_words = ^{cfg, vector_kind, k, k_c, w_row};

`ifdef VMAC_CHECK
  // vmac_mac_unit would take the next set's records before vmac_post has taken this set's scales.
  // They do not come: a set's records follow its SET beat, and that waits for the place that this
  // set's own leaves with its first result.
  reg scales_q;
  always @(posedge clk)
    if (data_rst) scales_q <= 1'b0;
    else scales_q <= coef_valid || (scales_q && !take);

  // A tap never meets a closed door: what it needs was there when it was issued.
  always @(posedge clk)
    if (!data_rst) begin
      if (k_valid) `VMAC_ASSERT(!k_ready || !scales_q)
      if (tap_valid_q && !vector) `VMAC_ASSERT(mac_ready)
      if (in_valid) `VMAC_ASSERT(we == {LANES{1'b0}})
    end
`endif

  generate
    if (BEAT != (ROWS > 32 || COLS > 32 ? 64 : ROWS > 16 || COLS > 16 ? 32 : 16)) begin : g_beat
      error_BEAT_follows_from_ROWS_and_COLS_leave_it u_err ();
    end
    if (OUT_DEPTH < ROWS + COLS + 16 || OUT_DEPTH > 1024) begin : g_out
      error_OUT_DEPTH_must_be_ROWS_plus_COLS_plus_16_to_1024 u_err ();
    end
    if (OPT_MODE != 0 && OPT_MODE != 1) begin : g_mode
      error_OPT_MODE_must_be_0_or_1 u_err ();
    end
    if (OPT_LOWPOWER != 0 && OPT_LOWPOWER != 1) begin : g_lowpower
      error_OPT_LOWPOWER_must_be_0_or_1 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
