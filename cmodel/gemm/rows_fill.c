/* Product rows: their words, from the table and the layer's weights. Of training's weights, which
 * change at every step, rows are made as often: the loops run along the words of a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "gemm/rows.h"

#if VMAC_X86
#include <immintrin.h>
#endif

enum { ROW_MOST = VMAC_ROW_PAIRS * 2 * VMAC_LANES };

/* words (256, columns): by code, what a row has of each weight's operand bits, cell by cell. */
static int16_t *words_new(const vmac_rows *r, const vmac_layer *layer, const int32_t *table,
                          size_t columns) {
  const int entries = vmac_layer_entries(layer), a = (uint8_t)layer->zero ^ layer->flip;
  int16_t *words = vmac_alloc(256 * columns, sizeof *words), *to = words;
  for (int code = 0; code < 256; code++, to += columns)
    for (int at = 0; at < entries; at += 65536) {
      const int32_t *of = table + at + ((code ^ layer->flip) << 8), *zero = table + at + (a << 8);
      for (int w = 0; w < 256; w++)
        to[(at >> 8) + w] = (int16_t)(of[w] - (r->skips ? zero[w] : r->offset));
    }
  return words;
}

/* A row of a pair of slots holds, for each quarter of 4 channels, those of the even slot and then
 * those of the odd one: interleaving two rows and adding neighbours leaves the even slot's 16 sums
 * in one register and the odd one's in the other. */
static int place(int slot, int lane) {
  return slot / 2 * 2 * VMAC_LANES + lane / 4 * 8 + slot % 2 * 4 + lane % 4;
}

/* column[i]: which of `columns` word i of the group's rows of input channel c is; of lanes and
 * slots that there are none of, any: nobody reads their sums. */
static void find_columns(const vmac_layer *layer, const vmac_row_group *g, int c, int32_t *column) {
  const vmac_window *v = &layer->window;
  const size_t k = (size_t)vmac_window_k(v);
  for (int i = 0; i < g->pairs * 2 * VMAC_LANES; i++) column[i] = 0;
  for (int s = 0; s < g->slots; s++)
    for (int lane = 0; lane < VMAC_LANES; lane++) {
      const int j = g->slot[s].block * VMAC_LANES + lane;
      if (j >= layer->n) continue;
      const size_t at = (size_t)j * k + (size_t)(g->slot[s].tap * v->c + c);
      column[place(s, lane)] = (layer->cell ? layer->cell[at] << 8 : 0) | layer->w[at];
    }
}

static void fill(const int16_t *words, size_t columns, const int32_t *column, size_t row,
                 int16_t *to) {
  for (int code = 0; code < 256; code++, words += columns, to += row)
    for (size_t i = 0; i < row; i++) to[i] = words[column[i]];
}

#if VMAC_X86
/* Of one cell: a code's 256 words are eight registers, of which shuffles take 32 words at a time. */
VMAC_TARGET_AVX512 static void fill_avx512(const int16_t *words, size_t columns,
                                           const int32_t *column, size_t row, int16_t *to) {
  enum { STEP = 32, VECTORS = ROW_MOST / STEP };
  __m512i at[VECTORS];
  __mmask32 odd[VECTORS], upper[VECTORS];
  const size_t vectors = row / STEP;
  for (size_t v = 0; v < vectors; v++) {
    int16_t of[STEP];
    for (int i = 0; i < STEP; i++) of[i] = (int16_t)column[v * STEP + (size_t)i];
    at[v] = _mm512_loadu_si512(of);
    odd[v] = _mm512_test_epi16_mask(at[v], _mm512_set1_epi16(64));
    upper[v] = _mm512_test_epi16_mask(at[v], _mm512_set1_epi16(128));
  }
  for (int code = 0; code < 256; code++, words += columns) {
    __m512i w[8];
    for (int i = 0; i < 8; i++) w[i] = _mm512_loadu_si512(words + i * STEP);
    for (size_t v = 0; v < vectors; v++, to += STEP) {
      const __m512i low =
          _mm512_mask_mov_epi16(_mm512_permutex2var_epi16(w[0], at[v], w[1]), odd[v],
                                _mm512_permutex2var_epi16(w[2], at[v], w[3]));
      const __m512i high =
          _mm512_mask_mov_epi16(_mm512_permutex2var_epi16(w[4], at[v], w[5]), odd[v],
                                _mm512_permutex2var_epi16(w[6], at[v], w[7]));
      _mm512_storeu_si512(to, _mm512_mask_mov_epi16(low, upper[v], high));
    }
  }
}
#endif

typedef void fill_fn(const int16_t *words, size_t columns, const int32_t *column, size_t row,
                     int16_t *to);

static fill_fn *choose(vmac_isa isa, int entries) {
#if VMAC_X86
  if (isa == VMAC_AVX512 && entries == 65536) return fill_avx512;
#endif
  (void)isa;
  (void)entries;
  return fill;
}

void vmac_rows_fill(vmac_rows *r, const vmac_layer *layer, const int32_t *table, vmac_isa isa) {
  const int entries = vmac_layer_entries(layer);
  const size_t columns = (size_t)(entries >> 8);
  fill_fn *const fill_rows = choose(isa, entries);
  int16_t *words = words_new(r, layer, table, columns);
  for (int i = 0; i < r->groups; i++) {
    vmac_row_group *g = &r->group[i];
    g->pairs = (g->slots + 1) / 2;
    const size_t row = (size_t)g->pairs * 2 * VMAC_LANES, channel = VMAC_ROW_CODES * row;
    g->rows = vmac_alloc_raw((size_t)layer->window.c * channel * sizeof *g->rows);
    for (int c = 0; c < layer->window.c; c++) {
      int32_t column[ROW_MOST];
      int16_t *to = g->rows + (size_t)c * channel;
      find_columns(layer, g, c, column);
      memset(to + 256 * row, 0, row * sizeof *to);
      fill_rows(words, columns, column, row, to);
    }
  }
  free(words);
}
