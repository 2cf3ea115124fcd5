// vmac_mult_exact: the exact 8 x 8 product, as the synthesis tool infers it
//
// Contract: combinational. p_o = A * W.
// Not: a fixed structure; what `*` becomes is the tool's choice.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_mult_exact #(
  // 0: operands 0..255, product unsigned; 1: operands -128..127, product signed
  parameter integer SIGNED = 0
) (
  input  wire [7:0]  a_i,
  input  wire [7:0]  w_i,
  output wire [15:0] p_o
);

  generate
    if (SIGNED == 0) begin : g_u8
      assign p_o = a_i * w_i;
    end else if (SIGNED == 1) begin : g_s8
      assign p_o = $signed(a_i) * $signed(w_i);
    end else begin : g_signed
      error_SIGNED_must_be_0_or_1 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
