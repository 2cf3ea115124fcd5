// vmac_macs: how many multiplications a cycle makes, for the counter of the registers
//
// Contract: start_i takes the enabled rows (en_i) of the tile that begins, for valid_i from the
//   next cycle on. macs_o: one cycle after valid_i that number times COLS, else 0. A tap in the
//   cycle of a reset does not count.
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
  input  wire            rst,
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
    macs_q <= valid_i && !rst ? tile_q : 13'd0;
  end

  assign macs_o = macs_q;

endmodule

`default_nettype wire
