// vmac_datapath: from a tap to its results: banks, array or vector unit, requantization
//
// Contract: vmac_exec issues taps (iss_*, with the words and the place in the map that the tap
//   stands at), the beat at hand brings entries, weights, records and the input (vmac_parse says
//   which); a tap of a MAC job reads one byte per row by the rows' entries and goes through the
//   array, one of a vector job reads one or two words and goes through vmac_vector. Either way the
//   results come ROWS + COLS + 6, or 6, cycles after the tap to vmac_post, and 5 cycles later are
//   written: to a buffer, or out_valid_o with out_o for the result stream; written_o with both.
//   load_i comes the cycle before a tile's first tap; cfg_i and set_i stay while their taps and
//   results are in flight, but for what set_written_o gives up. Taps are issued only where weights
//   and coefficients are there (macs and records have ready, taps have not).
//   Reset drops what is in flight; buffers and accumulators keep what they hold.
// Not: when to issue (vmac_exec), whether the stream has room for results, counters.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`include "vmac_job.vh"
`default_nettype none

module vmac_datapath #(
  // index of the multiplier cell in rtl/mult/mults.tbl; 1: its operands are signed
  parameter integer CELL = 0,
  parameter integer SIGNED = 0,
  // the array
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  // accumulators per column; words in each of the two activation buffers
  parameter integer ACC_DEPTH = 1024,
  parameter integer BUF_DEPTH = 4096,
  // correction unit: 0 none, 1 one control variate, 2 one per bit plane, 3 one per plane of PHI
  parameter integer OPT_CORRECTION = 1,
  // 1: coefficients for every K tile
  parameter integer OPT_KTILE = 0,
  // 1: a mode beside every weight; 1: operands of gated PEs rest
  parameter integer OPT_MODE = 0,
  parameter integer OPT_LOWPOWER = 0,
  // bytes of a beat
  parameter integer BEAT = 16,
  // the cells of the PEs (vmac_array)
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}},
  // planes of PHI and their tables (vmac_side)
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
) (
  input  wire                          clk,
  input  wire                          rst,
  // the beat at hand: entries, weights, or a word of the input
  input  wire [8*BEAT-1:0]             beat_i,
  input  wire                          e_valid_i,
  input  wire [3:0]                    e_beat_i,
  input  wire                          w_valid_i,
  output wire                          w_ready_o,
  input  wire [5:0]                    w_row_i,
  input  wire [4*COLS-1:0]             w_mode_i,
  input  wire                          in_valid_i,
  input  wire                          in_dst_i,
  input  wire [15:0]                   in_addr_i,
  // coefficient records; whether they are of a set's last tile
  input  wire                          k_valid_i,
  output wire                          k_ready_o,
  input  wire [255:0]                  k_i,
  input  wire                          k_last_i,
  input  wire                          coef_valid_i,
  // the job at work; its set
  input  wire [511:0]                  cfg_i,
  input  wire [127:0]                  set_i,
  output wire                          set_written_o,
  // taps
  input  wire                          load_i,
  input  wire                          iss_valid_i,
  input  wire                          iss_start_i,
  input  wire                          iss_first_i,
  input  wire                          iss_last_i,
  input  wire                          iss_set_first_i,
  input  wire                          iss_tlast_i,
  input  wire [$clog2(ACC_DEPTH)-1:0]  iss_acc_i,
  input  wire [15:0]                   iss_addr_i,
  input  wire [15:0]                   iss_addr_b_i,
  input  wire [15:0]                   iss_iy_i,
  input  wire [15:0]                   iss_ix_i,
  input  wire [3:0]                    iss_sub_i,
  // results
  output wire                          out_valid_o,
  output wire                          out_tlast_o,
  output wire [8*COLS-1:0]             out_o,
  output wire                          written_o,
  // multiplications of this cycle
  output wire [12:0]                   macs_o
);

  `include "vmac_cells.vh"
  `include "vmac_planes.vh"

  localparam integer LANES  = ROWS > COLS ? ROWS : COLS;
  localparam integer ACC_W  = $clog2(ACC_DEPTH);
  localparam integer PLANES = vmac_planes(CELL, OPT_CORRECTION, PHI_RANK);
  // from a pixel taken by the array to its accumulators; through vmac_vector
  localparam integer MAC_CYCLES    = ROWS + COLS + 5;
  localparam integer VECTOR_CYCLES = 5;

  wire       vector      = cfg_i[`VMAC_JOB_KIND] != `VMAC_KIND_MAC;
  wire [3:0] vector_kind = cfg_i[`VMAC_JOB_KIND] - `VMAC_KIND_MAX;

  wire [ROWS-1:0]    en;
  wire [8*ROWS-1:0]  rows;
  wire [8*COLS-1:0]  lane_a, lane_b;
  wire               w_valid;
  wire [LANES-1:0]   we;
  wire               wset;
  wire [15:0]        waddr;
  wire [8*LANES-1:0] wdata;

  // Words for the buffers: results, or the network's input.
  reg [LANES-1:0]   to_we;
  reg               to_set;
  reg [15:0]        to_addr;
  reg [8*LANES-1:0] to_data;
  always @* begin
    to_we   = we;
    to_set  = wset;
    to_addr = waddr;
    to_data = wdata;
    if (in_valid_i) begin
      to_we   = {LANES{1'b1}};
      to_set  = in_dst_i;
      to_addr = in_addr_i;
      to_data = beat_i[8*LANES-1:0];
    end
  end

  vmac_feed #(
    .ROWS(ROWS),
    .COLS(COLS),
    .BUF_DEPTH(BUF_DEPTH),
    .BEAT(BEAT)
  ) u_feed (
    .clk(clk),
    .e_valid_i(e_valid_i),
    .e_beat_i(e_beat_i),
    .e_i(beat_i),
    .en_o(en),
    .load_i(load_i),
    .load_sub_i(set_i[`VMAC_SET_SUB]),
    .vector_i(vector),
    .src_i(cfg_i[`VMAC_JOB_SRC]),
    .pad_i(cfg_i[`VMAC_JOB_PAD]),
    .in_h_i(cfg_i[`VMAC_JOB_IN_H]),
    .in_w_i(cfg_i[`VMAC_JOB_IN_W]),
    .iss_valid_i(iss_valid_i),
    .iss_addr_i(iss_addr_i),
    .iss_addr_b_i(iss_addr_b_i),
    .iss_iy_i(iss_iy_i),
    .iss_ix_i(iss_ix_i),
    .iss_sub_i(iss_sub_i),
    .rows_o(rows),
    .lane_a_o(lane_a),
    .lane_b_o(lane_b),
    .w_valid_i(in_valid_i || w_valid),
    .we_i(to_we),
    .wset_i(to_set),
    .waddr_i(to_addr),
    .wdata_i(to_data)
  );

  // The tap, beside its bytes.
  reg             tap_valid_q, tap_start_q, tap_first_q, tap_last_q, tap_set_first_q, tap_tlast_q;
  reg [ACC_W-1:0] tap_acc_q;

  always @(posedge clk)
    if (rst) tap_valid_q <= 1'b0;
    else tap_valid_q <= iss_valid_i;

  always @(posedge clk) begin
    tap_start_q     <= iss_start_i;
    tap_first_q     <= iss_first_i;
    tap_last_q      <= iss_last_i;
    tap_set_first_q <= iss_valid_i && iss_set_first_i;
    tap_tlast_q     <= iss_tlast_i;
    tap_acc_q       <= iss_acc_i;
  end

  // ---- products ---------------------------------------------------------------------------------

  wire               mac_ready, mac_valid;
  wire [ACC_W-1:0]   unused_mac_addr;
  wire [32*COLS-1:0] mac_acc;
  // of planes 1 to 7 the record's second beat has them
  wire [18*8-1:0]    k_c = {k_i[128 +: 18*7], k_i[`VMAC_REC_C1]};

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
    .MAP(MAP),
    .OPT_KTILE(OPT_KTILE),
    .PHI_RANK(PHI_RANK),
    .PHI(PHI)
  ) u_mac (
    .clk(clk),
    .rst(rst),
    .w_valid_i(w_valid_i),
    .w_ready_o(w_ready_o),
    .w_i(beat_i[8*COLS-1:0]),
    .w_mode_i(w_mode_i),
    .w_row_i(en[w_row_i[$clog2(ROWS)-1:0]]),
    .w_col_i({COLS{1'b1}}),
    .k_valid_i(k_valid_i),
    .k_ready_o(k_ready_o),
    .k_c0_i(k_i[`VMAC_REC_C0]),
    .k_c_i(k_c[18*PLANES-1:0]),
    .k_bias_i(k_i[`VMAC_REC_BIAS]),
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
    .rst(rst),
    .kind_i(vector_kind[1:0]),
    .valid_i(tap_valid_q && vector),
    .first_i(tap_first_q),
    .last_i(tap_last_q),
    .a_i(lane_a),
    .b_i(lane_b),
    .za_i(cfg_i[`VMAC_JOB_ZA]),
    .zb_i(cfg_i[`VMAC_JOB_ZB]),
    .mult_b_i(cfg_i[`VMAC_JOB_MULT_B]),
    .shift_b_i(cfg_i[`VMAC_JOB_SHIFT_B]),
    .single_i(cfg_i[`VMAC_JOB_SINGLE]),
    .bias_i(cfg_i[`VMAC_JOB_VBIAS]),
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

  vmac_post #(
    .ROWS(ROWS),
    .COLS(COLS)
  ) u_post (
    .clk(clk),
    .rst(rst),
    .k_shift_i(k_valid_i && k_ready_o && k_last_i),
    .k_i({k_i[`VMAC_REC_SHIFT], k_i[`VMAC_REC_MULT]}),
    .take_i(take),
    .set_i(set_i),
    .set_written_o(set_written_o),
    .cfg_vector_i(vector),
    .cfg_single_i(cfg_i[`VMAC_JOB_SINGLE]),
    .cfg_stream_i(cfg_i[`VMAC_JOB_TO_STREAM]),
    .cfg_dst_i(cfg_i[`VMAC_JOB_DST]),
    .cfg_code_i(cfg_i[`VMAC_JOB_CODE]),
    .cfg_zero_i(cfg_i[`VMAC_JOB_ZERO]),
    .cfg_min_i(cfg_i[`VMAC_JOB_ACT_MIN]),
    .cfg_max_i(cfg_i[`VMAC_JOB_ACT_MAX]),
    .cfg_step_i(cfg_i[`VMAC_JOB_OUT_STEP]),
    .res_valid_i(res_valid),
    .res_set_first_i(res_set_first),
    .res_tlast_i(res_tlast),
    .res_acc_i(res_acc),
    .w_valid_o(w_valid),
    .we_o(we),
    .wset_o(wset),
    .waddr_o(waddr),
    .wdata_o(wdata),
    .out_valid_o(out_valid_o),
    .out_tlast_o(out_tlast_o),
    .out_o(out_o),
    .written_o(written_o)
  );

  vmac_macs #(
    .ROWS(ROWS),
    .COLS(COLS)
  ) u_macs (
    .clk(clk),
    .rst(rst),
    .start_i(iss_valid_i && iss_start_i),
    .en_i(en),
    .valid_i(tap_valid_q && !vector),
    .macs_o(macs_o)
  );

`ifdef VMAC_CHECK
  // vmac_mac_unit would take the next set's records before vmac_post has taken this set's scales.
  // They do not come: the records with a set's scales follow its SET beat, and that waits for the
  // place that this set's own leaves with its first result.
  reg scales_q, k_last_q;
  always @(posedge clk) if (k_valid_i && k_ready_o) k_last_q <= k_last_i;
  always @(posedge clk)
    if (rst) scales_q <= 1'b0;
    else scales_q <= (coef_valid_i && k_last_q) || (scales_q && !take);

  // A tap never meets a closed door: what it needs was there when it was issued.
  always @(posedge clk)
    if (!rst) begin
      if (k_valid_i && k_ready_o) `VMAC_ASSERT(!coef_valid_i && (!k_last_i || !scales_q))
      if (tap_valid_q && !vector) `VMAC_ASSERT(mac_ready)
      if (in_valid_i) `VMAC_ASSERT(!w_valid)
    end
`endif

  wire unused_words = ^{cfg_i, vector_kind, k_i, k_c, w_row_i};

endmodule

`default_nettype wire
