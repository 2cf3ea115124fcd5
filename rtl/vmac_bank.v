// vmac_bank: one lane of the activation buffers, a byte-wide memory per set
//
// Contract: one cycle after re_i && rsel_i[s], the byte of set s stays until the next: a_o, of set
//   a_set_i, at a_addr_i; b_o, of the other one, at b_addr_i. a_set_i is constant while bytes are
//   looked at. we_i && wsel_i[s] writes set s. What is read at the address that it is written to in
//   the same cycle must not be looked at.
// Not: what the bytes mean.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_bank #(
  // bytes of a set
  parameter integer DEPTH = 4096
) (
  input  wire                     clk,
  // which set a_o is of; the sets that are read, in any bank, and whether this one is
  input  wire                     a_set_i,
  input  wire [1:0]               rsel_i,
  input  wire                     re_i,
  // that set's address and byte, the other one's
  input  wire [$clog2(DEPTH)-1:0] a_addr_i,
  output wire [7:0]               a_o,
  input  wire [$clog2(DEPTH)-1:0] b_addr_i,
  output wire [7:0]               b_o,
  // writes: the sets, a bit each, in any bank, and whether in this one
  input  wire [1:0]               wsel_i,
  input  wire                     we_i,
  input  wire [$clog2(DEPTH)-1:0] waddr_i,
  input  wire [7:0]               wdata_i
);

  wire [7:0] data0;
  wire [7:0] data1;

  vmac_ram #(
    .WIDTH(8),
    .DEPTH(DEPTH)
  ) u_set0 (
    .clk(clk),
    .wsel_i(wsel_i[0]),
    .we_i(we_i),
    .waddr_i(waddr_i),
    .wdata_i(wdata_i),
    .rsel_i(rsel_i[0]),
    .re_i(re_i),
    .raddr_i(a_set_i ? b_addr_i : a_addr_i),
    .rdata_o(data0)
  );

  vmac_ram #(
    .WIDTH(8),
    .DEPTH(DEPTH)
  ) u_set1 (
    .clk(clk),
    .wsel_i(wsel_i[1]),
    .we_i(we_i),
    .waddr_i(waddr_i),
    .wdata_i(wdata_i),
    .rsel_i(rsel_i[1]),
    .re_i(re_i),
    .raddr_i(a_set_i ? a_addr_i : b_addr_i),
    .rdata_o(data1)
  );

  assign a_o = a_set_i ? data1 : data0;
  assign b_o = a_set_i ? data0 : data1;

endmodule

`default_nettype wire
