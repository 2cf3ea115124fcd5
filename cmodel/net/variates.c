/* The sums X of a layer's output pixels, several X at once.
 *
 * A window's sum is a sum of pixels' sums, so each input pixel is looked at once however many
 * windows it lies in. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/correction.h"
#include "net/kernel.h"

enum { LANES = 4 }; /* of a word */

vmac_take vmac_take_of(const vmac_mult *mult, vmac_mode mode) {
  const int planes = vmac_planes(mult, mode), bits = vmac_planes(mult, VMAC_CORR_BITPLANE);
  const int variates = bits > 1 ? 1 + bits : 1;
  if (vmac_mode_rank(mode)) return (vmac_take){variates, planes, variates + VMAC_PHI_MAX};
  return (vmac_take){planes > 1, planes, planes > 1 ? variates : 1};
}

void vmac_take_terms(const vmac_mult *mult, int xs, uint8_t *terms) {
  static const vmac_mode modes[] = {VMAC_CORR_CV, VMAC_CORR_BITPLANE, VMAC_CORR_PHI4};
  for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
    const vmac_take take = vmac_take_of(mult, modes[i]);
    if (take.xs <= xs) vmac_x_terms(mult, modes[i], terms + 256 * (size_t)take.first);
  }
}

void vmac_variates_set(vmac_variates *v, vmac_class cls, int xs, const uint8_t *terms) {
  memset(v, 0, sizeof *v);
  v->xs = xs;
  for (int i = 0; i < xs; i++)
    for (int code = 0; code < 256; code++) {
      const uint64_t term = terms[256 * i + vmac_operand_bits(cls, (int8_t)code)];
      v->word[i / LANES][code] |= term << 16 * (i % LANES);
    }
}

/* The map that a window runs over, padding and all, and no further than windows reach. */
typedef struct {
  vmac_window map; /* and where it lies in the grid: top, left */
  int grid_h, grid_w;
} frame;

static frame frame_of(const vmac_net *net, const vmac_op *op) {
  const vmac_window v = vmac_window_of(net, op);
  return (frame){v, (v.oh - 1) * v.stride_h + v.kh, (v.ow - 1) * v.stride_w + v.kw};
}

int vmac_variate_groups(const vmac_net *net, const vmac_op *op) {
  return op->kind == VMAC_DEPTHWISE ? net->tensor[op->in[0]].dim[3] : 1;
}

size_t vmac_variate_scratch(const vmac_net *net, const vmac_op *op, int xs) {
  const frame f = frame_of(net, op);
  return (size_t)(f.grid_h + 1) * (size_t)f.grid_w * (size_t)vmac_variate_groups(net, op) *
         (size_t)xs;
}

/* The terms of one code. */
static inline void put_terms(const vmac_variates *v, int8_t code, int32_t *of) {
  for (int i = 0; i < v->xs; i++)
    of[i] = (int32_t)(v->word[i / LANES][(uint8_t)code] >> 16 * (i % LANES) & 0xffff);
}

/* 16 bits hold the terms of 257. */
void vmac_sum_codes(const vmac_variates *v, int count, const int8_t *codes, int32_t *sum) {
  memset(sum, 0, (size_t)v->xs * sizeof *sum);
  for (int first = 0; first < count; first += 257)
    for (int x = 0; x < v->xs; x += LANES) {
      const uint64_t *word = v->word[x / LANES];
      uint64_t lanes = 0;
      for (int i = first; i < count && i < first + 257; i++) lanes += word[(uint8_t)codes[i]];
      for (int i = x; i < v->xs && i < x + LANES; i++, lanes >>= 16)
        sum[i] += (int32_t)(lanes & 0xffff);
    }
}

/* grid (grid_h, grid_w, groups, xs); padding is the zero point, as it is for the cell. */
static void fill_grid(const frame *f, const vmac_variates *v, int groups, const int8_t *input,
                      int8_t zero, int32_t *grid) {
  int32_t pad[VMAC_XS_MAX];
  const int c = f->map.c / groups; /* codes of a pixel that are summed */
  put_terms(v, zero, pad);
  for (int i = 0; i < v->xs; i++) pad[i] *= c;
  for (int gy = 0; gy < f->grid_h; gy++)
    for (int gx = 0; gx < f->grid_w; gx++) {
      const int y = gy - f->map.top, x = gx - f->map.left;
      const bool inside = y >= 0 && y < f->map.h && x >= 0 && x < f->map.w;
      const ptrdiff_t pixel = inside ? (ptrdiff_t)y * f->map.w + x : 0;
      for (int g = 0; g < groups; g++, grid += v->xs)
        if (inside && c == 1)
          put_terms(v, input[pixel * f->map.c + g], grid);
        else if (inside)
          vmac_sum_codes(v, c, input + pixel * f->map.c + g * c, grid);
        else
          memcpy(grid, pad, (size_t)v->xs * sizeof *grid);
    }
}

/* x (oh, ow, lanes): first the columns of a row of windows, column (grid_w, lanes), then the
 * windows. Pixels one apart are added as one long row. */
VMAC_BODY static inline void sum_windows_body(const frame *f, ptrdiff_t lanes, const int32_t *grid,
                                              int32_t *restrict column, int32_t *restrict x) {
  const ptrdiff_t wide = f->grid_w * lanes; /* many channels' sums may be more than an int counts */
  const int step = f->map.stride_w == 1 ? f->map.ow : 1;
  for (int oy = 0; oy < f->map.oh; oy++) {
    const int32_t *row = grid + oy * f->map.stride_h * wide;
    memcpy(column, row, (size_t)wide * sizeof *column);
    for (int ky = 1; ky < f->map.kh; ky++)
#pragma omp simd
      for (ptrdiff_t i = 0; i < wide; i++) column[i] += row[ky * wide + i];
    for (int ox = 0; ox < f->map.ow; ox += step, x += step * lanes) {
      const int32_t *left = column + ox * f->map.stride_w * lanes;
      memcpy(x, left, (size_t)(step * lanes) * sizeof *x);
      for (int kx = 1; kx < f->map.kw; kx++)
#pragma omp simd
        for (ptrdiff_t i = 0; i < step * lanes; i++) x[i] += left[kx * lanes + i];
    }
  }
}
VMAC_PER_ISA(sum_windows,
             (const frame *f, ptrdiff_t lanes, const int32_t *grid, int32_t *restrict column,
              int32_t *restrict x),
             (f, lanes, grid, column, x));

void vmac_layer_variates(const vmac_net *net, const vmac_op *op, const vmac_variates *variates,
                         const int8_t *input, int32_t *scratch, int32_t *x) {
  const frame f = frame_of(net, op);
  const int groups = vmac_variate_groups(net, op);
  const ptrdiff_t lanes = (ptrdiff_t)groups * variates->xs;
  int32_t *column = scratch, *grid = scratch + f.grid_w * lanes;
  fill_grid(&f, variates, groups, input, (int8_t)net->tensor[op->in[0]].zero, grid);
  sum_windows[vmac_isa_now()](&f, lanes, grid, column, x);
}
