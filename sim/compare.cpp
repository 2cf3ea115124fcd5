/* What the unit must deliver, and where it first does not.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <stdio.h>

#include "sim.h"

/* One channel of one pixel, its coefficients those of `tiles` K tiles of `rows` products; planes =
 * 0: no correction; terms as in vmac_mac. */
static int32_t expect_one(const vmac_mult *mult, const int32_t *table, const uint8_t *a,
                          const uint8_t *w, int k, int rows, int tiles, int planes,
                          const uint8_t *terms, const int32_t *c0, const int32_t *c, int32_t bias) {
  int64_t sum = 0, sum_a = 0, v = 1 << (VMAC_CORR_F - 1);
  for (int i = 0; i < k; i++) {
    sum += table[a[i] << 8 | w[i]];
    sum_a += a[i];
    const int32_t *slope = c + (tiles > 1 ? i / rows * planes : 0);
    for (int p = 0; p < planes; p++) v += (int64_t)slope[p] * terms[256 * p + a[i]];
  }
  for (int t = 0; planes && t < tiles; t++) v += c0[t];
  if (mult->cls == VMAC_U8) sum -= 128 * sum_a;
  if (planes) sum += v >> VMAC_CORR_F;
  /* The unit's accumulators wrap modulo 2^32. */
  return (int32_t)(uint32_t)(uint64_t)(sum + bias);
}

void sim_expect(const sim_model *model, const int32_t *table, const sim_job *job, int32_t *acc) {
  const vmac_mult *mult = vmac_mult_at((size_t)model->cell);
  const int planes = sim_planes(model), tiles = sim_tiles(model, job->k);
  const size_t slopes = (size_t)tiles * (size_t)planes;
  int32_t *zeros = (int32_t *)vmac_alloc((size_t)tiles * VMAC_CORR_PLANES, sizeof *zeros);
  uint8_t terms[256 * VMAC_CORR_PLANES];
  vmac_x_terms(mult, sim_mode(model), terms);
  for (int i = 0; i < job->m; i++)
    for (int j = 0; j < job->n; j++)
      acc[(size_t)i * job->n + j] = expect_one(
          mult, table, job->a + (size_t)i * job->k, job->w + (size_t)j * job->k, job->k,
          model->rows, tiles, planes, terms, job->c0 ? job->c0 + (size_t)j * tiles : zeros,
          job->c ? job->c + (size_t)j * slopes : zeros, job->bias[j]);
  free(zeros);
}

/* The k whose product alone already comes out wrong, or -1; *want and *got are that product's. */
static int find_product(const sim_model *model, const sim_job *job, const sim_options *options,
                        int pixel, int channel, int32_t *want, int32_t *got) {
  const vmac_mult *mult = vmac_mult_at((size_t)model->cell);
  int32_t *table = (int32_t *)vmac_alloc(65536, sizeof *table);
  int32_t *acc = (int32_t *)vmac_alloc((size_t)model->cols, sizeof *acc);
  int32_t *bias = (int32_t *)vmac_alloc((size_t)model->cols, sizeof *bias);
  vmac_mult_table(mult, table);
  /* The same columns as in the failing tile, one pixel, one enabled row. */
  const int n0 = channel / model->cols * model->cols;
  sim_job one = *job;
  one.m = 1;
  one.n = job->n - n0 < model->cols ? job->n - n0 : model->cols;
  one.a = job->a + (size_t)pixel * job->k;
  one.w = job->w + (size_t)n0 * job->k;
  one.bias = bias;
  one.c0 = one.c = NULL;
  int found = -1;
  for (int k = 0; k < job->k && found < 0; k++) {
    sim_options single = *options;
    single.only_k = k;
    single.reset = 0;
    uint64_t cycles = 0;
    vmac_err ignored;
    if (!sim_product(model, &one, &single, acc, &cycles, &ignored)) break;
    *want = expect_one(mult, table, one.a + k, job->w + (size_t)channel * job->k + k, 1, 1, 1, 0,
                       NULL, NULL, NULL, 0);
    *got = acc[channel - n0];
    if (*got != *want) found = k;
  }
  free(bias);
  free(acc);
  free(table);
  return found;
}

bool sim_compare(const sim_model *model, const sim_job *job, const sim_options *options,
                 const int32_t *got, const int32_t *want, vmac_err *err) {
  const size_t size = (size_t)job->m * (size_t)job->n;
  size_t at = 0;
  while (at < size && got[at] == want[at]) at++;
  if (at == size) return true;
  const int pixel = (int)(at / (size_t)job->n), channel = (int)(at % (size_t)job->n);
  int32_t want_one = 0, got_one = 0;
  const int k = find_product(model, job, options, pixel, channel, &want_one, &got_one);
  char product[256];
  if (k >= 0)
    snprintf(product, sizeof product,
             "row %d, k %d: its product alone: a 0x%02x, w 0x%02x, expected %d, found %d",
             k % model->rows, k, job->a[(size_t)pixel * job->k + k],
             job->w[(size_t)channel * job->k + k], want_one, got_one);
  else
    snprintf(product, sizeof product,
             "every product alone is right: look at accumulation, correction or timing");
  return vmac_fail(err,
                   "layer %s, tile (pixels from %d, channels from %d), pixel %d, column %d "
                   "(channel %d): accumulator expected %d, found %d; %s",
                   job->layer, pixel / model->depth * model->depth,
                   channel / model->cols * model->cols, pixel, channel % model->cols, channel,
                   want[at], got[at], product);
}

bool sim_check(const sim_model *model, const sim_job *job, const sim_options *options,
               const int32_t *want, uint64_t *cycles, vmac_err *err) {
  const size_t size = (size_t)job->m * (size_t)job->n;
  int32_t *got = (int32_t *)vmac_alloc(size, sizeof *got);
  const bool ok = sim_product(model, job, options, got, cycles, err) &&
                  sim_compare(model, job, options, got, want, err);
  free(got);
  return ok;
}
