/* program.h: networks as streams of beats for the accelerator (rtl/vmac_top.v).
 *
 * One image is one packet: HEADER, jobs with their payloads, END. A beat has BEAT bytes: the
 * smallest power of two that holds 16 bytes and LANES = max(ROWS, COLS). Words w0, w1, ... of a beat
 * are 32 bits, little endian. What is not named is 0 and ignored.
 *
 * HEADER  w0 "VMP1"; w1 rows | cols<<8 | version<<16 | signed<<24 | opt_correction<<25 |
 *         opt_mode<<27 | opt_ktile<<28 | phi_rank<<29 (0 unless opt_correction is 3); w2 cell; w3
 *         log2(buf_depth) | hash of the PEs' cells and of phi<<8 (vmac_hw_ident())
 * JOB     16 words in 64 / BEAT beats:
 *   w0  kind[3:0]; src[4] the buffer set that operand A is read from; dst[5] the set written;
 *       to_stream[6] results leave on m_axis instead, column c's in byte c of a beat, 0 in bytes from
 *       COLS on; cont[7] goes on with the layer of the job before (all words alike but cont, tlast,
 *       out_h, w5, w7) and need not wait for its results;
 *       single[8] single-rounding requantization; tlast[9] TLAST with the job's last result;
 *       code[15:12] replication of the output; pad[23:16] code of padding; zero[31:24] of the output
 *   w1  act_min[7:0], act_max[15:8]; win_h[21:16], win_w[27:22] window of MAX and SUM jobs, else 1
 *   w2  sets[15:0], k_tiles[31:16] (1 unless MAC)
 *   w3  out_w[15:0], out_h[31:16]: pixel y * out_w + x is accumulator y * out_w + x
 *   w4  in_h[15:0], in_w[31:16] bounds of the input map, <= 1023
 *   w5  iy0[15:0], ix0[31:16] signed: input coordinate of tap (0, 0) of pixel (0, 0)
 *   w6  stride_h[7:0], stride_w[15:8]
 *   w7  base[15:0] word address of (iy0, ix0); may lie outside: only reads inside the map happen
 *   w8  inc_wx[15:0], inc_wy[31:16]; w9 inc_ox[15:0], inc_oy[31:16]: added, mod 2^16, to the running
 *       address when wx, wy, ox, oy is the innermost counter that moves (the inner ones wrap)
 *   w10 delta_b[15:0] ADD: address of operand B, in set !src, minus that of A
 *   w11 out_step[15:0] words per output pixel
 *   w12 ADD: mult_b[30:0]; SUM: vbias[31:0], signed, added to the sum
 *   w13 ADD: shift_b[5:0] signed, za[15:8], zb[23:16] zero points
 *   w14 INPUT: in_beats[31:0] of payload, 1..65535
 *   w15 INPUT: in_addr[15:0] first word address in set dst
 * INPUT   payload: byte b of beat j goes to bank b, word in_addr + j. Not in the checksum.
 * MAX, SUM, ADD  payload: a SET beat per set.
 * MAC     payload, per set, for k = 0 .. k_tiles - 1: { where k = k_tiles - 1 a SET beat }; { there,
 *         or with opt_ktile for every k, COLS coefficient records, the last column's first };
 *         ENTRY beats, row r's 32-bit entry in word
 *         r; ROWS weight beats, the bottom row first, byte c = operand bits of column c (with
 *         opt_mode, before each a beat of modes, 4 bits a column)
 * SET     w0 in_off[15:0] added to the address, sub[19:16] (vector jobs: column c stands for lane
 *         c + sub * min(ROWS, COLS)); w1 out_addr[15:0], lo[23:16], cnt[31:24]: bank b, l = b or
 *         b mod 2^code where code < 15, is written where lo <= l < lo + cnt, with column l - rbase;
 *         w2 mult[30:0] and w3 shift[5:0], signed, requantize all lanes (vector jobs); rbase[15:8]
 * record  w0 c0[31:0], w1 bias[31:0] folded, w2 mult[30:0], w3 c1[17:0], shift[29:24] signed. With
 *         opt_correction 2, or 3 and more planes than one, a second beat holds c of planes 1..7 at
 *         bits 18 * (i - 1); c1 is 0's. With opt_ktile c0 and bias of all tiles add up, and mult and
 *         shift count in the last tile's
 * entry   off[14:0], ky[20:15], kx[26:21], sub[30:27], en[31]: the row reads bank r + sub * ROWS at
 *         address + off where (iy + ky, ix + kx) is inside, else it takes the pad code; en = 0: idle
 * END     w0 15, w1 checksum of all beats before it but INPUT payloads; TLAST is here and only here.
 *         s = 0; per beat s = rotl(s, 1) ^ XOR over its words i of rotl(w_i, i mod 32)
 *
 * A tensor (H, W, C) lies in one set: pixel (y, x), group g is word base + (y * W + x) * G + g.
 * Replicated (2^code >= C, 2^code <= ROWS / 2): G = 1, lane l holds channel l mod 2^code; else code
 * 15: G = ceil(C / LANES), lane l of group g holds channel g * LANES + l. The network's input alone
 * is replicated every C lanes, whatever C, as often as ROWS holds it, where C <= ROWS / 2.
 *
 * Numbers, byte = clamp(requantize(acc) + zero, act_min, act_max):
 *   MAC  acc as vmac_layer_acc()'s: sum of products + bias + ((sum over records of c0 + c * X) +
 *        half >> 6), a record's X over its own tile, or without opt_ktile over all
 *   ADD  acc = ((qa - za) << 19) + requantize((qb - zb) << 20, mult_b, shift_b)
 *   MAX  acc = largest code of the window, SUM  acc = sum of its codes + vbias
 *   outside the map pad counts as a code, of an ADD as both
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_PROGRAM_H
#define VMAC_PROGRAM_H

#include "vmac.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  VMAC_STREAM_MAGIC = 0x31504d56, /* "VMP1" */
  VMAC_STREAM_VERSION = 1,
  VMAC_ROWS_MIN = 4,
  VMAC_ROWS_MAX = 64, /* COLS likewise */
  VMAC_MAP_MAX = 1023,
  VMAC_WINDOW_MAX = 63,
  VMAC_STRIDE_MAX = 255
};

typedef enum {
  VMAC_JOB_INPUT,
  VMAC_JOB_MAC,
  VMAC_JOB_MAX,
  VMAC_JOB_SUM,
  VMAC_JOB_ADD,
  VMAC_JOB_END = 15
} vmac_jobkind;
const char *vmac_job_name(vmac_jobkind kind);

/* ---- the hardware: vmac_top's parameters ---------------------------------------------------- */

typedef struct {
  int cell; /* vmac_mult_at(cell) */
  int rows, cols;
  int acc_depth;      /* accumulators per column */
  int buf_depth;      /* words per buffer set */
  int opt_correction; /* 0 none, 1 one X, 2 one X per bit plane, 3 one X per plane of phi */
  int opt_mode;       /* 1: every weight brings its cell's mode along */
  int opt_ktile;      /* 1: coefficients for every K tile */
  int phi_rank;       /* planes of phi, 1..VMAC_PHI_MAX; 0 unless opt_correction is 3 */
  const uint8_t *phi; /* (phi_rank, 256) by operand bits: what X[i] gets. Not owned */
  const uint8_t *map; /* (rows, cols) cells of the PEs; NULL: all are `cell`, which else stands for
                       * them at the edge and in the side column. Not owned */
} vmac_hw;

vmac_hw vmac_hw_default(void); /* 16 x 16, 1024 accumulators, 4096 words, one X, cell 0 */
bool vmac_hw_check(const vmac_hw *hw, vmac_err *err);
/* The CELL that is this multiplier: its index in the registry. */
int vmac_hw_cell(const vmac_mult *mult);
/* The cell of the PE in that row and column. */
static inline int vmac_hw_pe(const vmac_hw *hw, int row, int col) {
  return hw->map ? hw->map[row * hw->cols + col] : hw->cell;
}
/* w3 of the header. The hash: each row's, 32-bit FNV-1a over its cells' indices, from the usual
 * basis XOR the row's number; that of each 64 bytes of phi, from the basis XOR 64 plus their
 * number; all XORed; of that, the upper 8 bits XORed into the lowest 8. */
uint32_t vmac_hw_ident(const vmac_hw *hw);
/* What the cells compute, as a hash: vmac_table_hash() of the one cell; of a map, vmac_hash() of
 * those of all PEs, little-endian. */
uint64_t vmac_hw_tables(const vmac_hw *hw);

/* What an activation adds to the sums X that the side column makes, as vmac_x_terms() has it: terms
 * (planes, 256), room for VMAC_CORR_PLANES. Returns the planes; 0: no correction. */
int vmac_hw_terms(const vmac_hw *hw, uint8_t *terms);
/* Beats of a coefficient record. */
static inline int vmac_hw_record(const vmac_hw *hw) {
  return hw->opt_correction == 2 || hw->phi_rank > 1 ? 2 : 1;
}

/* Which cell multiplies which weight where the PEs have a map of cells. */
vmac_map *vmac_map_of_pes(const vmac_net *net, const vmac_hw *hw, vmac_err *err);

/* PEs' cells from a file, see program/pe_map.c; into new memory. */
bool vmac_map_of_pes_file(const char *path, bool *of_pes, vmac_err *err); /* is it one? */
uint8_t *vmac_pe_map_load(const char *path, int *rows, int *cols, vmac_err *err);

static inline int vmac_hw_lanes(const vmac_hw *hw) {
  return hw->rows > hw->cols ? hw->rows : hw->cols;
}
static inline int vmac_hw_beat(const vmac_hw *hw) {
  const int lanes = vmac_hw_lanes(hw);
  return lanes <= 16 ? 16 : lanes <= 32 ? 32 : 64;
}

/* ---- programs ------------------------------------------------------------------------------- */

/* A set of a job: columns column .. column + count - 1 hold channels channel, channel + 1, ... */
typedef struct {
  int channel, column, count;
} vmac_set;

/* What a job is about, for whoever has to name a place in it or to check its results. */
typedef struct {
  int op; /* of the network; -1: none asks for it (INPUT, a copy to the stream) */
  vmac_jobkind kind;
  bool to_stream;
  int tensor;              /* the network's tensor whose bytes are the results */
  int pixels, first_pixel; /* of the tensor's height * width, or rows of m */
  int channels;            /* of the output */
  bool cont;               /* goes on with the job before */
  int taps;                /* of a pixel's window, one cycle each (MAC: 1) */
  int sets, k_tiles;
  vmac_set *set; /* (sets) */
  int *k;        /* MAC: (k_sets, k_tiles, rows): operand of vmac_patch() that a row takes, or -1 */
  int k_sets;    /* 1: all sets share it; else sets (depthwise) */
  size_t beat, beats;        /* where it stands in the stream, descriptor included */
  int src, dst, base, words; /* buffer sets read and written, place of the output in it */
} vmac_job;

/* The k of (set, tile, row) of a MAC job, -1 where the row is idle. */
static inline int vmac_job_k(const vmac_job *job, int rows, int set, int tile, int row) {
  const int at = job->k_sets == 1 ? 0 : set;
  return job->k[((size_t)at * (size_t)job->k_tiles + (size_t)tile) * (size_t)rows + (size_t)row];
}

/* Results on m_axis: `pixels` beats, pixel first_pixel on, as one job's set. */
typedef struct {
  int pixels, first_pixel;
  vmac_set set;
} vmac_results;

/* A tensor's shape and place of the channels in a word: lane l holds channel l mod period of
 * lanes < used, or, period 0, channel group * LANES + l. */
typedef struct {
  int h, w, c;
  int period, used;
} vmac_layout;

typedef struct {
  vmac_hw hw;
  uint64_t net_hash;  /* of the .tflite file; 0 where there was none */
  uint8_t *map, *phi; /* what hw.map, hw.phi point to, or NULL */
  uint64_t cell_hash; /* vmac_hw_tables() */
  uint8_t *beats;     /* (beat_count, BEAT) */
  size_t beat_count;
  size_t input_beat, input_beats; /* INPUT's payload */
  vmac_layout input;
  int out_h, out_w, out_c; /* the output tensor; its codes are (h, w, c) */
  float out_scale;
  int out_zero;
  bool softmax; /* SOFTMAX of the output is left to the host */
  float beta;
  int result_sets;
  vmac_results *result; /* in the order of the stream */
  size_t result_beats;
  /* Of a program just compiled; a loaded one has none. */
  int out_tensor;
  int jobs;
  vmac_job *job;
} vmac_program;

/* plan NULL: the hardware's cells without correction; else each weight's cell must be that of the PE
 * that holds it, or, where the hardware has opt_mode, one that a mode makes of it: then the weight
 * brings that mode. Errors name the operator and say what the hardware lacks. */
vmac_program *vmac_program_compile(const vmac_net *net, const vmac_plan *plan, const vmac_hw *hw,
                                   vmac_rounding rounding, vmac_err *err);
void vmac_program_free(vmac_program *program);

/* Fills the INPUT payload from an image's int8 codes, (h, w, c). The checksum does not change. */
void vmac_program_set_image(vmac_program *program, const int8_t *codes);
/* The output tensor's codes, (h, w, c), from the result_beats beats that came out. */
void vmac_program_get_output(const vmac_program *program, const uint8_t *results, int8_t *codes);

/* The .vmp file: what vmac_program holds but the jobs, see program/file.c. */
bool vmac_program_save(const vmac_program *program, const char *path, vmac_err *err);
vmac_program *vmac_program_load(const char *path, vmac_err *err);

/* ---- the executable specification: runs beats, knows nothing but them and the hardware ----------
 */

/* vmac_top's error codes, as rtl/csr.tbl names them. */
typedef enum {
  VMAC_RUN_OK,
  VMAC_RUN_MAGIC,
  VMAC_RUN_VERSION,
  VMAC_RUN_GEOMETRY,
  VMAC_RUN_JOB,   /* a job field */
  VMAC_RUN_EARLY, /* TLAST before END */
  VMAC_RUN_LATE,  /* END without TLAST */
  VMAC_RUN_CHECKSUM
} vmac_run_error;

/* Ports of rtl/vmac_ram.v that act: bytes of the activation buffers' banks, words of the accumulator
 * memory, which has all columns' in one. */
typedef struct {
  uint64_t bytes_read, bytes_written, sums_read, sums_written;
} vmac_accesses;

/* Sees every vector of results in order, (cols) each: what enters requantization and what leaves.
 * job counts jobs, INPUT included. Columns that the set does not use hold nothing of meaning. */
typedef struct {
  void *context;
  /* or NULL */
  void (*vector)(void *context, int job, int set, int pixel, const int32_t *acc, const int8_t *out);
  vmac_accesses *accesses; /* (jobs), added to; or NULL */
} vmac_observer;

typedef struct {
  vmac_run_error error;
  size_t beats; /* results: (beats, BEAT), with TLAST on beat `last` - 1 (0: none had it) */
  size_t last;
  uint8_t *bytes; /* caller frees */
} vmac_run;

/* TLAST is taken to be on the last beat. err says what is wrong where false is returned: a code of
 * its own, and addresses outside the buffers, which the hardware does not look for. */
bool vmac_interpret(const vmac_hw *hw, const uint8_t *beats, size_t count,
                    const vmac_observer *observer /* or NULL */, vmac_run *run, vmac_err *err);

/* ---- cycles --------------------------------------------------------------------------------- */

/* One layer; the total is the sum of all, and of what comes before the first and after the last. */
typedef struct {
  int op; /* -1: the input, or a copy to the stream */
  vmac_jobkind kind;
  uint64_t cycles;    /* from the last result of the layer before to its own */
  uint64_t issue;     /* of them with a pixel's tap at work */
  uint64_t macs;      /* multiplications: rows in use by all columns, per pixel; CSR MACS */
  uint64_t useful;    /* of them those in columns that a set uses */
  uint64_t bytes_in;  /* of the stream */
  uint64_t bytes_out; /* of the results' beats */
} vmac_layer_cycles;

typedef struct {
  int layers;
  vmac_layer_cycles *layer; /* caller frees */
  vmac_layer_cycles total;  /* cycles: from START to done */
} vmac_cycles;

/* Of a compiled program, without stalls: the stream offers a beat in every cycle, and results are
 * taken as they come. */
vmac_cycles vmac_program_cycles(const vmac_program *program);

#ifdef __cplusplus
}
#endif
#endif
