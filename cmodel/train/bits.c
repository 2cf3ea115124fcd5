/* One layer's products by a cell: the accumulators of its int8 twin forward, and the derivative
 * that stands for the cell's own backward.
 *
 * With A and W the operands' values, s the real size of a unit of an accumulator and of an
 * activation code t, an output is s * sum of F(A, W), F = (A - Za)(W - Zw) + error. So its gradient
 * to an activation is sum of dy * s / t * dF/dA, and to a weight sum of dy * t * dF/dW, both
 * straight through the rounding to codes. A derivative that is a sum of products of a function of A
 * and one of W takes as many exact products of changed operands.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clones.h"
#include "train/product.h"

/* Accumulators that are made at once: of several images where they are few, see rows.c. */
enum { TOGETHER = 1 << 17 };

struct train_bits {
  const train_layer *layer;
  train_cell cell;
  const train_terms *terms; /* NULL, or [0] to A, [1] to W */
  const train_twin_layer *twin;
  size_t nw, n; /* weights, channels */
  float *w;     /* (nw): operand of the data's product, NULL: the twin's weights */
  float x[256]; /* operand of the weights' product by code, less that of padding */
  float padding;
  bool straight;                                /* x is what the code stands for */
  float *to_a[TRAIN_TERMS], *to_w[TRAIN_TERMS]; /* (nw): the terms' functions of each weight */
};

train_bits *train_bits_new(const train_layer *l, const train_cell *cell, const train_terms *terms) {
  train_bits *b = vmac_alloc(1, sizeof *b);
  b->layer = l;
  b->cell = *cell;
  b->terms = terms;
  b->n = (size_t)l->c;
  b->nw = train_weights(l);
  b->straight = cell->gradient != TRAIN_SLOPE || !cell->mult;
  if (!b->straight) b->w = vmac_alloc(b->nw, sizeof *b->w);
  for (int i = 0; terms && i < terms[0].terms; i++) b->to_a[i] = vmac_alloc(b->nw, sizeof(float));
  for (int i = 0; terms && i < terms[1].terms; i++) b->to_w[i] = vmac_alloc(b->nw, sizeof(float));
  return b;
}

void train_bits_free(train_bits *b) {
  if (!b) return;
  for (int i = 0; i < TRAIN_TERMS; i++) {
    free(b->to_a[i]);
    free(b->to_w[i]);
  }
  free(b->w);
  free(b);
}

const train_terms *train_bits_terms(const train_bits *b) {
  return b->terms;
}

static size_t channel_of(const train_bits *b, size_t weight) {
  return b->layer->row->kind == TRAIN_DEPTHWISE ? weight % b->n : weight / (b->nw / b->n);
}

static const int8_t *weight_codes(const train_bits *b) {
  return b->twin->net->tensor[b->twin->op->weight].i8;
}

/* Slopes of the corrected product: that of the correction is a channel's. */
static void set_slopes(train_bits *b, const uint64_t *count) {
  const train_twin_layer *t = b->twin;
  const vmac_mac *mac = t->mac;
  const vmac_class cls = b->cell.mult->cls;
  const int8_t *codes = weight_codes(b);
  const double zw = cls == VMAC_U8 ? 128 : 0, za = (double)t->in_zero + zw;
  uint64_t of_w[256] = {0};
  double to_a[256], to_w[256], x[VMAC_CORR_PLANES] = {0};
  for (size_t i = 0; i < b->nw; i++) of_w[(uint8_t)codes[i]]++;
  train_slopes_to_a(mac->table, cls, count, to_a);
  train_slopes_to_w(mac->table, cls, of_w, to_w);
  for (int i = 0; mac->c0 && i < mac->planes; i++) {
    double term[256];
    for (int code = 0; code < 256; code++)
      term[code] = (double)mac->terms[256 * i + vmac_operand_bits(cls, (int8_t)(uint8_t)code)];
    x[i] = train_slope_of(cls, count, term);
    if (!(x[i] == x[i])) x[i] = 0; /* one activation alone: there is no slope */
  }
  for (size_t i = 0; i < b->nw; i++) {
    const size_t c = channel_of(b, i);
    double slope = to_a[(uint8_t)codes[i]] - zw;
    for (int k = 0; mac->c0 && k < mac->planes; k++)
      slope += (double)mac->c[c * (size_t)mac->planes + (size_t)k] / (1 << VMAC_CORR_F) * x[k];
    b->w[i] = (float)((double)(t->factor[c] / t->in_scale) * slope);
  }
  b->padding = (float)((double)t->in_scale * (to_w[(uint8_t)t->in_zero] - za));
  for (int code = 0; code < 256; code++)
    b->x[code] = (float)((double)t->in_scale * (to_w[code] - za)) - b->padding;
}

void train_bits_begin(train_bits *b, const train_twin_layer *twin, const uint64_t *count) {
  b->twin = twin;
  if (!b->straight) set_slopes(b, count);
  if (!b->terms) return;
  const int8_t *codes = weight_codes(b);
  for (int i = 0; i < b->terms[0].terms; i++)
    for (size_t k = 0; k < b->nw; k++)
      b->to_a[i][k] =
          twin->factor[channel_of(b, k)] / twin->in_scale * b->terms[0].w[i][(uint8_t)codes[k]];
  for (int i = 0; i < b->terms[1].terms; i++)
    for (size_t k = 0; k < b->nw; k++)
      b->to_w[i][k] = twin->in_scale * b->terms[1].w[i][(uint8_t)codes[k]];
}

VMAC_CLONES static void real_outputs(size_t m, size_t n, const int32_t *acc, const int32_t *bias,
                                     const float *factor, float *y) {
  for (size_t i = 0; i < m; i++, acc += n, y += n)
#pragma omp simd
    for (size_t j = 0; j < n; j++)
      y[j] = (float)(int32_t)((uint32_t)acc[j] - (uint32_t)bias[j]) * factor[j];
}

void train_bits_outputs(const train_twin_layer *t, size_t images, const int32_t *acc, float *y) {
  real_outputs(images * (size_t)t->op->m, (size_t)t->op->n, acc, t->bias, t->factor, y);
}

void train_bits_forward(const train_bits *b, train_work *work, const train_linear *map,
                        const float *x, float *y) {
  const train_twin_layer *t = b->twin;
  const size_t batch = (size_t)map->batch, m = (size_t)t->op->m, n = (size_t)t->op->n;
  const size_t in = map->nx / batch, most = TOGETHER / (m * n) ? TOGETHER / (m * n) : 1;
  int8_t *codes = vmac_scratch_get(map->codes, map->nx);
  int32_t *acc = vmac_scratch_get(&work->a, most * m * n * sizeof *acc);
  work->state.isa = vmac_isa_now();
  for (size_t i = 0; i < batch; i += most) {
    const size_t images = batch - i < most ? batch - i : most;
    train_encode(images * in, t->in_scale, t->in_zero, x + i * in, codes + i * in);
    vmac_layer_accs(t->net, t->op, t->mac, (int)images, codes + i * in, acc, &work->state);
    train_bits_outputs(t, images, acc, y + i * m * n);
  }
}

const float *train_bits_weights(const train_bits *b) {
  return b->w ? b->w : b->twin->w;
}

static void look_up(size_t n, const float *of_code, const int8_t *codes, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = of_code[(uint8_t)codes[i]];
}

/* What the last forward pass left. */
static const int8_t *codes_of(const train_linear *map) {
  return (const int8_t *)map->codes->bytes;
}

const float *train_bits_data(const train_bits *b, train_work *work, const train_linear *map) {
  const train_twin_layer *t = b->twin;
  const int8_t *codes = codes_of(map);
  float *operand = vmac_scratch_get(&work->operand, map->nx * sizeof *operand);
  if (b->straight)
    train_decode(map->nx, t->in_scale, t->in_zero, codes, operand);
  else
    look_up(map->nx, b->x, codes, operand);
  return operand;
}

/* dw[i] += sums of dy over its channel's outputs, times padding[channel's weight]. */
static void sum_channels(const train_linear *map, const float *dy, double *sum) {
  const size_t n = (size_t)map->layer->c, rows = map->ny / n;
  memset(sum, 0, n * sizeof *sum);
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < n; j++) sum[j] += (double)dy[r * n + j];
}

/* Where a window lies outside of the map, the array multiplies the zero point, whose function is
 * not 0 as an absent value's is: it is taken off everywhere and added for every output. */
void train_bits_add_weights(const train_bits *b, train_work *work, const train_linear *map,
                            const float *dy, float *dw) {
  const int terms = b->terms ? b->terms[1].terms : 0;
  if (b->straight && !terms) return;
  double *sum = vmac_alloc(b->n, sizeof *sum);
  sum_channels(map, dy, sum);
  if (!b->straight)
    for (size_t k = 0; k < b->nw; k++) dw[k] += (float)((double)b->padding * sum[channel_of(b, k)]);
  const int8_t *codes = codes_of(map);
  float *operand = (float *)(void *)work->operand.bytes;
  float *more = terms ? vmac_scratch_get(&work->b, b->nw * sizeof *more) : NULL;
  for (int i = 0; i < terms; i++) {
    const float *of_code = b->terms[1].a[i];
    const float padding = of_code[(uint8_t)b->twin->in_zero];
    float shifted[256];
    for (int code = 0; code < 256; code++) shifted[code] = of_code[code] - padding;
    look_up(map->nx, shifted, codes, operand);
    train_linear_weights(map, operand, dy, more);
    for (size_t k = 0; k < b->nw; k++)
      dw[k] += b->to_w[i][k] * (more[k] + (float)((double)padding * sum[channel_of(b, k)]));
  }
  free(sum);
}

/* dx = 0 outside of the range: the code does not follow there. */
VMAC_CLONES static void clip(size_t n, float lo, float hi, const float *x, float *dx) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) dx[i] = x[i] < lo || x[i] > hi ? 0 : dx[i];
}

void train_bits_add_data(const train_bits *b, train_work *work, const train_linear *map,
                         const float *x, const float *dy, float *dx) {
  const train_twin_layer *t = b->twin;
  const int8_t *codes = codes_of(map);
  const int terms = b->terms ? b->terms[0].terms : 0;
  float *more = terms ? vmac_scratch_get(&work->b, map->nx * sizeof *more) : NULL;
  for (int i = 0; i < terms; i++) {
    const float *of_code = b->terms[0].a[i];
    train_linear_data(map, dy, b->to_a[i], more);
    for (size_t k = 0; k < map->nx; k++) dx[k] += of_code[(uint8_t)codes[k]] * more[k];
  }
  /* Half a step more than the outer codes. */
  clip(map->nx, ((float)(-128 - t->in_zero) - 0.5f) * t->in_scale,
       ((float)(127 - t->in_zero) + 0.5f) * t->in_scale, x, dx);
}
