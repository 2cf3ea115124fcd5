// vmac_accum: the accumulator memory under one column, for products tiled along K
//
// Contract: a partial sum and its token (valid, first, last, address) enter together. first: the
//   sum starts a new accumulator; else it is added to the one at the address. last: the accumulator
//   leaves (valid_o with acc_o, two cycles after the token) and its place is free; else it is
//   kept. first and last together pass the sum through. One token per cycle, in any order of
//   addresses, the same address in successive cycles too: a tile's last pixel and the next tile's
//   first may share one, and the sum on its way to the memory is then forwarded.
//   tok_* leave one cycle after they entered, for the column to the right. take_o = 1 tells the
//   correction unit, one cycle ahead of acc_o, that the first accumulator of a new set of output
//   channels comes: the token carried start and last.
//   rst = 1 drops the tokens in flight; the accumulators keep what they hold.
// Not: clearing; every accumulator begins with a first token.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_accum #(
  // bits of the partial sum, its sign extension (1) or zero extension (0), bits of an accumulator
  parameter integer IN_W = 20,
  parameter integer SIGNED = 0,
  parameter integer ACC_W = 32,
  // accumulators in the lane
  parameter integer DEPTH = 256
) (
  input  wire                     clk,
  input  wire                     rst,
  // the token, moving right
  input  wire                     tok_valid_i,
  input  wire                     tok_start_i,
  input  wire                     tok_first_i,
  input  wire                     tok_last_i,
  input  wire [$clog2(DEPTH)-1:0] tok_addr_i,
  output wire                     tok_valid_o,
  output wire                     tok_start_o,
  output wire                     tok_first_o,
  output wire                     tok_last_o,
  output wire [$clog2(DEPTH)-1:0] tok_addr_o,
  // the partial sum of the token
  input  wire [IN_W-1:0]          ps_i,
  // the finished accumulator
  output wire                     take_o,
  output wire                     valid_o,
  output wire [ACC_W-1:0]         acc_o
);

  localparam integer ADDR_W = $clog2(DEPTH);

  reg                     valid_q;
  reg                     start_q;
  reg                     first_q;
  reg                     last_q;
  reg        [ADDR_W-1:0] addr_q;
  reg signed [ACC_W-1:0]  ps_q;
  reg                     hit_q;
  reg signed [ACC_W-1:0]  acc_q;
  reg                     done_q;

  wire signed [ACC_W-1:0] ps_in = {{(ACC_W - IN_W){SIGNED != 0 && ps_i[IN_W-1]}}, ps_i};
  wire        [ACC_W-1:0] kept;
  wire signed [ACC_W-1:0] old = hit_q ? acc_q : kept;
  wire signed [ACC_W-1:0] sum = first_q ? ps_q : old + ps_q;
  wire                    keep = valid_q && !last_q;
  wire                    read = tok_valid_i && !tok_first_i;
  // The memory is read in the cycle in which the same address is written.
  wire                    hit = keep && read && addr_q == tok_addr_i;

  vmac_ram #(
    .WIDTH(ACC_W),
    .DEPTH(DEPTH)
  ) u_ram (
    .clk(clk),
    .we_i(keep),
    .waddr_i(addr_q),
    .wdata_i(sum),
    .re_i(read),
    .raddr_i(tok_addr_i),
    .rdata_o(kept)
  );

  always @(posedge clk) begin
    start_q <= tok_start_i;
    first_q <= tok_first_i;
    last_q  <= tok_last_i;
    addr_q  <= tok_addr_i;
    ps_q    <= ps_in;
    hit_q   <= hit;
    // A sum to forward waits in the output register; its valid bit stays 0.
    if (valid_q && (last_q || hit)) acc_q <= sum;
  end

  always @(posedge clk)
    if (rst) begin
      valid_q <= 1'b0;
      done_q  <= 1'b0;
    end else begin
      valid_q <= tok_valid_i;
      done_q  <= valid_q && last_q;
    end

  assign tok_valid_o = valid_q;
  assign tok_start_o = start_q;
  assign tok_first_o = first_q;
  assign tok_last_o  = last_q;
  assign tok_addr_o  = addr_q;
  assign take_o      = valid_q && start_q && last_q;
  assign valid_o     = done_q;
  assign acc_o       = acc_q;

  generate
    if (ACC_W <= IN_W) begin : g_width
      error_ACC_W_must_exceed_IN_W u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
