// vmac_job.vh: where the fields of a job's descriptor, of a SET beat, of a coefficient record and
//   of a row's entry stand, as ranges of bits
//
// Names and places are those of cmodel/program/program.h, word i's bit b is 32 * i + b here;
// tests/format.t compares the two, and the interpreter's reading.
//
// SPDX-License-Identifier: Apache-2.0
`ifndef VMAC_JOB_VH
`define VMAC_JOB_VH

// the first word of a stream, "VMP1"
`define VMAC_STREAM_MAGIC 32'h31504d56

`define VMAC_JOB_KIND      3:0
`define VMAC_JOB_SRC       4:4
`define VMAC_JOB_DST       5:5
`define VMAC_JOB_TO_STREAM 6:6
`define VMAC_JOB_CONT      7:7
`define VMAC_JOB_SINGLE    8:8
`define VMAC_JOB_TLAST     9:9
`define VMAC_JOB_CODE      15:12
`define VMAC_JOB_PAD       23:16
`define VMAC_JOB_ZERO      31:24
`define VMAC_JOB_ACT_MIN   39:32
`define VMAC_JOB_ACT_MAX   47:40
`define VMAC_JOB_WIN_H     53:48
`define VMAC_JOB_WIN_W     59:54
`define VMAC_JOB_SETS      79:64
`define VMAC_JOB_K_TILES   95:80
`define VMAC_JOB_OUT_W     111:96
`define VMAC_JOB_OUT_H     127:112
`define VMAC_JOB_IN_H      143:128
`define VMAC_JOB_IN_W      159:144
`define VMAC_JOB_IY0       175:160
`define VMAC_JOB_IX0       191:176
`define VMAC_JOB_STRIDE_H  199:192
`define VMAC_JOB_STRIDE_W  207:200
`define VMAC_JOB_BASE      239:224
`define VMAC_JOB_INC_WX    271:256
`define VMAC_JOB_INC_WY    287:272
`define VMAC_JOB_INC_OX    303:288
`define VMAC_JOB_INC_OY    319:304
`define VMAC_JOB_DELTA_B   335:320
`define VMAC_JOB_OUT_STEP  367:352
`define VMAC_JOB_MULT_B    414:384
`define VMAC_JOB_VBIAS     415:384
`define VMAC_JOB_SHIFT_B   421:416
`define VMAC_JOB_ZA        431:424
`define VMAC_JOB_ZB        439:432
`define VMAC_JOB_IN_BEATS  479:448
`define VMAC_JOB_IN_ADDR   495:480

// kinds
`define VMAC_KIND_INPUT 4'd0
`define VMAC_KIND_MAC   4'd1
`define VMAC_KIND_MAX   4'd2
`define VMAC_KIND_SUM   4'd3
`define VMAC_KIND_ADD   4'd4
`define VMAC_KIND_END   4'd15

`define VMAC_SET_IN_OFF   15:0
`define VMAC_SET_SUB      19:16
`define VMAC_SET_OUT_ADDR 47:32
`define VMAC_SET_LO       55:48
`define VMAC_SET_CNT      63:56
`define VMAC_SET_MULT     94:64
`define VMAC_SET_SHIFT    101:96
`define VMAC_SET_RBASE    111:104

`define VMAC_REC_C0    31:0
`define VMAC_REC_BIAS  63:32
`define VMAC_REC_MULT  94:64
`define VMAC_REC_C1    113:96
`define VMAC_REC_SHIFT 125:120

`define VMAC_ENTRY_OFF 14:0
`define VMAC_ENTRY_KY  20:15
`define VMAC_ENTRY_KX  26:21
`define VMAC_ENTRY_SUB 30:27
`define VMAC_ENTRY_EN  31:31

`endif
