// vmac_mult_dadda: the exact product, as a Dadda tree
//
// Contract: combinational. p_o = A * W.
// Paper: Dadda, Alta Frequenza 1965; Baugh and Wooley, IEEE Trans. Computers 1973, for the sign
//   rows: -x = (not x) - 1. The -1 of all sign pairs add up to 2^WIDTH + 2^(2*WIDTH-1).
// Registry: classes u,s; widths 4..16; model exact
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_dadda #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  localparam integer COLS = 2 * WIDTH;
  localparam [WIDTH-1:0] TOP = {1'b1, {(WIDTH - 1){1'b0}}};

  // Row j: the pairs of weight bit j. Row WIDTH: the constant, where it has ones.
  function [(WIDTH+1)*COLS-1:0] used(input integer is_signed);
    integer j;
    begin
      used = {((WIDTH + 1) * COLS){1'b0}};
      for (j = 0; j < WIDTH; j = j + 1)
        used[COLS*j +: COLS] = {{WIDTH{1'b0}}, {WIDTH{1'b1}}} << j;
      if (is_signed != 0)
        used[COLS*WIDTH+WIDTH +: WIDTH] = TOP | 1;
    end
  endfunction

  wire [(WIDTH+1)*COLS-1:0] rows;

  genvar j;
  generate
    if (SIGNED != 0 && SIGNED != 1) begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
    for (j = 0; j < WIDTH; j = j + 1) begin : g_row
      // Pairs with exactly one sign bit.
      localparam [WIDTH-1:0] MINUS = SIGNED == 0 ? {WIDTH{1'b0}} : j == WIDTH - 1 ? ~TOP : TOP;
      wire [WIDTH-1:0] pair = ({WIDTH{w_i[j]}} & a_i) ^ MINUS;
      assign rows[COLS*j +: COLS] = {{WIDTH{1'b0}}, pair} << j;
    end
  endgenerate
  assign rows[COLS*WIDTH +: COLS] = {COLS{1'b1}};

  vmac_dadda #(
    .COLS(COLS),
    .ROWS(WIDTH + 1),
    .USED(used(SIGNED))
  ) u_dadda (
    .rows_i(rows),
    .sum_o(p_o)
  );

endmodule

`default_nettype wire
