// vmac_booth: radix-4 Booth rows, with digits left out and the activation rounded per digit
//
// Contract: combinational. With W's Booth digits y(j) = -2 w[2j+1] + w[2j] + w[2j-1] in {-2..2},
//   w[-1] = 0: p_o = sum over the digits j >= FIRST of y(j) * 4^j * rnd(A, T), modulo 4^WIDTH,
//   where rnd(A, T) = A rounded half up to a multiple of 2^T and T = ROUND - STEP * j, at least 0.
//   FIRST = ROUND = 0: the exact product. An odd WIDTH extends W by one bit; SIGNED = 0 by zeros,
//   which makes one digit more where WIDTH is even. What is left out or rounded away has
//   no hardware.
// Not: an adder per rounding. rnd(A, T) = 2^T * (H + r), H = floor(A / 2^T), r = a[T-1]; a row
//   holds y * H in one's complement, 2 H as {H, r}, and one bit more: as -x = (not x) + 1,
//     H + r,  {H, r} + r,  (not H) + (not r),  (not {H, r}) + (not r)   for y = 1, 2, -1, -2,
//   and (not 0) + 1 for the digit 111, whose 0 comes out negative.
// Paper: MacSorley, Proc. IRE 1961 (modified Booth); rounding and perforation: see
//   vmac_mult_pr and vmac_mult_roup.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_booth #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8,
  // lowest digit that exists in hardware, 0..(WIDTH+1)/2
  parameter integer FIRST = 0,
  // low activation bits rounded away for digit 0, 0..WIDTH-1
  parameter integer ROUND = 0,
  // so many bits fewer from one digit to the next, 0..WIDTH
  parameter integer STEP = 0
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  localparam integer COLS = 2 * WIDTH;
  localparam integer DIGITS = SIGNED == 0 ? WIDTH / 2 + 1 : (WIDTH + 1) / 2;
  // Row j: the digit's row and its sign; row DIGITS+j: its one bit more; last row: the constant.
  localparam integer ROWS = 2 * DIGITS + 1;

  function integer rounded(input integer j);
    rounded = ROUND > STEP * j ? ROUND - STEP * j : 0;
  endfunction

  // Column of a row's sign bit. Unsigned, 2 A has WIDTH+1 bits and the sign is one more; the last
  // digit is never negative.
  function integer sign_column(input integer j);
    sign_column = SIGNED == 0 ? 2 * j + WIDTH + 1 : 2 * j + WIDTH;
  endfunction

  function integer has_sign(input integer j);
    has_sign = SIGNED != 0 || j < DIGITS - 1 ? 1 : 0;
  endfunction

  // A sign bit s counts -s = (not s) - 1: all the -1 are one constant.
  function [COLS-1:0] minus_ones(input integer first);
    integer j;
    begin
      minus_ones = {COLS{1'b0}};
      for (j = first; j < DIGITS; j = j + 1)
        if (has_sign(j) != 0)
          minus_ones = minus_ones - ({{(COLS - 1){1'b0}}, 1'b1} << sign_column(j));
    end
  endfunction

  function [ROWS*COLS-1:0] used(input integer first);
    integer j, c;
    begin
      used = {(ROWS * COLS){1'b0}};
      for (j = first; j < DIGITS; j = j + 1) begin
        for (c = 2 * j + rounded(j); c < COLS; c = c + 1)
          if (c <= 2 * j + WIDTH || (c == sign_column(j) && has_sign(j) != 0))
            used[COLS*j+c] = 1'b1;
        used[COLS*(DIGITS+j)+2*j+rounded(j)] = has_sign(j) != 0 || rounded(j) > 0;
      end
      used[COLS*2*DIGITS +: COLS] = minus_ones(first);
    end
  endfunction

  // Bit 0 of both is the bit below the operand's lowest.
  wire [WIDTH+1:0] a = {SIGNED != 0 && a_i[WIDTH-1], a_i, 1'b0};
  wire [WIDTH+2:0] w = {{2{SIGNED != 0 && w_i[WIDTH-1]}}, w_i, 1'b0};

  wire [ROWS*COLS-1:0] rows;

  genvar j;
  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
    if (FIRST < 0 || FIRST > (WIDTH + 1) / 2) begin : g_first
      error_FIRST_must_be_at_most_half_WIDTH u_err ();
    end
    if (ROUND < 0 || ROUND > WIDTH - 1) begin : g_round
      error_ROUND_must_be_below_WIDTH u_err ();
    end
    if (STEP < 0 || STEP > WIDTH) begin : g_step
      error_STEP_must_be_at_most_WIDTH u_err ();
    end

    for (j = 0; j < DIGITS; j = j + 1) begin : g_digit
      localparam integer T = rounded(j);
      wire minus = w[2*j+2];
      wire one = w[2*j+1] ^ w[2*j];
      wire two = w[2*j+1] == w[2*j] && w[2*j+2] != w[2*j];
      wire [WIDTH-T:0] x =
        (({(WIDTH - T + 1){one}} & a[WIDTH+1:T+1]) | ({(WIDTH - T + 1){two}} & a[WIDTH:T])) ^
        {(WIDTH - T + 1){minus}};
      wire [COLS+2:0] row;
      if (SIGNED == 0) begin : g_unsigned
        assign row = {{(COLS - WIDTH + T + 1){1'b0}}, !minus, x} << (2 * j + T);
      end else begin : g_signed
        assign row = {{(COLS - WIDTH + T + 2){1'b0}}, !x[WIDTH-T], x[WIDTH-T-1:0]} << (2 * j + T);
      end
      assign rows[COLS*j +: COLS] = row[COLS-1:0];
      assign rows[COLS*(DIGITS+j) +: COLS] = {COLS{minus ^ (a[T] && (one || two))}};
      wire unused_above = ^row[COLS+2:COLS];
    end
  endgenerate
  assign rows[COLS*2*DIGITS +: COLS] = {COLS{1'b1}};

  vmac_dadda #(
    .COLS(COLS),
    .ROWS(ROWS),
    .USED(used(FIRST))
  ) u_dadda (
    .rows_i(rows),
    .sum_o(p_o)
  );

  wire unused_bits = ^{a, w};

endmodule

`default_nettype wire
