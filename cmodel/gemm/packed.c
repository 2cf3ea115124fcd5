/* A layer prepared for its scheme: terms by matrix products, rest by shuffles, or product rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm/packed.h"

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

vmac_packed *vmac_pack(const vmac_layer *layer, const vmac_scheme *scheme, const int32_t *table,
                       vmac_isa isa) {
  vmac_packed *p = vmac_alloc(1, sizeof *p);
  p->isa = isa;
  p->window = layer->window;
  p->n = layer->n;
  p->blocks = (layer->n + VMAC_LANES - 1) / VMAC_LANES;
  p->zero = layer->zero;
  set_bias(p, layer, scheme);
  for (int code = 0; code < 256; code++) {
    p->of_code[code] = scheme->of_a[code ^ layer->flip];
    p->per_pixel = p->per_pixel || p->of_code[code];
  }
  if (scheme->rest == VMAC_REST_ROWS)
    p->rows = vmac_rows_new(layer, table, isa);
  else
    p->terms = vmac_terms_new(layer, scheme, isa);
  if (scheme->rest == VMAC_REST_BYTE || scheme->rest == VMAC_REST_WORD)
    p->shuffle = vmac_shuffle_new(layer, scheme, isa);
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

const int32_t *vmac_packed_per_pixel(const vmac_packed *p) {
  return p->per_pixel ? p->of_code : NULL;
}

void vmac_packed_run(const vmac_packed *p, const int8_t *input, const int32_t *extra, int32_t *out,
                     vmac_scratch *scratch) {
  if (p->rows)
    vmac_rows_run(p, input, extra, out, scratch);
  else
    vmac_terms_run(p, input, extra, out, scratch);
  if (p->shuffle) vmac_shuffle_run(p, input, out, scratch);
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
