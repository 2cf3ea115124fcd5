/* sim.h: drives the verilated vmac_mac_unit with tiled matrix products and returns every final
 * accumulator. A model is one verilated (shape, cell); the runners link as many as they like.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_H
#define SIM_H

#include <stddef.h>
#include <stdint.h>

#include "vmac.h"

enum { SIM_MAX_SIDE = 64 }; /* largest ROWS, COLS */

/* What the harness puts on the unit's inputs in one cycle. */
struct sim_in {
  bool rst;
  bool w_valid, w_row;
  uint64_t w_col;
  uint8_t w[SIM_MAX_SIDE];
  bool k_valid;
  int32_t c0, c[VMAC_CORR_PLANES], bias;
  bool a_valid, a_start, a_first, a_last;
  uint32_t a_addr;
  uint8_t a[SIM_MAX_SIDE];
};

/* What it sees before the clock edge. acc is valid where out_valid. */
struct sim_out {
  bool w_ready, k_ready, a_ready;
  bool out_valid;
  uint32_t addr;
  int32_t acc[SIM_MAX_SIDE];
  bool broken; /* an assertion of the unit failed, in this cycle or before */
};

/* One verilated vmac_mac_unit. */
struct sim_model {
  const char *name;
  int rows, cols, depth;
  int cell;                     /* index in the registry */
  int correction;               /* OPT_CORRECTION: 0 none, 1 one sum X, 2, 3 one per plane */
  int rank;                     /* planes of phi, 0: none */
  bool tiled;                   /* OPT_KTILE: coefficients for every K tile */
  void *(*open)(uint64_t seed); /* seed: the registers' values before reset */
  void (*cycle)(void *dut, const sim_in *in, sim_out *out);
  void (*close)(void *dut);
};

/* One matrix product. Operands are the cell's bits (u8 class: code + 128; s8 class: the code). */
struct sim_job {
  const char *layer;
  int m, k, n;
  const uint8_t *a;    /* (m, k) */
  const uint8_t *w;    /* (n, k) */
  const int32_t *bias; /* (n) folded bias */
  const int32_t *c0;   /* (n, tiles) or NULL: 0; tiles as sim_tiles() says */
  const int32_t *c;    /* (n, tiles, planes) or NULL: 0; planes as sim_planes() says */
};

/* Sets of coefficients that a channel has: one, or one for each K tile of `rows` products. */
static inline int sim_tiles(const sim_model *model, int k) {
  return model->tiled ? (k + model->rows - 1) / model->rows : 1;
}

/* The sums X that the model has are those of this mode. */
static inline vmac_mode sim_mode(const sim_model *model) {
  return model->correction == 3   ? (vmac_mode)(VMAC_CORR_PHI + model->rank - 1)
         : model->correction == 2 ? VMAC_CORR_BITPLANE
                                  : VMAC_CORR_CV;
}
/* How many, and coefficients of a column; without correction none. */
static inline int sim_planes(const sim_model *model) {
  return model->correction ? vmac_planes(vmac_mult_at((size_t)model->cell), sim_mode(model)) : 0;
}

struct sim_options {
  uint64_t seed;
  int idle;   /* chance of an idle cycle on each input stream, in 1/1000 */
  int only_k; /* -1: the whole product; else only this k's row is enabled (diagnosis) */
  int reset;  /* 0; else the unit is reset for one cycle, that many in, and all begins anew */
};

/* acc (m, n): the final accumulators. Adds the cycles it took to *cycles. The pixels of each tile
 * come in an order drawn from the seed, a tile often begins with the address at which its
 * predecessor ended, and whatever means nothing (idle rows and columns, payloads without valid) is
 * random bits. False: K above VMAC_MAX_K, or the unit delivered something out of order, nothing for
 * too long, or failed an assertion. */
bool sim_product(const sim_model *model, const sim_job *job, const sim_options *options,
                 int32_t *acc, uint64_t *cycles, vmac_err *err);

/* Compares got with want, both (m, n). On a mismatch the error names layer, tile, pixel, row,
 * column, k, both operands, expected and found: row and k by running the pixel's products one by
 * one on the model, as far as one of them fails alone. */
bool sim_compare(const sim_model *model, const sim_job *job, const sim_options *options,
                 const int32_t *got, const int32_t *want, vmac_err *err);

/* Runs and compares. */
bool sim_check(const sim_model *model, const sim_job *job, const sim_options *options,
               const int32_t *want, uint64_t *cycles, vmac_err *err);

/* What the unit must deliver, by plain loops over the cell's table (vmac_mult_table). acc (m, n).
 */
void sim_expect(const sim_model *model, const int32_t *table, const sim_job *job, int32_t *acc);

/* All models linked into this program (generated list). */
extern const sim_model *const sim_models[];
extern const size_t sim_model_count;

#endif
