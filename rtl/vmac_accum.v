// vmac_accum: the accumulator memory, LANES sums per place, for products tiled along K
//
// Contract: LANES partial sums and their token (valid, start, first, last, address) enter together.
//   first: the sums start new accumulators, from BEGIN; else they are added to those at the
//   address. last: the accumulators leave (valid_o with acc_o, two cycles after the token) and
//   their place is free; else they are kept. first and last together pass BEGIN + the sums through.
//   One token per cycle, in any order of addresses, the same address in successive cycles too: a
//   tile's last pixel and the next tile's first may share one, and the sums on their way to the
//   memory are then forwarded.
//   take_o = 1 tells the correction units, one cycle ahead of acc_o, that the first accumulators of
//   a new set of output channels come: the token carried start and last.
//   rst = 1 drops the tokens in flight; the accumulators keep what they hold.
// Not: clearing; every accumulator begins with a first token.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_accum #(
  // sums side by side, 1..64
  parameter integer LANES = 1,
  // bits of a partial sum, its sign extension (1) or zero extension (0), bits of an accumulator
  parameter integer IN_W = 20,
  parameter integer SIGNED = 0,
  parameter integer ACC_W = 32,
  // accumulators per lane
  parameter integer DEPTH = 256,
  // what a new accumulator holds before its first sum
  parameter [ACC_W-1:0] BEGIN = {ACC_W{1'b0}}
) (
  input  wire                     clk,
  input  wire                     rst,
  // the token
  input  wire                     tok_valid_i,
  input  wire                     tok_start_i,
  input  wire                     tok_first_i,
  input  wire                     tok_last_i,
  input  wire [$clog2(DEPTH)-1:0] tok_addr_i,
  // its partial sums, lane l at [IN_W*l +: IN_W]
  input  wire [LANES*IN_W-1:0]    ps_i,
  // the finished accumulators, lane l at [ACC_W*l +: ACC_W]
  output wire                     take_o,
  output wire                     valid_o,
  output wire [LANES*ACC_W-1:0]   acc_o
);

  localparam integer ADDR_W = $clog2(DEPTH);

  reg                   valid_q;
  reg                   start_q;
  reg                   first_q;
  reg                   last_q;
  reg [ADDR_W-1:0]      addr_q;
  reg [LANES*IN_W-1:0]  ps_q;
  reg                   hit_q;
  reg [LANES*ACC_W-1:0] acc_q;
  reg                   done_q;

  wire [LANES*ACC_W-1:0] kept;
  wire [LANES*ACC_W-1:0] sum;
  wire                   keep = valid_q && !last_q;
  wire                   read = tok_valid_i && !tok_first_i;
  // The memory is read in the cycle in which the same address is written.
  wire                   hit = keep && read && addr_q == tok_addr_i;

  genvar l;
  generate
    for (l = 0; l < LANES; l = l + 1) begin : g_lane
      wire [IN_W-1:0]  in = ps_q[IN_W*l +: IN_W];
      wire [ACC_W-1:0] ps;
      if (ACC_W == IN_W) begin : g_whole
        assign ps = in;
      end else begin : g_short
        assign ps = {{(ACC_W - IN_W){SIGNED != 0 && in[IN_W-1]}}, in};
      end
      wire [ACC_W-1:0] old = hit_q ? acc_q[ACC_W*l +: ACC_W] : kept[ACC_W*l +: ACC_W];
      assign sum[ACC_W*l +: ACC_W] = (first_q ? BEGIN : old) + ps;
    end
  endgenerate

  vmac_ram #(
    .WIDTH(LANES * ACC_W),
    .DEPTH(DEPTH)
  ) u_ram (
    .clk(clk),
    .wsel_i(keep),
    .we_i(1'b1),
    .waddr_i(addr_q),
    .wdata_i(sum),
    .rsel_i(read),
    .re_i(1'b1),
    .raddr_i(tok_addr_i),
    .rdata_o(kept)
  );

  always @(posedge clk)
    if (tok_valid_i) begin
      start_q <= tok_start_i;
      first_q <= tok_first_i;
      last_q  <= tok_last_i;
      addr_q  <= tok_addr_i;
      ps_q    <= ps_i;
      hit_q   <= hit;
    end

  // Sums to forward wait in the output register; its valid bit stays 0.
  always @(posedge clk) if (valid_q && (last_q || hit)) acc_q <= sum;

  always @(posedge clk)
    if (rst) begin
      valid_q <= 1'b0;
      done_q  <= 1'b0;
    end else begin
      valid_q <= tok_valid_i;
      done_q  <= valid_q && last_q;
    end

  assign take_o  = valid_q && start_q && last_q;
  assign valid_o = done_q;
  assign acc_o   = acc_q;

  generate
    if (ACC_W < IN_W) begin : g_width
      error_ACC_W_must_be_at_least_IN_W u_err ();
    end
    if (LANES < 1 || LANES > 64) begin : g_lanes
      error_LANES_must_be_1_to_64 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
