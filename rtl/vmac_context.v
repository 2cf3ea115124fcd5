// vmac_context: the two jobs that the accelerator holds: the next one, and the one at work
//
// Contract: the next job's words come beat by beat (load_i), the first words first, while it is not
//   offered. loaded_o: its words with the beat at hand; next_o: without it. offer_i, with a job's
//   last beat, offers it: valid_o stays, and next_o, until take_i. Then it is the job at work, and
//   the next one may be loaded. What was loaded and not offered is nobody's: the next beats push it
//   out. rst withdraws an offer. work_o changes by take_i alone, and does so in a cycle of rst too.
// Not: what the words mean; when the job at work may be left (vmac_exec).
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module vmac_context #(
  // bytes of a beat, and of a job, which is 1, 2 or 4 beats
  parameter integer BEAT = 16,
  parameter integer JOB = 64
) (
  input  wire              clk,
  input  wire              rst,
  // from the stream
  input  wire              load_i,
  input  wire [8*BEAT-1:0] beat_i,
  input  wire              offer_i,
  output wire [8*JOB-1:0]  loaded_o,
  // the next job
  output wire [8*JOB-1:0]  next_o,
  output wire              valid_o,
  // the job at work
  input  wire              take_i,
  output wire [8*JOB-1:0]  work_o
);

  reg [8*JOB-1:0] next_q;
  reg [8*JOB-1:0] work_q;
  reg             valid_q;

  generate
    if (BEAT == JOB) begin : g_whole
      assign loaded_o = beat_i;
    end else begin : g_parts
      assign loaded_o = {beat_i, next_q[8*JOB-1:8*BEAT]};
    end
  endgenerate

  always @(posedge clk)
    if (rst) valid_q <= 1'b0;
    else if (load_i) valid_q <= offer_i;
    else if (take_i) valid_q <= 1'b0;

  always @(posedge clk) begin
    if (load_i) next_q <= loaded_o;
    if (take_i) work_q <= next_q;
  end

  assign next_o  = next_q;
  assign valid_o = valid_q;
  assign work_o  = work_q;

`ifdef VMAC_CHECK
  always @(posedge clk)
    if (!rst) begin
      `VMAC_ASSUME(!load_i || !valid_q)
      `VMAC_ASSUME(!offer_i || load_i)
      `VMAC_ASSUME(!take_i || valid_q)
    end
`endif

endmodule

`default_nettype wire
