/* The sums X of each K tile, for every output pixel.
 *
 * A tile is a stretch of operands in the order (ky, kx, channel): stretches of a pixel's channels,
 * each seen through one tap of the window. Those of one pixel are the same for all taps, or nearly,
 * so they are summed once per input pixel, whatever the taps.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "net/correction.h"

/* Channels first .. last - 1 of the pixel under a tap. */
typedef struct {
  int tile, tap, grid;
} part;
typedef struct {
  int first, last;
} stretch;

/* Cuts tiles into parts, whose stretches are numbered; returns the parts, *stretches how many. */
static int cut(const vmac_window *v, int tiles, const int *end, part *parts, stretch *of,
               int *stretches) {
  int count = 0;
  *stretches = 0;
  for (int tile = 0, k = 0; tile < tiles; tile++)
    while (k < end[tile]) {
      const int tap = k / v->c, first = k % v->c;
      const int last = end[tile] - tap * v->c < v->c ? end[tile] - tap * v->c : v->c;
      int grid = 0;
      while (grid < *stretches && (of[grid].first != first || of[grid].last != last)) grid++;
      if (grid == *stretches) of[(*stretches)++] = (stretch){first, last};
      parts[count++] = (part){tile, tap, grid};
      k = tap * v->c + last;
    }
  return count;
}

/* grid (h, w, xs): the stretch's sums of every pixel that windows reach, padding the zero point. */
static void fill_grid(const vmac_window *v, const vmac_variates *x, stretch s, const int8_t *input,
                      int8_t zero, int h, int w, int32_t *grid) {
  int32_t pad[VMAC_XS_MAX];
  const int c = s.last - s.first;
  vmac_sum_codes(x, 1, &zero, pad);
  for (int i = 0; i < x->xs; i++) pad[i] *= c;
  for (int gy = 0; gy < h; gy++)
    for (int gx = 0; gx < w; gx++, grid += x->xs) {
      const int iy = gy - v->top, ix = gx - v->left;
      if (iy >= 0 && iy < v->h && ix >= 0 && ix < v->w)
        vmac_sum_codes(x, c, input + ((ptrdiff_t)iy * v->w + ix) * v->c + s.first, grid);
      else
        memcpy(grid, pad, (size_t)x->xs * sizeof *grid);
    }
}

void vmac_tile_sums(const vmac_window *v, const vmac_variates *variates, int tiles, const int *end,
                    const int8_t *input, int8_t zero, ptrdiff_t per_x, ptrdiff_t per_pixel,
                    int32_t *x, vmac_scratch *scratch) {
  const int xs = variates->xs, h = (v->oh - 1) * v->stride_h + v->kh;
  const int w = (v->ow - 1) * v->stride_w + v->kw, most = tiles + v->kh * v->kw;
  const size_t size = (size_t)h * (size_t)w * (size_t)xs;
  part *parts = vmac_alloc((size_t)most, sizeof *parts);
  stretch *of = vmac_alloc((size_t)most, sizeof *of);
  int stretches;
  const int count = cut(v, tiles, end, parts, of, &stretches);
  int32_t *grid = vmac_scratch_get(scratch, (size_t)stretches * size * sizeof *grid);
  for (int i = 0; i < stretches; i++)
    fill_grid(v, variates, of[i], input, zero, h, w, grid + (size_t)i * size);
  for (int i = 0; i < count; i++) {
    const bool fresh = !i || parts[i].tile != parts[i - 1].tile;
    const int ky = parts[i].tap / v->kw, kx = parts[i].tap % v->kw;
    for (int plane = 0; plane < xs; plane++) {
      const int32_t *from = grid + (size_t)parts[i].grid * size + plane;
      int32_t *to = x + (parts[i].tile * xs + plane) * per_x;
      for (int oy = 0; oy < v->oh; oy++)
        for (int ox = 0; ox < v->ow; ox++, to += per_pixel) {
          const ptrdiff_t at = (ptrdiff_t)(oy * v->stride_h + ky) * w + ox * v->stride_w + kx;
          *to = (fresh ? 0 : *to) + from[at * xs];
        }
    }
  }
  free(of);
  free(parts);
}
