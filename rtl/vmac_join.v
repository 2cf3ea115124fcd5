// vmac_join: results of the array and of the vector unit as one stream, their flags beside them
//
// Contract: a tap that makes a set's first result, or the one that wants TLAST, enters with its
//   flags; they leave with its result, MAC_CYCLES later (vector_i = 0) or VECTOR_CYCLES later.
//   take_o comes one cycle ahead of a set's first MAC result. vector_i is constant while anything
//   is in flight.
// Not: reset; a flag counts where valid_o is 1.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_join #(
  parameter integer COLS = 16,
  // from a tap's bytes to its result
  parameter integer MAC_CYCLES = 37,
  parameter integer VECTOR_CYCLES = 5
) (
  input  wire               clk,
  // the kind of the job at work, the tap's flags
  input  wire               vector_i,
  input  wire               set_first_i,
  input  wire               tlast_i,
  // results, column c at [32*c +: 32]
  input  wire               mac_valid_i,
  input  wire [32*COLS-1:0] mac_acc_i,
  input  wire               vec_valid_i,
  input  wire [32*COLS-1:0] vec_acc_i,
  output wire               take_o,
  output wire               valid_o,
  output wire               set_first_o,
  output wire               tlast_o,
  output wire [32*COLS-1:0] acc_o
);

  wire [1:0] mac_flags;
  wire [1:0] vec_flags;

  // one cycle ahead of a MAC result
  wire [1:0] mac_next;

  vmac_delay #(
    .DEPTH(MAC_CYCLES - 1),
    .WIDTH(2)
  ) u_mac (
    .clk(clk),
    .data_i({set_first_i && !vector_i, tlast_i}),
    .data_o(mac_next)
  );
  vmac_delay #(
    .DEPTH(1),
    .WIDTH(2)
  ) u_mac_last (
    .clk(clk),
    .data_i(mac_next),
    .data_o(mac_flags)
  );
  vmac_delay #(
    .DEPTH(VECTOR_CYCLES),
    .WIDTH(2)
  ) u_vector (
    .clk(clk),
    .data_i({set_first_i, tlast_i}),
    .data_o(vec_flags)
  );

  assign take_o  = mac_next[1];
  assign valid_o = vector_i ? vec_valid_i : mac_valid_i;
  assign acc_o   = vector_i ? vec_acc_i : mac_acc_i;
  assign {set_first_o, tlast_o} = vector_i ? vec_flags : mac_flags;

endmodule

`default_nettype wire
