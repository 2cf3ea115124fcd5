// adders of osu018: carry X, sum Y
// SPDX-License-Identifier: Apache-2.0

module vmac_full_adder (input A, input B, input C, output X, output Y);
  FAX1 u_fa (.A(A), .B(B), .C(C), .YC(X), .YS(Y));
endmodule

module vmac_half_adder (input A, input B, output X, output Y);
  HAX1 u_ha (.A(A), .B(B), .YC(X), .YS(Y));
endmodule
