// adders of sky130hd: carry X, sum Y
// SPDX-License-Identifier: Apache-2.0

module vmac_full_adder (input A, input B, input C, output X, output Y);
  sky130_fd_sc_hd__fa_1 u_fa (.A(A), .B(B), .CIN(C), .COUT(X), .SUM(Y));
endmodule

module vmac_half_adder (input A, input B, output X, output Y);
  sky130_fd_sc_hd__ha_1 u_ha (.A(A), .B(B), .COUT(X), .SUM(Y));
endmodule
