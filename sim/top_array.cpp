/* The array of table models (sim/table/vmac_array.v): all PEs of one cycle in one call.
 *
 * A wave, the activations that enter row 0 in one cycle, row 1 in the next and so on, meets one
 * weight per PE, since swap tokens travel with it. So a row's products with an activation are known
 * when it enters, for all columns at once: they are kept per row, (256 a, cols), made when the row
 * takes new weights, and added to their wave. Column c's sum of a wave is shown c cycles after
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
  int wide; /* cols, rounded up to whole LANES */
  bool is_signed, swapping;
  uint16_t *table;              /* (cells, 256 w, 256 a), then 256 zeros */
  uint32_t zeros;               /* where they begin */
  uint32_t base[SIDE * SIDE];   /* (rows, cols) of a PE's cell in the table */
  uint16_t weight[SIDE * SIDE]; /* (rows, cols) {enable, weight} of the waves that enter */
  uint16_t shadow[SIDE * SIDE]; /* (rows, cols) */
  uint8_t enabled[SIDE];        /* 255: the row's PE in column 0 is enabled; else 0 */
  uint64_t swap[SIDE];          /* (cols) the tokens, a bit per row */
  uint16_t *product;            /* (rows, 256 a, wide) */
  int32_t *sum;                 /* (WAVES, cols) */
  int now;                      /* the wave that enters row 0 */
};

static void draw(vmac_rng *rng, void *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) ((uint8_t *)bytes)[i] = (uint8_t)vmac_rng_next(rng);
}

static void put_table(uint16_t *to, int cell) {
  int32_t *table = (int32_t *)vmac_alloc(65536, sizeof *table);
  vmac_mult_table(vmac_mult_at((size_t)cell), table);
  for (int a = 0; a < 256; a++)
    for (int w = 0; w < 256; w++) to[w * 256 + a] = (uint16_t)table[a * 256 + w];
  free(table);
}

/* ---- a row's products: the columns of its weights in the table, turned into rows ------------- */

enum { LANES = 8 };
typedef uint16_t lanes __attribute__((vector_size(4 * LANES))); /* of two activations' halves */

/* Of 8 x 8 numbers, in both halves, whose place is 3 bits of a row and 3 of a column: the 6 bits
 * turn by one, so that three times this transposes. */
static inline void turn(const lanes *x, lanes *y) {
  for (int i = 0; i < 4; i++) {
    y[2 * i] = __builtin_shufflevector(x[i], x[i + 4], 0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10,
                                       26, 11, 27);
    y[2 * i + 1] = __builtin_shufflevector(x[i], x[i + 4], 4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13,
                                           29, 14, 30, 15, 31);
  }
}

/* LANES columns of the table, (256 a) each, as product (256 a, wide). */
static inline void make_lanes(const uint16_t *const *column, uint16_t *product, int wide) {
  for (int a = 0; a < 256; a += 2 * LANES) {
    lanes x[LANES], y[LANES];
    for (int c = 0; c < LANES; c++) memcpy(&x[c], column[c] + a, sizeof x[c]);
    turn(x, y);
    turn(y, x);
    turn(x, y);
    for (int i = 0; i < LANES; i++) {
      uint16_t *to = product + (a + i) * wide;
      memcpy(to, &y[i], sizeof y[i] / 2);
      memcpy(to + LANES * wide, (const char *)&y[i] + sizeof y[i] / 2, sizeof y[i] / 2);
    }
  }
}

static void make_products(Array *array, int r) {
  const int cols = array->cols, wide = array->wide;
  for (int first = 0; first < cols; first += LANES) {
    const uint16_t *column[LANES];
    for (int i = 0; i < LANES; i++) {
      const int at = r * cols + first + i;
      const bool enabled = first + i < cols && array->weight[at] >> 8;
      column[i] = array->table +
                  (enabled ? array->base[at] + (array->weight[at] & 255u) * 256u : array->zeros);
    }
    make_lanes(column, array->product + r * 256 * wide + first, wide);
  }
}

/* ---- opening and closing --------------------------------------------------------------------- */

/* All registers hold random bits, as verilator's do before the first reset. */
extern "C" void *sim_array_open(int rows, int cols, int psum_w, const svBitVecVal *map, int seed) {
  Array *array = (Array *)vmac_alloc(1, sizeof *array);
  array->rows = rows;
  array->cols = cols;
  array->psum_w = psum_w;
  array->wide = (cols + LANES - 1) / LANES * LANES;
  vmac_rng rng;
  vmac_rng_seed(&rng, (uint32_t)seed);
  const uint8_t *cell = (const uint8_t *)map;
  array->is_signed = vmac_mult_at(cell[0])->cls == VMAC_S8;
  int cells = 0, slot[256];
  for (int &s : slot) s = -1;
  for (int i = 0; i < rows * cols; i++)
    if (slot[cell[i]] < 0) slot[cell[i]] = cells++;
  array->table = (uint16_t *)vmac_alloc((size_t)cells * 65536 + 256, sizeof *array->table);
  array->zeros = (uint32_t)cells * 65536;
  array->now = FLIGHT;
  for (int i = 0; i < 256; i++)
    if (slot[i] >= 0) put_table(array->table + (size_t)slot[i] * 65536, i);
  array->product =
      (uint16_t *)vmac_alloc((size_t)(rows * 256 * array->wide), sizeof *array->product);
  array->sum = (int32_t *)vmac_alloc((size_t)(WAVES * cols), sizeof *array->sum);
  draw(&rng, array->sum, (size_t)(WAVES * cols) * sizeof *array->sum);
  for (int i = 0; i < rows * cols; i++) {
    array->base[i] = (uint32_t)slot[cell[i]] * 65536;
    array->shadow[i] = (uint16_t)vmac_rng_below(&rng, 512);
    array->weight[i] = (uint16_t)vmac_rng_below(&rng, 512);
  }
  for (int r = 0; r < rows; r++) {
    make_products(array, r);
    array->enabled[r] = array->weight[r * cols] >> 8 ? 255 : 0;
  }
  return array;
}

extern "C" void sim_array_close(void *handle) {
  Array *array = (Array *)handle;
  free(array->table);
  free(array->product);
  free(array->sum);
  free(array);
}

/* ---- a cycle --------------------------------------------------------------------------------- */

/* Row r adds its products to the wave that entered row 0 r cycles ago. */
static inline void add_products(Array *array, const uint8_t *a, int rows, int cols, int wide,
                                bool is_signed) {
  int32_t *__restrict sum = array->sum + array->now * cols;
  const uint16_t *__restrict products = array->product;
  memset(sum, 0, (size_t)cols * sizeof *sum);
  for (int r = 0; r < rows; r++) {
    const uint16_t *product = products + (r * 256 + a[r]) * wide;
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
    make_products(array, r);
    array->enabled[r] = array->weight[r * cols] >> 8 ? 255 : 0;
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
    array->is_signed ? add_products(array, a, 16, 16, 16, true)
                     : add_products(array, a, 16, 16, 16, false);
  else if (rows == 32 && cols == 32)
    array->is_signed ? add_products(array, a, 32, 32, 32, true)
                     : add_products(array, a, 32, 32, 32, false);
  else
    add_products(array, a, rows, cols, array->wide, array->is_signed);
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
  if (array->rows == 16)
    memcpy(en, array->enabled, 16);
  else
    memcpy(en, array->enabled, (size_t)(array->rows + 3) / 4 * 4);
  return sound;
}
