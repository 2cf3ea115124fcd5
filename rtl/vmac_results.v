// vmac_results: the results' way out: a queue, and an end for packets that nobody will finish
//
// Contract: words come (in_valid_i) where count_o leaves a place, and leave on m_axis in order, a
//   beat each: the columns' bytes, above them zeros. open_o: the word that came last had no TLAST.
//   close_i, while no word comes and the queue is empty, adds a beat of zeros with TLAST. What is
//   offered stays as it is until it is taken: nothing but rst takes it back.
// Not: knowing when a packet is given up; that is the parser's.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module vmac_results #(
  // bytes of a result
  parameter integer COLS = 16,
  // bytes of a beat, COLS or more
  parameter integer BEAT = 16,
  // places in the queue
  parameter integer OUT_DEPTH = 48
) (
  input  wire                           clk,
  input  wire                           rst,
  // results
  input  wire                           in_valid_i,
  input  wire                           in_tlast_i,
  input  wire [8*COLS-1:0]              in_i,
  output wire [$clog2(OUT_DEPTH+1)-1:0] count_o,
  // the end of a packet that is given up
  output wire                           open_o,
  input  wire                           close_i,
  // AXI4-Stream master
  output wire [8*BEAT-1:0]              m_axis_tdata,
  output wire                           m_axis_tvalid,
  input  wire                           m_axis_tready,
  output wire                           m_axis_tlast
);

  wire              ready;
  wire [8*COLS-1:0] result;
  reg               open_q;

  vmac_fifo #(
    .WIDTH(8 * COLS + 1),
    .DEPTH(OUT_DEPTH)
  ) u_fifo (
    .clk(clk),
    .rst(rst),
    .in_valid_i(in_valid_i || close_i),
    .in_ready_o(ready),
    .in_data_i(close_i ? {1'b1, {(8 * COLS){1'b0}}} : {in_tlast_i, in_i}),
    .out_valid_o(m_axis_tvalid),
    .out_ready_i(m_axis_tready),
    .out_data_o({m_axis_tlast, result}),
    .count_o(count_o)
  );

  always @(posedge clk)
    if (rst) open_q <= 1'b0;
    else if (close_i) open_q <= 1'b0;
    else if (in_valid_i) open_q <= !in_tlast_i;

  generate
    if (BEAT == COLS) begin : g_exact
      assign m_axis_tdata = result;
    end else begin : g_wider
      assign m_axis_tdata = {{(8 * (BEAT - COLS)){1'b0}}, result};
    end
  endgenerate

  assign open_o = open_q;

  wire unused_ready = ready;

`ifdef VMAC_CHECK
  // Whoever issues work counts the places.
  always @(posedge clk)
    if (!rst) begin
      `VMAC_ASSUME(ready || !(in_valid_i || close_i))
      `VMAC_ASSUME(!close_i || (open_q && !in_valid_i && !m_axis_tvalid))
    end
`endif

endmodule

`default_nettype wire
