// vmac_csr: the control and status registers, an AXI4-Lite slave
//
// Contract: the registers of rtl/csr.tbl, which also says what each bit means.
//   Bus: writes and reads are independent, each taken every second cycle at best. Address and data
//     of a write come in any order. Bytes without strobe keep their value; the lowest two bits of
//     an address are ignored. Offsets without a register, and writes to registers that cannot be
//     written, are answered SLVERR and change nothing. All outputs but irq_o are registers.
//   Runs: start_o, abort_o are pulses of one cycle. A run goes from start_o to a later done_i, or
//     to abort_o; done_i outside a run means nothing. A start during a run, or while busy_i, only
//     raises a flag. In the cycle of start_o all counters, the error and done are 0, and the
//     datapath is not busy; busy_i rises after it and nowhere else.
//   error_i: 0 or an error's code, as a pulse or until the run ends. The first cycle of the run
//     after start_o in which it is not 0 counts, with the beats taken in the cycles before it.
//   Counters wrap. What is counted is counted in every cycle, busy or not.
//   Reset: one cycle of rst.
// Not: the counts' meaning, the end of a run by itself, interrupts other than the end of a run.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module vmac_csr #(
  // what the instance was made of, as the host reads it
  parameter integer CELL = 0,
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  parameter integer SIGNED = 0,
  parameter integer OPT_CORRECTION = 1,
  parameter integer OPT_MODE = 0,
  parameter integer OPT_KTILE = 0,
  parameter integer PHI_RANK = 1,
  parameter integer ACC_DEPTH = 256,
  parameter integer BUF_DEPTH = 4096
) (
  input  wire        clk,
  input  wire        rst,
  // AXI4-Lite
  input  wire [7:0]  s_axil_awaddr,
  input  wire        s_axil_awvalid,
  output wire        s_axil_awready,
  input  wire [31:0] s_axil_wdata,
  input  wire [3:0]  s_axil_wstrb,
  input  wire        s_axil_wvalid,
  output wire        s_axil_wready,
  output wire [1:0]  s_axil_bresp,
  output wire        s_axil_bvalid,
  input  wire        s_axil_bready,
  input  wire [7:0]  s_axil_araddr,
  input  wire        s_axil_arvalid,
  output wire        s_axil_arready,
  output wire [31:0] s_axil_rdata,
  output wire [1:0]  s_axil_rresp,
  output wire        s_axil_rvalid,
  input  wire        s_axil_rready,
  // runs
  output wire        start_o,
  output wire        abort_o,
  input  wire        busy_i,
  input  wire        done_i,
  input  wire [3:0]  error_i,
  output wire        irq_o,
  // what is counted, per cycle
  input  wire        stall_in_i,
  input  wire        stall_out_i,
  input  wire        weight_wait_i,
  input  wire        job_i,
  input  wire        beat_in_i,
  input  wire        beat_out_i,
  input  wire [12:0] macs_i
);

  // ---- requests: an address, and a write's data, are kept until the answer before is gone -------

  reg        awready_q;
  reg        wready_q;
  reg        bvalid_q;
  reg        bresp_q;
  reg [5:0]  write_word;
  reg [31:0] wdata;
  reg [3:0]  wstrb_q;

  reg write;
  always @* begin
    write = 1'b0;
    if (!awready_q && !wready_q) write = !bvalid_q || s_axil_bready;
  end

  reg        arready_q;
  reg        rvalid_q;
  reg [5:0]  read_word;

  reg read;
  always @* begin
    read = 1'b0;
    if (!arready_q) read = !rvalid_q || s_axil_rready;
  end

  // ---- the registers, and the decoder made of their table ---------------------------------------

  reg        start_q;
  reg        abort_q;
  reg        run_q;
  reg        done_q;
  reg        irq_enable_q;
  reg [3:0]  code_q;
  reg        start_while_busy_q;
  reg [31:0] error_beat_q;
  reg [31:0] macs_lo_q;
  reg        macs_carry_q;
  reg [31:0] macs_hi_q;
  wire [32*7-1:0] count;

  wire [31:0] csr_id;
  wire [7:0]  csr_version_stream;
  wire [7:0]  csr_version_map;
  wire [7:0]  csr_geometry_rows          = ROWS[7:0];
  wire [7:0]  csr_geometry_cols          = COLS[7:0];
  wire        csr_geometry_signed        = SIGNED != 0;
  wire [1:0]  csr_geometry_opt_correction = OPT_CORRECTION[1:0];
  wire        csr_geometry_opt_mode      = OPT_MODE != 0;
  wire        csr_geometry_opt_ktile     = OPT_KTILE != 0;
  wire [2:0]  csr_geometry_phi_rank      = OPT_CORRECTION == 3 ? PHI_RANK[2:0] : 3'd0;
  wire [31:0] csr_cell                   = CELL;
  wire [31:0] csr_acc_depth              = ACC_DEPTH;
  wire [31:0] csr_buf_depth              = BUF_DEPTH;
  wire        csr_control_irq_enable     = irq_enable_q;
  wire        csr_status_busy            = run_q || busy_i;
  wire        csr_status_done            = done_q;
  wire        csr_status_error           = code_q != 4'd0;
  wire [3:0]  csr_error_code             = code_q;
  wire        csr_error_start_while_busy = start_while_busy_q;
  wire [31:0] csr_error_beat             = error_beat_q;
  wire [31:0] csr_macs_lo                = macs_lo_q;
  wire [31:0] csr_macs_hi                = macs_hi_q;
  wire [31:0] csr_cycles, csr_stall_in, csr_stall_out, csr_weight_wait, csr_jobs, csr_beats_in,
              csr_beats_out;
  assign {csr_beats_out, csr_beats_in, csr_jobs, csr_weight_wait, csr_stall_out, csr_stall_in,
          csr_cycles} = count;

  `include "vmac_csr.vh"

  assign csr_id             = RESET_ID;
  assign csr_version_stream = RESET_VERSION_STREAM;
  assign csr_version_map    = RESET_VERSION_MAP;

  // ---- writes: served when both address and data are there --------------------------------------

  always @(posedge clk)
    if (rst) begin
      awready_q <= 1'b1;
      wready_q  <= 1'b1;
      bvalid_q  <= 1'b0;
    end else if (write) begin
      awready_q <= 1'b1;
      wready_q  <= 1'b1;
      bvalid_q  <= 1'b1;
    end else begin
      if (s_axil_awvalid) awready_q <= 1'b0;
      if (s_axil_wvalid) wready_q <= 1'b0;
      if (s_axil_bready) bvalid_q <= 1'b0;
    end

  always @(posedge clk) begin
    if (awready_q) write_word <= s_axil_awaddr[7:2];
    if (wready_q) begin
      wdata   <= s_axil_wdata;
      wstrb_q <= s_axil_wstrb;
    end
    if (write) bresp_q <= write_hole;
  end

  assign s_axil_awready = awready_q;
  assign s_axil_wready  = wready_q;
  assign s_axil_bvalid  = bvalid_q;
  assign s_axil_bresp   = {bresp_q, 1'b0};

  // ---- reads ----------------------------------------------------------------------------------

  always @(posedge clk)
    if (rst) begin
      arready_q <= 1'b1;
      rvalid_q  <= 1'b0;
    end else if (read) begin
      arready_q <= 1'b1;
      rvalid_q  <= 1'b1;
    end else begin
      if (s_axil_arvalid) arready_q <= 1'b0;
      if (s_axil_rready) rvalid_q <= 1'b0;
    end

  always @(posedge clk) if (arready_q) read_word <= s_axil_araddr[7:2];

  assign s_axil_arready = arready_q;
  assign s_axil_rvalid  = rvalid_q;
  assign s_axil_rresp   = {rhole_q, 1'b0};
  assign s_axil_rdata   = rdata_q;

  // ---- runs -----------------------------------------------------------------------------------

  // While the datapath is told to start it may still show how the run before ended.
  wire ask    = csr_control_start_hit && !csr_control_abort_hit;
  wire accept = ask && !csr_status_busy;
  wire ended  = run_q && !start_q && done_i;
  wire failed = run_q && !start_q && code_q == 4'd0 && error_i != 4'd0;

  always @(posedge clk)
    if (rst) begin
      start_q            <= 1'b0;
      abort_q            <= 1'b0;
      run_q              <= 1'b0;
      done_q             <= 1'b0;
      irq_enable_q       <= 1'b0;
      code_q             <= 4'd0;
      start_while_busy_q <= 1'b0;
    end else begin
      start_q      <= accept;
      abort_q      <= csr_control_abort_hit;
      irq_enable_q <= csr_control_irq_enable_next;
      if (accept) run_q <= 1'b1;
      else if (ended || csr_control_abort_hit) run_q <= 1'b0;
      if (accept) done_q <= 1'b0;
      else if (ended) done_q <= 1'b1;
      else if (csr_status_done_hit) done_q <= 1'b0;
      if (accept) code_q <= 4'd0;
      else if (failed) code_q <= error_i;
      if (accept) start_while_busy_q <= 1'b0;
      else if (ask) start_while_busy_q <= 1'b1;
    end

  assign start_o = start_q;
  assign abort_o = abort_q;
  assign irq_o   = done_q && irq_enable_q;

  // ---- counters -------------------------------------------------------------------------------

  genvar c;
  generate
    for (c = 0; c < 7; c = c + 1) begin : g_count
      reg [31:0] count_q;
      wire       tick = c == 0 ? busy_i : c == 1 ? stall_in_i : c == 2 ? stall_out_i :
                        c == 3 ? weight_wait_i : c == 4 ? job_i : c == 5 ? beat_in_i : beat_out_i;
      always @(posedge clk)
        if (rst || accept) count_q <= 32'd0;
        else if (tick) count_q <= count_q + 32'd1;
      assign count[32*c +: 32] = count_q;
    end
  endgenerate

  // The carry between the halves waits a cycle: a sum of 64 bits at once would be the longest path.
  always @(posedge clk)
    if (rst || accept) begin
      {macs_carry_q, macs_lo_q} <= 33'd0;
      macs_hi_q                 <= 32'd0;
    end else begin
      {macs_carry_q, macs_lo_q} <= {1'b0, macs_lo_q} + {20'd0, macs_i};
      if (macs_carry_q) macs_hi_q <= macs_hi_q + 32'd1;
    end

  always @(posedge clk)
    if (rst || accept) error_beat_q <= 32'd0;
    else if (failed) error_beat_q <= csr_beats_in;

  wire unused_bits = ^{s_axil_awaddr[1:0], s_axil_araddr[1:0], wdata, wstrb_q};

`ifdef VMAC_CHECK
  // ---- what the datapath must keep to, and what it may rely on ----------------------------------

  reg busy_q;

  always @(posedge clk)
    if (rst) busy_q <= 1'b0;
    else begin
      busy_q <= busy_i;
      `VMAC_ASSUME(!busy_i || busy_q || abort_q || (run_q && !start_q))
      `VMAC_ASSERT(!start_q || !busy_i)
      `VMAC_ASSERT(!start_q || !abort_q)
      `VMAC_ASSERT(!start_q || (count == 224'd0 && error_beat_q == 32'd0))
      `VMAC_ASSERT(!start_q || {macs_hi_q, macs_carry_q, macs_lo_q} == 65'd0)
      `VMAC_ASSERT(!start_q || (!done_q && code_q == 4'd0 && !start_while_busy_q))
    end
`endif

endmodule

`default_nettype wire
