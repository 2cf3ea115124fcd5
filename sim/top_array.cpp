/* The array of table models (sim/table/vmac_array.v): all PEs of one cycle in one call.
 *
 * What stands in a PE is told by its column and the activations of its row's past: column c holds
 * the activation that entered c + 1 cycles ago, so rows keep a history and nothing moves. Sums move
 * down from row to row. A PE in use points at its weight's row of the cell's table, (256 w, 256 a)
 * turned round so that a row of a few activations stays in the cache; an idle one at a row of
 * zeros.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <svdpi.h>

#include "vmac.h"

enum { SIDE = 64, HISTORY = 1024 };

struct Array {
  int rows, cols, psum_w;
  bool is_signed, swapping;
  int16_t *table;                /* (cells, 256 w, 256 a), then a row of zeros */
  uint32_t zeros;                /* that row */
  uint32_t base[SIDE * SIDE];    /* (rows, cols) of a PE's cell in the table */
  uint32_t row[SIDE * SIDE];     /* (rows, cols) of the weight in use */
  uint16_t shadow[SIDE * SIDE];  /* (rows, cols) {enable, weight} */
  uint64_t swap[SIDE];           /* (cols) the tokens, a bit per row */
  int32_t ps[(SIDE + 1) * SIDE]; /* (1 + rows, cols), zeros first */
  uint8_t past[SIDE][HISTORY + SIDE];
  int now; /* past[r][now + c] is column c's activation */
};

static void draw(vmac_rng *rng, void *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) ((uint8_t *)bytes)[i] = (uint8_t)vmac_rng_next(rng);
}

static void put_table(int16_t *to, int cell) {
  int32_t *table = (int32_t *)vmac_alloc(65536, sizeof *table);
  vmac_mult_table(vmac_mult_at((size_t)cell), table);
  for (int w = 0; w < 256; w++)
    for (int a = 0; a < 256; a++) to[256 * w + a] = (int16_t)table[a << 8 | w];
  free(table);
}

/* All registers hold random bits, as verilator's do before the first reset. */
extern "C" void *sim_array_open(int rows, int cols, int psum_w, const svBitVecVal *map, int seed) {
  Array *array = (Array *)vmac_alloc(1, sizeof *array);
  array->rows = rows;
  array->cols = cols;
  array->psum_w = psum_w;
  vmac_rng rng;
  vmac_rng_seed(&rng, (uint32_t)seed);
  const uint8_t *cell = (const uint8_t *)map;
  array->is_signed = vmac_mult_at(cell[0])->cls == VMAC_S8;
  int cells = 0, slot[256];
  for (int &s : slot) s = -1;
  for (int i = 0; i < rows * cols; i++)
    if (slot[cell[i]] < 0) slot[cell[i]] = cells++;
  array->table = (int16_t *)vmac_alloc((size_t)cells * 65536 + 256, sizeof *array->table);
  array->zeros = (uint32_t)cells * 65536;
  for (int i = 0; i < 256; i++) {
    array->table[array->zeros + (uint32_t)i] = 0;
    if (slot[i] >= 0) put_table(array->table + (size_t)slot[i] * 65536, i);
  }
  draw(&rng, array->past, sizeof array->past);
  draw(&rng, array->swap, sizeof array->swap);
  draw(&rng, array->ps, sizeof array->ps);
  memset(array->ps, 0, (size_t)cols * sizeof *array->ps);
  for (int i = 0; i < rows * cols; i++) {
    array->base[i] = (uint32_t)slot[cell[i]] * 65536;
    array->shadow[i] = (uint16_t)vmac_rng_below(&rng, 512);
    array->row[i] = array->base[i] + 256 * vmac_rng_below(&rng, 256);
  }
  array->swapping = true;
  array->now = HISTORY;
  return array;
}

extern "C" void sim_array_close(void *handle) {
  free(((Array *)handle)->table);
  free(handle);
}

/* One row: ps = the sums of the row above + products. */
static inline void row_step(const int16_t *table, const uint32_t *row, const uint8_t *past,
                            const int32_t *above, int32_t *ps, int cols, bool is_signed) {
  for (int c = 0; c < cols; c++) {
    const int16_t product = table[row[c] + past[c]];
    ps[c] = (int32_t)((uint32_t)above[c] +
                      (uint32_t)(is_signed ? product : (int32_t)(uint16_t)product));
  }
}

/* Inlined for the usual widths: a known number of columns is worth a third of the time. */
static inline void rows_step(Array *array, int cols, bool is_signed) {
  for (int r = array->rows - 1; r >= 0; r--)
    row_step(array->table, array->row + r * cols, array->past[r] + array->now, array->ps + r * cols,
             array->ps + (r + 1) * cols, cols, is_signed);
}

static void products(Array *array) {
  const bool is_signed = array->is_signed;
  if (array->cols == 16 && is_signed)
    rows_step(array, 16, true);
  else if (array->cols == 16)
    rows_step(array, 16, false);
  else if (array->cols == 32 && !is_signed)
    rows_step(array, 32, false);
  else if (array->cols == 64 && !is_signed)
    rows_step(array, 64, false);
  else
    rows_step(array, array->cols, is_signed);
}

static void activations(Array *array, const uint8_t *a) {
  if (array->now == 0) {
    for (int r = 0; r < array->rows; r++) memcpy(array->past[r] + HISTORY, array->past[r], SIDE);
    array->now = HISTORY;
  }
  array->now--;
  for (int r = 0; r < array->rows; r++) array->past[r][array->now] = a[r];
}

/* The tokens move right, and the shadow weights they meet are the ones in use from here on. */
static void swaps(Array *array, bool rst, uint64_t entering) {
  if (!array->swapping && !entering) return;
  array->swapping = false;
  for (int c = array->cols - 1; c >= 0; c--) {
    const uint64_t token = c ? array->swap[c - 1] : entering;
    for (uint64_t left = token; left; left &= left - 1) {
      const int at = __builtin_ctzll(left) * array->cols + c;
      const uint16_t word = array->shadow[at];
      array->row[at] = word >> 8 ? array->base[at] + 256 * (word & 255u) : array->zeros;
    }
    array->swap[c] = rst ? 0 : token;
    array->swapping = array->swapping || array->swap[c];
  }
}

static void weights(Array *array, const svBitVecVal *w) {
  const int cols = array->cols;
  memmove(array->shadow + cols, array->shadow,
          (size_t)((array->rows - 1) * cols) * sizeof *array->shadow);
  for (int c = 0; c < cols; c++) {
    const int at = 9 * c, word = at / 32;
    uint64_t bits = w[word];
    if (at % 32 > 23) bits |= (uint64_t)w[word + 1] << 32;
    array->shadow[c] = bits >> at % 32 & 511;
  }
}

extern "C" void sim_array_step(void *handle, svBit rst, const svBitVecVal *a,
                               const svBitVecVal *swap, svBit shift, const svBitVecVal *w,
                               svBitVecVal *ps, svBitVecVal *en) {
  Array *array = (Array *)handle;
  const uint64_t rows = array->rows == SIDE ? ~0ull : (1ull << array->rows) - 1;
  uint64_t tokens = swap[0];
  if (array->rows > 32) tokens |= (uint64_t)swap[1] << 32;
  products(array);
  activations(array, (const uint8_t *)a);
  swaps(array, rst, tokens & rows);
  if (shift) weights(array, w);

  const int32_t *foot = array->ps + array->rows * array->cols;
  uint64_t bits = 0;
  int count = 0;
  for (int c = 0; c < array->cols; c++) {
    bits |= (uint64_t)((uint32_t)foot[c] & ((1u << array->psum_w) - 1)) << count;
    count += array->psum_w;
    if (count >= 32) {
      *ps++ = (uint32_t)bits;
      bits >>= 32;
      count -= 32;
    }
  }
  if (count) *ps = (uint32_t)bits;
  uint64_t enabled = 0;
  for (int r = 0; r < array->rows; r++)
    enabled |= (uint64_t)(array->row[r * array->cols] != array->zeros) << r;
  en[0] = (uint32_t)enabled;
  if (array->rows > 32) en[1] = (uint32_t)(enabled >> 32);
}
