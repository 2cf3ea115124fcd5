// vmac_fifo: a queue of words between a valid/ready source and sink
//
// Contract: words leave in the order they came, at the earliest one cycle later; one comes and one
//   leaves per cycle. Output registered: out_valid_o and out_data_o are registers, a word
//   shows without being asked for. in_ready_o is low exactly while all DEPTH places are taken, also
//   in the cycle in which one of them is emptied: no path runs from out_ready_i to in_ready_o.
//   count_o: words inside, the one at the output included. Reset: one cycle of rst = 1 empties it.
// Not: a RAM macro's timing: the memory is read before the output register, in the same cycle.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_assert.vh"
`default_nettype none

module vmac_fifo #(
  // bits, 1..1024
  parameter integer WIDTH = 8,
  // places, 2..1024, any number
  parameter integer DEPTH = 16
) (
  input  wire                       clk,
  input  wire                       rst,
  // from the source
  input  wire                       in_valid_i,
  output wire                       in_ready_o,
  input  wire [WIDTH-1:0]           in_data_i,
  // to the sink
  output wire                       out_valid_o,
  input  wire                       out_ready_i,
  output wire [WIDTH-1:0]           out_data_o,
  output wire [$clog2(DEPTH+1)-1:0] count_o
);

  // The output register is one of the places; the memory behind it has the others.
  localparam integer PLACES  = DEPTH - 1;
  localparam integer ADDR_W  = PLACES < 2 ? 1 : $clog2(PLACES);
  localparam integer COUNT_W = $clog2(DEPTH + 1);
  localparam [ADDR_W-1:0]  LAST = PLACES[ADDR_W-1:0] - 1'b1;
  localparam [COUNT_W-1:0] FULL = DEPTH[COUNT_W-1:0];

  reg [WIDTH-1:0]   mem [0:PLACES-1];
  reg [ADDR_W-1:0]  head_q;
  reg [ADDR_W-1:0]  tail_q;
  reg [COUNT_W-1:0] count_q;
  reg               ready_q;
  reg               valid_q;
  reg [WIDTH-1:0]   data_q;

  wire in_take  = in_valid_i && ready_q;
  wire out_take = valid_q && out_ready_i;
  wire advance  = !valid_q || out_ready_i;
  // Words in the memory, and what becomes of them: none are left there while the output is empty.
  wire some     = valid_q && count_q != {{(COUNT_W - 1){1'b0}}, 1'b1};
  wire mem_read = some && advance;
  wire mem_write = in_take && (some || !advance);

  reg [COUNT_W-1:0] count_d;
  always @* begin
    count_d = count_q;
    if (in_take != out_take) count_d = in_take ? count_q + 1'b1 : count_q - 1'b1;
  end

  always @(posedge clk)
    if (rst) begin
      head_q  <= {ADDR_W{1'b0}};
      tail_q  <= {ADDR_W{1'b0}};
      count_q <= {COUNT_W{1'b0}};
      ready_q <= 1'b1;
      valid_q <= 1'b0;
    end else begin
      count_q <= count_d;
      ready_q <= count_d != FULL;
      if (advance) valid_q <= some || in_take;
      if (mem_read) head_q <= head_q == LAST ? {ADDR_W{1'b0}} : head_q + 1'b1;
      if (mem_write) tail_q <= tail_q == LAST ? {ADDR_W{1'b0}} : tail_q + 1'b1;
    end

  always @(posedge clk) begin
    if (mem_write) mem[tail_q] <= in_data_i;
    if (advance) data_q <= some ? mem[head_q] : in_data_i;
  end

  assign in_ready_o  = ready_q;
  assign out_valid_o = valid_q;
  assign out_data_o  = data_q;
  assign count_o     = count_q;

`ifdef VMAC_CHECK
  // Words in the memory, by the pointers; where they meet it is empty or full.
  localparam [COUNT_W:0] WRAP = PLACES[COUNT_W:0];
  wire [COUNT_W:0] head = {{(COUNT_W + 1 - ADDR_W){1'b0}}, head_q};
  wire [COUNT_W:0] tail = {{(COUNT_W + 1 - ADDR_W){1'b0}}, tail_q};
  wire [COUNT_W:0] behind = tail >= head ? tail - head : tail + WRAP - head;
  wire [COUNT_W:0] count = {1'b0, count_q};
  wire [COUNT_W:0] stored = count - {{COUNT_W{1'b0}}, valid_q};

  always @(posedge clk)
    if (!rst) begin
      `VMAC_ASSERT(count <= WRAP + 1'b1 && ready_q == (count_q != FULL))
      `VMAC_ASSERT(valid_q == (count_q != {COUNT_W{1'b0}}))
      `VMAC_ASSERT(head < WRAP && tail < WRAP)
      `VMAC_ASSERT(stored == behind || (head_q == tail_q && stored == WRAP))
    end
`endif

`ifdef VMAC_PROVE
  // Proofs by induction: the word that is followed (testbench/formal) stands where its place in the
  // queue says.
  wire               f_inside;
  wire [COUNT_W-1:0] f_ahead;
  wire [WIDTH-1:0]   f_data;
  wire [COUNT_W:0]   f_next = head + {1'b0, f_ahead} - 1'b1;
  wire [COUNT_W:0]   f_at   = f_next < WRAP ? f_next : f_next - WRAP;

  formal_track #(.WIDTH(WIDTH), .COUNT_W(COUNT_W)) u_track (
    .clk(clk), .rst(rst), .in_take_i(in_take), .in_data_i(in_data_i), .out_take_i(out_take),
    .out_data_i(data_q), .count_i(count_q), .inside_o(f_inside), .ahead_o(f_ahead),
    .data_o(f_data));

  always @(posedge clk)
    if (!rst && f_inside)
      `VMAC_ASSERT(f_data == (f_ahead == {COUNT_W{1'b0}} ? data_q : mem[f_at[ADDR_W-1:0]]))
`endif

  generate
    if (WIDTH < 1 || WIDTH > 1024) begin : g_width
      error_WIDTH_must_be_1_to_1024 u_err ();
    end
    if (DEPTH < 2 || DEPTH > 1024) begin : g_depth
      error_DEPTH_must_be_2_to_1024 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
