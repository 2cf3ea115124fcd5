// vmac_top_sim: vmac_top with the rules of its ports watched, and its taps led out
//
// Contract: the ports and parameters of vmac_top; vmac_axis_check and vmac_axil_check on all of its
//   buses (they assert in models made with --assert); and, for the co-simulation to compare, what
//   enters requantization (tap_acc) and what leaves it (tap_out), each a vector of COLS, in the
//   order of the program's results; whether a beat is wanted, whether one is there (tap_beat), and
//   whether a tile waits for its weights, for the counters; and with VMAC_COUNT how often ports of
//   memories (vmac_ram) acted by now: those of all banks of the activation buffers, and those of
//   the columns' accumulators (without it: 0).
// Not: for synthesis.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_top_sim #(
  parameter integer CELL = 0,
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  parameter integer ACC_DEPTH = 1024,
  parameter integer BUF_DEPTH = 4096,
  parameter integer OPT_CORRECTION = 1,
  parameter integer OPT_KTILE = 0,
  parameter integer OPT_MODE = 0,
  parameter integer OPT_LOWPOWER = 0,
  parameter integer OUT_DEPTH = ROWS + COLS + 16,
  parameter integer BEAT = ROWS > 32 || COLS > 32 ? 64 : ROWS > 16 || COLS > 16 ? 32 : 16,
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}},
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
) (
  input  wire               clk,
  input  wire               rst,
  input  wire [7:0]         s_axil_awaddr,
  input  wire               s_axil_awvalid,
  output wire               s_axil_awready,
  input  wire [31:0]        s_axil_wdata,
  input  wire [3:0]         s_axil_wstrb,
  input  wire               s_axil_wvalid,
  output wire               s_axil_wready,
  output wire [1:0]         s_axil_bresp,
  output wire               s_axil_bvalid,
  input  wire               s_axil_bready,
  input  wire [7:0]         s_axil_araddr,
  input  wire               s_axil_arvalid,
  output wire               s_axil_arready,
  output wire [31:0]        s_axil_rdata,
  output wire [1:0]         s_axil_rresp,
  output wire               s_axil_rvalid,
  input  wire               s_axil_rready,
  input  wire [8*BEAT-1:0]  s_axis_tdata,
  input  wire               s_axis_tvalid,
  output wire               s_axis_tready,
  input  wire               s_axis_tlast,
  output wire [8*BEAT-1:0]  m_axis_tdata,
  output wire               m_axis_tvalid,
  input  wire               m_axis_tready,
  output wire               m_axis_tlast,
  output wire               irq_o,
  // taps
  output wire               tap_beat_ready_o,
  output wire               tap_beat_valid_o,
  output wire               tap_weight_wait_o,
  output wire               tap_acc_valid_o,
  output wire [32*COLS-1:0] tap_acc_o,
  output wire               tap_out_valid_o,
  output wire [8*COLS-1:0]  tap_out_o,
  output wire [63:0]        tap_bytes_read_o,
  output wire [63:0]        tap_bytes_written_o,
  output wire [63:0]        tap_sums_read_o,
  output wire [63:0]        tap_sums_written_o
);

  vmac_top #(
    .CELL(CELL),
    .ROWS(ROWS),
    .COLS(COLS),
    .ACC_DEPTH(ACC_DEPTH),
    .BUF_DEPTH(BUF_DEPTH),
    .OPT_CORRECTION(OPT_CORRECTION),
    .OPT_MODE(OPT_MODE),
    .OPT_LOWPOWER(OPT_LOWPOWER),
    .OUT_DEPTH(OUT_DEPTH),
    .MAP(MAP),
    .OPT_KTILE(OPT_KTILE),
    .PHI_RANK(PHI_RANK),
    .PHI(PHI)
  ) u_top (
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
    .s_axis_tdata(s_axis_tdata),
    .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready),
    .s_axis_tlast(s_axis_tlast),
    .m_axis_tdata(m_axis_tdata),
    .m_axis_tvalid(m_axis_tvalid),
    .m_axis_tready(m_axis_tready),
    .m_axis_tlast(m_axis_tlast),
    .irq_o(irq_o)
  );

  assign tap_beat_ready_o = u_top.u_parse.s_tready_o;
  assign tap_beat_valid_o = u_top.u_parse.s_tvalid_i;
  assign tap_weight_wait_o = u_top.u_exec.weights_wait_o;
  assign tap_acc_valid_o = u_top.u_data.u_post.res_valid_i;
  assign tap_acc_o       = u_top.u_data.u_post.res_acc_i;
  assign tap_out_valid_o = u_top.u_data.u_post.q_valid;
  assign tap_out_o       = u_top.u_data.u_post.q;

`ifdef VMAC_COUNT
  // ---- accesses: both enables of a port of a vmac_ram are 1 ------------------------------------

  localparam integer LANES = ROWS > COLS ? ROWS : COLS;

  wire [2*LANES-1:0] bank_reads;
  wire [2*LANES-1:0] bank_writes;
  wire               sum_read;
  wire               sum_write;

  genvar b;
  generate
    for (b = 0; b < LANES; b = b + 1) begin : g_bank
`define VMAC_BANK u_top.u_data.u_feed.g_row[b % ROWS].g_sub[b / ROWS].g_bank.u_bank
      assign bank_reads[2*b]    = `VMAC_BANK.u_set0.rsel_i && `VMAC_BANK.u_set0.re_i;
      assign bank_reads[2*b+1]  = `VMAC_BANK.u_set1.rsel_i && `VMAC_BANK.u_set1.re_i;
      assign bank_writes[2*b]   = `VMAC_BANK.u_set0.wsel_i && `VMAC_BANK.u_set0.we_i;
      assign bank_writes[2*b+1] = `VMAC_BANK.u_set1.wsel_i && `VMAC_BANK.u_set1.we_i;
`undef VMAC_BANK
    end
    if (OPT_KTILE != 0) begin : g_tiled
      assign sum_read  = u_top.u_data.u_mac.g_tiled.u_feet.u_accum.u_ram.rsel_i &&
                         u_top.u_data.u_mac.g_tiled.u_feet.u_accum.u_ram.re_i;
      assign sum_write = u_top.u_data.u_mac.g_tiled.u_feet.u_accum.u_ram.wsel_i &&
                         u_top.u_data.u_mac.g_tiled.u_feet.u_accum.u_ram.we_i;
    end else begin : g_whole
      assign sum_read  = u_top.u_data.u_mac.g_whole.u_feet.u_accum.u_ram.rsel_i &&
                         u_top.u_data.u_mac.g_whole.u_feet.u_accum.u_ram.re_i;
      assign sum_write = u_top.u_data.u_mac.g_whole.u_feet.u_accum.u_ram.wsel_i &&
                         u_top.u_data.u_mac.g_whole.u_feet.u_accum.u_ram.we_i;
    end
  endgenerate

  function [7:0] ones(input [2*LANES-1:0] bits);
    integer i;
    begin
      ones = 8'd0;
      for (i = 0; i < 2 * LANES; i = i + 1) ones = ones + {7'd0, bits[i]};
    end
  endfunction

  reg [63:0] bytes_read_q;
  reg [63:0] bytes_written_q;
  reg [63:0] sums_read_q;
  reg [63:0] sums_written_q;

  always @(posedge clk) begin
    bytes_read_q    <= bytes_read_q + {56'd0, ones(bank_reads)};
    bytes_written_q <= bytes_written_q + {56'd0, ones(bank_writes)};
    sums_read_q     <= sums_read_q + {63'd0, sum_read};
    sums_written_q  <= sums_written_q + {63'd0, sum_write};
  end

  assign tap_bytes_read_o    = bytes_read_q;
  assign tap_bytes_written_o = bytes_written_q;
  assign tap_sums_read_o     = sums_read_q;
  assign tap_sums_written_o  = sums_written_q;
`else
  assign tap_bytes_read_o    = 64'd0;
  assign tap_bytes_written_o = 64'd0;
  assign tap_sums_read_o     = 64'd0;
  assign tap_sums_written_o  = 64'd0;
`endif

  vmac_axis_check #(
    .WIDTH(8 * BEAT)
  ) u_check_s (
    .clk(clk),
    .rst(rst),
    .tdata(s_axis_tdata),
    .tvalid(s_axis_tvalid),
    .tready(s_axis_tready),
    .tlast(s_axis_tlast)
  );

  vmac_axis_check #(
    .WIDTH(8 * BEAT)
  ) u_check_m (
    .clk(clk),
    .rst(rst),
    .tdata(m_axis_tdata),
    .tvalid(m_axis_tvalid),
    .tready(m_axis_tready),
    .tlast(m_axis_tlast)
  );

  vmac_axil_check u_check_l (
    .clk(clk),
    .rst(rst),
    .awaddr(s_axil_awaddr),
    .awvalid(s_axil_awvalid),
    .awready(s_axil_awready),
    .wdata(s_axil_wdata),
    .wstrb(s_axil_wstrb),
    .wvalid(s_axil_wvalid),
    .wready(s_axil_wready),
    .bresp(s_axil_bresp),
    .bvalid(s_axil_bvalid),
    .bready(s_axil_bready),
    .araddr(s_axil_araddr),
    .arvalid(s_axil_arvalid),
    .arready(s_axil_arready),
    .rdata(s_axil_rdata),
    .rresp(s_axil_rresp),
    .rvalid(s_axil_rvalid),
    .rready(s_axil_rready)
  );

endmodule

`default_nettype wire
