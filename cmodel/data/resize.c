/* A photograph of any size as the picture that a network takes. SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "data/data.h"

data_window data_middle(int from_w, int from_h, int w, int h) {
  const int64_t wide = (int64_t)from_w * h, high = (int64_t)from_h * w;
  data_window of = {0, 0, from_w, from_h};
  if (wide > high) of.w = (int)(high / h > 0 ? high / h : 1);
  if (wide < high) of.h = (int)(wide / w > 0 ? wide / w : 1);
  of.x = (from_w - of.w) / 2;
  of.y = (from_h - of.h) / 2;
  return of;
}

/* Along one axis, `from` pixels become `to`. Pixel j counts for pixel i by a triangle around i's
 * middle that reaches as far as the pixels of the coarser grid are apart: for from > to a mean of
 * what i covers, for from < to linear interpolation, for from == to pixel i itself. In units of
 * 1 / (2 from to) of the axis these are whole numbers. */
typedef struct {
  int from, to;
} axis;

static uint64_t weight(axis a, int i, int j) {
  const int64_t reach = 2 * (int64_t)(a.from > a.to ? a.from : a.to);
  const int64_t apart = (int64_t)a.to * (2 * j + 1) - (int64_t)a.from * (2 * i + 1);
  const int64_t left = reach - (apart < 0 ? -apart : apart);
  return left > 0 ? (uint64_t)left : 0;
}

/* The pixels j = first .. end - 1 that can count for pixel i. */
static void span(axis a, int i, int *first, int *end) {
  const int64_t reach = 2 * (int64_t)(a.from > a.to ? a.from : a.to);
  const int64_t middle = (int64_t)a.from * (2 * i + 1);
  const int64_t lo = (middle - reach) / (2 * a.to) - 1, hi = (middle + reach) / (2 * a.to) + 1;
  *first = lo > 0 ? (int)lo : 0;
  *end = hi < a.from ? (int)hi : a.from;
}

static uint64_t weights(axis a, int i) {
  uint64_t sum = 0;
  int first, end;
  span(a, i, &first, &end);
  for (int j = first; j < end; j++) sum += weight(a, i, j);
  return sum;
}

/* Row y of the window into sums (to, c), weighted along x. */
static void sum_row(const data_picture *from, data_window of, int y, axis x, uint64_t *sums) {
  const size_t c = (size_t)from->c;
  const uint8_t *row = from->pixels + ((size_t)(of.y + y) * (size_t)from->w + (size_t)of.x) * c;
  memset(sums, 0, (size_t)x.to * c * sizeof *sums);
  for (int i = 0; i < x.to; i++) {
    int first, end;
    span(x, i, &first, &end);
    for (int j = first; j < end; j++) {
      const uint64_t by = weight(x, i, j);
      for (size_t k = 0; k < c; k++) sums[(size_t)i * c + k] += by * row[(size_t)j * c + k];
    }
  }
}

uint8_t *data_resize(const data_picture *from, data_window of, int w, int h) {
  const axis x = {of.w, w}, y = {of.h, h};
  const size_t line = (size_t)w * (size_t)from->c;
  uint64_t *rows = vmac_alloc((size_t)of.h * line, sizeof *rows);
  uint64_t *sum = vmac_alloc(line, sizeof *sum);
  uint8_t *out = vmac_alloc((size_t)h * line, 1);
  for (int j = 0; j < of.h; j++) sum_row(from, of, j, x, rows + (size_t)j * line);
  for (int i = 0; i < h; i++) {
    int first, end;
    span(y, i, &first, &end);
    memset(sum, 0, line * sizeof *sum);
    for (int j = first; j < end; j++) {
      const uint64_t by = weight(y, i, j);
      for (size_t p = 0; p < line; p++) sum[p] += by * rows[(size_t)j * line + p];
    }
    const uint64_t down = weights(y, i);
    for (size_t p = 0; p < line; p++) {
      const uint64_t all = down * weights(x, (int)(p / (size_t)from->c));
      out[(size_t)i * line + p] = (uint8_t)((sum[p] + all / 2) / all);
    }
  }
  free(sum);
  free(rows);
  return out;
}

uint8_t *data_recolour(const uint8_t *pixels, size_t n, int c, int want) {
  uint8_t *out = vmac_alloc(n, (size_t)want);
  for (size_t i = 0; i < n; i++) {
    const uint8_t *p = pixels + i * (size_t)c;
    if (want == c)
      memcpy(out + i * (size_t)c, p, (size_t)c);
    else if (want == 1)
      out[i] = (uint8_t)((299 * p[0] + 587 * p[1] + 114 * p[2] + 500) / 1000);
    else
      memset(out + i * (size_t)want, *p, (size_t)want);
  }
  return out;
}
