// adders: yosys $fa on a library's full and half adder, which the platform's own file names
//
// Contract: Y = A ^ B ^ C, X = majority, per bit. One input 0 makes it the half adder; any other
//   constant leaves gates, which the next optimisation dissolves. Instantiates vmac_full_adder (A, B,
//   C, X, Y) and vmac_half_adder (A, B, X, Y) of platforms/*/adders.v, read beside this file.
// SPDX-License-Identifier: Apache-2.0

(* techmap_celltype = "$fa" *)
module _tech_fa (A, B, C, X, Y);
  parameter WIDTH = 1;
  (* force_downto *)
  input [WIDTH-1:0] A, B, C;
  (* force_downto *)
  output [WIDTH-1:0] X, Y;

  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTVAL_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  parameter _TECHMAP_CONSTVAL_B_ = 0;
  parameter _TECHMAP_CONSTMSK_C_ = 0;
  parameter _TECHMAP_CONSTVAL_C_ = 0;

  localparam [WIDTH-1:0] VAR_A = ~_TECHMAP_CONSTMSK_A_;
  localparam [WIDTH-1:0] VAR_B = ~_TECHMAP_CONSTMSK_B_;
  localparam [WIDTH-1:0] VAR_C = ~_TECHMAP_CONSTMSK_C_;
  localparam [WIDTH-1:0] ZERO_A = _TECHMAP_CONSTMSK_A_ & ~_TECHMAP_CONSTVAL_A_;
  localparam [WIDTH-1:0] ZERO_B = _TECHMAP_CONSTMSK_B_ & ~_TECHMAP_CONSTVAL_B_;
  localparam [WIDTH-1:0] ZERO_C = _TECHMAP_CONSTMSK_C_ & ~_TECHMAP_CONSTVAL_C_;

  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : g_bit
      if (VAR_A[i] && VAR_B[i] && VAR_C[i])
        vmac_full_adder u_fa (.A(A[i]), .B(B[i]), .C(C[i]), .X(X[i]), .Y(Y[i]));
      else if (VAR_A[i] && VAR_B[i] && ZERO_C[i])
        vmac_half_adder u_ha (.A(A[i]), .B(B[i]), .X(X[i]), .Y(Y[i]));
      else if (VAR_A[i] && ZERO_B[i] && VAR_C[i])
        vmac_half_adder u_ha (.A(A[i]), .B(C[i]), .X(X[i]), .Y(Y[i]));
      else if (ZERO_A[i] && VAR_B[i] && VAR_C[i])
        vmac_half_adder u_ha (.A(B[i]), .B(C[i]), .X(X[i]), .Y(Y[i]));
      else begin
        assign X[i] = A[i] & B[i] | A[i] & C[i] | B[i] & C[i];
        assign Y[i] = A[i] ^ B[i] ^ C[i];
      end
    end
  endgenerate
endmodule
