// vmac_ram: a memory with one write port and one registered read port
//
// Contract: a port acts where both its enables are 1; memories side by side may share the first.
//   wsel_i and we_i: wdata_i is written at waddr_i. One cycle after rsel_i and re_i, rdata_o is
//   what raddr_i held, and stays until the next read.
//   Reading the address that is being written: the user must not look at rdata_o (here it is the
//   old value; a memory macro may deliver anything). No reset.
// Not: forwarding, address checks. A leaf on purpose: synthesis may put a macro in its place, or
//   leave it out of an area.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_ram #(
  // bits of a word
  parameter integer WIDTH = 32,
  // words, 4..65536
  parameter integer DEPTH = 256
) (
  input  wire                     clk,
  // write port
  input  wire                     wsel_i,
  input  wire                     we_i,
  input  wire [$clog2(DEPTH)-1:0] waddr_i,
  input  wire [WIDTH-1:0]         wdata_i,
  // read port
  input  wire                     rsel_i,
  input  wire                     re_i,
  input  wire [$clog2(DEPTH)-1:0] raddr_i,
  output wire [WIDTH-1:0]         rdata_o
);

  reg [WIDTH-1:0] mem [0:DEPTH-1];
  reg [WIDTH-1:0] rdata_q;

  // One enable behind the other: where the shared one is 0, simulation looks at no memory's own.
  // The word is written at once, after the read: nothing else looks at mem, and simulation need not
  // remember words until the end of the cycle.
  /* verilator lint_off BLKSEQ */
  always @(posedge clk) begin
    if (rsel_i) if (re_i) rdata_q <= mem[raddr_i];
    if (wsel_i) if (we_i) mem[waddr_i] = wdata_i;
  end
  /* verilator lint_on BLKSEQ */

  assign rdata_o = rdata_q;

  generate
    if (DEPTH < 4 || DEPTH > 65536) begin : g_depth
      error_DEPTH_must_be_4_to_65536 u_err ();
    end
    if (WIDTH < 1 || WIDTH > 4096) begin : g_width
      error_WIDTH_must_be_1_to_4096 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
