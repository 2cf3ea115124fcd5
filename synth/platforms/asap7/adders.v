// adders of asap7: carry X, sum Y; the cells give both inverted
// SPDX-License-Identifier: Apache-2.0

module vmac_full_adder (input A, input B, input C, output X, output Y);
  wire x_n, y_n;
  FAx1_ASAP7_75t_R u_fa (.A(A), .B(B), .CI(C), .CON(x_n), .SN(y_n));
  assign X = ~x_n;
  assign Y = ~y_n;
endmodule

module vmac_half_adder (input A, input B, output X, output Y);
  wire x_n, y_n;
  HAxp5_ASAP7_75t_R u_ha (.A(A), .B(B), .CON(x_n), .SN(y_n));
  assign X = ~x_n;
  assign Y = ~y_n;
endmodule
