/* Rests by byte shuffles: 64 bytes look up a weight's row of the table at once.
 *
 * The map is turned to planes, one per channel, of the columns its codes select; a pack of 256 output
 * pixels' bytes for one k is then some short copies. A weight's row stands in vector registers while
 * up to four vectors look it up. Bytes are added without widening them: low += v in 16-bit lanes,
 * odd += v >> 8; the even lanes' sum is low - 256 odd, exact for up to 256 terms. Rests of 16 bits
 * are two such byte planes.
 *
 * Rows of 16 columns do better: one register holds those of four weights, so that the bytes of four
 * channels, neighbours in the map, look up their products together and a dot product with 1 adds
 * them. SPDX-License-Identifier: Apache-2.0 */
#include "gemm/shuffle.h"

static uint8_t entry(const vmac_scheme *scheme, int w, size_t column, int plane) {
  return (uint8_t)(scheme->entry[w][column] >> 8 * plane);
}

static void set_rows(vmac_shuffle *s, const vmac_layer *layer, const vmac_scheme *scheme) {
  const vmac_window *v = &layer->window;
  const int taps = v->kh * v->kw;
  s->table = vmac_alloc_aligned(256 * (size_t)s->planes * s->row);
  for (int w = 0; w < 256; w++)
    for (int plane = 0; plane < s->planes; plane++)
      for (size_t i = 0; i < s->row; i++)
        s->table[((size_t)(w * s->planes + plane)) * s->row + i] =
            entry(scheme, w, i % (size_t)s->columns, plane);
  s->w = vmac_alloc((size_t)layer->n * (size_t)s->k, 1);
  for (int j = 0; j < layer->n; j++)
    for (int c = 0; c < v->c; c++)
      for (int tap = 0; tap < taps; tap++)
        s->w[(size_t)j * (size_t)s->k + (size_t)(c * taps + tap)] =
            layer->w[(size_t)j * (size_t)s->k + (size_t)(tap * v->c + c)];
}

/* Rows of channels that do not exist are zeros. */
static void set_quads(vmac_shuffle *s, const vmac_layer *layer, const vmac_scheme *scheme) {
  const vmac_window *v = &layer->window;
  const int taps = v->kh * v->kw;
  const size_t k = (size_t)s->k, all = (size_t)taps * (size_t)v->c;
  const size_t n = (size_t)vmac_round_up(layer->n, VMAC_TOGETHER);
  s->table = vmac_alloc_aligned((size_t)s->planes * n * k * s->row);
  for (int plane = 0; plane < s->planes; plane++)
    for (size_t j = 0; j < (size_t)layer->n; j++)
      for (int c = 0; c < v->c; c++)
        for (int tap = 0; tap < taps; tap++) {
          const int w = layer->w[j * all + (size_t)(tap * v->c + c)];
          const size_t position = (size_t)(c / VMAC_QUAD * taps + tap);
          const size_t group = (size_t)plane * n + j / VMAC_TOGETHER * VMAC_TOGETHER;
          uint8_t *to = s->table +
                        (group * k + position * VMAC_TOGETHER + j % VMAC_TOGETHER) * s->row +
                        c % VMAC_QUAD * s->columns;
          for (size_t i = 0; i < (size_t)s->columns; i++) to[i] = entry(scheme, w, i, plane);
        }
}

vmac_shuffle *vmac_shuffle_new(const vmac_layer *layer, const vmac_scheme *scheme, vmac_isa isa) {
  const vmac_window *v = &layer->window;
  vmac_shuffle *s = vmac_alloc(1, sizeof *s);
  s->planes = scheme->rest == VMAC_REST_WORD ? 2 : 1;
  s->columns = scheme->columns;
  s->unit = isa == VMAC_AVX512 && s->columns == 16 ? VMAC_QUAD : 1;
  s->span = VMAC_PACK / s->unit;
  s->c = vmac_round_up(v->c, VMAC_QUAD);
  s->k = (s->unit == 1 ? v->c : s->c / VMAC_QUAD) * v->kh * v->kw;
  s->row = s->columns > 64 ? (size_t)s->columns : 64;
  for (int code = 0; code < 256; code++) s->column[code] = scheme->column[code ^ layer->flip];
  s->h = (v->oh - 1) * v->stride_h + v->kh;
  s->phase_w = v->ow + (v->kw - 1) / v->stride_w;
  if (s->unit == 1)
    set_rows(s, layer, scheme);
  else
    set_quads(s, layer, scheme);
  return s;
}

void vmac_shuffle_free(vmac_shuffle *s) {
  if (!s) return;
  free(s->table);
  free(s->w);
  free(s);
}

enum { PACKS = VMAC_KBLOCK * VMAC_PACK + VMAC_BEYOND };

/* Without shuffles: sums (span) += what the packs look up for one channel. */
static void look_up_portable(const vmac_shuffle *s, int pixels, int k, const uint8_t *packs,
                             const uint8_t *w, int32_t *sums) {
  for (int i = 0; i < k; i++, packs += VMAC_PACK) {
    const uint8_t *low = s->table + (size_t)(w[i] * s->planes) * s->row;
    for (int x = 0; x < pixels; x++) {
      uint32_t rest = low[packs[x]];
      if (s->planes == 2) rest += (uint32_t)low[s->row + packs[x]] << 8;
      sums[x] = (int32_t)((uint32_t)sums[x] + rest);
    }
  }
}

/* sums (n, span) += what the packs of positions k0 .. k0 + k look up for every channel. */
static void look_up(const vmac_packed *p, int pixels, int k0, int k, const uint8_t *packs,
                    int32_t *sums) {
  const vmac_shuffle *s = p->shuffle;
  const size_t all = (size_t)s->k, from = (size_t)k0;
  const size_t n = (size_t)vmac_round_up(p->n, VMAC_TOGETHER);
  if (s->unit == VMAC_QUAD) {
    for (size_t j = 0; j < n; j += VMAC_TOGETHER, sums += VMAC_TOGETHER * s->span)
      for (size_t plane = 0; plane < (size_t)s->planes; plane++)
        vmac_look_up_quads(pixels, k, (int)plane * 8, packs,
                           s->table + ((plane * n + j) * all + from * VMAC_TOGETHER) * s->row,
                           sums);
    return;
  }
  for (size_t j = 0; j < (size_t)p->n; j++, sums += s->span) {
    if (p->isa == VMAC_AVX512)
      vmac_look_up_avx512(s, pixels, k, packs, s->w + j * all + from, sums);
    else
      look_up_portable(s, pixels, k, packs, s->w + j * all + from, sums);
  }
}

/* Spans span_from <= i < span_to of the output; own: packs and sums, see vmac_shuffle_run(). */
static void run_spans(const vmac_packed *p, const uint8_t *planes, int span_from, int span_to,
                      uint8_t *own, int32_t *out) {
  const vmac_shuffle *s = p->shuffle;
  const int m = p->window.oh * p->window.ow;
  const size_t n = (size_t)vmac_round_up(p->n, VMAC_TOGETHER);
  uint8_t *packs = own;
  int32_t *sums = (int32_t *)(void *)(own + PACKS);
  for (int first = span_from * s->span; first < m && first < span_to * s->span; first += s->span) {
    const int pixels = m - first < s->span ? m - first : s->span;
    vmac_segment segment[VMAC_PACK];
    const int segments = vmac_segments(p, first, pixels, segment);
    memset(sums, 0, n * (size_t)s->span * sizeof *sums);
    for (int k0 = 0; k0 < s->k; k0 += VMAC_KBLOCK) {
      const int k = s->k - k0 < VMAC_KBLOCK ? s->k - k0 : VMAC_KBLOCK;
      vmac_fill_packs(p, planes, segment, segments, k0, k, packs);
      look_up(p, pixels, k0, k, packs, sums);
    }
    vmac_add_transposed(p->isa, pixels, p->n, s->span, sums, out + (size_t)first * (size_t)p->n);
  }
}

/* Threads take spans, with packs and sums of their own. */
void vmac_shuffle_run(const vmac_packed *p, const int8_t *input, int32_t *out,
                      vmac_scratch *scratch) {
  const vmac_shuffle *s = p->shuffle;
  const vmac_window *v = &p->window;
  const int spans = (v->oh * v->ow + s->span - 1) / s->span, threads = vmac_packed_threads(p);
  const size_t map = (size_t)s->c * (size_t)s->h * (size_t)v->stride_w * (size_t)s->phase_w;
  const size_t n = (size_t)vmac_round_up(p->n, VMAC_TOGETHER);
  const size_t own = PACKS + n * (size_t)s->span * sizeof(int32_t), line = vmac_fill_line(p);
  uint8_t *of_thread = vmac_scratch_get(scratch, (size_t)threads * own + line + map + VMAC_BEYOND);
  uint8_t *lines = of_thread + (size_t)threads * own, *planes = lines + line;
  vmac_fill_planes(p, input, lines, planes);
  if (threads == 1) {
    run_spans(p, planes, 0, spans, of_thread, out);
    return;
  }
#pragma omp parallel for num_threads(threads)
  for (int i = 0; i < threads; i++)
    run_spans(p, planes, spans * i / threads, spans * (i + 1) / threads,
              of_thread + (size_t)i * own, out);
}
