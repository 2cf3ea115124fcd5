// vmac_route: which result byte goes to which bank of a buffer
//
// Contract: combinational. Bank b holds lane l = b mod 2^code_i of the output tensor (code_i = 15: l
//   = b). It is written where lo_i <= l < lo_i + cnt_i, with column l - rbase_i's byte. So one vector
//   of results fills every copy of a replicated tensor at once.
// Not: addresses.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_route #(
  parameter integer ROWS = 16,
  parameter integer COLS = 16
) (
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

  wire [6:0] mask = code_i > 4'd6 ? 7'h7f : ~(7'h7f << code_i[2:0]);

  genvar b;
  generate
    for (b = 0; b < LANES; b = b + 1) begin : g_bank
      localparam [6:0] BANK = b;
      wire [7:0] lane = {1'b0, BANK & mask};
      wire [7:0] past = lane - lo_i;
      wire [7:0] col  = ROWS == COLS ? lane : lane - rbase_i;
      assign we_o[b] = lane >= lo_i && past < cnt_i;
      assign data_o[8*b +: 8] = cols_i[8*col[COL_W-1:0] +: 8];
      if (COL_W < 8) begin : g_short
        wire unused_col = ^col[7:COL_W];
      end
    end
  endgenerate

  wire unused_rbase = ^rbase_i;

endmodule

`default_nettype wire
