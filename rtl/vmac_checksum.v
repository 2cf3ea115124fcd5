// vmac_checksum: the checksum of a program stream
//
// Contract: sum_o is 0 after clear_i, and then covers the beats that came with valid_i: rotated
//   left by one bit per beat, every beat's word i rotated left by i bits, all of them XORed.
// Not: which beats count (vmac_parse).
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_checksum #(
  // bytes of a beat: 16, 32 or 64
  parameter integer BEAT = 16
) (
  input  wire              clk,
  // begins anew; a beat beside it does not count
  input  wire              clear_i,
  // a beat that counts
  input  wire              valid_i,
  input  wire [8*BEAT-1:0] beat_i,
  // of the beats before this cycle
  output wire [31:0]       sum_o
);

  localparam integer WORDS = BEAT / 4;

  reg [31:0] sum_q;

  function [31:0] fold(input [8*BEAT-1:0] beat);
    integer i;
    reg [31:0] word;
    begin
      fold = 32'd0;
      for (i = 0; i < WORDS; i = i + 1) begin
        word = beat[32*i +: 32];
        fold = fold ^ (word << i) ^ (i == 0 ? 32'd0 : word >> (32 - i));
      end
    end
  endfunction

  always @(posedge clk)
    if (clear_i) sum_q <= 32'd0;
    else if (valid_i) sum_q <= {sum_q[30:0], sum_q[31]} ^ fold(beat_i);

  assign sum_o = sum_q;

endmodule

`default_nettype wire
