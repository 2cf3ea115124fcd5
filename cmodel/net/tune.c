/* Weights tuned to a cell, channel by channel: what is lowered, and how, is in tune.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/isa.h"
#include "net/correction.h"

enum {
  CODES = 256,                /* of a weight or an activation, by its bits as int8 */
  SPAN = 1 + VMAC_CORR_PLANES /* 1 and the X */
};
/* A change must gain more than this share of what it moves: less is rounding. */
static const double least_gain = 0x1p-30;

/* What all channels of a layer share. */
typedef struct {
  const int32_t *e; /* (CODES of w, CODES of a): f(A, W) - A W */
  const int32_t *a; /* (CODES): a - z */
  int spans;        /* vectors of q */
  bool mean_counts; /* the constant is in q, but no correction takes it out */
  double apart;     /* s */
} terms;

/* A group of a layer: its samples, and of every k position what its weight's candidates make. */
typedef struct {
  size_t samples;
  int k;
  const int8_t *code;    /* (k, samples) */
  double *q;             /* (spans, samples): orthonormal, q[0] constant */
  int32_t *count;        /* (k, CODES): samples by activation */
  int64_t *aa, *ea, *ee; /* (k), (k, CODES), (k, CODES): inner products of a - z and e */
  double *qa, *qe;       /* (k, spans), (k, CODES, spans): likewise with q */
} group;

static group group_new(const vmac_tune_samples *s, int index, int spans) {
  const size_t k = (size_t)s->k, n = (size_t)spans;
  return (group){.samples = s->samples,
                 .k = s->k,
                 .code = s->code + (size_t)index * k * s->samples,
                 .q = vmac_alloc(n * s->samples, sizeof(double)),
                 .count = vmac_alloc(k * CODES, sizeof(int32_t)),
                 .aa = vmac_alloc(k, sizeof(int64_t)),
                 .ea = vmac_alloc(k * CODES, sizeof(int64_t)),
                 .ee = vmac_alloc(k * CODES, sizeof(int64_t)),
                 .qa = vmac_alloc(k * n, sizeof(double)),
                 .qe = vmac_alloc(k * CODES * n, sizeof(double))};
}

static void group_free(group *g) {
  free(g->q);
  free(g->count);
  free(g->aa);
  free(g->ea);
  free(g->ee);
  free(g->qa);
  free(g->qe);
}

static double dot(size_t n, const double *a, const double *b) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* q[0] is the constant; then those X that are not combinations of what is there: Gram and Schmidt,
 * twice each for the sake of rounding. How many. */
static int span(vmac_class cls, int planes, const uint8_t *x_terms, group *g) {
  const size_t n = g->samples;
  for (size_t s = 0; s < n; s++) g->q[s] = 1 / sqrt((double)n);
  int spans = 1;
  for (int plane = 0; plane < planes; plane++) {
    double *x = g->q + (size_t)spans * n;
    memset(x, 0, n * sizeof *x);
    for (int i = 0; i < g->k; i++)
      for (size_t s = 0; s < n; s++)
        x[s] += x_terms[CODES * plane + vmac_operand_bits(cls, g->code[(size_t)i * n + s])];
    const double before = dot(n, x, x);
    for (int pass = 0; pass < 2; pass++)
      for (int b = 0; b < spans; b++) {
        const double *q = g->q + (size_t)b * n, along = dot(n, x, q);
        for (size_t s = 0; s < n; s++) x[s] -= along * q[s];
      }
    const double left = dot(n, x, x);
    if (!(left > before * 0x1p-40)) continue;
    for (size_t s = 0; s < n; s++) x[s] /= sqrt(left);
    spans++;
  }
  return spans;
}

static void position(const terms *t, group *g, int i) {
  const size_t spans = (size_t)t->spans, at = (size_t)i;
  const int8_t *code = g->code + at * g->samples;
  int32_t *count = g->count + at * CODES;
  double *by_code = vmac_alloc(CODES * spans, sizeof *by_code);
  for (size_t s = 0; s < g->samples; s++) {
    const uint8_t a = (uint8_t)code[s];
    count[a]++;
    for (size_t b = 0; b < spans; b++) by_code[b * CODES + a] += g->q[b * g->samples + s];
  }
  for (int a = 0; a < CODES; a++) g->aa[i] += (int64_t)count[a] * t->a[a] * t->a[a];
  for (size_t b = 0; b < spans; b++)
    for (int a = 0; a < CODES; a++)
      g->qa[at * spans + b] += by_code[b * CODES + (size_t)a] * t->a[a];
  for (size_t w = 0; w < CODES; w++) {
    const int32_t *e = t->e + w * CODES;
    int64_t ea = 0, ee = 0;
    for (int a = 0; a < CODES; a++) {
      const int64_t times = (int64_t)count[a] * e[a];
      ea += times * t->a[a];
      ee += times * e[a];
    }
    g->ea[at * CODES + w] = ea;
    g->ee[at * CODES + w] = ee;
    for (size_t b = 0; b < spans; b++) {
      double sum = 0;
      for (size_t a = 0; a < CODES; a++) sum += by_code[b * CODES + a] * e[a];
      g->qe[(at * CODES + w) * spans + b] = sum;
    }
  }
  free(by_code);
}

/* One channel as its weights change. */
typedef struct {
  int8_t *w;           /* (k): now */
  const int8_t *given; /* (k): before any change */
  int64_t *r;          /* (samples) */
  double along[SPAN];  /* inner products of r and q */
} channel_state;

/* out[w] = sum over a of r[a] e[w][a]. */
VMAC_BODY static inline void all_dots_body(const int64_t *restrict r, const int32_t *restrict e,
                                           int64_t *restrict out) {
  for (int w = 0; w < CODES; w++) {
    int64_t sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int a = 0; a < CODES; a++) sum += r[a] * e[w * CODES + a];
    out[w] = sum;
  }
}
VMAC_PER_ISA(all_dots,
             (const int64_t *restrict r, const int32_t *restrict e, int64_t *restrict out),
             (r, e, out));

/* d(a) of the value `to` of a weight that was `given`. */
static int64_t error_of(const terms *t, int8_t to, int8_t given, int a) {
  return t->e[(uint8_t)to * CODES + a] + (int64_t)t->a[a] * (to - given);
}

/* What the weight at position i adds along q. */
static double along_of(const terms *t, const group *g, int i, int8_t to, int8_t given, int b) {
  const size_t at = (size_t)i, spans = (size_t)t->spans;
  return g->qe[(at * CODES + (uint8_t)to) * spans + (size_t)b] +
         (to - given) * g->qa[at * spans + (size_t)b];
}

/* J as far as the weight at position i decides it, where the others leave r with `cross` and `rest`
 * along d and along q; *moves: what it is a difference of. */
static double cost_of(const terms *t, const group *g, int i, int8_t to, int8_t given, int64_t cross,
                      const double *rest, double *moves) {
  const int64_t step = to - given;
  const size_t at = (size_t)i * CODES + (uint8_t)to;
  const double norm = (double)(g->ee[at] + 2 * step * g->ea[at] + step * step * g->aa[i]);
  double own = norm, with_rest = (double)cross, first = 0;
  for (int b = 0; b < t->spans; b++) {
    const double p = along_of(t, g, i, to, given, b);
    if (!b) first = p;
    own -= p * p;
    with_rest -= p * rest[b];
  }
  *moves = norm + fabs((double)cross);
  const double mean = t->mean_counts ? first * first + 2 * first * rest[0] : 0;
  return own + 2 * (1 - t->apart) * with_rest + mean;
}

/* The best value for the weight at position i, the others as they are; whether it is another. */
static bool tune_weight(const terms *t, const group *g, int i, vmac_isa isa, channel_state *c) {
  const int8_t *code = g->code + (size_t)i * g->samples;
  const int32_t *count = g->count + (size_t)i * CODES;
  const int8_t was = c->w[i], given = c->given[i];
  int64_t r[CODES] = {0}, dots[CODES], ra = 0;
  double rest[SPAN], moves;
  for (size_t s = 0; s < g->samples; s++) r[(uint8_t)code[s]] += c->r[s];
  for (int a = 0; a < CODES; a++) {
    r[a] -= count[a] * error_of(t, was, given, a);
    ra += r[a] * t->a[a];
  }
  for (int b = 0; b < t->spans; b++) rest[b] = c->along[b] - along_of(t, g, i, was, given, b);
  all_dots[isa](r, t->e, dots);
  int8_t best = was;
  double least =
      cost_of(t, g, i, was, given, dots[(uint8_t)was] + (was - given) * ra, rest, &moves);
  const double scale = moves;
  for (int v = -INT8_MAX; v <= INT8_MAX; v++) { /* TFLite's weights have no -128 */
    const int64_t cross = dots[(uint8_t)(int8_t)v] + (v - given) * ra;
    const double cost = cost_of(t, g, i, (int8_t)v, given, cross, rest, &moves);
    if (!(cost < least - least_gain * (moves + scale))) continue;
    least = cost;
    best = (int8_t)v;
  }
  if (best == was) return false;
  int64_t change[CODES];
  for (int a = 0; a < CODES; a++)
    change[a] = error_of(t, best, given, a) - error_of(t, was, given, a);
  for (size_t s = 0; s < g->samples; s++) c->r[s] += change[(uint8_t)code[s]];
  for (int b = 0; b < t->spans; b++) c->along[b] = rest[b] + along_of(t, g, i, best, given, b);
  c->w[i] = best;
  return true;
}

/* given and to (k). */
static void tune_channel(const terms *t, const group *g, vmac_isa isa, const int8_t *given,
                         int8_t *to) {
  channel_state c = {.w = to, .given = given, .r = vmac_alloc(g->samples, sizeof *c.r)};
  memcpy(to, given, (size_t)g->k);
  for (int i = 0; i < g->k; i++) {
    const int8_t *code = g->code + (size_t)i * g->samples;
    const int32_t *e = t->e + (uint8_t)given[i] * CODES;
    for (size_t s = 0; s < g->samples; s++) c.r[s] += e[(uint8_t)code[s]];
  }
  bool changed = true;
  for (int pass = 0; changed && pass < VMAC_TUNE_PASSES; pass++) {
    for (int b = 0; b < t->spans; b++) { /* anew: changes add up rounding */
      c.along[b] = 0;
      for (size_t s = 0; s < g->samples; s++)
        c.along[b] += g->q[(size_t)b * g->samples + s] * (double)c.r[s];
    }
    changed = false;
    for (int i = 0; i < g->k; i++) changed = tune_weight(t, g, i, isa, &c) || changed;
  }
  free(c.r);
}

/* Where weight i of a channel is in the layer's tensor. */
static size_t weight_at(const vmac_op *op, int channel, int i) {
  return op->kind == VMAC_DEPTHWISE ? (size_t)i * (size_t)op->n + (size_t)channel
                                    : (size_t)channel * (size_t)op->k + (size_t)i;
}

static void tune_group(const vmac_net *net, const vmac_op *op, const terms *t, const group *g,
                       int first, int count, int8_t *weights) {
  const vmac_isa isa = vmac_isa_now();
#pragma omp parallel for schedule(dynamic, 1)
  for (int n = first; n < first + count; n++) {
    int8_t *given = vmac_alloc((size_t)g->k, 2), *to = given + g->k;
    for (int i = 0; i < g->k; i++) given[i] = vmac_weight(net, op, n, i);
    tune_channel(t, g, isa, given, to);
    for (int i = 0; i < g->k; i++) weights[weight_at(op, n, i)] = to[i];
    free(given);
  }
}

/* e by codes: rows are weights, for the dots run over activations. */
static int32_t *errors_of(const vmac_mult *mult, const int32_t *table) {
  int32_t *e = vmac_alloc((size_t)CODES * CODES, sizeof *e);
  for (int w = 0; w < CODES; w++)
    for (int a = 0; a < CODES; a++) {
      const uint8_t abits = vmac_operand_bits(mult->cls, (int8_t)(uint8_t)a);
      const uint8_t wbits = vmac_operand_bits(mult->cls, (int8_t)(uint8_t)w);
      e[w * CODES + a] = table[abits << 8 | wbits] -
                         vmac_operand(mult->cls, abits) * vmac_operand(mult->cls, wbits);
    }
  return e;
}

void vmac_tune_layer(const vmac_tuner *tuner, const vmac_mult *mult, vmac_mode mode, int index,
                     vmac_net *tuned) {
  const vmac_net *net = tuner->net;
  const vmac_op *op = &net->op[index];
  const vmac_tune_samples *s = &tuner->op[index];
  const bool slopes = mode != VMAC_CORR_NONE && mode != VMAC_CORR_BIAS;
  uint8_t x_terms[VMAC_CORR_PLANES * CODES];
  const int planes = slopes ? vmac_x_terms(mult, mode, x_terms) : 0;
  int32_t *table = vmac_alloc(65536, sizeof *table), a[CODES];
  vmac_mult_table(mult, table);
  int32_t *e = errors_of(mult, table);
  for (int code = 0; code < CODES; code++)
    a[code] = (int8_t)(uint8_t)code - net->tensor[op->in[0]].zero;
  for (int i = 0; i < s->groups; i++) {
    group g = group_new(s, i, 1 + planes);
    const terms t = {.e = e,
                     .a = a,
                     .spans = span(mult->cls, planes, x_terms, &g),
                     .mean_counts = mode == VMAC_CORR_NONE,
                     .apart = op->k / (op->k + (double)s->samples)};
#pragma omp parallel for schedule(dynamic, 1)
    for (int k = 0; k < op->k; k++) position(&t, &g, k);
    const int channels = op->n / s->groups;
    tune_group(net, op, &t, &g, i * channels, channels, tuned->tensor[tuned->op[index].weight].i8);
    group_free(&g);
  }
  free(e);
  free(table);
}
