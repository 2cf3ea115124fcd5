// prove_stream_reg: vmac_stream_reg between any source and sink that keep to the rules of a stream
//
// Proved: the stream's rules at the output; by formal_track inside the module, that every word
//   leaves in its turn, unchanged; ready unless two words are held.
// Seen (not vacuous): two words held, then none.
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module prove_stream_reg #(
  parameter integer WIDTH = 4
) (
  input wire             clk,
  input wire             rst,
  input wire             in_valid_i,
  input wire [WIDTH-1:0] in_data_i,
  input wire             out_ready_i
);

  wire             in_ready;
  wire             out_valid;
  wire [WIDTH-1:0] out_data;

  vmac_stream_reg #(.WIDTH(WIDTH)) u_reg (
    .clk(clk), .rst(rst), .in_valid_i(in_valid_i), .in_ready_o(in_ready), .in_data_i(in_data_i),
    .out_valid_o(out_valid), .out_ready_i(out_ready_i), .out_data_o(out_data));

  vmac_axis_check #(.WIDTH(WIDTH), .OUTSIDE(1)) u_in (
    .clk(clk), .rst(rst), .tdata(in_data_i), .tvalid(in_valid_i), .tready(in_ready), .tlast(1'b0));
  vmac_axis_check #(.WIDTH(WIDTH)) u_out (
    .clk(clk), .rst(rst), .tdata(out_data), .tvalid(out_valid), .tready(out_ready_i),
    .tlast(1'b0));

  // The first cycle is a reset; later ones may be.
  reg       up_q = 1'b0;
  reg       full_q;
  reg [1:0] held_q;
  always @(posedge clk) begin
    up_q   <= 1'b1;
    full_q <= !rst && (full_q || !in_ready);
    held_q <= rst ? 2'd0 : held_q + (in_valid_i && in_ready) - (out_valid && out_ready_i);
    if (!up_q) assume (rst);
    if (!rst) begin
      `VMAC_ASSERT(held_q <= 2'd2 && in_ready == (held_q < 2'd2) && out_valid == (held_q > 2'd0))
      cover (full_q && !out_valid);
    end
  end

endmodule

`default_nettype wire
