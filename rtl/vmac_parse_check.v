// vmac_parse_check: the first thing wrong with a beat of the program stream
//
// Contract: combinational. error_o is 0 without valid_i, else 0 or the code (rtl/csr.tbl) of the
//   first of: a HEADER of another program or another instance, an END without TLAST or with another
//   checksum, a job that would stall a counter, a TLAST before END. The flags say which kind of
//   beat it is; job_i is the job as it would stand after this beat.
// Not: jobs that name places which are not there; vmac_exec complains of those.
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_csr_codes.vh"
`include "vmac_job.vh"
`default_nettype none

module vmac_parse_check #(
  // what the header must name
  parameter integer CELL = 0,
  parameter integer SIGNED = 0,
  parameter integer ROWS = 16,
  parameter integer COLS = 16,
  parameter integer OPT_CORRECTION = 1,
  parameter integer OPT_KTILE = 0,
  parameter integer OPT_MODE = 0,
  parameter integer BUF_DEPTH = 4096,
  // the cells of the PEs (vmac_array)
  parameter [8*ROWS*COLS-1:0] MAP = {(ROWS * COLS){CELL[7:0]}},
  // planes of PHI and their tables (vmac_side)
  parameter integer PHI_RANK = 1,
  parameter [2048*(PHI_RANK < 1 ? 1 : PHI_RANK)-1:0] PHI = 0
) (
  // a beat is taken: its first four words, and whether it has TLAST
  input  wire         valid_i,
  input  wire [127:0] beat_i,
  input  wire         tlast_i,
  // a HEADER, an END, the last beat of a job if it is no END; none of them: anything else but what
  // is `stale_i`, the rest of a packet before
  input  wire         header_i,
  input  wire         end_i,
  input  wire         job_end_i,
  input  wire         stale_i,
  // the checksum of the beats before
  input  wire [31:0]  sum_i,
  input  wire [511:0] job_i,
  output wire [3:0]   error_o
);

  localparam [31:0] MAGIC    = `VMAC_STREAM_MAGIC;
  localparam [7:0]  VERSION  = `VMAC_CSR_VERSION_STREAM_RESET;
  // Comparisons on whole words, so that a field nobody reads cannot hide a difference.
  localparam [31:0] GEOMETRY = ROWS + (COLS << 8) + (SIGNED << 24) + (OPT_CORRECTION << 25) +
                               (OPT_MODE << 27) + (OPT_KTILE << 28) +
                               (OPT_CORRECTION == 3 ? PHI_RANK << 29 : 0);

  wire [31:0] w0 = beat_i[31:0];
  wire [31:0] w1 = beat_i[63:32];
  wire [31:0] w2 = beat_i[95:64];
  wire [31:0] w3 = beat_i[127:96];

  wire [31:0] ident;

  vmac_ident #(
    .CELL(CELL),
    .ROWS(ROWS),
    .COLS(COLS),
    .BUF_DEPTH(BUF_DEPTH),
    .MAP(MAP),
    .OPT_CORRECTION(OPT_CORRECTION),
    .PHI_RANK(PHI_RANK),
    .PHI(PHI)
  ) u_ident (
    .ident_o(ident)
  );

  // ---- the first thing wrong --------------------------------------------------------------------

  wire [3:0]  kind    = job_i[`VMAC_JOB_KIND];
  wire [31:0] beats   = job_i[`VMAC_JOB_IN_BEATS];
  wire [15:0] k_tiles = job_i[`VMAC_JOB_K_TILES];
  wire        is_mac  = kind == `VMAC_KIND_MAC;
  wire        one_tap = job_i[`VMAC_JOB_WIN_H] == 6'd1 && job_i[`VMAC_JOB_WIN_W] == 6'd1;

  reg [3:0] wrong;
  always @* begin
    wrong = 4'd0;
    if (valid_i) begin
      if (header_i) begin
        if (w0 != MAGIC) wrong = `VMAC_CSR_ERROR_CODE_MAGIC;
        else if (w1[23:16] != VERSION) wrong = `VMAC_CSR_ERROR_CODE_VERSION;
        else if ((w1 & 32'hff00ffff) != GEOMETRY || w2 != CELL || w3 != ident)
          wrong = `VMAC_CSR_ERROR_CODE_GEOMETRY;
      end
      if (end_i) begin
        if (!tlast_i) wrong = `VMAC_CSR_ERROR_CODE_LATE;
        else if (w1 != sum_i) wrong = `VMAC_CSR_ERROR_CODE_CHECKSUM;
      end else if (job_end_i) begin
        // whether anything in the job would stall a counter
        if (!(kind == `VMAC_KIND_INPUT ? beats != 32'd0 && beats[31:16] == 16'd0
              : kind <= `VMAC_KIND_ADD && job_i[`VMAC_JOB_SETS] != 16'd0 && k_tiles != 16'd0 &&
                job_i[`VMAC_JOB_OUT_W] != 16'd0 && job_i[`VMAC_JOB_OUT_H] != 16'd0 &&
                job_i[`VMAC_JOB_WIN_H] != 6'd0 && job_i[`VMAC_JOB_WIN_W] != 6'd0 &&
                (is_mac || k_tiles == 16'd1) &&
                (one_tap || (!is_mac && kind != `VMAC_KIND_ADD))))
          wrong = `VMAC_CSR_ERROR_CODE_JOB;
      end
      if (wrong == 4'd0 && tlast_i && !end_i && !stale_i) wrong = `VMAC_CSR_ERROR_CODE_EARLY;
    end
  end

  assign error_o = wrong;

  wire unused_words = ^job_i;

endmodule

`default_nettype wire
