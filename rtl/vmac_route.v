// vmac_route: which result byte goes to which bank of a buffer
//
// Contract: one cycle after valid_i, data_o and we_o. Bank b holds lane l = b mod 2^code_i of the
//   output tensor (code_i = 15: l = b). It is written where lo_i <= l < lo_i + cnt_i, with the byte
//   of column l - rbase_i. So one vector of results fills every copy of a replicated tensor at
//   once. They stay until the next valid_i; that there is anything to write is said elsewhere.
// Not: addresses.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_route #(
  // the array
  parameter integer ROWS = 16,
  parameter integer COLS = 16
) (
  input  wire              clk,
  input  wire              valid_i,
  // one result byte per column
  input  wire [8*COLS-1:0] cols_i,
  input  wire [3:0]        code_i,
  input  wire [7:0]        lo_i,
  input  wire [7:0]        cnt_i,
  // 0 where ROWS = COLS, and then not looked at
  input  wire [7:0]        rbase_i,
  output wire [(ROWS > COLS ? ROWS : COLS)-1:0]   we_o,
  output wire [8*(ROWS > COLS ? ROWS : COLS)-1:0] data_o
);

  localparam integer LANES = ROWS > COLS ? ROWS : COLS;
  localparam integer COL_W = $clog2(COLS);

  function [7:0] lane_of(input [6:0] bank, input [3:0] code);
    lane_of = {1'b0, code > 4'd6 ? bank : bank & ~(7'h7f << code[2:0])};
  endfunction

  function [COL_W-1:0] column_of(input [7:0] lane, input [7:0] rbase);
    /* verilator lint_off UNUSED */
    reg [7:0] column;
    /* verilator lint_on UNUSED */
    begin
      column = ROWS == COLS ? lane : lane - rbase;
      column_of = column[COL_W-1:0];
    end
  endfunction

  function written(input [7:0] lane, input [7:0] lo, input [7:0] cnt);
    written = lane >= lo && {1'b0, lane} < {1'b0, lo} + {1'b0, cnt};
  endfunction

  reg [LANES-1:0]   we_q;
  reg [8*LANES-1:0] data_q;

  genvar b;
  generate
    for (b = 0; b < LANES; b = b + 1) begin : g_bank
      localparam [6:0] BANK = b;
      always @(posedge clk)
        if (valid_i) begin
          we_q[b] <= written(lane_of(BANK, code_i), lo_i, cnt_i);
          data_q[8*b +: 8] <= cols_i[8*column_of(lane_of(BANK, code_i), rbase_i) +: 8];
        end
    end
  endgenerate

  assign we_o   = we_q;
  assign data_o = data_q;

endmodule

`default_nettype wire
