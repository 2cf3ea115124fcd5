// prove_context: vmac_context between any parser and executor that keep to its rules
//
// Proved: a job that is offered has the words of its beats, in their order, and keeps them until it
//   is taken; each is taken once, in its turn (formal_track); the job at work is the one taken
//   last, word for word, and changes at no other time, whatever is loaded meanwhile, and over
//   resets. Beats that are never offered, of whole jobs (the parser's own) or parts of one (END,
//   what a flush cuts off), leave no trace in the jobs that are.
// Bytes stand for beats: the module moves bits and looks at none.
// Seen (not vacuous): a second job loaded beside the first at work, taken, and unlike it; a job
//   offered behind beats that were not.
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module prove_context #(
  parameter integer BEAT = 1,
  parameter integer JOB = 4
) (
  input wire              clk,
  input wire              rst,
  input wire              load_i,
  input wire [8*BEAT-1:0] beat_i,
  input wire              offer_i,
  // the next beat is a job's first, whatever was loaded
  input wire              restart_i,
  input wire              take_i
);

  localparam integer BEATS = JOB / BEAT;

  wire [8*JOB-1:0] loaded, next, work;
  wire             valid;

  vmac_context #(.BEAT(BEAT), .JOB(JOB)) u_context (
    .clk(clk), .rst(rst), .load_i(load_i), .beat_i(beat_i), .offer_i(offer_i), .loaded_o(loaded),
    .next_o(next), .valid_o(valid), .take_i(take_i), .work_o(work));

  // The first cycle is a reset; later ones may be.
  reg up_q = 1'b0;
  always @(posedge clk) begin
    up_q <= 1'b1;
    if (!up_q) assume (rst);
  end

  // The beats of the job being loaded, each in its place; the words that were taken last.
  reg [8*JOB-1:0] beats_q;
  reg [2:0]       count_q;
  reg [8*JOB-1:0] taken_q;
  reg             any_q;
  // beats went by that were not offered
  reg             lost_q;

  always @(posedge clk) begin
    if (rst) {count_q, any_q, lost_q} <= 5'd0;
    else begin
      if (load_i) begin
        beats_q[8*BEAT*count_q +: 8*BEAT] <= beat_i;
        count_q <= count_q == BEATS - 1 ? 3'd0 : count_q + 3'd1;
        if (count_q == BEATS - 1 && !offer_i) lost_q <= 1'b1;
      end
      if (restart_i) begin
        count_q <= 3'd0;
        if (load_i ? count_q != BEATS - 1 : count_q != 3'd0) lost_q <= 1'b1;
      end
    end
    if (!rst && take_i) {taken_q, any_q} <= {beats_q, 1'b1};
    // A job that is offered is offered with its last beat.
    if (!rst) assume (!offer_i || count_q == BEATS - 1);
  end

  wire             inside;
  wire [8*JOB-1:0] tracked;

  formal_track #(.WIDTH(8 * JOB), .COUNT_W(2)) u_track (
    .clk(clk), .rst(rst), .in_take_i(offer_i), .in_data_i(loaded), .out_take_i(take_i),
    .out_data_i(next), .count_i({1'b0, valid}), .inside_o(inside), .ahead_o(), .data_o(tracked));

  integer i;
  always @(posedge clk)
    if (!rst) begin
      `VMAC_ASSERT(count_q < BEATS)
      `VMAC_ASSERT(!valid || (count_q == 3'd0 && next == beats_q))
      // the beats so far lie at the top, the latest above all
      for (i = 0; i < BEATS; i = i + 1)
        if (i < count_q)
          `VMAC_ASSERT(next[8*BEAT*(BEATS-count_q+i) +: 8*BEAT] == beats_q[8*BEAT*i +: 8*BEAT])
      `VMAC_ASSERT(!any_q || work == taken_q)
      `VMAC_ASSERT(!inside || (valid && tracked == next))
    end

  // What a reset leaves as it is, too.
  reg [8*JOB-1:0] work_q;
  reg             kept_q;
  always @(posedge clk) begin
    work_q <= work;
    kept_q <= up_q && !take_i;
    if (up_q && kept_q) `VMAC_ASSERT(work == work_q)
    cover (!rst && any_q && take_i && next != work && work != 0);
    cover (!rst && any_q && take_i && lost_q);
  end

endmodule

`default_nettype wire
