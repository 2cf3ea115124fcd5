// vmac_tb_csr: the control registers with a checker of their bus
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_tb_csr (
  input  wire        clk,
  input  wire        rst,
  input  wire [7:0]  awaddr,
  input  wire        awvalid,
  output wire        awready,
  input  wire [31:0] wdata,
  input  wire [3:0]  wstrb,
  input  wire        wvalid,
  output wire        wready,
  output wire [1:0]  bresp,
  output wire        bvalid,
  input  wire        bready,
  input  wire [7:0]  araddr,
  input  wire        arvalid,
  output wire        arready,
  output wire [31:0] rdata,
  output wire [1:0]  rresp,
  output wire        rvalid,
  input  wire        rready,
  output wire        start_o,
  output wire        abort_o,
  output wire        irq_o,
  input  wire        busy_i,
  input  wire        done_i,
  input  wire [3:0]  error_i,
  // {beat out, beat in, job, weight wait, stall out, stall in}
  input  wire [5:0]  tick_i,
  input  wire [12:0] macs_i
);

  vmac_csr #(
    .CELL(7), .ROWS(12), .COLS(64), .SIGNED(1), .OPT_CORRECTION(2), .OPT_MODE(1),
    .ACC_DEPTH(300), .BUF_DEPTH(32768)
  ) u_csr (
    .clk(clk), .rst(rst), .s_axil_awaddr(awaddr), .s_axil_awvalid(awvalid),
    .s_axil_awready(awready), .s_axil_wdata(wdata), .s_axil_wstrb(wstrb), .s_axil_wvalid(wvalid),
    .s_axil_wready(wready), .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(bready),
    .s_axil_araddr(araddr), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
    .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(rready),
    .start_o(start_o), .abort_o(abort_o), .busy_i(busy_i), .done_i(done_i), .error_i(error_i),
    .irq_o(irq_o), .stall_in_i(tick_i[0]), .stall_out_i(tick_i[1]), .weight_wait_i(tick_i[2]),
    .job_i(tick_i[3]), .beat_in_i(tick_i[4]), .beat_out_i(tick_i[5]), .macs_i(macs_i));

  vmac_axil_check #(.WAIT(2)) u_bus (
    .clk(clk), .rst(rst), .awaddr(awaddr), .awvalid(awvalid), .awready(awready), .wdata(wdata),
    .wstrb(wstrb), .wvalid(wvalid), .wready(wready), .bresp(bresp), .bvalid(bvalid),
    .bready(bready), .araddr(araddr), .arvalid(arvalid), .arready(arready), .rdata(rdata),
    .rresp(rresp), .rvalid(rvalid), .rready(rready));

endmodule

`default_nettype wire
