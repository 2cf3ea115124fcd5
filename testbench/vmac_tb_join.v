// vmac_tb_join: the results of array and vector unit put together, for a short and a long array
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_join (
  input  wire        clk,
  input  wire        vector_i,
  input  wire        set_first_i,
  input  wire        tlast_i,
  // instance i at bit i
  input  wire [1:0]  mac_valid_i,
  input  wire [63:0] mac_acc_i,
  input  wire        vec_valid_i,
  input  wire [63:0] vec_acc_i,
  output wire [1:0]   take_o,
  output wire [1:0]   valid_o,
  output wire [1:0]   set_first_o,
  output wire [1:0]   tlast_o,
  output wire [127:0] acc_o
);

  genvar i;
  generate
    for (i = 0; i < 2; i = i + 1) begin : g_join
      vmac_join #(.COLS(2), .MAC_CYCLES(i == 0 ? 13 : 133), .VECTOR_CYCLES(5)) u_join (
        .clk(clk), .vector_i(vector_i), .set_first_i(set_first_i), .tlast_i(tlast_i),
        .mac_valid_i(mac_valid_i[i]), .mac_acc_i(mac_acc_i), .vec_valid_i(vec_valid_i),
        .vec_acc_i(vec_acc_i), .take_o(take_o[i]), .valid_o(valid_o[i]),
        .set_first_o(set_first_o[i]), .tlast_o(tlast_o[i]), .acc_o(acc_o[64*i +: 64]));
    end
  endgenerate

endmodule

`default_nettype wire
