// mul_rows: a techmap rule: the operator * as the sum of its second operand's rows, in order
//
// Contract: combinational. Y = A * B modulo 2^Y_WIDTH. yosys would otherwise build a carry-save
//   tree from *, which has no halfway points in common with the references (see ref_rows).
// SPDX-License-Identifier: Apache-2.0
(* techmap_celltype = "$mul" *)
module mul_rows (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;

  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output reg [Y_WIDTH-1:0] Y;

  localparam SIGNED = A_SIGNED && B_SIGNED;
  localparam [A_WIDTH-1:0] SIGN = SIGNED ? 1 << (A_WIDTH - 1) : 0;

  integer j;
  reg [Y_WIDTH-1:0] row, lift, lifts;
  always @* begin
    Y = 0;
    lifts = 0;
    for (j = 0; j < B_WIDTH; j = j + 1) begin
      row = (A & ~SIGN) - (A & SIGN);
      lift = SIGN;
      if (SIGNED && j == B_WIDTH - 1) begin
        row = -row;
        lift = SIGN - 1;
      end
      if (!B[j]) row = 0;
      Y = Y + ((row + lift) << j);
      lifts = lifts + (lift << j);
    end
    Y = Y - lifts;
  end
endmodule
