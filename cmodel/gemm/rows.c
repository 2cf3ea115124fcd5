/* Product rows: any table, by vector additions of products looked up beforehand.
 *
 * Weights are constant, so for each activation value the products with all weights it meets are
 * known: under a window of kh x kw one input element meets kh * kw * n of them, and they lie side by
 * side in memory. The input map is walked once: the rows that a pixel's channels select are added up
 * in registers, and the sums go to the output pixels around it. Rows are 16 bits; they are added in
 * pairs, interleaved, by multiply-add with 1, which widens to 32 bits.
 *
 * The input's zero point selects rows of zeros where every product less that of the zero point fits
 * 16 bits, be it after a function of the activation is taken off: those are skipped (half of all,
 * behind a ReLU), and so is padding. Other tables keep the products themselves, unsigned ones less
 * 2^15. Costs about 512 bytes per weight. Windows of few elements, as of a network's first layer, are
 * unfolded: one list of rows per output instead of one per input.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/rows.h"

static int max_pairs(vmac_isa isa) {
  return isa == VMAC_AVX2 ? 3
                          : VMAC_ROW_PAIRS; /* two accumulators per pair and vector: registers */
}

/* Slots of one class of taps, cut into groups that fit the registers. */
static void add_class(vmac_rows *r, const vmac_window *v, int cy, int cx, int pairs) {
  vmac_row_group *g = NULL;
  for (int ky = cy; ky < v->kh; ky += v->stride_h)
    for (int kx = cx; kx < v->kw; kx += v->stride_w)
      for (int block = 0; block < r->blocks; block++) {
        if (!g || g->slots == 2 * pairs) {
          g = &r->group[r->groups++];
          g->cy = cy;
          g->cx = cx;
        }
        vmac_row_slot *s = &g->slot[g->slots++];
        s->tap = ky * v->kw + kx;
        s->block = block;
        s->to =
            (ptrdiff_t)block * VMAC_LANES -
            (ptrdiff_t)(ky / v->stride_h * r->sums_w + kx / v->stride_w) * r->blocks * VMAC_LANES;
      }
}

/* The products of weight i of channel j, of activation a at [a << 8]. */
static const int32_t *products(const vmac_layer *layer, const int32_t *table, int j, int i) {
  const size_t at = (size_t)j * (size_t)vmac_window_k(&layer->window) + (size_t)i;
  return table + (layer->cell ? 65536 * (size_t)layer->cell[at] : 0) + layer->w[at];
}

/* What the rows leave out of each channel: its bias, and the zero point's products or the offsets. */
static void set_start(vmac_rows *r, const vmac_layer *layer, const int32_t *table) {
  const int k = vmac_window_k(&layer->window), a = (uint8_t)layer->zero ^ layer->flip;
  r->start = vmac_alloc((size_t)r->blocks * VMAC_LANES, sizeof *r->start);
  for (int j = 0; j < layer->n; j++) {
    int64_t sum = layer->bias[j] + (int64_t)k * r->offset;
    for (int i = 0; r->skips && i < k; i++) sum += products(layer, table, j, i)[a << 8];
    r->start[j] = (int32_t)(uint32_t)(uint64_t)sum;
  }
}

/* padding (taps, channels): a tap's rows of the zero point, summed over the input's channels; none
 * where those rows are zero. */
static void set_padding(vmac_rows *r, const vmac_layer *layer, const int32_t *table) {
  const vmac_window *v = &layer->window;
  const int a = (uint8_t)layer->zero ^ layer->flip;
  if (r->skips) return;
  r->padding = vmac_alloc((size_t)(v->kh * v->kw * r->blocks) * VMAC_LANES, sizeof *r->padding);
  for (int tap = 0; tap < v->kh * v->kw; tap++)
    for (int j = 0; j < layer->n; j++) {
      int32_t *sum = &r->padding[(size_t)(tap * r->blocks) * VMAC_LANES + (size_t)j];
      uint32_t all = 0;
      for (int c = 0; c < v->c; c++)
        all += (uint32_t)products(layer, table, j, tap * v->c + c)[a << 8] - (uint32_t)r->offset;
      *sum = (int32_t)all;
    }
}

bool vmac_rows_center(const int32_t *table, int entries, uint8_t zero, int32_t *of_a) {
  for (int a = 0; a < 256; a++) {
    int32_t least = INT32_MAX, most = INT32_MIN;
    for (int at = 0; at < entries; at += 65536)
      for (int w = 0; w < 256; w++) {
        const int32_t less = table[at + (a << 8 | w)] - table[at + (zero << 8 | w)];
        least = less < least ? less : least;
        most = less > most ? less : most;
      }
    if (most - least > UINT16_MAX) return false;
    of_a[a] = least >= INT16_MIN && most <= INT16_MAX ? 0 : least - INT16_MIN;
  }
  return true;
}

size_t vmac_rows_bytes(const vmac_layer *layer) {
  const size_t blocks = (size_t)(layer->n + VMAC_LANES - 1) / VMAC_LANES;
  return (size_t)vmac_window_k(&layer->window) * blocks * VMAC_LANES * VMAC_ROW_CODES *
         sizeof(int16_t);
}

static bool can_skip(const vmac_layer *layer, const int32_t *table) {
  const int a = (uint8_t)layer->zero ^ layer->flip;
  for (int i = 0; i < vmac_layer_entries(layer); i++) {
    const int32_t less = table[i] - table[(i & ~0xffff) | a << 8 | (i & 255)];
    if (less < INT16_MIN || less > INT16_MAX) return false;
  }
  return true;
}

vmac_rows *vmac_rows_new(const vmac_layer *given, const int32_t *table, vmac_isa isa) {
  vmac_rows *r = vmac_alloc(1, sizeof *r);
  r->unfolds =
      given->window.kh * given->window.kw > 1 && vmac_window_k(&given->window) <= VMAC_UNFOLD;
  r->window = r->unfolds ? vmac_unfolded(&given->window) : given->window;
  vmac_layer unfolded = *given;
  unfolded.window = r->window;
  const vmac_layer *layer = &unfolded;
  const vmac_window *v = &r->window;
  r->blocks = (layer->n + VMAC_LANES - 1) / VMAC_LANES;
  r->skips = can_skip(layer, table);
  r->zero = (uint8_t)layer->zero;
  vmac_rows_set_keep(r);
  int32_t over = 0; /* below 0 where a product does not fit 16 bits */
  for (int i = 0; i < vmac_layer_entries(layer); i++) over |= INT16_MAX - table[i];
  r->offset = !r->skips && over < 0 ? 32768 : 0;
  /* Sums of output pixels that do not exist, before and behind the map, go to a margin. */
  r->above = (v->kh - 1) / v->stride_h;
  r->before = (v->kw - 1) / v->stride_w;
  const int last_y = (v->h - 1 + v->top) / v->stride_h, last_x = (v->w - 1 + v->left) / v->stride_w;
  r->sums_h = r->above + (v->oh > last_y + 1 ? v->oh : last_y + 1);
  r->sums_w = r->before + (v->ow > last_x + 1 ? v->ow : last_x + 1);
  const int pairs = max_pairs(isa), slots = v->kh * v->kw * r->blocks;
  const int classes_h = v->stride_h < v->kh ? v->stride_h : v->kh;
  const int classes_w = v->stride_w < v->kw ? v->stride_w : v->kw;
  r->group = vmac_alloc((size_t)(slots / (2 * pairs)) + (size_t)classes_h * (size_t)classes_w,
                        sizeof *r->group);
  for (int cy = 0; cy < classes_h; cy++)
    for (int cx = 0; cx < classes_w; cx++) add_class(r, v, cy, cx, pairs);
  vmac_rows_fill(r, layer, table, isa);
  set_start(r, layer, table);
  set_padding(r, layer, table);
  return r;
}

void vmac_rows_free(vmac_rows *r) {
  if (!r) return;
  for (int i = 0; i < r->groups; i++) free(r->group[i].rows);
  free(r->group);
  free(r->start);
  free(r->padding);
  free(r);
}

/* sums (sums_h, sums_w, blocks * LANES) += what padding adds. */
static void add_padding(const vmac_packed *p, int32_t *sums) {
  const vmac_rows *r = p->rows;
  const vmac_window *v = &r->window;
  const size_t n = (size_t)r->blocks * VMAC_LANES;
  if (!r->padding) return;
  for (int oy = 0; oy < v->oh; oy++)
    for (int ox = 0; ox < v->ow; ox++) {
      const int y0 = oy * v->stride_h - v->top, x0 = ox * v->stride_w - v->left;
      if (y0 >= 0 && x0 >= 0 && y0 + v->kh <= v->h && x0 + v->kw <= v->w) continue;
      int32_t *to =
          sums + ((size_t)(oy + r->above) * (size_t)r->sums_w + (size_t)(ox + r->before)) * n;
      for (int tap = 0; tap < v->kh * v->kw; tap++) {
        const int y = y0 + tap / v->kw, x = x0 + tap % v->kw;
        if (y >= 0 && y < v->h && x >= 0 && x < v->w) continue;
        const int32_t *from = r->padding + (size_t)tap * n;
        for (size_t j = 0; j < n; j++) to[j] = (int32_t)((uint32_t)to[j] + (uint32_t)from[j]);
      }
    }
}

/* out (m, n) = the map's sums + what every pixel of the channel and every channel of the pixel has. */
static inline VMAC_BODY void finish_body(const vmac_packed *p, const int32_t *sums,
                                         const int32_t *extra, int32_t *out) {
  const vmac_rows *r = p->rows;
  const vmac_window *v = &r->window;
  const int stride = r->blocks * VMAC_LANES;
  const int32_t *start = r->start;
  for (int oy = 0; oy < v->oh; oy++) {
    const int32_t *from =
        sums + ((size_t)(oy + r->above) * (size_t)r->sums_w + (size_t)r->before) * (size_t)stride;
    for (int ox = 0; ox < v->ow; ox++, from += stride, out += p->n) {
      const uint32_t more = extra ? (uint32_t)*extra++ : 0;
#pragma omp simd
      for (int j = 0; j < p->n; j++)
        out[j] = (int32_t)((uint32_t)from[j] + (uint32_t)start[j] + more);
    }
  }
}
VMAC_PER_ISA(finish,
             (const vmac_packed *p, const int32_t *sums, const int32_t *extra, int32_t *out),
             (p, sums, extra, out));

/* 32-bit sums of an image. */
static size_t sums_of(const vmac_rows *r) {
  return (size_t)r->sums_h * (size_t)r->sums_w * (size_t)r->blocks * VMAC_LANES;
}

/* Adds the products of input lines y_from <= y < y_to of each image to its sums. Rows that one image
 * brought into the cache, the next one finds there, if they are few: fewer channels at a time. */
static void add_lines(const vmac_packed *p, int images, const int8_t *input, int y_from, int y_to,
                      int32_t *sums) {
  const vmac_rows *r = p->rows;
  const vmac_window *v = &r->window;
  const size_t n = (size_t)r->blocks * VMAC_LANES, line = (size_t)v->w * (size_t)v->c;
  const int together = images > 1 ? VMAC_ROW_CHANNELS / 2 : VMAC_ROW_CHANNELS;
  for (int i = 0; i < r->groups; i++) {
    const vmac_row_group *g = &r->group[i];
    /* The first line and column whose taps are this class. */
    const int sh = v->stride_h, sw = v->stride_w;
    const int y0 = y_from + ((g->cy - v->top - y_from) % sh + sh) % sh;
    const int x0 = ((g->cx - v->left) % sw + sw) % sw;
    const int count = x0 < v->w ? (v->w - x0 + sw - 1) / sw : 0;
    const size_t channel = (size_t)VMAC_ROW_CODES * (size_t)g->pairs * 2 * VMAC_LANES;
    for (int c = 0; c < v->c; c += together) {
      const int channels = v->c - c < together ? v->c - c : together;
      for (int image = 0; image < images; image++) {
        const int8_t *map = input + (size_t)image * (size_t)v->h * line + (size_t)(x0 * v->c + c);
        int32_t *sum = sums + (size_t)image * sums_of(r);
        for (int y = y0; y < y_to; y += sh) {
          const size_t row = (size_t)((y + v->top) / sh + r->above);
          int32_t *to =
              sum + (row * (size_t)r->sums_w + (size_t)((x0 + v->left) / sw + r->before)) * n;
          vmac_rows_line[p->isa](r, g, g->rows + (size_t)c * channel, channels, count,
                                 (size_t)sw * (size_t)v->c, map + (size_t)y * line, to);
        }
      }
    }
  }
}

/* Of one image, threads take bands of input lines. Bands meet in output lines, so each thread has its
 * own sums. */
static void run_threads(const vmac_packed *p, int threads, const int8_t *input, int32_t *sums) {
  const int h = p->rows->window.h;
  const size_t size = sums_of(p->rows);
#pragma omp parallel for num_threads(threads)
  for (int t = 0; t < threads; t++)
    add_lines(p, 1, input, h * t / threads, h * (t + 1) / threads, sums + (size_t)t * size);
  for (size_t i = size; i < (size_t)threads * size; i++)
    sums[i % size] = (int32_t)((uint32_t)sums[i % size] + (uint32_t)sums[i]);
}

/* As many images at once as sums stay in the cache of. */
static int together(const vmac_packed *p, int images) {
  const size_t most = VMAC_ROW_SUMS / sums_of(p->rows);
  if (p->rows->unfolds || most < 2) return 1;
  return (size_t)images < most ? images : (int)most;
}

void vmac_rows_run(const vmac_packed *p, int images, const int8_t *input, const int32_t *extra,
                   int32_t *out, vmac_scratch *scratch) {
  const vmac_rows *r = p->rows;
  const vmac_window *v = &p->window;
  const size_t size = sums_of(r), in = (size_t)(v->h * v->w * v->c), m = (size_t)(v->oh * v->ow);
  const int threads = images > 1 ? 1 : vmac_packed_threads(p), most = together(p, images);
  const size_t maps = threads > most ? (size_t)threads : (size_t)most;
  int32_t *sums = vmac_scratch_get(scratch, maps * size * sizeof *sums +
                                                (r->unfolds ? vmac_unfold_size(v) : 0));
  for (int image = 0; image < images; image += most) {
    const int now = images - image < most ? images - image : most;
    const int8_t *maps_in = input + (size_t)image * in;
    if (r->unfolds) maps_in = vmac_unfold(v, maps_in, p->zero, (int8_t *)(sums + maps * size));
    memset(sums, 0, maps * size * sizeof *sums);
    for (int i = 0; i < now; i++) add_padding(p, sums + (size_t)i * size);
    if (threads > 1)
      run_threads(p, threads, maps_in, sums);
    else
      add_lines(p, now, maps_in, 0, r->window.h, sums);
    for (int i = 0; i < now; i++) {
      const size_t at = (size_t)(image + i) * m;
      finish[p->isa](p, sums + (size_t)i * size, extra ? extra + at : NULL,
                     out + at * (size_t)p->n);
    }
  }
}
