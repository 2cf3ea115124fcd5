// vmac_ident: the word by which a program names the buffers and cells it was made for
//
// Contract: ident_o is a constant. Bits 7:0 are log2(BUF_DEPTH). Bits 31:8 are a hash of MAP and
//   PHI: each row's, 32-bit FNV-1a over its COLS bytes, column 0's first, from the usual basis XOR
//   the row's number; and that of each 64 entries of PHI, from the basis XOR 64 plus their number;
//   all XORed; of that, the upper 8 bits XORed into the lowest 8.
//   No logic remains of it: every hash is a constant, and so is their XOR.
// Not: what the other words of the header name; MAP's cells, which vmac_mult looks up.
//
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module vmac_ident #(
  // index of the multiplier cell in rtl/mult/mults.tbl
  parameter integer CELL = 0,
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  // words in each of the two activation buffers
  parameter integer BUF_DEPTH = 4096,
  // the cell of the PE in row r, column c at [8*(COLS*r+c) +: 8]
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}},
  // whose side column has PHI: 3 (vmac_side); its planes and their tables
  parameter integer OPT_CORRECTION = 0,
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
) (
  output wire [31:0] ident_o
);

  `include "vmac_cells.vh"

  localparam integer DEPTH_LOG = $clog2(BUF_DEPTH);
  // a part of PHI, and how many there are
  localparam integer PART  = 64;
  localparam integer PARTS = OPT_CORRECTION == 3 ? 256 / PART * PHI_RANK : 0;

  function [31:0] fnv(input integer basis, input integer count, input [8*65-1:0] bytes);
    integer i;
    begin
      fnv = 32'h811c9dc5 ^ basis;
      for (i = 0; i < count; i = i + 1) fnv = (fnv ^ {24'd0, bytes[8*i +: 8]}) * 32'h01000193;
    end
  endfunction

  function [31:0] exclusive(input [32*(ROWS+PARTS)-1:0] hashes);
    integer i;
    begin
      exclusive = 32'd0;
      for (i = 0; i < ROWS + PARTS; i = i + 1) exclusive = exclusive ^ hashes[32*i +: 32];
    end
  endfunction

  wire [32*(ROWS+PARTS)-1:0] hashes;

  // A row at a time: to slice the whole of MAP byte by byte takes yosys minutes.
  genvar r;
  generate
    for (r = 0; r < ROWS; r = r + 1) begin : g_row
      localparam [8*COLS-1:0] CELLS = MAP[8*COLS*r +: 8*COLS];
      localparam [31:0]       HASH  = fnv(r, COLS, {{(8 * (65 - COLS)){1'b0}}, CELLS});
      assign hashes[32*r +: 32] = HASH;
    end
    for (r = 0; r < PARTS; r = r + 1) begin : g_part
      localparam [8*PART-1:0] BYTES = PHI[8*PART*r +: 8*PART];
      localparam [31:0]       HASH  = fnv(64 + r, PART, {8'd0, BYTES});
      assign hashes[32*(ROWS+r) +: 32] = HASH;
    end
  endgenerate

  wire [31:0] all = exclusive(hashes);

  assign ident_o = {all[23:8], all[7:0] ^ all[31:24], DEPTH_LOG[7:0]};

  // A byte of MAP holds no more, and whoever asks about a cell that is none gets zeros.
  generate
    if (CELL < 0 || CELL > 255) begin : g_range
      error_CELL_must_be_0_to_255 u_err ();
    end else if (vmac_cell_known(CELL) == 0) begin : g_known
      error_CELL_is_not_in_mults_tbl u_err ();
    end
  endgenerate

endmodule

`default_nettype wire
