// vmac_buffer: one set of activation memory, a byte-wide bank per lane
//
// Contract: each bank reads its own address, rdata_o one cycle after re_i, and keeps it until the
//   next read. All banks write one word address; we_i chooses the banks. Within a cycle no bank is
//   read at the address that it is written to by anyone who looks at the result.
// Not: what the bytes mean.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_buffer #(
  // banks
  parameter integer LANES = 16,
  // words, a power of two from 16 to 32768
  parameter integer DEPTH = 4096
) (
  input  wire                           clk,
  // bank i: enable [i], word address [A*i +: A] with A = log2(DEPTH), byte [8*i +: 8]
  input  wire [LANES-1:0]               re_i,
  input  wire [LANES*$clog2(DEPTH)-1:0] raddr_i,
  output wire [8*LANES-1:0]             rdata_o,
  input  wire [LANES-1:0]               we_i,
  input  wire [$clog2(DEPTH)-1:0]       waddr_i,
  input  wire [8*LANES-1:0]             wdata_i
);

  localparam integer ADDR_W = $clog2(DEPTH);

  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : g_bank
      vmac_ram #(
        .WIDTH(8),
        .DEPTH(DEPTH)
      ) u_ram (
        .clk(clk),
        .we_i(we_i[i]),
        .waddr_i(waddr_i),
        .wdata_i(wdata_i[8*i +: 8]),
        .re_i(re_i[i]),
        .raddr_i(raddr_i[ADDR_W*i +: ADDR_W]),
        .rdata_o(rdata_o[8*i +: 8])
      );
    end

    if (DEPTH < 16 || DEPTH > 32768 || (1 << ADDR_W) != DEPTH) begin : g_depth
      error_BUF_DEPTH_must_be_a_power_of_two_from_16_to_32768 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
