/* rows.h: product rows, their layout and the loop over a line of the map, one per level.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_ROWS_H
#define VMAC_ROWS_H

#include "gemm/packed.h"

enum {
  VMAC_ROW_PAIRS = 5,     /* at most, of a group */
  VMAC_ROW_CHANNELS = 32, /* of the input, that are added up before sums go to memory */
  VMAC_ROW_SUMS = 1 << 17, /* of images that are run at once, at most */
  /* A channel's rows: 256 codes and a row of zeros. That the number is odd also keeps rows of one
   * code but many channels from sharing a cache set. */
  VMAC_ROW_CODES = 257
};

/* What an input element's product goes to: 16 channels, seen through one tap of the window. */
typedef struct {
  int tap, block;
  ptrdiff_t to; /* its sums, relative to those of tap 0 and block 0 */
} vmac_row_slot;

/* Slots whose products an input element needs together. Under a stride, an element meets only taps
 * of its own class: (y + top) % stride_h = cy, (x + left) % stride_w = cx. */
typedef struct {
  int cy, cx;
  int slots, pairs;
  vmac_row_slot slot[2 * VMAC_ROW_PAIRS];
  int16_t *rows; /* (c, VMAC_ROW_CODES, pairs * 32) */
} vmac_row_group;

struct vmac_rows {
  vmac_window window; /* the layer's, or that of its map unfolded */
  bool unfolds;
  int blocks;
  bool skips;
  uint8_t zero;                      /* the code that is skipped */
  int32_t offset;                    /* of every product, if none is skipped */
  int32_t *start;                    /* (blocks * LANES) */
  int32_t *padding;                  /* (taps, blocks * LANES) or NULL */
  int above, before, sums_h, sums_w; /* the map of sums: its margin and size */
  int groups;
  vmac_row_group *group;
  uint8_t keep[256][8]; /* which of eight, by the bits of those taken: their numbers, in front */
};

/* A pixel's rows: at[0..n), and at[n] zeros, for what takes them in pairs. */
typedef struct {
  int n;
  _Alignas(64) uint16_t at[VMAC_ROW_CHANNELS + 32];
} vmac_row_list;

/* rows_fill.c: pairs and rows of the groups, whose slots are known. */
void vmac_rows_fill(vmac_rows *r, const vmac_layer *layer, const int32_t *table, vmac_isa isa);

/* rows_lists.c: the lists of `pixels`, `step` codes apart, of their first `channels` (1..32). */
typedef void vmac_rows_lists_fn(const vmac_rows *r, int channels, int pixels, size_t step,
                                const int8_t *codes, vmac_row_list *list);
extern vmac_rows_lists_fn *const vmac_rows_lists[VMAC_ISAS];
void vmac_rows_set_keep(vmac_rows *r);

/* One line: `count` pixels, `step` codes apart, `channels` (1..32) of each; rows of the first of
 * those channels; `to` the sums of tap 0, block 0 for the first pixel, the next pixel's behind. */
typedef void vmac_rows_line_fn(const vmac_rows *r, const vmac_row_group *g, const int16_t *rows,
                               int channels, int count, size_t step, const int8_t *codes,
                               int32_t *to);
extern vmac_rows_line_fn *const vmac_rows_line[VMAC_ISAS];

#endif
