// vmac_stream_reg: a register in a valid/ready stream that cuts every path through it
//
// Contract: words leave in the order they came, one per cycle if both sides want it, at the
//   earliest one cycle later. out_valid_o, out_data_o and in_ready_o come from registers: nothing
//   runs through combinationally, in either direction. Holds two words. Reset: one cycle of rst = 1
//   drops them.
// Not: depth to speak of; see vmac_fifo.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module vmac_stream_reg #(
  // bits, 1..1024
  parameter integer WIDTH = 8
) (
  input  wire             clk,
  input  wire             rst,
  // from the source
  input  wire             in_valid_i,
  output wire             in_ready_o,
  input  wire [WIDTH-1:0] in_data_i,
  // to the sink
  output wire             out_valid_o,
  input  wire             out_ready_i,
  output wire [WIDTH-1:0] out_data_o
);

  // The word offered to the sink; behind it the one that came while the sink did not take it.
  reg             valid_q;
  reg             spare_q;
  reg [WIDTH-1:0] data_q;
  reg [WIDTH-1:0] spare_data_q;

  wire in_take = in_valid_i && !spare_q;
  wire advance = !valid_q || out_ready_i;

  always @(posedge clk)
    if (rst) begin
      valid_q <= 1'b0;
      spare_q <= 1'b0;
    end else begin
      if (advance) valid_q <= spare_q || in_take;
      if (advance) spare_q <= 1'b0;
      else if (in_take) spare_q <= 1'b1;
    end

  always @(posedge clk) begin
    if (advance) data_q <= spare_q ? spare_data_q : in_data_i;
    if (in_take) spare_data_q <= in_data_i;
  end

  assign in_ready_o  = !spare_q;
  assign out_valid_o = valid_q;
  assign out_data_o  = data_q;

`ifdef VMAC_CHECK
  always @(posedge clk)
    if (!rst) `VMAC_ASSERT(valid_q || !spare_q)
`endif

`ifdef VMAC_PROVE
  // Proofs by induction: the word that is followed (testbench/formal) stands where its place says.
  wire             f_inside;
  wire [1:0]       f_ahead;
  wire [WIDTH-1:0] f_data;

  formal_track #(.WIDTH(WIDTH), .COUNT_W(2)) u_track (
    .clk(clk), .rst(rst), .in_take_i(in_take), .in_data_i(in_data_i),
    .out_take_i(valid_q && out_ready_i), .out_data_i(data_q), .count_i({1'b0, valid_q} + spare_q),
    .inside_o(f_inside), .ahead_o(f_ahead), .data_o(f_data));

  always @(posedge clk)
    if (!rst && f_inside) `VMAC_ASSERT(f_data == (f_ahead == 2'd0 ? data_q : spare_data_q))
`endif

  generate
    if (WIDTH < 1 || WIDTH > 1024) begin : g_width
      error_WIDTH_must_be_1_to_1024 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
