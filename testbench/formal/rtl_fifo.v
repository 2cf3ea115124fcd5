// prove_fifo: vmac_fifo between any source and sink that keep to the rules of a stream
//
// Proved: the stream's rules at the output; ready while and only while a place is free; count; and,
//   by formal_track inside the queue, that every word leaves in its turn, unchanged.
// Seen (not vacuous): the queue full, and empty again after it was full.
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module prove_fifo #(
  parameter integer WIDTH = 4,
  parameter integer DEPTH = 2
) (
  input wire             clk,
  input wire             rst,
  input wire             in_valid_i,
  input wire [WIDTH-1:0] in_data_i,
  input wire             out_ready_i
);

  wire                       in_ready;
  wire                       out_valid;
  wire [WIDTH-1:0]           out_data;
  wire [$clog2(DEPTH+1)-1:0] count;

  vmac_fifo #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_fifo (
    .clk(clk), .rst(rst), .in_valid_i(in_valid_i), .in_ready_o(in_ready), .in_data_i(in_data_i),
    .out_valid_o(out_valid), .out_ready_i(out_ready_i), .out_data_o(out_data), .count_o(count));

  vmac_axis_check #(.WIDTH(WIDTH), .OUTSIDE(1)) u_in (
    .clk(clk), .rst(rst), .tdata(in_data_i), .tvalid(in_valid_i), .tready(in_ready), .tlast(1'b0));
  vmac_axis_check #(.WIDTH(WIDTH)) u_out (
    .clk(clk), .rst(rst), .tdata(out_data), .tvalid(out_valid), .tready(out_ready_i),
    .tlast(1'b0));

  // The first cycle is a reset; later ones may be.
  reg up_q = 1'b0;
  reg full_q;
  always @(posedge clk) begin
    up_q   <= 1'b1;
    full_q <= !rst && (full_q || count == DEPTH);
    if (!up_q) assume (rst);
    if (!rst) begin
      `VMAC_ASSERT(count <= DEPTH && in_ready == (count < DEPTH) && out_valid == (count > 0))
      cover (full_q && count == 0);
    end
  end

endmodule

`default_nettype wire
