// vmac_requant: requantization of one output channel, acc * mult / 2^31 * 2^shift, to int8
//
// Contract: valid_i[0] says that a value enters, valid_i[s] that stage s holds one. Four cycles
//   after it entered, q_o is its result. x = acc_i << LEFT, and
//     single_i = 1: r = (x * mult + 2^(30-shift)) >>> (31-shift), one rounding, ties up
//     single_i = 0: r = ((x << shift) * mult + 2^30) >>> 31 for shift >= 0, the shift wrapping, and
//                   ((x * mult + 2^30) >>> 31) / 2^-shift, ties away from zero, for shift < 0,
//   both mod 2^32: vmac_requantize() of the golden model on every mult of 31 bits and every shift
//   of -31..30. OUT8 = 1: q_o = r + zero_i, held within min_i..max_i (int8); OUT8 = 0: q_o = r.
//   One value per cycle, no stall. mult_i and shift_i belong to the value they enter with;
//   single_i, zero_i, min_i and max_i are constant while a value is in flight.
//   Stages: wrap | half products | sum and coarse shift | fine shift, rounding and clamp. A stage's
//   data load only where its value is valid.
// Not: the valid bits, which many lanes share; negative multipliers, shift = 31 or -32:
//   vmac_scale_from_double() makes none.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_requant #(
  // bits of acc_i, signed; constant left shift before everything else
  parameter integer IN_W = 32,
  parameter integer LEFT = 0,
  // 1: int8 with zero point and clamp; 0: the 32-bit value
  parameter integer OUT8 = 1
) (
  input  wire                            clk,
  // 0: TFLite's double rounding; 1: single
  input  wire                            single_i,
  // zero point and range of the output
  input  wire [7:0]                      zero_i,
  input  wire [7:0]                      min_i,
  input  wire [7:0]                      max_i,
  // the value and its scale
  input  wire [3:0]                      valid_i,
  input  wire [30:0]                     mult_i,
  input  wire [5:0]                      shift_i,
  input  wire [IN_W-1:0]                 acc_i,
  output wire [(OUT8 != 0 ? 8 : 32)-1:0] q_o
);

  // The multiplier is split so that one stage holds 16 x 31 bits: low bits, and the signed rest.
  localparam integer LO = IN_W > 16 ? IN_W - 16 : 0;
  localparam integer HI_W = IN_W - LO + 32;
  // Where 2^30 of the product stands in the high half product.
  localparam integer HALF = 30 - LEFT - LO;

  // Combinational work stands in functions that a stage calls where its value is valid, so that a
  // simulation, too, does nothing for a stage at rest.

  // Stage 1: {whether a second rounding follows the first, the right shift less 1, x}. x =
  // acc << LEFT without LEFT, where bits above 31 - lost become bit 31 - lost,
  // (x << lost) >>> lost: what a left shift that wraps leaves of x.
  function [IN_W+6:0] prepared(input [IN_W-1:0] acc, input [5:0] shift, input single);
    /* verilator lint_off UNUSED */
    // Bits that IN_W and LEFT make zeros or copies of the sign
    reg [31:0] x;
    /* verilator lint_on UNUSED */
    reg [31:0] mask;
    begin
      x = {{(32 - IN_W - LEFT){acc[IN_W-1]}}, acc, {LEFT{1'b0}}};
      mask = 32'hffffffff >> (single || shift[5] ? 5'd0 : shift[4:0]);
      x = (x & mask & ~(mask >> 1)) != 32'd0 ? x | ~mask : x & mask;
      prepared = {!single && shift[5], 6'd30 - shift, x[LEFT +: IN_W]};
    end
  endfunction

  // The product << LEFT, shifted right by 16 * s; the fine shift reads 15 + 33 bits of it.
  function [47:0] coarse(input [IN_W+31:0] product, input [1:0] s);
    /* verilator lint_off UNUSED */
    reg [63:0] x;
    /* verilator lint_on UNUSED */
    begin
      x = {{(32 - IN_W - LEFT){product[IN_W+31]}}, product, {LEFT{1'b0}}};
      case (s)
        2'd0: coarse = x[47:0];
        2'd1: coarse = x[63:16];
        2'd2: coarse = {{16{x[63]}}, x[63:32]};
        default: coarse = {{32{x[63]}}, x[63:48]};
      endcase
    end
  endfunction

  // The rest of the shift; the last bit that falls out rounds.
  function [31:0] rounded(input [47:0] x, input [3:0] s);
    /* verilator lint_off UNUSED */
    reg [47:0] fine;
    /* verilator lint_on UNUSED */
    begin
      fine = x >> s;
      rounded = fine[32:1] + {31'd0, fine[0]};
    end
  endfunction

  // r + zero within lo..hi. Beyond +-512 the sum is not needed.
  function [7:0] int8_of(input [31:0] r, input [7:0] zero, input [7:0] lo, input [7:0] hi);
    reg               far;
    reg signed [10:0] sum;
    begin
      far = r[31:9] != {23{r[31]}};
      sum = $signed({r[9], r[9:0]}) + $signed({{3{zero[7]}}, zero});
      if (far ? r[31] : sum < $signed({{3{lo[7]}}, lo})) int8_of = lo;
      else if (far || sum > $signed({{3{hi[7]}}, hi})) int8_of = hi;
      else int8_of = sum[7:0];
    end
  endfunction

  // 1: the value and its scale
  reg [IN_W+6:0]   value_q;
  reg [30:0]       mult_q;
  // 2: the product with its rounding; 3: without its low bits
  reg [HI_W-1:0]   hi_q;
  reg [5:0]        down2_q;
  reg [47:0]       high_q;
  reg [3:0]        down3_q;

  // x * 2^shift with rounding needs one right shift only, by 31 - shift. Where x << shift wraps, x
  // without the bits that are lost takes its place.
  wire [IN_W-1:0] x     = value_q[IN_W-1:0];
  wire            twice = value_q[IN_W+6];

  // Double rounding is a shift of the product, too, after a correction by half of the first
  // rounding's unit: with b = -shift > 0, ((p + 2^30) >>> 31) / 2^b with ties away from zero is
  //   (p + 2^30 + 2^(30+b)) >>> (31+b) for p >= 0, (p - 2^30 + 2^(30+b)) >>> (31+b) for p < 0.
  // Between -2^30 and 0 the first rounding gives 0 and the second line, too, so x's sign decides.
  wire signed [HI_W-1:0] half = {{(HI_W - HALF - 1){twice && x[IN_W-1]}}, twice,
                                 {HALF{1'b0}}};
  wire signed [HI_W-1:0] x_hi = {{32{x[IN_W-1]}}, x[IN_W-1:LO]};
  wire signed [HI_W-1:0] mult = {{(HI_W - 31){1'b0}}, mult_q};

  wire [IN_W+31:0] product;

  always @(posedge clk) begin
    if (valid_i[0]) begin
      value_q <= prepared(acc_i, shift_i, single_i);
      mult_q  <= mult_i;
    end
    if (valid_i[1]) begin
      hi_q    <= x_hi * mult + half;
      down2_q <= value_q[IN_W +: 6];
    end
    if (valid_i[2]) begin
      high_q  <= coarse(product, down2_q[5:4]);
      down3_q <= down2_q[3:0];
    end
  end

  generate
    if (LO > 0) begin : g_lo
      reg  [LO+30:0]   lo_q;
      wire [LO+30:0]   x_lo = {31'd0, x[LO-1:0]};
      wire [HI_W-1:0]  upper = hi_q + {{(HI_W - 31){1'b0}}, lo_q[LO+30:LO]};
      always @(posedge clk) if (valid_i[1]) lo_q <= x_lo * {{LO{1'b0}}, mult_q};
      assign product = {upper, lo_q[LO-1:0]};
    end else begin : g_hi
      assign product = hi_q;
    end

    if (OUT8 != 0) begin : g_int8
      reg [7:0] q_q;
      always @(posedge clk)
        if (valid_i[3]) q_q <= int8_of(rounded(high_q, down3_q), zero_i, min_i, max_i);
      assign q_o = q_q;
    end else begin : g_int32
      reg  [31:0] q_q;
      wire        unused_range = ^{zero_i, min_i, max_i};
      always @(posedge clk) if (valid_i[3]) q_q <= rounded(high_q, down3_q);
      assign q_o = q_q;
    end

    if (OUT8 != 0 && OUT8 != 1) begin : g_out8
      error_OUT8_must_be_0_or_1 u_err ();
    end
    if (IN_W < 2 || LEFT < 0 || IN_W + LEFT > 32) begin : g_width
      error_IN_W_must_be_at_least_2_and_with_LEFT_at_most_32 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
