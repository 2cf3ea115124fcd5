// vmac_axis_check: the rules of an AXI-Stream, watched
//
// Contract: watches a stream and asserts: no tvalid in the first cycle after reset; tvalid stays
//   until tready; tdata and tlast do not change meanwhile. Fit for any valid/ready stream: tie
//   tlast to 0 where there is none. Under synthesis and in a simulator without assertions empty.
// Not: the packets' contents, tready (which may do as it likes).
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module vmac_axis_check #(
  // bits of tdata
  parameter integer WIDTH = 128,
  // 1: the source is outside what is proved: its rules are assumptions
  parameter integer OUTSIDE = 0
) (
  input  wire             clk,
  input  wire             rst,
  input  wire [WIDTH-1:0] tdata,
  input  wire             tvalid,
  input  wire             tready,
  input  wire             tlast
);

`ifdef VMAC_CHECK
  // The word offered in the cycle before, and whether it was left there.
  reg             fresh_q;
  reg             held_q;
  reg [WIDTH-1:0] data_q;
  reg             last_q;

  wire keeps = (!fresh_q || !tvalid) &&
               (!held_q || (tvalid && tdata == data_q && tlast == last_q));

  always @(posedge clk) begin
    fresh_q <= rst;
    held_q  <= !rst && tvalid && !tready;
    data_q  <= tdata;
    last_q  <= tlast;
    if (!rst) begin
      // (begin, or the else were the assertion's)
      if (OUTSIDE != 0) begin `VMAC_ASSUME(keeps) end
      else begin `VMAC_ASSERT(keeps) end
    end
  end
`endif

endmodule

`default_nettype wire
