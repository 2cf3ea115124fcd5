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
  // correction unit: 0 none, 1 one control variate, 2 one per bit plane, 3 one per plane of PHI
  parameter integer OPT_CORRECTION = 1,
  // 1: coefficients for every K tile
  parameter integer OPT_KTILE = 0,
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
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}},
  // where OPT_CORRECTION = 3: planes of PHI, 1..4, and what plane p of the side column adds for the
  // bits a of an activation, at [8*(256*p+a) +: 8]
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
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

  localparam integer ACC_W   = $clog2(ACC_DEPTH);
  localparam integer SIGNED  = vmac_cell_signed(CELL);

  // ---- registers, program ----------------------------------------------------------------------

  wire       start, abort, busy, done, flush;
  wire [3:0] error;
  // what an abort or a faulty packet resets: all but registers, parser and results
  wire       data_rst = rst || flush;

  wire         job_valid, job_take, set_valid, set_take, set_written, tile_valid, tile_take;
  wire         tile_last, coef_valid, job_follows, load, exec_idle, illegal, weights_wait;
  wire [511:0] job, cfg;
  wire [127:0] set;
  wire         k_valid, k_ready, k_last, e_valid, w_valid, w_ready, in_valid, in_dst;
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
    .MAP(MAP),
    .OPT_KTILE(OPT_KTILE),
    .PHI_RANK(PHI_RANK),
    .PHI(PHI)
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
    .k_last_o(k_last),
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

  wire [8*COLS-1:0] out;
  wire [12:0]       macs;

  vmac_datapath #(
    .CELL(CELL),
    .SIGNED(SIGNED),
    .ROWS(ROWS),
    .COLS(COLS),
    .ACC_DEPTH(ACC_DEPTH),
    .BUF_DEPTH(BUF_DEPTH),
    .OPT_CORRECTION(OPT_CORRECTION),
    .OPT_MODE(OPT_MODE),
    .OPT_LOWPOWER(OPT_LOWPOWER),
    .BEAT(BEAT),
    .MAP(MAP),
    .OPT_KTILE(OPT_KTILE),
    .PHI_RANK(PHI_RANK),
    .PHI(PHI)
  ) u_data (
    .clk(clk),
    .rst(data_rst),
    .beat_i(beat),
    .e_valid_i(e_valid),
    .e_beat_i(e_beat),
    .w_valid_i(w_valid),
    .w_ready_o(w_ready),
    .w_row_i(w_row),
    .w_mode_i(w_mode),
    .in_valid_i(in_valid),
    .in_dst_i(in_dst),
    .in_addr_i(in_addr),
    .k_valid_i(k_valid),
    .k_ready_o(k_ready),
    .k_i(k),
    .k_last_i(k_last),
    .coef_valid_i(coef_valid),
    .cfg_i(cfg),
    .set_i(set),
    .set_written_o(set_written),
    .load_i(load),
    .iss_valid_i(iss_valid),
    .iss_start_i(iss_start),
    .iss_first_i(iss_first),
    .iss_last_i(iss_last),
    .iss_set_first_i(iss_set_first),
    .iss_tlast_i(iss_tlast),
    .iss_acc_i(iss_acc),
    .iss_addr_i(iss_addr),
    .iss_addr_b_i(iss_addr_b),
    .iss_iy_i(iss_iy),
    .iss_ix_i(iss_ix),
    .iss_sub_i(iss_sub),
    .out_valid_o(out_valid),
    .out_tlast_o(out_tlast),
    .out_o(out),
    .written_o(written),
    .macs_o(macs)
  );

  // ---- results ----------------------------------------------------------------------------------

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

  vmac_csr #(
    .ROWS(ROWS),
    .COLS(COLS),
    .SIGNED(SIGNED),
    .OPT_CORRECTION(OPT_CORRECTION),
    .OPT_MODE(OPT_MODE),
    .OPT_KTILE(OPT_KTILE),
    .PHI_RANK(PHI_RANK),
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
