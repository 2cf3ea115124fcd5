// vmac_axil_check: the rules of an AXI4-Lite bus, watched
//
// Contract: watches all five channels and asserts. On each: no valid in the first cycle after
//   reset, valid stays until ready, what it carries does not change meanwhile. A write response
//   only for an address and a datum that were taken and not answered yet; read data likewise; at
//   most REQUESTS of each unanswered. Waits are bounded: while a whole request is on offer or
//   unanswered and no response is left hanging, some handshake of its direction happens within
//   WAIT cycles. Under synthesis and in a simulator without assertions empty.
// Not: what registers hold, which response it is.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module vmac_axil_check #(
  // bits of an address
  parameter integer ADDR_W = 8,
  // requests taken and not answered, at most, 1..7
  parameter integer REQUESTS = 2,
  // longest wait in cycles, 1..255
  parameter integer WAIT = 4,
  // 1: the master is outside what is proved: its rules are assumptions
  parameter integer OUTSIDE = 0
) (
  input wire              clk,
  input wire              rst,
  input wire [ADDR_W-1:0] awaddr,
  input wire              awvalid,
  input wire              awready,
  input wire [31:0]       wdata,
  input wire [3:0]        wstrb,
  input wire              wvalid,
  input wire              wready,
  input wire [1:0]        bresp,
  input wire              bvalid,
  input wire              bready,
  input wire [ADDR_W-1:0] araddr,
  input wire              arvalid,
  input wire              arready,
  input wire [31:0]       rdata,
  input wire [1:0]        rresp,
  input wire              rvalid,
  input wire              rready
);

  vmac_axis_check #(.WIDTH(ADDR_W), .OUTSIDE(OUTSIDE)) u_aw (
    .clk(clk), .rst(rst), .tdata(awaddr), .tvalid(awvalid), .tready(awready), .tlast(1'b0));
  vmac_axis_check #(.WIDTH(36), .OUTSIDE(OUTSIDE)) u_w (
    .clk(clk), .rst(rst), .tdata({wstrb, wdata}), .tvalid(wvalid), .tready(wready), .tlast(1'b0));
  vmac_axis_check #(.WIDTH(ADDR_W), .OUTSIDE(OUTSIDE)) u_ar (
    .clk(clk), .rst(rst), .tdata(araddr), .tvalid(arvalid), .tready(arready), .tlast(1'b0));
  vmac_axis_check #(.WIDTH(2)) u_b (
    .clk(clk), .rst(rst), .tdata(bresp), .tvalid(bvalid), .tready(bready), .tlast(1'b0));
  vmac_axis_check #(.WIDTH(34)) u_r (
    .clk(clk), .rst(rst), .tdata({rresp, rdata}), .tvalid(rvalid), .tready(rready), .tlast(1'b0));

`ifdef VMAC_CHECK
  // Taken and not answered: addresses and data of writes, addresses of reads.
  reg [2:0] aw_q;
  reg [2:0] w_q;
  reg [2:0] ar_q;
  // Cycles since something last happened.
  reg [7:0] write_q;
  reg [7:0] read_q;

  wire aw_take = awvalid && awready;
  wire w_take  = wvalid && wready;
  wire b_take  = bvalid && bready;
  wire ar_take = arvalid && arready;
  wire r_take  = rvalid && rready;

  wire write_stuck = (aw_q != 3'd0 || awvalid) && (w_q != 3'd0 || wvalid) && !(bvalid && !bready) &&
                     !aw_take && !w_take && !b_take;
  wire read_stuck  = (ar_q != 3'd0 || arvalid) && !(rvalid && !rready) && !ar_take && !r_take;

  always @(posedge clk)
    if (rst) begin
      aw_q    <= 3'd0;
      w_q     <= 3'd0;
      ar_q    <= 3'd0;
      write_q <= 8'd0;
      read_q  <= 8'd0;
    end else begin
      aw_q    <= aw_q + {2'd0, aw_take} - {2'd0, b_take};
      w_q     <= w_q + {2'd0, w_take} - {2'd0, b_take};
      ar_q    <= ar_q + {2'd0, ar_take} - {2'd0, r_take};
      write_q <= write_stuck ? write_q + 8'd1 : 8'd0;
      read_q  <= read_stuck ? read_q + 8'd1 : 8'd0;
      `VMAC_ASSERT(!bvalid || (aw_q != 3'd0 && w_q != 3'd0))
      `VMAC_ASSERT(!rvalid || ar_q != 3'd0)
      `VMAC_ASSERT(aw_q <= REQUESTS[2:0] && w_q <= REQUESTS[2:0] && ar_q <= REQUESTS[2:0])
      `VMAC_ASSERT(write_q < WAIT[7:0] && read_q < WAIT[7:0])
    end
`endif

endmodule

`default_nettype wire
