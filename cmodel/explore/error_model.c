/* The models that histograms are enough for: single, multi, filter.
 *
 * A correction adds to each product of channel j the same function of its activation, so the models
 * take the residual r(a, w) = e(a, w) + v(a), v(a) = (c0 / k + sum of c[i] terms[i](a)) / 2^F,
 * where they took e. Where a patch is known its X are, and so is V, to the bit.
 *
 * What `multi` counts twice: the activations of a patch are known, yet each of its k products draws
 * one of them anew; and a corrected channel's weights likewise. What depends on the activation
 * alone, or on the weight alone, is the same in any order, so of e only what is left when both are
 * taken away, d(a, w), is for chance to spread: over all orders of k activations and k weights the
 * sum of errors has mean (sum of all e) / k and variance (sum of all d^2) / (k - 1), exactly
 * (Hoeffding, 1951). That is `filter`. It still takes a patch's activations for no more often at
 * one tap than at another. SPDX-License-Identifier: Apache-2.0 */
#include "explore/error_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 256 };

static const char *const names[VMAC_ERROR_MODELS] = {"single", "multi", "monte", "filter", "pairs"};

const char *vmac_error_model_name(vmac_error_model model) {
  return names[model];
}

bool vmac_error_model_find(const char *name, vmac_error_model *model, vmac_err *err) {
  char list[64] = "";
  for (int i = 0; i < VMAC_ERROR_MODELS; i++) {
    if (!strcmp(name, names[i])) {
      *model = (vmac_error_model)i;
      return true;
    }
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", names[i]);
  }
  const char *near = vmac_nearest(name, names, VMAC_ERROR_MODELS);
  return vmac_fail(err, "no error model '%s'%s%s%s; there are %s", name,
                   near ? ", did you mean '" : "", near ? near : "", near ? "'" : "", list);
}

vmac_error vmac_error_of(const vmac_error_sums *s) {
  const double mean = s->sum / s->count;
  const double variance = s->variance / s->count + (s->square / s->count - mean * mean);
  return (vmac_error){mean, variance > 0 ? sqrt(variance) : 0};
}

static void add_weights(vmac_error_layer *l) {
  const size_t n = (size_t)l->n, k = (size_t)l->k, count = n / (size_t)l->groups;
  for (size_t i = 0; i < k * n; i++) l->weights[CODES * (i % n / count) + l->w[i]]++;
  for (size_t a = 0; a < CODES; a++) {
    const int32_t *of_w = l->e + (a << 8);
    double *t = l->t + a * n, *s = l->s + a * n;
    for (size_t i = 0; i < k; i++)
      for (size_t j = 0; j < n; j++) {
        const double e = of_w[l->w[i * n + j]];
        t[j] += e;
        s[j] += e * e;
      }
  }
}

vmac_error_layer *vmac_error_layer_new(const vmac_net *net, const vmac_op *op,
                                       const vmac_patches *patches, vmac_class cls,
                                       const int32_t *table) {
  const size_t n = (size_t)op->n, k = (size_t)op->k;
  vmac_error_layer *l = vmac_alloc(1, sizeof *l);
  *l = (vmac_error_layer){patches, cls, op->k, op->n, patches->groups, .unpaired = -1};
  l->w = vmac_alloc(k, n);
  l->e = vmac_alloc(CODES * CODES, sizeof *l->e);
  l->t = vmac_alloc(CODES * n, sizeof *l->t);
  l->s = vmac_alloc(CODES * n, sizeof *l->s);
  l->weights = vmac_alloc(CODES * (size_t)l->groups, sizeof *l->weights);
  l->activations = vmac_alloc(CODES, sizeof *l->activations);
  for (int a = 0; a < CODES; a++)
    for (int w = 0; w < CODES; w++)
      l->e[a << 8 | w] =
          table[a << 8 | w] - vmac_operand(cls, (uint8_t)a) * vmac_operand(cls, (uint8_t)w);
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < n; j++)
      l->w[i * n + j] = vmac_operand_bits(cls, vmac_weight(net, op, (int)j, (int)i));
  const size_t codes = (size_t)patches->count * (size_t)patches->groups * k;
  for (size_t i = 0; i < codes; i++) l->activations[vmac_operand_bits(cls, patches->codes[i])]++;
  add_weights(l);
  return l;
}

void vmac_error_layer_free(vmac_error_layer *layer) {
  if (!layer) return;
  free(layer->w);
  free(layer->e);
  free(layer->t);
  free(layer->s);
  free(layer->weights);
  free(layer->activations);
  free(layer->pairs);
  free(layer);
}

/* ---- one patch ------------------------------------------------------------------------------- */

/* The activations of a patch, those that occur. */
typedef struct {
  int kinds;
  uint8_t a[CODES];
  double times[CODES];
} histogram;

static histogram patch_of(const vmac_error_layer *l, int position, int group) {
  const size_t at = (size_t)position * (size_t)l->groups + (size_t)group;
  const int8_t *codes = l->patches->codes + at * (size_t)l->k;
  int times[CODES] = {0};
  histogram h = {0};
  for (int i = 0; i < l->k; i++) times[vmac_operand_bits(l->cls, codes[i])]++;
  for (int a = 0; a < CODES; a++)
    if (times[a]) {
      h.a[h.kinds] = (uint8_t)a;
      h.times[h.kinds++] = times[a];
    }
  return h;
}

/* sum (count) = sum over the patch's activations of row a of of_a (256, step). */
static void sum_rows(const histogram *h, const double *of_a, size_t step, size_t count,
                     double *sum) {
  memset(sum, 0, count * sizeof *sum);
  for (int i = 0; i < h->kinds; i++) {
    const double *row = of_a + h->a[i] * step, times = h->times[i];
    for (size_t j = 0; j < count; j++) sum[j] += times * row[j];
  }
}

static double sum_one(const histogram *h, const double *of_a) {
  double sum;
  sum_rows(h, of_a, 1, 1, &sum);
  return sum;
}

static void sum_x(const histogram *h, const vmac_mac *mac, int32_t *x) {
  for (int i = 0; i < mac->planes; i++) {
    x[i] = 0;
    for (int a = 0; a < h->kinds; a++)
      x[i] += (int32_t)h->times[a] * mac->terms[CODES * i + h->a[a]];
  }
}

/* ---- the correction as a function of the activation ------------------------------------------ */

/* Where X is not known, V is not rounded, which is 1/12 in variance; but for slopes without fraction
 * its rounding is that of c0. */
static bool has_fraction(const vmac_mac *mac, int channel) {
  for (int i = 0; i < mac->planes; i++)
    if (mac->c[channel * mac->planes + i] % (1 << VMAC_CORR_F)) return true;
  return false;
}

static double constant_of(const vmac_mac *mac, int channel) {
  const int32_t c0 = mac->c0[channel];
  return has_fraction(mac, channel) ? ldexp(c0, -VMAC_CORR_F) : vmac_correction(c0, 0, NULL, NULL);
}

/* v (256) of a channel. */
static void residual_terms(const vmac_mac *mac, int channel, int k, double *v) {
  for (int a = 0; a < CODES; a++) {
    v[a] = constant_of(mac, channel) / k;
    for (int i = 0; i < mac->planes; i++)
      v[a] += ldexp(mac->c[channel * mac->planes + i], -VMAC_CORR_F) * mac->terms[CODES * i + a];
  }
}

/* ---- models ---------------------------------------------------------------------------------- */

/* k independent products: mean and variance of k r from the histogram's sum over (a, w) of r and of
 * r^2, each of so many pairs. */
static void add_products(vmac_error_sums *to, double k, double pairs, double sum, double square) {
  const double mean = sum / pairs, variance = square / pairs - mean * mean;
  vmac_error_add(to, k * mean);
  to->variance += variance > 0 ? k * variance : 0;
}

/* The layer's weights of one histogram: their errors with each activation, as t and s. */
static void pool_weights(const vmac_error_layer *l, double *t, double *s) {
  for (int a = 0; a < CODES; a++) {
    t[a] = s[a] = 0;
    for (int g = 0; g < l->groups; g++)
      for (int w = 0; w < CODES; w++) {
        const double e = l->e[a << 8 | w], times = l->weights[CODES * g + w];
        t[a] += times * e;
        s[a] += times * e * e;
      }
  }
}

/* A channel's sums of r and r^2 over all patches' activations and its k weights. */
static void add_single(const vmac_error_layer *l, const vmac_mac *mac, int j, vmac_error_sums *to) {
  double v[CODES], sum = 0, square = 0, pairs = 0;
  residual_terms(mac, j, l->k, v);
  for (int a = 0; a < CODES; a++) {
    const double times = l->activations[a], t = l->t[a * l->n + j], s = l->s[a * l->n + j];
    sum += times * (t + l->k * v[a]);
    square += times * (s + 2 * t * v[a] + l->k * v[a] * v[a]);
    pairs += times * l->k;
  }
  add_products(to, l->k, pairs, sum, square);
}

static vmac_error single(const vmac_error_layer *l, const vmac_mac *mac) {
  vmac_error_sums to = {0};
  if (mac->c0) {
    for (int j = 0; j < l->n; j++) add_single(l, mac, j, &to);
    return vmac_error_of(&to);
  }
  double t[CODES], s[CODES], sum = 0, square = 0, activations = 0;
  pool_weights(l, t, s);
  for (int a = 0; a < CODES; a++) {
    sum += l->activations[a] * t[a];
    square += l->activations[a] * s[a];
    activations += l->activations[a];
  }
  add_products(&to, l->k, activations * l->k * l->n, sum, square);
  return vmac_error_of(&to);
}

static vmac_error multi_raw(const vmac_error_layer *l) {
  double t[CODES], s[CODES];
  vmac_error_sums to = {0};
  pool_weights(l, t, s);
  for (int p = 0; p < l->patches->count; p++)
    for (int g = 0; g < l->groups; g++) {
      const histogram h = patch_of(l, p, g);
      const double pairs = (double)l->k * l->k * l->n;
      add_products(&to, l->k, pairs, sum_one(&h, t), sum_one(&h, s));
    }
  return vmac_error_of(&to);
}

/* Adds the mean error of each channel of a group in a patch: what its t sum to, and its V. sum (n /
 * groups) is left with the means that real V would give: those of k r. */
static void add_means(const vmac_error_layer *l, const vmac_mac *mac, const histogram *h, int group,
                      double *sum, vmac_error_sums *to) {
  const int count = l->n / l->groups, first = group * count;
  int32_t x[VMAC_CORR_PLANES];
  sum_rows(h, l->t + first, (size_t)l->n, (size_t)count, sum);
  if (mac->c0) sum_x(h, mac, x);
  for (int j = 0; j < count; j++) {
    const int32_t *c = mac->c0 ? mac->c + (first + j) * mac->planes : NULL;
    const int32_t v = c ? vmac_correction(mac->c0[first + j], mac->planes, c, x) : 0;
    sum[j] /= l->k;
    vmac_error_add(to, sum[j] + v);
    if (!c) continue;
    sum[j] += constant_of(mac, first + j);
    for (int i = 0; i < mac->planes; i++) sum[j] += ldexp(c[i], -VMAC_CORR_F) * x[i];
  }
}

static vmac_error multi(const vmac_error_layer *l, const vmac_mac *mac) {
  if (!mac->c0) return multi_raw(l);
  const size_t count = (size_t)(l->n / l->groups);
  /* (groups, 256): sums of r^2 over a group's channels */
  double *square = vmac_alloc(CODES * (size_t)l->groups, sizeof *square);
  double *mean = vmac_alloc(count, sizeof *mean), v[CODES];
  for (int j = 0; j < l->n; j++) {
    residual_terms(mac, j, l->k, v);
    for (int a = 0; a < CODES; a++)
      square[CODES * (j / (int)count) + a] +=
          l->s[a * l->n + j] + 2 * l->t[a * l->n + j] * v[a] + l->k * v[a] * v[a];
  }
  vmac_error_sums to = {0};
  for (int p = 0; p < l->patches->count; p++)
    for (int g = 0; g < l->groups; g++) {
      const histogram h = patch_of(l, p, g);
      add_means(l, mac, &h, g, mean, &to);
      double variance = sum_one(&h, square + CODES * g) / l->k;
      for (size_t j = 0; j < count; j++) variance -= mean[j] * mean[j] / l->k;
      to.variance += variance > 0 ? variance : 0;
    }
  free(square);
  free(mean);
  return vmac_error_of(&to);
}

/* Sum of d^2 / (k - 1) over a group's channels in one patch; sum (count): their sums of e / k;
 * row2 (256): sums of t^2 over the channels, s (256): of s. */
static double shuffled(const vmac_error_layer *l, const histogram *h, int group, const double *sum,
                       const double *row2, const double *s) {
  const double *weights = l->weights + CODES * group;
  double column[CODES] = {0}, d2 = sum_one(h, s) - sum_one(h, row2) / l->k;
  for (int i = 0; i < h->kinds; i++) {
    const int32_t *e = l->e + (h->a[i] << 8);
    for (int w = 0; w < CODES; w++) column[w] += h->times[i] * e[w];
  }
  for (int w = 0; w < CODES; w++) d2 -= weights[w] * column[w] * column[w] / l->k;
  for (int j = 0; j < l->n / l->groups; j++) d2 += sum[j] * sum[j];
  return d2 > 0 ? d2 / (l->k - 1) : 0;
}

/* The correction follows the activations, which chance leaves alone: the variance is the cell's. */
static double unpaired_variance(const vmac_error_layer *l) {
  if (l->k < 2) return 0;
  const int count = l->n / l->groups;
  double *row2 = vmac_alloc(CODES * (size_t)l->groups, sizeof *row2);
  double *s = vmac_alloc(CODES * (size_t)l->groups, sizeof *s);
  double *sum = vmac_alloc((size_t)count, sizeof *sum), variance = 0;
  for (int a = 0; a < CODES; a++)
    for (int j = 0; j < l->n; j++) {
      const double t = l->t[a * l->n + j];
      row2[CODES * (j / count) + a] += t * t;
      s[CODES * (j / count) + a] += l->s[a * l->n + j];
    }
  for (int p = 0; p < l->patches->count; p++)
    for (int g = 0; g < l->groups; g++) {
      const histogram h = patch_of(l, p, g);
      sum_rows(&h, l->t + g * count, (size_t)l->n, (size_t)count, sum);
      for (int j = 0; j < count; j++) sum[j] /= l->k;
      variance += shuffled(l, &h, g, sum, row2 + CODES * g, s + CODES * g);
    }
  free(row2);
  free(s);
  free(sum);
  return variance / ((double)l->patches->count * l->n);
}

static vmac_error filter(vmac_error_layer *l, const vmac_mac *mac) {
  vmac_error_sums to = {0};
  double *mean = vmac_alloc((size_t)(l->n / l->groups), sizeof *mean);
  if (l->unpaired < 0) l->unpaired = unpaired_variance(l);
  for (int p = 0; p < l->patches->count; p++)
    for (int g = 0; g < l->groups; g++) {
      const histogram h = patch_of(l, p, g);
      add_means(l, mac, &h, g, mean, &to);
    }
  free(mean);
  to.variance = l->unpaired * to.count;
  return vmac_error_of(&to);
}

vmac_error vmac_error_predict(vmac_error_layer *layer, const vmac_mac *mac, vmac_error_model model,
                              int draws, uint64_t seed) {
  switch (model) {
  case VMAC_ERROR_SINGLE:
    return single(layer, mac);
  case VMAC_ERROR_MULTI:
    return multi(layer, mac);
  case VMAC_ERROR_MONTE:
    return vmac_error_monte(layer, mac, draws, seed);
  case VMAC_ERROR_FILTER:
    return filter(layer, mac);
  case VMAC_ERROR_PAIRS:
    break;
  }
  return vmac_error_pairs(layer, mac);
}
