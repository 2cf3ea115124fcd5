// vmac_mult_dyn: perforation or rounding of the activation, chosen while it runs
//
// Contract: combinational. p_o = W * A' with m = min(mode_i[2:0], 4) low bits of A gone:
//   mode_i[3] = 0: A' = A with its m low bits cleared; mode_i[3] = 1: A' = A rounded to the nearest
//   multiple of 2^m, half up, limited to the largest one of the class, as vmac_edge does.
//   m = 0 is exact. The bits are gated before anything adds them, so the array's inputs that a mode
//   leaves out rest at 0 and save the energy of their toggling, not the area.
// Not: the correction of the mean error; nor a mode that changes within an accumulation.
// Registry: classes u,s; widths 8; params mode=0..15; pins mode
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_dyn #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 8
  parameter integer WIDTH = 8
) (
  input  wire [3:0]         mode_i,
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  // Bit i: whether a carry into bit 0 would reach bit i, all bits below it being 1.
  function [7:0] reached(input [7:0] ones);
    integer i;
    for (i = 0; i < 8; i = i + 1)
      reached[i] = &(ones | (8'hff << i));
  endfunction

  generate
    if (WIDTH != 8) begin : g_width
      error_WIDTH_must_be_8 u_err ();
    end else begin : g_real
      // The bits below m; 5..7 mean m = 4.
      wire [3:0] cleared = {mode_i[2],
                            mode_i[2] | (mode_i[1] & mode_i[0]),
                            mode_i[2] | mode_i[1],
                            mode_i[2] | mode_i[1] | mode_i[0]};
      wire [7:0] gated   = a_i & {4'hf, ~cleared};

      // Rounding adds bit m-1 at bit m. The cleared bits count as 1 here, at rest, so that a carry
      // from bit 0 passes them. The largest multiple stays as it is.
      wire [7:0] ones    = a_i | {4'h0, cleared};
      wire       largest = &{(SIGNED != 0) ^ a_i[7], ones[6:0]};
      wire [3:0] highest = cleared & ~{1'b0, cleared[3:1]};
      wire       up      = mode_i[3] & |(highest & a_i[3:0]) & ~largest;
      wire [7:0] carry   = reached(ones) & {8{up}} & {4'hf, ~cleared};

      vmac_pparray #(
        .SIGNED(SIGNED),
        .WIDTH(8)
      ) u_pparray (
        .a_i(gated ^ carry),
        .w_i(w_i),
        .p_o(p_o)
      );
    end
  endgenerate

endmodule

`default_nettype wire
