// vmac_feed: finds every row's activation of a tap in the buffers: implicit im2col
//
// Contract: one cycle after iss_valid_i, row r's byte stands at rows_o: that of the bank r +
//   ROWS * sub in set src_i, at the word iss_addr_i + off, where (off, ky, kx, sub) is the row's
//   entry, or pad_i where (iss_iy_i + ky, iss_ix_i + kx) is no pixel of the in_h_i x in_w_i map.
//   For vector jobs (vector_i) off, ky and kx are 0, sub is load_sub_i of the tap's load.
//   lane_a_o and lane_b_o then hold the lanes of COLS columns, of this set and, at iss_addr_b_i, of
//   the other; outside the map both are pad_i.
//   Entries are loaded into shadows; load_i makes them, or a vector job's, the ones in use from the
//   next cycle on.
//   A row that is not enabled reads nothing and keeps its byte. Without vector_i the other set is
//   not read: lane_b_o keeps what the rows' banks read of it last.
// Not: the operand's format; the cell's class decides about that outside.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_job.vh"
`default_nettype none

module vmac_feed #(
  // the array
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  // words of a buffer set
  parameter integer BUF_DEPTH = 4096,
  // bytes of a beat of entries
  parameter integer BEAT = 16
) (
  input  wire                clk,
  // entries, 32 bits each, rows e_beat_i * BEAT / 4 on
  input  wire                e_valid_i,
  input  wire [3:0]          e_beat_i,
  input  wire [8*BEAT-1:0]   e_i,
  // whether the rows' shadow entries are enabled
  output wire [ROWS-1:0]     en_o,
  // the cycle before a tile's, or a set of lanes', first tap; the lanes that a vector job reads
  input  wire                load_i,
  input  wire [3:0]          load_sub_i,
  // constant while taps of a job are issued and until their bytes have been looked at
  input  wire                vector_i,
  input  wire                src_i,
  input  wire [7:0]          pad_i,
  input  wire [15:0]         in_h_i,
  input  wire [15:0]         in_w_i,
  // a tap
  input  wire                iss_valid_i,
  input  wire [15:0]         iss_addr_i,
  input  wire [15:0]         iss_addr_b_i,
  input  wire [15:0]         iss_iy_i,
  input  wire [15:0]         iss_ix_i,
  input  wire [3:0]          iss_sub_i,
  // one cycle later: bytes for the array's rows, for the lanes of vector jobs
  output wire [8*ROWS-1:0]   rows_o,
  output wire [8*COLS-1:0]   lane_a_o,
  output wire [8*COLS-1:0]   lane_b_o,
  // writes into set 0 or 1
  input  wire                                     w_valid_i,
  input  wire [(ROWS > COLS ? ROWS : COLS)-1:0]   we_i,
  input  wire                                     wset_i,
  input  wire [15:0]                              waddr_i,
  input  wire [8*(ROWS > COLS ? ROWS : COLS)-1:0] wdata_i
);

  localparam integer LANES  = ROWS > COLS ? ROWS : COLS;
  localparam integer ADDR_W = $clog2(BUF_DEPTH);
  localparam integer WORDS  = BEAT / 4;
  // banks that one row may read; rows that one column's lane may come from
  localparam integer SUBS  = (LANES + ROWS - 1) / ROWS;
  localparam integer PARTS = (LANES + COLS - 1) / COLS;

  wire [8*ROWS-1:0] b_rows;
  // the sets that are read: a vector job may have two operands; the one that is written
  wire [1:0]        rsel = {iss_valid_i && (src_i || vector_i),
                            iss_valid_i && (!src_i || vector_i)};
  wire [1:0]        wsel = {w_valid_i && wset_i, w_valid_i && !wset_i};

  // A vector job's: its lanes' banks, at the tap's own word and pixel.
  function [31:0] lane_entry(input [3:0] sub);
    begin
      lane_entry = 32'd0;
      lane_entry[`VMAC_ENTRY_SUB] = sub;
    end
  endfunction

  reg [3:0] sub_q;
  always @(posedge clk) if (iss_valid_i) sub_q <= iss_sub_i;

  // Addresses are modulo DEPTH; a beat of entries may be longer than all rows need.
  wire unused_inputs = ^{sub_q, iss_addr_b_i, waddr_i, e_i};

  // The shadow entries' enable bits, which are looked at side by side.
  reg [ROWS-1:0] shadow_en_q;

  assign en_o = shadow_en_q;

  genvar r, s, c, i;
  generate
    for (r = 0; r < ROWS; r = r + 1) begin : g_row
      localparam integer BEAT_OF = r / WORDS;
      reg [31:0] shadow_q;
      reg [31:0] entry_q;
      reg        en_q;
      reg        in_q;
      reg [3:0]  bank_q;

      wire [31:0] entry = e_i[32*(r % WORDS) +: 32];

      wire [15:0] addr  = iss_addr_i + {1'b0, entry_q[`VMAC_ENTRY_OFF]};
      wire [15:0] iy    = iss_iy_i + {10'd0, entry_q[`VMAC_ENTRY_KY]};
      wire [15:0] ix    = iss_ix_i + {10'd0, entry_q[`VMAC_ENTRY_KX]};
      wire        in    = iy < in_h_i && ix < in_w_i;

      wire [8*SUBS-1:0] a_bytes;
      wire [8*SUBS-1:0] b_bytes;

      always @(posedge clk) begin
        if (e_valid_i)
          if (e_beat_i == BEAT_OF[3:0]) begin
            shadow_q       <= entry;
            shadow_en_q[r] <= entry[`VMAC_ENTRY_EN];
          end
        if (load_i) begin
          entry_q <= vector_i ? lane_entry(load_sub_i) : shadow_q;
          // all lanes read
          en_q    <= vector_i || shadow_en_q[r];
        end
        if (iss_valid_i)
          if (en_q) begin
            in_q   <= in;
            bank_q <= entry_q[`VMAC_ENTRY_SUB];
          end
      end

      for (s = 0; s < SUBS; s = s + 1) begin : g_sub
        if (r + ROWS * s < LANES) begin : g_bank
          localparam integer BANK = r + ROWS * s;
          wire re = en_q && in && (SUBS == 1 || entry_q[`VMAC_ENTRY_SUB] == s);
          vmac_bank #(
            .DEPTH(BUF_DEPTH)
          ) u_bank (
            .clk(clk),
            .a_set_i(src_i),
            .rsel_i(rsel),
            .re_i(re),
            .a_addr_i(addr[ADDR_W-1:0]),
            .a_o(a_bytes[8*s +: 8]),
            .b_addr_i(iss_addr_b_i[ADDR_W-1:0]),
            .b_o(b_bytes[8*s +: 8]),
            .wsel_i(wsel),
            .we_i(we_i[BANK]),
            .waddr_i(waddr_i[ADDR_W-1:0]),
            .wdata_i(wdata_i[8*BANK +: 8])
          );
        end else begin : g_none
          assign a_bytes[8*s +: 8] = 8'd0;
          assign b_bytes[8*s +: 8] = 8'd0;
        end
      end

      if (SUBS == 1) begin : g_one
        wire unused_bank = ^{bank_q, addr};
        assign rows_o[8*r +: 8] = in_q ? a_bytes : pad_i;
        assign b_rows[8*r +: 8] = in_q ? b_bytes : pad_i;
      end else begin : g_more
        wire unused_bank = ^{bank_q, addr};
        assign rows_o[8*r +: 8] = in_q ? a_bytes[8*bank_q[$clog2(SUBS)-1:0] +: 8] : pad_i;
        assign b_rows[8*r +: 8] = in_q ? b_bytes[8*bank_q[$clog2(SUBS)-1:0] +: 8] : pad_i;
      end
      wire unused_en = entry_q[`VMAC_ENTRY_EN];
    end

    // Lanes of vector jobs: column c stands for row c + COLS * sub where there are more rows.
    for (c = 0; c < COLS; c = c + 1) begin : g_lane
      wire [8*PARTS-1:0] a_part;
      wire [8*PARTS-1:0] b_part;
      for (i = 0; i < PARTS; i = i + 1) begin : g_part
        if (c + COLS * i < ROWS) begin : g_row
          assign a_part[8*i +: 8] = rows_o[8*(c + COLS*i) +: 8];
          assign b_part[8*i +: 8] = b_rows[8*(c + COLS*i) +: 8];
        end else begin : g_none
          assign a_part[8*i +: 8] = 8'd0;
          assign b_part[8*i +: 8] = 8'd0;
        end
      end
      if (PARTS == 1) begin : g_one
        assign lane_a_o[8*c +: 8] = a_part;
        assign lane_b_o[8*c +: 8] = b_part;
      end else begin : g_more
        assign lane_a_o[8*c +: 8] = a_part[8*sub_q[$clog2(PARTS)-1:0] +: 8];
        assign lane_b_o[8*c +: 8] = b_part[8*sub_q[$clog2(PARTS)-1:0] +: 8];
      end
    end

    if (BUF_DEPTH < 16 || BUF_DEPTH > 32768 || (1 << ADDR_W) != BUF_DEPTH) begin : g_depth
      error_BUF_DEPTH_must_be_a_power_of_two_from_16_to_32768 u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
