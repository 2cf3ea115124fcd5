// formal_track: follows one word through a queue, whichever word that may be
//
// Contract: for proofs. in_take_i, out_take_i: a word enters, leaves, with its data; count_i: how
//   many the queue says it holds. The solver picks any word that enters; asserted: it leaves after
//   exactly those that were inside when it came, unchanged, and count_i is entries less exits.
//   So no word is lost, doubled, changed or overtaken. For the queue's own invariant: inside_o (it
//   is in the queue), ahead_o (words before it), data_o.
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module formal_track #(
  parameter integer WIDTH = 8,
  parameter integer COUNT_W = 2
) (
  input  wire               clk,
  input  wire               rst,
  input  wire               in_take_i,
  input  wire [WIDTH-1:0]   in_data_i,
  input  wire               out_take_i,
  input  wire [WIDTH-1:0]   out_data_i,
  input  wire [COUNT_W-1:0] count_i,
  output wire               inside_o,
  output wire [COUNT_W-1:0] ahead_o,
  output wire [WIDTH-1:0]   data_o
);

  (* anyseq *) wire pick;

  reg               inside_q;
  reg [COUNT_W-1:0] ahead_q;
  reg [WIDTH-1:0]   data_q;
  reg [COUNT_W-1:0] held_q;

  wire first = ahead_q == {COUNT_W{1'b0}};
  wire left  = inside_q && out_take_i && first;
  wire enter = in_take_i && pick && (!inside_q || left);

  always @(posedge clk)
    if (rst) begin
      inside_q <= 1'b0;
      held_q   <= {COUNT_W{1'b0}};
    end else begin
      held_q <= held_q + in_take_i - out_take_i;
      if (enter) begin
        inside_q <= 1'b1;
        ahead_q  <= held_q - out_take_i;
        data_q   <= in_data_i;
      end else if (inside_q && out_take_i) begin
        inside_q <= !first;
        ahead_q  <= ahead_q - 1'b1;
      end
      `VMAC_ASSERT(count_i == held_q)
      `VMAC_ASSERT(!out_take_i || held_q != {COUNT_W{1'b0}})
      `VMAC_ASSERT(!inside_q || ahead_q < held_q)
      `VMAC_ASSERT(!left || out_data_i == data_q)
    end

  assign inside_o = inside_q;
  assign ahead_o  = ahead_q;
  assign data_o   = data_q;

endmodule

`default_nettype wire
