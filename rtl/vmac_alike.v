// vmac_alike: whether a job goes on with the one before it, told from one beat of its words
//
// Contract: combinational. A job whose results may follow those of the job before without a gap
//   agrees with it in everything but the rows they make: all words alike but `but_rows`'s fields
//   (INPUT's two among them). differs_o: valid_i, and beat part_i of now_i and old_i is not alike.
// Not: whether the program says that the job follows (VMAC_JOB_CONT).
//
// SPDX-License-Identifier: Apache-2.0
`include "vmac_job.vh"
`default_nettype none

module vmac_alike #(
  // bytes of a beat: 16, 32 or 64
  parameter integer BEAT = 16
) (
  // 0: differs_o is 0
  input  wire              valid_i,
  // a beat of the job's words, the same one of the job before, and which of a job's beats it is
  input  wire [8*BEAT-1:0] now_i,
  input  wire [8*BEAT-1:0] old_i,
  input  wire [1:0]        part_i,
  output reg               differs_o
);

  function [511:0] but_rows(input [511:0] words);
    begin
      but_rows = words;
      but_rows[`VMAC_JOB_CONT]     = 1'b0;
      but_rows[`VMAC_JOB_TLAST]    = 1'b0;
      but_rows[`VMAC_JOB_OUT_H]    = 16'd0;
      but_rows[`VMAC_JOB_IY0]      = 16'd0;
      but_rows[`VMAC_JOB_IX0]      = 16'd0;
      but_rows[`VMAC_JOB_BASE]     = 16'd0;
      but_rows[`VMAC_JOB_IN_BEATS] = 32'd0;
      but_rows[`VMAC_JOB_IN_ADDR]  = 16'd0;
    end
  endfunction

  localparam [511:0] ALIKE = but_rows({512{1'b1}});

  always @* begin
    differs_o = 1'b0;
    if (valid_i)
      differs_o = ((now_i ^ old_i) & ALIKE[8*BEAT*part_i +: 8*BEAT]) != {(8 * BEAT){1'b0}};
  end

endmodule

`default_nettype wire
