// prove_csr: vmac_csr between any master that keeps to the bus's rules and any datapath that keeps
// to the module's
//
// Proved: the rules of vmac_axil_check with no wait over one cycle; and against a model that sees
//   the ports only, in every cycle: which writes and reads are answered with an error; what starts
//   and aborts a run, never while the datapath is busy nor during a run; the interrupt; what a read
//   of any register gives: constants, status, error, every counter, 0 where there is no register.
// Seen (not vacuous): a second run after one that ended in an error and an interrupt.
//
// Offsets and bits are typed in here once more, on purpose: rtl/csr.tbl is checked too.
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module prove_csr (
  input wire        clk,
  input wire        rst,
  input wire [7:0]  awaddr,
  input wire        awvalid,
  input wire [31:0] wdata,
  input wire [3:0]  wstrb,
  input wire        wvalid,
  input wire        bready,
  input wire [7:0]  araddr,
  input wire        arvalid,
  input wire        rready,
  input wire        busy_i,
  input wire        done_i,
  input wire [3:0]  error_i,
  input wire        stall_in_i,
  input wire        stall_out_i,
  input wire        weight_wait_i,
  input wire        job_i,
  input wire        beat_in_i,
  input wire        beat_out_i,
  input wire [12:0] macs_i
);

  wire        awready, wready, bvalid, arready, rvalid;
  wire [1:0]  bresp, rresp;
  wire [31:0] rdata;
  wire        start, abort, irq;

  vmac_csr u_csr (
    .clk(clk), .rst(rst), .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid),
    .s_axil_awready(awready), .s_axil_wdata(wdata), .s_axil_wstrb(wstrb), .s_axil_wvalid(wvalid),
    .s_axil_wready(wready), .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready),
    .s_axil_araddr(araddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
    .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(rready),
    .start_o(start), .abort_o(abort), .busy_i(busy_i), .done_i(done_i), .error_i(error_i),
    .irq_o(irq), .stall_in_i(stall_in_i), .stall_out_i(stall_out_i),
    .weight_wait_i(weight_wait_i), .job_i(job_i), .beat_in_i(beat_in_i), .beat_out_i(beat_out_i),
    .macs_i(macs_i));

  vmac_axil_check #(.WAIT(2), .OUTSIDE(1)) u_bus (
    .clk(clk), .rst(rst), .awaddr(awaddr), .awvalid(awvalid), .awready(awready), .wdata(wdata),
    .wstrb(wstrb), .wvalid(wvalid), .wready(wready), .bresp(bresp), .bvalid(bvalid),
    .bready(bready), .araddr(araddr), .arvalid(arvalid), .arready(arready), .rdata(rdata),
    .rresp(rresp), .rvalid(rvalid), .rready(rready));

  // ---- the first cycle is a reset; later ones may be --------------------------------------------

  reg up_q = 1'b0;
  always @(posedge clk) begin
    up_q <= 1'b1;
    if (!up_q) assume (rst);
  end

  // ---- the requests, as the ports show them -----------------------------------------------------

  reg [7:0]  aw_q, ar_q;
  reg [31:0] w_q;
  reg [3:0]  strb_q;
  reg        b_held_q, r_held_q;
  // A response that was not there in the cycle before, or another: this request was just served.
  wire written = bvalid && !b_held_q;
  wire fetched = rvalid && !r_held_q;

  always @(posedge clk) begin
    if (awvalid && awready) aw_q <= awaddr;
    if (wvalid && wready) {strb_q, w_q} <= {wstrb, wdata};
    if (arvalid && arready) ar_q <= araddr;
    b_held_q <= !rst && bvalid && !bready;
    r_held_q <= !rst && rvalid && !rready;
  end

  // ---- the model: its registers are one cycle late, as the ports tell of a request --------------

  reg        busy_q, done_q, run_q, ended_q, enable_q, flag_q, started_q;
  reg [3:0]  error_q, code_q;
  reg [6:0]  tick_q;
  reg [12:0] macs_q;
  reg [31:0] beat_q;
  reg [63:0] sum_q;
  reg [31:0] high_q;
  // Any one of the counters, in the order of their offsets without the two of the sum.
  (* anyconst *) wire [2:0] which;
  reg [31:0] count_q, beats_q;

  wire [6:0]  ticks   = {beat_out_i, beat_in_i, job_i, weight_wait_i, stall_out_i, stall_in_i,
                         busy_i};
  wire        control = written && aw_q[7:2] == 6'h06 && strb_q[0];
  wire        clear   = written && aw_q[7:2] == 6'h07 && strb_q[0] && w_q[1];
  wire        ends    = control && w_q[1];
  wire        asks    = control && w_q[0] && !w_q[1];
  wire        starts  = asks && !run_q && !busy_q;
  wire        fails   = run_q && !started_q && code_q == 4'd0 && error_q != 4'd0;
  wire        over    = run_q && !started_q && done_q;
  wire        run     = starts || (run_q && !ends && !over);
  wire        ended   = !starts && (over || (ended_q && !clear));
  wire        enable  = control ? w_q[2] : enable_q;
  wire        flag    = !starts && (flag_q || asks);
  wire [3:0]  code    = starts ? 4'd0 : fails ? error_q : code_q;
  wire [31:0] beat    = starts ? 32'd0 : fails ? beats_q : beat_q;
  wire [31:0] count   = starts ? 32'd0 : count_q + tick_q[which];
  wire [31:0] beats   = starts ? 32'd0 : beats_q + tick_q[5];
  wire [63:0] sum     = starts ? 64'd0 : sum_q + macs_q;
  // The upper half is a cycle late.
  wire [31:0] high    = starts ? 32'd0 : sum_q[63:32];

  always @(posedge clk) begin
    {busy_q, done_q, error_q, tick_q, macs_q} <= {busy_i, done_i, error_i, ticks, macs_i};
    {run_q, ended_q, enable_q, flag_q, started_q} <= {run, ended, enable, flag, starts};
    {code_q, beat_q, count_q, beats_q, sum_q, high_q} <= {code, beat, count, beats, sum, high};
    if (rst) begin
      {run_q, ended_q, enable_q, flag_q, started_q, tick_q, macs_q} <= 25'd0;
      {code_q, beat_q, count_q, beats_q, sum_q, high_q} <= 196'd0;
    end
    assume (which < 3'd7);
  end

  wire [5:0] at       = ar_q[7:2];
  wire [5:0] at_count = which < 3'd4 ? 6'h0a + which : 6'h0c + which;

  always @(posedge clk)
    if (!rst) begin
      `VMAC_ASSERT(start == starts && abort == ends && irq == (ended && enable))
      `VMAC_ASSERT(!start || (!busy_i && !run_q))
      if (written) `VMAC_ASSERT(bresp == (aw_q[7:2] == 6'h06 || aw_q[7:2] == 6'h07 ? 2'd0 : 2'd2))
      if (fetched) begin
        `VMAC_ASSERT(rresp == (at <= 6'h12 ? 2'd0 : 2'd2))
        if (at > 6'h12) `VMAC_ASSERT(rdata == 32'd0)
        if (at == 6'h00) `VMAC_ASSERT(rdata == 32'h564d4143)
        if (at == 6'h01) `VMAC_ASSERT(rdata == 32'h00000101)
        if (at == 6'h02) `VMAC_ASSERT(rdata == 32'h02001010)
        if (at == 6'h03) `VMAC_ASSERT(rdata == 32'd0)
        if (at == 6'h04) `VMAC_ASSERT(rdata == 32'd256)
        if (at == 6'h05) `VMAC_ASSERT(rdata == 32'd4096)
        if (at == 6'h06) `VMAC_ASSERT(rdata == {29'd0, enable_q, 2'd0})
        if (at == 6'h07) `VMAC_ASSERT(rdata == {29'd0, code_q != 4'd0, ended_q, run_q || busy_q})
        if (at == 6'h08) `VMAC_ASSERT(rdata == {23'd0, flag_q, 4'd0, code_q})
        if (at == 6'h09) `VMAC_ASSERT(rdata == beat_q)
        if (at == at_count) `VMAC_ASSERT(rdata == count_q)
        if (at == 6'h0e) `VMAC_ASSERT(rdata == sum_q[31:0])
        if (at == 6'h0f) `VMAC_ASSERT(rdata == high_q)
      end
    end

  // ---- what joins the model's registers to the module's, for induction --------------------------

  (* hierconn *) wire [2:0]   \u_bus.aw_q , \u_bus.w_q , \u_bus.ar_q ;
  (* hierconn *) wire [5:0]   \u_csr.write_word , \u_csr.read_word ;
  (* hierconn *) wire [31:0]  \u_csr.wdata , \u_csr.error_beat_q ;
  (* hierconn *) wire [3:0]   \u_csr.wstrb_q , \u_csr.code_q ;
  (* hierconn *) wire         \u_csr.run_q , \u_csr.done_q , \u_csr.irq_enable_q ,
                              \u_csr.start_while_busy_q ;
  (* hierconn *) wire [223:0] \u_csr.count ;
  (* hierconn *) wire [31:0]  \u_csr.macs_lo_q ;
  (* hierconn *) wire         \u_csr.macs_carry_q ;
  (* hierconn *) wire [31:0]  \u_csr.macs_hi_q ;

  reg [31:0] one;
  always @*
    case (which)
      3'd0: one = \u_csr.count [31:0];
      3'd1: one = \u_csr.count [63:32];
      3'd2: one = \u_csr.count [95:64];
      3'd3: one = \u_csr.count [127:96];
      3'd4: one = \u_csr.count [159:128];
      3'd5: one = \u_csr.count [191:160];
      default: one = \u_csr.count [223:192];
    endcase

  always @(posedge clk)
    if (!rst) begin
      `VMAC_ASSERT(\u_bus.aw_q == !awready + bvalid && \u_bus.w_q == !wready + bvalid)
      `VMAC_ASSERT(\u_bus.ar_q == !arready + rvalid)
      `VMAC_ASSERT(awready || \u_csr.write_word == aw_q[7:2])
      `VMAC_ASSERT(wready || (\u_csr.wdata == w_q && \u_csr.wstrb_q == strb_q))
      `VMAC_ASSERT(arready || \u_csr.read_word == ar_q[7:2])
      `VMAC_ASSERT(\u_csr.run_q == run && \u_csr.done_q == ended)
      `VMAC_ASSERT(\u_csr.irq_enable_q == enable && \u_csr.start_while_busy_q == flag)
      `VMAC_ASSERT(\u_csr.code_q == code && \u_csr.error_beat_q == beat)
      `VMAC_ASSERT({\u_csr.macs_hi_q + {31'd0, \u_csr.macs_carry_q }, \u_csr.macs_lo_q } == sum)
      `VMAC_ASSERT(\u_csr.macs_hi_q == high)
      `VMAC_ASSERT(one == count && \u_csr.count [191:160] == beats)
    end

  reg failed_q, again_q;
  always @(posedge clk) begin
    failed_q <= !rst && (failed_q || (irq && code != 4'd0));
    again_q  <= !rst && (again_q || (failed_q && start));
    cover (!rst && again_q && irq && code == 4'd0);
  end

endmodule

`default_nettype wire
