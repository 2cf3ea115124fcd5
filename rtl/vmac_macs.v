// vmac_macs: how many multiplications a cycle makes, for the counter of the registers
//
// Contract: start_i takes the number of enabled rows (en_i) for the tile that begins. One cycle after
//   valid_i, from the cycle after start_i on, macs_o = that number times COLS, else 0.
// Not: columns that a set leaves unused; they count, as they compute.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_macs #(
  // the array
  parameter integer ROWS = 16,
  parameter integer COLS = 16
) (
  input  wire            clk,
  // a tile's first tap; the rows its entries enable
  input  wire            start_i,
  input  wire [ROWS-1:0] en_i,
  // a pixel enters the array
  input  wire            valid_i,
  output wire [12:0]     macs_o
);

  function [6:0] count(input [ROWS-1:0] en);
    integer i;
    begin
      count = 7'd0;
      for (i = 0; i < ROWS; i = i + 1) count = count + {6'd0, en[i]};
    end
  endfunction

  reg [12:0] tile_q;
  reg [12:0] macs_q;

  always @(posedge clk) begin
    if (start_i) tile_q <= {6'd0, count(en_i)} * COLS[12:0];
    macs_q <= valid_i ? tile_q : 13'd0;
  end

  assign macs_o = macs_q;

endmodule

`default_nettype wire
