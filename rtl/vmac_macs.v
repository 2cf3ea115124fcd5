// vmac_macs: how many multiplications a cycle makes, for the counter of the registers
//
// Contract: start_i takes the number of enabled rows (en_i) for the tile that begins; from the next
//   cycle on macs_o = that number times COLS while valid_i, else 0.
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

  reg [6:0] rows_q;

  always @(posedge clk) if (start_i) rows_q <= count(en_i);

  assign macs_o = valid_i ? {6'd0, rows_q} * COLS[12:0] : 13'd0;

endmodule

`default_nettype wire
