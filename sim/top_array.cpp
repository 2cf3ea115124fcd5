/* The array of table models (sim/table/vmac_array.v): all PEs of one cycle in one call.
 *
 * A wave, the activations that enter row 0 in one cycle, row 1 in the next and so on, meets one weight
 * per PE, since swap tokens travel with it. So a row's products with an activation are known when it
 * enters, for all columns at once: they are kept per row, (256 a, cols), made where first needed
 * after new weights came, and added to their wave. Column c's sum of a wave is shown c cycles after
 * column 0's. That the weights a token takes in column 0 are those it finds in column c is the
 * contract of vmac_mac_unit (it holds weights back until then) and is checked here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <svdpi.h>

#include "vmac.h"

enum { SIDE = 64, WAVES = 1024, FLIGHT = 2 * SIDE }; /* waves on their way, at most */

struct Array {
  int rows, cols, psum_w;
  bool is_signed, swapping;
  uint16_t *table;              /* (cells, 256 a, 256 w), then as many zeros as a cell has */
  uint32_t zeros;               /* where they begin */
  uint32_t base[SIDE * SIDE];   /* (rows, cols) of a PE's cell in the table */
  uint32_t index[SIDE * SIDE];  /* (rows, cols) of the products of its weight, a = 0 */
  uint16_t weight[SIDE * SIDE]; /* (rows, cols) {enable, weight} of the waves that enter */
  uint16_t shadow[SIDE * SIDE]; /* (rows, cols) */
  uint64_t enabled;             /* the rows whose PE in column 0 is enabled */
  uint64_t swap[SIDE];          /* (cols) the tokens, a bit per row */
  bool known[SIDE][256];        /* (rows, a) whose products are made */
  uint16_t *product;            /* (rows, 256 a, cols) */
  int32_t *sum;                 /* (WAVES, cols) */
  int now;                      /* the wave that enters row 0 */
};

static void draw(vmac_rng *rng, void *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) ((uint8_t *)bytes)[i] = (uint8_t)vmac_rng_next(rng);
}

static void put_table(uint16_t *to, int cell) {
  int32_t *table = (int32_t *)vmac_alloc(65536, sizeof *table);
  vmac_mult_table(vmac_mult_at((size_t)cell), table);
  for (int i = 0; i < 65536; i++) to[i] = (uint16_t)table[i];
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
  array->table = (uint16_t *)vmac_alloc((size_t)(cells + 1) * 65536, sizeof *array->table);
  array->zeros = (uint32_t)cells * 65536;
  array->now = FLIGHT;
  for (int i = 0; i < 256; i++)
    if (slot[i] >= 0) put_table(array->table + (size_t)slot[i] * 65536, i);
  array->product = (uint16_t *)vmac_alloc((size_t)(rows * 256 * cols), sizeof *array->product);
  array->sum = (int32_t *)vmac_alloc((size_t)(WAVES * cols), sizeof *array->sum);
  draw(&rng, array->sum, (size_t)(WAVES * cols) * sizeof *array->sum);
  for (int i = 0; i < rows * cols; i++) {
    array->base[i] = (uint32_t)slot[cell[i]] * 65536;
    array->shadow[i] = (uint16_t)vmac_rng_below(&rng, 512);
    array->weight[i] = (uint16_t)vmac_rng_below(&rng, 512);
    array->index[i] = array->zeros;
  }
  for (int r = 0; r < rows; r++) array->enabled |= (uint64_t)(array->weight[r * cols] >> 8) << r;
  return array;
}

extern "C" void sim_array_close(void *handle) {
  Array *array = (Array *)handle;
  free(array->table);
  free(array->product);
  free(array->sum);
  free(array);
}

static inline void make_products(Array *array, int r, int a, int cols) {
  const uint16_t *table = array->table + a * 256;
  const uint32_t *index = array->index + r * cols;
  uint16_t *__restrict product = array->product + (r * 256 + a) * cols;
  for (int c = 0; c < cols; c++) product[c] = table[index[c]];
  array->known[r][a] = true;
}

/* Row r adds its products to the wave that entered row 0 r cycles ago. */
static inline void add_products(Array *array, const uint8_t *a, int rows, int cols,
                                bool is_signed) {
  int32_t *__restrict sum = array->sum + array->now * cols;
  const uint16_t *__restrict products = array->product;
  memset(sum, 0, (size_t)cols * sizeof *sum);
  for (int r = 0; r < rows; r++) {
    if (!array->known[r][a[r]]) make_products(array, r, a[r], cols);
    const uint16_t *product = products + (r * 256 + a[r]) * cols;
    for (int c = 0; c < cols; c++)
      sum[c - r * cols] += is_signed ? (int16_t)product[c] : (int32_t)product[c];
  }
}

/* The sums that stand at the foot of the columns after this cycle, side by side. */
static inline void put_feet(const Array *array, svBitVecVal *ps, int rows, int cols, int psum_w) {
  const uint32_t mask = (1u << psum_w) - 1;
  const int32_t *sum = array->sum + (array->now - rows) * cols; /* column 0's wave */
  uint64_t bits = 0;
  int count = 0;
  for (int c = 0; c < cols; c++) {
    bits |= (uint64_t)((uint32_t)sum[c - c * cols] & mask) << count;
    count += psum_w;
    if (count >= 32) {
      *ps++ = (uint32_t)bits;
      bits >>= 32;
      count -= 32;
    }
  }
  if (count) *ps = (uint32_t)bits;
}

/* Rows whose token enters take their shadow weights, for all columns; further right the token must
 * find the same ones. false: it does not, or it enters before the one ahead has left. */
static bool swaps(Array *array, bool rst, uint64_t entering) {
  const int cols = array->cols;
  uint64_t moving = 0;
  bool sound = true;
  for (int c = cols - 1; c > 0; c--) {
    const uint64_t token = array->swap[c - 1];
    for (uint64_t left = token; left; left &= left - 1) {
      const int at = __builtin_ctzll(left) * cols + c;
      sound = sound && array->weight[at] == array->shadow[at];
    }
    array->swap[c] = rst ? 0 : token;
    moving |= token;
  }
  array->swap[0] = rst ? 0 : entering;
  for (uint64_t left = entering; left; left &= left - 1) {
    const int r = __builtin_ctzll(left);
    memcpy(array->weight + r * cols, array->shadow + r * cols, (size_t)cols * 2);
    for (int i = r * cols; i < (r + 1) * cols; i++)
      array->index[i] =
          array->weight[i] >> 8 ? array->base[i] + (array->weight[i] & 255u) : array->zeros;
    memset(array->known[r], 0, sizeof array->known[r]);
    array->enabled &= ~(1ull << r);
    array->enabled |= (uint64_t)(array->weight[r * cols] >> 8) << r;
  }
  array->swapping = !rst && (moving | entering);
  return sound && !(moving & entering);
}

static void weights(Array *array, const uint8_t *w, const svBitVecVal *en) {
  const int cols = array->cols;
  memmove(array->shadow + cols, array->shadow,
          (size_t)((array->rows - 1) * cols) * sizeof *array->shadow);
  for (int c = 0; c < cols; c++)
    array->shadow[c] = (uint16_t)((en[c / 32] >> c % 32 & 1) << 8 | w[c]);
}

/* Loops whose lengths the compiler knows are several times as fast. */
static void products(Array *array, const uint8_t *a) {
  const int rows = array->rows, cols = array->cols;
  if (rows == 16 && cols == 16)
    array->is_signed ? add_products(array, a, 16, 16, true) : add_products(array, a, 16, 16, false);
  else if (rows == 32 && cols == 32)
    array->is_signed ? add_products(array, a, 32, 32, true) : add_products(array, a, 32, 32, false);
  else
    add_products(array, a, rows, cols, array->is_signed);
}

static void feet(const Array *array, svBitVecVal *ps) {
  if (array->rows == 16 && array->cols == 16)
    put_feet(array, ps, 16, 16, 20);
  else
    put_feet(array, ps, array->rows, array->cols, array->psum_w);
}

/* Room for another wave: those on their way move to the front. */
static void advance(Array *array) {
  if (++array->now < WAVES) return;
  const size_t cols = (size_t)array->cols;
  memmove(array->sum, array->sum + (WAVES - FLIGHT) * cols, FLIGHT * cols * sizeof *array->sum);
  array->now = FLIGHT;
}

/* One clock edge. 0: tokens or weights are not as the contract has them. */
extern "C" svBit sim_array_step(void *handle, svBit rst, const svBitVecVal *a,
                                const svBitVecVal *swap, svBit shift, const svBitVecVal *w,
                                const svBitVecVal *w_en, svBitVecVal *ps, svBitVecVal *en) {
  Array *array = (Array *)handle;
  uint64_t tokens = swap[0];
  if (array->rows > 32) tokens |= (uint64_t)swap[1] << 32;
  if (array->rows < SIDE) tokens &= (1ull << array->rows) - 1;
  bool sound = true;
  feet(array, ps);
  if (tokens || array->swapping) sound = swaps(array, rst, tokens);
  products(array, (const uint8_t *)a);
  if (shift) weights(array, (const uint8_t *)w, w_en);
  advance(array);
  en[0] = (uint32_t)array->enabled;
  if (array->rows > 32) en[1] = (uint32_t)(array->enabled >> 32);
  return sound;
}
