/* A layer prepared for its scheme: terms by matrix products, rest by shuffles, or product rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>

#include "gemm/packed.h"

bool vmac_window_fits(const vmac_window *v, int n) {
  const double most = 1 << 26;
  const double h = (double)(v->oh - 1) * v->stride_h + v->kh;
  const double w = (double)(v->ow - 1) * v->stride_w + v->kw;
  const double sums_h = (double)v->oh + v->kh + v->h, sums_w = (double)v->ow + v->kw + v->w;
  return h * w * (v->c + 3) <= most && sums_h * sums_w * vmac_round_up(n, VMAC_LANES) <= most;
}

/* The constants of the channels: bias and what the scheme adds per weight. */
static void set_bias(vmac_packed *p, const vmac_layer *layer, const vmac_scheme *scheme) {
  const size_t k = (size_t)vmac_window_k(&layer->window);
  p->bias = vmac_alloc((size_t)p->blocks * VMAC_LANES, sizeof *p->bias);
  for (int j = 0; j < layer->n; j++) {
    uint32_t sum = (uint32_t)layer->bias[j];
    for (size_t i = 0; i < k; i++) sum += (uint32_t)scheme->of_w[layer->w[(size_t)j * k + i]];
    p->bias[j] = (int32_t)sum;
  }
}

/* Product rows, or where they would fill the memory, shuffles of two bytes: any table again. */
static bool rows_fit(const vmac_layer *layer) {
  const size_t most = (size_t)256 << 20;
  return vmac_rows_bytes(layer) <= most;
}

static void set_words(vmac_scheme *s, const int32_t *table) {
  *s = (vmac_scheme){.rest = VMAC_REST_WORD, .columns = 256};
  for (int w = 0; w < 256; w++) {
    s->of_w[w] = INT32_MAX;
    for (int a = 0; a < 256; a++)
      if (table[a << 8 | w] < s->of_w[w]) s->of_w[w] = table[a << 8 | w];
    s->column[w] = (uint8_t)w;
    for (int a = 0; a < 256; a++) s->entry[w][a] = (uint16_t)(table[a << 8 | w] - s->of_w[w]);
  }
}

/* Rows of the table less what brings its differences into 16 bits, which is summed per pixel. */
static void set_rows(vmac_packed *p, const vmac_layer *layer, const int32_t *table) {
  const int entries = vmac_layer_entries(layer);
  int32_t of_a[256] = {0}, *centred = vmac_alloc((size_t)entries, sizeof *centred);
  if (!vmac_rows_center(table, entries, (uint8_t)layer->zero ^ layer->flip, of_a))
    memset(of_a, 0, sizeof of_a);
  for (int i = 0; i < entries; i++) centred[i] = table[i] - of_a[i >> 8 & 255];
  for (int code = 0; code < 256; code++) p->of_code[code] = of_a[code ^ layer->flip];
  p->rows = vmac_rows_new(layer, centred, p->isa);
  free(centred);
}

static vmac_packed *pack(const vmac_layer *layer, const vmac_scheme *scheme, const int32_t *table,
                         vmac_isa isa) {
  vmac_packed *p = vmac_alloc(1, sizeof *p);
  p->isa = isa;
  p->window = layer->window;
  p->n = layer->n;
  p->blocks = (layer->n + VMAC_LANES - 1) / VMAC_LANES;
  p->zero = layer->zero;
  set_bias(p, layer, scheme);
  for (int code = 0; code < 256; code++) p->of_code[code] = scheme->of_a[code ^ layer->flip];
  if (scheme->rest == VMAC_REST_ROWS)
    set_rows(p, layer, table);
  else
    p->terms = vmac_terms_new(layer, scheme, isa);
  if (scheme->rest == VMAC_REST_BYTE || scheme->rest == VMAC_REST_WORD)
    p->shuffle = vmac_shuffle_new(layer, scheme, isa);
  for (int code = 0; code < 256; code++) p->per_pixel = p->per_pixel || p->of_code[code];
  return p;
}

vmac_packed *vmac_pack(const vmac_layer *layer, const vmac_scheme *scheme, const int32_t *table,
                       vmac_isa isa) {
  if (scheme->rest != VMAC_REST_ROWS || rows_fit(layer)) return pack(layer, scheme, table, isa);
  if (layer->cell) return NULL;
  vmac_scheme *words = vmac_alloc(1, sizeof *words);
  set_words(words, table);
  vmac_packed *p = pack(layer, words, NULL, isa);
  free(words);
  return p;
}

void vmac_packed_free(vmac_packed *p) {
  if (!p) return;
  vmac_terms_free(p->terms);
  vmac_rows_free(p->rows);
  vmac_shuffle_free(p->shuffle);
  free(p->bias);
  free(p);
}

vmac_isa vmac_packed_isa(const vmac_packed *p) {
  return p->isa;
}

const int32_t *vmac_packed_per_pixel(const vmac_packed *p) {
  return p->per_pixel ? p->of_code : NULL;
}

int vmac_packed_threads(const vmac_packed *p) {
  const double products = (double)p->window.oh * p->window.ow * p->n * vmac_window_k(&p->window);
  return omp_in_parallel() || products < 1e7 ? 1 : omp_get_max_threads();
}

void vmac_packed_run(const vmac_packed *p, int images, const int8_t *input, const int32_t *extra,
                     int32_t *out, vmac_scratch *scratch) {
  const vmac_window *v = &p->window;
  const size_t in = (size_t)(v->h * v->w * v->c), m = (size_t)(v->oh * v->ow);
  if (p->rows) {
    vmac_rows_run(p, images, input, extra, out, scratch);
    return;
  }
  for (int i = 0; i < images; i++, input += in, out += m * (size_t)p->n) {
    vmac_terms_run(p, input, extra ? extra + (size_t)i * m : NULL, out, scratch);
    if (p->shuffle) vmac_shuffle_run(p, input, out, scratch);
  }
}

void vmac_scheme_rows(vmac_scheme *scheme) {
  *scheme = (vmac_scheme){.rest = VMAC_REST_ROWS};
}

/* Operands in two's complement: a as u8 is a + 128. */
void vmac_scheme_exact(vmac_scheme *scheme) {
  *scheme = (vmac_scheme){.terms = 1};
  for (int bits = 0; bits < 256; bits++) {
    scheme->f[0][bits] = (uint8_t)(bits ^ 128);
    scheme->g[0][bits] = (int8_t)bits;
    scheme->of_w[bits] = -128 * (int8_t)bits;
  }
}
