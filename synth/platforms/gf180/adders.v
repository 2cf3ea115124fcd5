// adders of gf180: carry X, sum Y
// SPDX-License-Identifier: Apache-2.0

module vmac_full_adder (input A, input B, input C, output X, output Y);
  gf180mcu_fd_sc_mcu7t5v0__addf_1 u_fa (.A(A), .B(B), .CI(C), .CO(X), .S(Y));
endmodule

module vmac_half_adder (input A, input B, output X, output Y);
  gf180mcu_fd_sc_mcu7t5v0__addh_1 u_ha (.A(A), .B(B), .CO(X), .S(Y));
endmodule
