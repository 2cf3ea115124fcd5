// vmac_compress42: an 8 x 8 product by approximate 4:2 compressors in the low columns
//
// Contract: combinational, unsigned. Rows a * w[j] of weight bits 0..3 and 4..7 are compressed,
//   column by column, to a sum and a carry row per group, these four rows (S0, C0, S1, C1) to two
//   by the same rule, and those two are added exactly. The rule, by the wires that exist in a
//   column: 4 enter an approximate compressor without carry input, x1..x4 from the first row down;
//   3 a full adder, 2 a half adder, 1 passes. It holds below column T; from there on all is exact.
// Not: a chain of exact 4:2 compressors above. How those columns are summed does not change the
//   product: one Dadda tree takes their pairs, the carries into column T, and the compressed rows.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_compress42 #(
  // columns with approximate compressors, 0..12
  parameter integer T = 8,
  // 0: Momeni's design 2; 1: Venkatachalam's and Ko's
  parameter integer KIND = 0
) (
  input  wire [7:0]  a_i,
  input  wire [7:0]  w_i,
  output wire [15:0] p_o
);

  // Carry and sum of a column. Fewer than four wires: the missing ones are 0, what is left of this
  // is a full adder, a half adder, or a wire.
  function [1:0] compress(input four, input [3:0] x);
    if (four && KIND == 0)
      compress = {(x[0] | x[1]) & (x[2] | x[3]), x[0] ~^ x[1] | x[2] ~^ x[3]};
    else if (four)
      compress = {x[0] & x[1] | x[2] & x[3], x[0] ^ x[1] | x[2] ^ x[3] | &x};
    else
      compress = {x[0] & x[1] | x[2] & x[3] | (x[0] | x[1]) & (x[2] | x[3]), ^x};
  endfunction

  // Does a column of group g send a carry to column c?
  function integer group_carry(input integer g, input integer c);
    group_carry = c >= 4 * g + 2 && c <= 4 * g + 10 ? 1 : 0;
  endfunction

  // Rows of the tree: 0..7 the pairs from column T on, 8 the sum row and the first group's carry
  // into column T, 9 the carry row (column T included), 10 the second group's carry into column T.
  function [11*16-1:0] used(input integer t);
    integer c, j;
    begin
      used = 176'd0;
      for (c = 0; c < 16; c = c + 1) begin
        for (j = 0; j < 8; j = j + 1)
          used[16*j+c] = c >= t && c >= j && c <= j + 7;
        used[16*8+c] = c < t || (c == t && group_carry(0, t) != 0);
        used[16*9+c] = c <= t && c >= 3;
        used[16*10+c] = c == t && group_carry(1, t) != 0;
      end
    end
  endfunction

  wire [127:0] pair;
  // Stage 1: sum and carry row of both groups; stage 2. Sums reach column T-1, carries column T.
  wire [15:0] sum_0, sum_1, sum;
  wire [16:0] carry_0, carry_1, carry;

  genvar j, c;
  generate
    if (T < 0 || T > 12) begin : g_range
      error_T_must_be_0_to_12 u_err ();
    end
    if (KIND != 0 && KIND != 1) begin : g_kind
      error_KIND_must_be_0_or_1 u_err ();
    end
    for (j = 0; j < 8; j = j + 1) begin : g_row
      assign pair[16*j +: 16] = {8'd0, a_i & {8{w_i[j]}}} << j;
    end
    for (c = 0; c < 16; c = c + 1) begin : g_column
      if (c < T) begin : g_low
        assign {carry_0[c+1], sum_0[c]} =
          compress(c >= 3 && c <= 7, {pair[48+c], pair[32+c], pair[16+c], pair[c]});
        assign {carry_1[c+1], sum_1[c]} =
          compress(c >= 7 && c <= 11, {pair[112+c], pair[96+c], pair[80+c], pair[64+c]});
        assign {carry[c+1], sum[c]} =
          compress(c >= 6 && c <= 10, {carry_1[c], sum_1[c], carry_0[c], sum_0[c]});
      end else begin : g_high
        assign {carry_0[c+1], sum_0[c]} = 2'b00;
        assign {carry_1[c+1], sum_1[c]} = 2'b00;
        assign {carry[c+1], sum[c]} = 2'b00;
      end
    end
  endgenerate
  assign {carry_0[0], carry_1[0], carry[0]} = 3'b000;

  // Below column T the groups' carries have gone into stage 2.
  localparam [15:0] FROM_T = 16'hFFFF << T;

  vmac_dadda #(
    .COLS(16),
    .ROWS(11),
    .USED(used(T))
  ) u_dadda (
    .rows_i({carry_1[15:0], carry[15:0], sum | (carry_0[15:0] & FROM_T), pair}),
    .sum_o(p_o)
  );

  wire unused_bits = ^{sum_0, sum_1, carry_0, carry_1, carry};

endmodule

`default_nettype wire
