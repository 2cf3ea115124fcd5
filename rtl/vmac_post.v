// vmac_post: from accumulators to bytes, and to the buffers or the result stream
//
// Contract: a vector of results (res_valid_i, res_acc_i, one per column) is requantized, gets the
//   zero point, is clamped, and leaves 5 cycles later as one write of a buffer word (we_o, ...) or
//   as one word for the result FIFO; written_o comes with either. MAC results take each column's
//   multiplier and shift from the records that k_shift_i moves in (the last column's first);
//   take_i, one cycle ahead of a set's first result, makes them the ones in use. Results of vector
//   jobs all take the set's.
//   res_set_first_i marks a set's first result: its address and lanes are the set's (set_i), later
//   ones follow step_i words apart. set_written_o tells that the set's words are no longer needed.
//   The cfg inputs are constant while results are in flight.
// Not: back-pressure: whoever issues work for the stream knows that the FIFO has a place.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_job.vh"
`default_nettype none

module vmac_post #(
  // the array
  parameter integer ROWS = 16,
  parameter integer COLS = 16
) (
  input  wire               clk,
  input  wire               rst,
  // requantization records {shift, mult}
  input  wire               k_shift_i,
  input  wire [36:0]        k_i,
  input  wire               take_i,
  // the set's SET beat, the job's constants
  input  wire [127:0]       set_i,
  output wire               set_written_o,
  input  wire               cfg_vector_i,
  input  wire               cfg_single_i,
  input  wire               cfg_stream_i,
  input  wire               cfg_dst_i,
  input  wire [3:0]         cfg_code_i,
  input  wire [7:0]         cfg_zero_i,
  input  wire [7:0]         cfg_min_i,
  input  wire [7:0]         cfg_max_i,
  input  wire [15:0]        cfg_step_i,
  // results
  input  wire               res_valid_i,
  input  wire               res_set_first_i,
  input  wire               res_tlast_i,
  input  wire [32*COLS-1:0] res_acc_i,
  // a word for a buffer
  output wire                                     w_valid_o,
  output wire [(ROWS > COLS ? ROWS : COLS)-1:0]   we_o,
  output wire                                     wset_o,
  output wire [15:0]                              waddr_o,
  output wire [8*(ROWS > COLS ? ROWS : COLS)-1:0] wdata_o,
  // a word for the stream: byte c is column c's
  output wire               out_valid_o,
  output wire               out_tlast_o,
  output wire [8*COLS-1:0]  out_o,
  output wire               written_o
);

  // cycles through vmac_requant
  localparam integer REQUANT = 4;

  reg  [REQUANT-1:0] valid_q;
  wire               q_valid = valid_q[REQUANT-1];
  wire [8*COLS-1:0]  q;

  always @(posedge clk)
    if (rst) valid_q <= {REQUANT{1'b0}};
    else valid_q <= {valid_q[REQUANT-2:0], res_valid_i};

  // The set's own scale is held from its first result on: the place of its words is free, and may
  // be filled again, when later results enter.
  reg  [36:0] held_q;
  wire [36:0] set_words = {set_i[`VMAC_SET_SHIFT], set_i[`VMAC_SET_MULT]};
  wire [36:0] set_scale = res_set_first_i ? set_words : held_q;
  always @(posedge clk) if (res_valid_i) held_q <= set_scale;

  genvar c;
  generate
    for (c = 0; c < COLS; c = c + 1) begin : g_col
      reg  [36:0] shadow_q;
      reg  [36:0] scale_q;
      wire [36:0] left;
      if (c == 0) begin : g_left
        assign left = k_i;
      end else begin : g_right
        assign left = g_col[c-1].shadow_q;
      end

      always @(posedge clk) begin
        if (k_shift_i) shadow_q <= left;
        if (take_i) scale_q <= shadow_q;
      end

      vmac_requant u_requant (
        .clk(clk),
        .valid_i({valid_q[REQUANT-2:0], res_valid_i}),
        .single_i(cfg_single_i),
        .mult_i(cfg_vector_i ? set_scale[30:0] : scale_q[30:0]),
        .shift_i(cfg_vector_i ? set_scale[36:31] : scale_q[36:31]),
        .zero_i(cfg_zero_i),
        .min_i(cfg_min_i),
        .max_i(cfg_max_i),
        .acc_i(res_acc_i[32*c +: 32]),
        .q_o(q[8*c +: 8])
      );
    end
  endgenerate

  wire set_first, tlast;

  vmac_delay #(
    .DEPTH(REQUANT),
    .WIDTH(2)
  ) u_flags (
    .clk(clk),
    .data_i({res_set_first_i, res_tlast_i}),
    .data_o({set_first, tlast})
  );

  reg         written_q;
  reg         tlast_q;
  reg  [15:0] addr_q;
  // {rbase, cnt, lo}
  reg  [23:0] lanes_q;
  wire [23:0] set_lanes = {set_i[`VMAC_SET_RBASE], set_i[`VMAC_SET_CNT], set_i[`VMAC_SET_LO]};
  wire [23:0] lanes     = set_first ? set_lanes : lanes_q;

  always @(posedge clk)
    if (rst) written_q <= 1'b0;
    else written_q <= q_valid;

  always @(posedge clk)
    if (q_valid) begin
      tlast_q <= tlast;
      addr_q  <= set_first ? set_i[`VMAC_SET_OUT_ADDR] : addr_q + cfg_step_i;
      lanes_q <= lanes;
    end

  // On the stream byte c is column c's: no lane is replicated, and none moved.
  vmac_route #(
    .ROWS(ROWS),
    .COLS(COLS)
  ) u_route (
    .clk(clk),
    .valid_i(q_valid),
    .cols_i(q),
    .code_i(cfg_stream_i ? 4'd15 : cfg_code_i),
    .lo_i(lanes[7:0]),
    .cnt_i(lanes[15:8]),
    .rbase_i(cfg_stream_i ? 8'd0 : lanes[23:16]),
    .we_o(we_o),
    .data_o(wdata_o)
  );

  wire unused_set = ^set_i;

  assign set_written_o = q_valid && set_first;
  assign w_valid_o     = written_q && !cfg_stream_i;
  assign wset_o        = cfg_dst_i;
  assign waddr_o       = addr_q;
  assign out_valid_o   = written_q && cfg_stream_i;
  assign out_tlast_o   = tlast_q;
  assign out_o         = wdata_o[8*COLS-1:0];
  assign written_o     = written_q;

endmodule

`default_nettype wire
