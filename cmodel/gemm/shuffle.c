/* Rests by byte shuffles: 64 pixels' bytes look up a weight's row of the table at once.
 *
 * The map is turned to planes, one per channel, of the columns its codes select; a pack of 64 output
 * pixels' bytes for one k is then some short copies. A weight's row stands in vector registers while
 * up to four packs look it up. Bytes are added without widening them: low += v in 16-bit lanes, odd
 * += v >> 8; the even lanes' sum is low - 256 odd, exact for up to 256 terms. Rests of 16 bits are
 * two such byte planes. SPDX-License-Identifier: Apache-2.0 */
#include "gemm/shuffle.h"

vmac_shuffle *vmac_shuffle_new(const vmac_layer *layer, const vmac_scheme *scheme) {
  const vmac_window *v = &layer->window;
  const int taps = v->kh * v->kw, k = taps * v->c;
  vmac_shuffle *s = vmac_alloc(1, sizeof *s);
  s->planes = scheme->rest == VMAC_REST_WORD ? 2 : 1;
  s->columns = scheme->columns;
  s->row = s->columns > 64 ? (size_t)s->columns : 64;
  for (int code = 0; code < 256; code++) s->column[code] = scheme->column[code ^ layer->flip];
  s->table = vmac_alloc_aligned(256 * (size_t)s->planes * s->row);
  for (int w = 0; w < 256; w++)
    for (int plane = 0; plane < s->planes; plane++)
      for (size_t i = 0; i < s->row;
           i++) /* 16 columns stand four times, for the shuffle in lanes */
        s->table[((size_t)(w * s->planes + plane)) * s->row + i] =
            (uint8_t)(scheme->entry[w][i % (size_t)s->columns] >> 8 * plane);
  /* In the order (channel, tap), as the planes are walked. */
  s->w = vmac_alloc((size_t)layer->n * (size_t)k, 1);
  for (int j = 0; j < layer->n; j++)
    for (int c = 0; c < v->c; c++)
      for (int tap = 0; tap < taps; tap++)
        s->w[(size_t)j * (size_t)k + (size_t)(c * taps + tap)] =
            layer->w[(size_t)j * (size_t)k + (size_t)(tap * v->c + c)];
  s->h = (v->oh - 1) * v->stride_h + v->kh;
  s->phase_w = v->ow + (v->kw - 1) / v->stride_w;
  return s;
}

void vmac_shuffle_free(vmac_shuffle *s) {
  if (!s) return;
  free(s->table);
  free(s->w);
  free(s);
}

/* planes (c, h, stride_w phases, phase_w): column x of the padded map is element x / stride_w of
 * phase x % stride_w, so that a line of output pixels reads neighbours whatever the stride. */
static void fill_planes(const vmac_packed *p, const int8_t *input, uint8_t *planes) {
  const vmac_shuffle *s = p->shuffle;
  const vmac_window *v = &p->window;
  const size_t line = (size_t)v->stride_w * (size_t)s->phase_w, plane = (size_t)s->h * line;
  memset(planes, s->column[(uint8_t)p->zero], (size_t)v->c * plane);
  for (int y = 0; y < s->h; y++) {
    const int from = y - v->top;
    if (from < 0 || from >= v->h) continue;
    const int8_t *codes = input + (size_t)from * (size_t)v->w * (size_t)v->c;
    for (int x = 0; x < v->w; x++, codes += v->c) {
      const int at = (x + v->left) / v->stride_w, phase = (x + v->left) % v->stride_w;
      if (at >= s->phase_w) continue;
      uint8_t *to = planes + (size_t)y * line + (size_t)(phase * s->phase_w + at);
      for (int c = 0; c < v->c; c++) to[(size_t)c * plane] = s->column[(uint8_t)codes[c]];
    }
  }
}

/* packs (k, SPAN): what `pixels` output pixels from `first` look up at positions k0 .. k0 + k. */
static void fill_packs(const vmac_packed *p, const uint8_t *planes, int first, int pixels, int k0,
                       int k, uint8_t *packs) {
  const vmac_shuffle *s = p->shuffle;
  const vmac_window *v = &p->window;
  const size_t line = (size_t)v->stride_w * (size_t)s->phase_w;
  for (int i = k0; i < k0 + k; i++, packs += VMAC_SPAN) {
    const int taps = v->kh * v->kw, c = i / taps, ky = i % taps / v->kw, kx = i % v->kw;
    const uint8_t *from = planes + ((size_t)c * (size_t)s->h + (size_t)ky) * line +
                          (size_t)(kx % v->stride_w * s->phase_w + kx / v->stride_w);
    for (int done = 0; done < pixels;) {
      const int y = (first + done) / v->ow, x = (first + done) % v->ow;
      const int left = pixels - done, width = v->ow - x < left ? v->ow - x : left;
      memcpy(packs + done, from + (size_t)(y * v->stride_h) * line + (size_t)x, (size_t)width);
      done += width;
    }
  }
}

/* Without shuffles: sums (SPAN) += what the packs look up for one channel. */
static void look_up_portable(const vmac_shuffle *s, int pixels, int k, const uint8_t *packs,
                             const uint8_t *w, int32_t *sums) {
  for (int i = 0; i < k; i++, packs += VMAC_SPAN) {
    const uint8_t *low = s->table + (size_t)(w[i] * s->planes) * s->row;
    for (int x = 0; x < pixels; x++) {
      sums[x] += low[packs[x]];
      if (s->planes == 2) sums[x] += low[s->row + packs[x]] << 8;
    }
  }
}

/* out (pixels, n) += sums (n, SPAN). */
static void add_out(int pixels, int n, const int32_t *sums, int32_t *out) {
  for (int x = 0; x < pixels; x++, out += n)
    for (int j = 0; j < n; j++)
      out[j] = (int32_t)((uint32_t)out[j] + (uint32_t)sums[(size_t)j * VMAC_SPAN + (size_t)x]);
}

void vmac_shuffle_run(const vmac_packed *p, const int8_t *input, int32_t *out,
                      vmac_scratch *scratch) {
  const vmac_shuffle *s = p->shuffle;
  const vmac_window *v = &p->window;
  const int m = v->oh * v->ow, all = vmac_window_k(v);
  const size_t map = (size_t)v->c * (size_t)(s->h * v->stride_w * s->phase_w);
  const size_t packed = VMAC_KBLOCK * VMAC_SPAN, sums_size = (size_t)p->n * VMAC_SPAN;
  uint8_t *packs = vmac_scratch_get(scratch, packed + sums_size * sizeof(int32_t) + map);
  int32_t *sums = (int32_t *)(void *)(packs + packed);
  uint8_t *planes = packs + packed + sums_size * sizeof *sums;
  fill_planes(p, input, planes);
  for (int first = 0; first < m; first += VMAC_SPAN) {
    const int pixels = m - first < VMAC_SPAN ? m - first : VMAC_SPAN;
    memset(sums, 0, sums_size * sizeof *sums);
    for (int k0 = 0; k0 < all; k0 += VMAC_KBLOCK) {
      const int k = all - k0 < VMAC_KBLOCK ? all - k0 : VMAC_KBLOCK;
      fill_packs(p, planes, first, pixels, k0, k, packs);
      for (int j = 0; j < p->n; j++) {
        const uint8_t *w = s->w + (size_t)j * (size_t)all + (size_t)k0;
        int32_t *to = sums + (size_t)j * VMAC_SPAN;
        if (p->isa == VMAC_AVX512)
          vmac_look_up_avx512(s, pixels, k, packs, w, to);
        else
          look_up_portable(s, pixels, k, packs, w, to);
      }
    }
    add_out(pixels, p->n, sums, out + (size_t)first * (size_t)p->n);
  }
}
