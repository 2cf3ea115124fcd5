// vmac_mult_exact: the exact product, as the synthesis tool infers it
//
// Contract: combinational. p_o = A * W.
// Not: a fixed structure; what `*` becomes is the tool's choice.
// Registry: classes u,s; widths 4..16
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_exact #(
  // 0: operands and product unsigned; 1: two's complement
  parameter integer SIGNED = 0,
  // bits of an operand, 4..16
  parameter integer WIDTH = 8
) (
  input  wire [WIDTH-1:0]   a_i,
  input  wire [WIDTH-1:0]   w_i,
  output wire [2*WIDTH-1:0] p_o
);

  generate
    if (SIGNED == 0) begin : g_u8
      assign p_o = a_i * w_i;
    end else if (SIGNED == 1) begin : g_s8
      assign p_o = $signed(a_i) * $signed(w_i);
    end else begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
    if (WIDTH < 4 || WIDTH > 16) begin : g_width
      error_WIDTH_must_be_4_to_16 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
