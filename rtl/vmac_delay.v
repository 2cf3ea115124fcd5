// vmac_delay: a fixed delay
//
// Contract: data_o is data_i DEPTH cycles earlier; DEPTH = 0 is a wire. No reset: data_o is
//   undefined for the first DEPTH cycles, so a caller that delays a valid bit holds its own reset
//   for at least DEPTH cycles, or qualifies the bit otherwise.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_delay #(
  // cycles, 0..255
  parameter integer DEPTH = 1,
  // bits
  parameter integer WIDTH = 8
) (
  input  wire             clk,
  input  wire [WIDTH-1:0] data_i,
  output wire [WIDTH-1:0] data_o
);

  generate
    if (DEPTH < 0 || DEPTH > 255) begin : g_depth
      error_DEPTH_must_be_0_to_255 u_err ();
    end
    if (WIDTH < 1 || WIDTH > 1024) begin : g_width
      error_WIDTH_must_be_1_to_1024 u_err ();
    end

    if (DEPTH == 0) begin : g_wire
      wire unused_clk = clk;
      assign data_o = data_i;
    end else if (DEPTH == 1) begin : g_one
      reg [WIDTH-1:0] line_q;
      always @(posedge clk) line_q <= data_i;
      assign data_o = line_q;
    end else if (WIDTH >= 8) begin : g_words
      // A register per stage simulates faster than one of all stages, where words are wide.
      genvar s;
      for (s = 0; s < DEPTH; s = s + 1) begin : g_stage
        reg [WIDTH-1:0] word_q;
        if (s == 0) begin : g_first
          always @(posedge clk) word_q <= data_i;
        end else begin : g_next
          always @(posedge clk) word_q <= g_stage[s-1].word_q;
        end
      end
      assign data_o = g_stage[DEPTH-1].word_q;
    end else begin : g_line
      reg [DEPTH*WIDTH-1:0] line_q;
      always @(posedge clk) line_q <= {line_q[(DEPTH-1)*WIDTH-1:0], data_i};
      assign data_o = line_q[DEPTH*WIDTH-1 -: WIDTH];
    end
  endgenerate

endmodule

`default_nettype wire
