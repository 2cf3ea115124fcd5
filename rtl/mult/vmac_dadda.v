// vmac_dadda: the sum of rows of bits, by Dadda's column compression and one final adder
//
// Contract: combinational. sum_o = sum over r of rows_i[COLS*r +: COLS] where USED has a 1, modulo
//   2^COLS; the other bits of rows_i are not read. Six stages bring the columns down to at most 13,
//   9, 6, 4, 3, 2 bits, each with no more full and half adders than that takes.
// Not: signed rows; the caller complements sign bits and adds the constant.
// Paper: Dadda, Alta Frequenza 1965.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_dadda #(
  // bits of a row and of the sum, 4..32
  parameter integer COLS = 16,
  // rows, 2..19
  parameter integer ROWS = 8,
  // the bits that exist in hardware, as in rows_i
  parameter [ROWS*COLS-1:0] USED = {(ROWS * COLS){1'b1}}
) (
  input  wire [ROWS*COLS-1:0] rows_i,
  output wire [COLS-1:0]      sum_o
);

  localparam integer STAGES = 6;

  // Bits that a column may have after a stage.
  function integer limit(input integer stage);
    case (stage)
      0: limit = 13;
      1: limit = 9;
      2: limit = 6;
      3: limit = 4;
      4: limit = 3;
      default: limit = 2;
    endcase
  endfunction

  // A byte a row: existing bits of column c in the rows before it; one byte more for all rows.
  function [8*ROWS+7:0] ranks(input integer c);
    integer r;
    begin
      ranks = {(8 * ROWS + 8){1'b0}};
      for (r = 0; r < ROWS; r = r + 1)
        ranks[8*r+8 +: 8] = ranks[8*r +: 8] + {7'd0, USED[COLS*r+c]};
    end
  endfunction

  // Two bytes a column: how many bits it has before the stage, and above them how many the stage
  // takes away. A full adder takes two away, a half adder one; each sends one to the next column,
  // in the same stage.
  function [16*COLS-1:0] plan(input integer stage);
    integer s, c, r, bits, carries, away;
    begin
      plan = {(16 * COLS){1'b0}};
      for (c = 0; c < COLS; c = c + 1)
        for (r = 0; r < ROWS; r = r + 1)
          plan[16*c +: 8] = plan[16*c +: 8] + {7'd0, USED[COLS*r+c]};
      for (s = 0; s <= stage; s = s + 1) begin
        carries = 0;
        for (c = 0; c < COLS; c = c + 1) begin
          bits = {24'd0, plan[16*c +: 8]};
          away = bits + carries > limit(s) ? bits + carries - limit(s) : 0;
          plan[16*c+8 +: 8] = away[7:0];
          bits = bits + carries - away;
          if (s < stage)
            plan[16*c +: 8] = bits[7:0];
          carries = (away + 1) / 2;
        end
      end
    end
  endfunction

  // Slot k of column c is bit ROWS*c+k: first the column's bits, then zeros.
  wire [ROWS*COLS-1:0] columns;

  genvar s, c, k;
  generate
    if (COLS < 4 || COLS > 32) begin : g_cols
      error_COLS_must_be_4_to_32 u_err ();
    end
    if (ROWS < 2 || ROWS > 19) begin : g_rows
      error_ROWS_must_be_2_to_19 u_err ();
    end

    for (c = 0; c < COLS; c = c + 1) begin : g_close_up
      localparam [8*ROWS+7:0] RANKS = ranks(c);
      for (k = 0; k < ROWS; k = k + 1) begin : g_row
        localparam integer RANK = {24'd0, RANKS[8*k +: 8]};
        if (USED[COLS*k+c]) begin : g_used
          assign columns[ROWS*c+RANK] = rows_i[COLS*k+c];
        end
        if (k >= RANKS[8*ROWS +: 8]) begin : g_empty
          assign columns[ROWS*c+k] = 1'b0;
        end
      end
    end

    for (s = 0; s < STAGES; s = s + 1) begin : g_stage
      localparam [16*COLS-1:0] PLAN = plan(s);
      wire [ROWS*COLS-1:0] above, below, carry;
      if (s == 0) begin : g_first
        assign above = columns;
      end else begin : g_next
        assign above = g_stage[s-1].below;
      end

      // Of a column's slots the first go into full adders, the next two may go into a half adder,
      // the rest passes; the next column has them in the order passed, sums, carries (late ones
      // last), then zeros.
      for (c = 0; c < COLS; c = c + 1) begin : g_col
        localparam integer FULL = {25'd0, PLAN[16*c+9 +: 7]};
        localparam integer HALF = {31'd0, PLAN[16*c+8]};
        localparam integer PASS = {24'd0, PLAN[16*c +: 8]} - 3 * FULL - 2 * HALF;
        localparam integer LEFT = PASS + FULL + HALF;
        wire [ROWS-1:0] in = above[ROWS*c +: ROWS];
        wire [ROWS-1:0] out;
        wire [ROWS-1:0] up;
        if (PASS > 0) begin : g_pass
          assign out[PASS-1:0] = in[3*FULL+2*HALF +: PASS];
        end
        if (FULL > 0) begin : g_full
          wire [FULL-1:0] x = in[0 +: FULL];
          wire [FULL-1:0] y = in[FULL +: FULL];
          wire [FULL-1:0] z = in[2*FULL +: FULL];
          assign out[PASS +: FULL] = x ^ y ^ z;
          assign up[FULL-1:0] = (x & y) | (x & z) | (y & z);
        end
        if (HALF > 0) begin : g_half
          assign out[PASS+FULL] = in[3*FULL] ^ in[3*FULL+1];
          assign up[FULL] = in[3*FULL] & in[3*FULL+1];
        end
        assign up[ROWS-1:FULL+HALF] = {(ROWS - FULL - HALF){1'b0}};
        if (LEFT < ROWS && c > 0) begin : g_carries
          assign out[ROWS-1:LEFT] = carry[ROWS*(c-1) +: ROWS-LEFT];
        end else if (LEFT < ROWS) begin : g_no_carries
          assign out[ROWS-1:LEFT] = {(ROWS - LEFT){1'b0}};
        end
        assign carry[ROWS*c +: ROWS] = up;
        assign below[ROWS*c +: ROWS] = out;
        wire unused_slots = ^in; // those beyond the column's bits
      end
      wire unused_carries = ^carry; // the top column's leave the sum
    end
  endgenerate

  // Two bits a column are left.
  wire [COLS-1:0] first, second;
  generate
    for (c = 0; c < COLS; c = c + 1) begin : g_last
      assign first[c] = g_stage[STAGES-1].below[ROWS*c];
      assign second[c] = g_stage[STAGES-1].below[ROWS*c+1];
    end
  endgenerate
  assign sum_o = first + second;

  wire unused_bits = ^{rows_i, g_stage[STAGES-1].below};

endmodule

`default_nettype wire
