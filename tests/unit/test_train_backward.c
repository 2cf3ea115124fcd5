/* TEST RATIONALE: backward products of layers multiplied by a cell, and runs of them.
 *   State space: each kind of layer with weights against sums of the derivative over all pairs of
 *   operands, padding included; runs by threads and resumed, bit for bit; digits that are learned.
 *   Parameters: cells of both operand classes, corrected and not, every gradient.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_bits.h"
#include "train_probe.h"

/* dF/dA and dF/dW of a pair of codes, for a gradient. */
typedef struct {
  double *to_a, *to_w; /* [A << 8 | W] by bits */
  double of_channel[16];
} wanted;

/* What the derivative of F is by the definition of each gradient, less Zw and Za later. */
static wanted want_of(const train_cell *cell, const train_twin_layer *layer,
                      const uint64_t *count) {
  wanted w = {vmac_alloc(65536, sizeof(double)), vmac_alloc(65536, sizeof(double)), {0}};
  int32_t *table = vmac_alloc(65536, sizeof *table);
  const vmac_class cls = cell->mult->cls;
  const vmac_tensor *weight = &layer->net->tensor[layer->op->weight];
  uint64_t of_w[256] = {0};
  vmac_mult_table(cell->mult, table);
  for (size_t i = 0; i < weight->size; i++) of_w[(uint8_t)weight->i8[i]]++;
  if (cell->gradient == TRAIN_TABLE) {
    train_derivative(table, cls, false, cell->window, w.to_a);
    train_derivative(table, cls, true, cell->window, w.to_w);
  } else {
    for (int i = 0; i < 65536; i++) {
      const uint8_t a = (uint8_t)(i >> 8), b = (uint8_t)i;
      const bool line_of = cell->gradient == TRAIN_SLOPE;
      const uint8_t flip = vmac_operand_bits(cls, 0);
      w.to_a[i] = line_of ? line(cell->mult, count, false, b ^ flip) : vmac_operand(cls, b);
      w.to_w[i] = line_of ? line(cell->mult, of_w, true, a ^ flip) : vmac_operand(cls, a);
    }
  }
  if (cell->gradient == TRAIN_SLOPE && layer->mac->c0) { /* slope of c X(A) / 64, one X */
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (int code = 0; code < 256; code++) {
      const uint8_t bits = vmac_operand_bits(cls, (int8_t)(uint8_t)code);
      const double k = (double)count[code], v = vmac_operand(cls, bits),
                   t = layer->mac->terms[bits];
      n += k;
      x += k * v;
      y += k * t;
      xx += k * v * v;
      xy += k * v * t;
    }
    for (int c = 0; c < layer->op->n; c++)
      w.of_channel[c] = layer->mac->c[c] / 64.0 * (n * xy - x * y) / (n * xx - x * x);
  }
  free(table);
  return w;
}

static void check_near(const char *what, const float *found, const double *want, size_t n,
                       double tolerance) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(want[i]));
  assert_true(largest > 0);
  for (size_t i = 0; i < n; i++)
    if (fabs((double)found[i] - want[i]) > tolerance * largest)
      fail_msg("%s[%zu]: %g, expected %g (largest %g)", what, i, (double)found[i], want[i],
               largest);
}

/* Sums over every output and every operand of its window, padding included. */
static void check_backward(int which, const train_cell *cell, double tolerance) {
  vmac_err err;
  vmac_dataset data;
  train_model *m = make_model(&data);
  train_products *p = train_products_new(m, SEED);
  set_cell(p, cell);
  train_products_calibration(p, &data, IMAGES);
  if (!train_products_begin(p, 0, true, &err)) fail_msg("%s", err.text);
  const int index = WEIGHTED[which];
  const train_twin_layer *layer = train_twin_at(train_products_twin(p), index);
  const vmac_op *op = layer->op;
  const vmac_class cls = cell->mult->cls;
  const bool depthwise = op->kind == VMAC_DEPTHWISE;
  train_linear map = train_linear_new(BATCH, &m->layer[index]);
  if (m->layer[index].in[0] < 0) { /* the gradient of the image is wanted too */
    train_linear_free(&map);
    m->layer[index].in[0] = 0;
    map = train_linear_new(BATCH, &m->layer[index]);
  }
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  float *x = normal(&rng, map.nx), *dy = normal(&rng, map.ny);
  float *y = vmac_alloc(map.ny, sizeof *y);
  float *dx = vmac_alloc(map.nx, sizeof *dx), *dw = vmac_alloc(map.nw, sizeof *dw);
  double *want_x = vmac_alloc(map.nx, sizeof *want_x), *want_w = vmac_alloc(map.nw, sizeof *want_w);
  train_work work = {.products = p};
  train_product_forward(&work, index, &map, x, m->param + m->layer[index].param, NULL, false, y);
  train_product_backward(&work, index, &map, x, m->param + m->layer[index].param, dy, dx, dw);

  const wanted w = want_of(cell, layer, train_twin_count(train_products_twin(p), index));
  const size_t in = map.nx / BATCH, k = (size_t)op->k, n = (size_t)op->n, pixels = (size_t)op->m;
  int8_t *codes = vmac_alloc(in, 1), *patch = vmac_alloc(k, 1), *at = vmac_alloc(in, 1);
  int8_t *from = vmac_alloc(k, 1);
  assert_true(in <= 256);
  for (size_t e = 0; e < in; e++) at[e] = (int8_t)(uint8_t)e; /* each operand's place */
  const double zw = cls == VMAC_U8 ? 128 : 0, za = layer->in_zero + zw;
  for (size_t image = 0; image < BATCH; image++) {
    const float *xi = x + image * in;
    for (size_t i = 0; i < in; i++) {
      const double v = floor((double)xi[i] / (double)layer->in_scale + layer->in_zero + 0.5);
      codes[i] = (int8_t)fmax(-128, fmin(127, v));
    }
    for (size_t pixel = 0; pixel < pixels; pixel++)
      for (size_t c = 0; c < n; c++) {
        const double g = (double)dy[(image * pixels + pixel) * n + c];
        vmac_patch(layer->net, op, codes, (int)pixel, (int)c, patch);
        for (size_t i = 0; i < k; i++) {
          const int8_t wc = vmac_weight(layer->net, op, (int)c, (int)i);
          const int pair = vmac_operand_bits(cls, patch[i]) << 8 | vmac_operand_bits(cls, wc);
          want_w[depthwise ? i * n + c : c * k + i] +=
              g * (double)layer->in_scale * (w.to_w[pair] - za);
          vmac_patch(layer->net, op, at, (int)pixel, (int)c, from);
          const size_t place = (uint8_t)from[i];
          bool inside = true; /* of the map: padding has a code too */
          const int y0 = (int)pixel / m->layer[index].w * op->stride_h - op->pad_top;
          const int x0 = (int)pixel % m->layer[index].w * op->stride_w - op->pad_left;
          const int row = (int)i / (int)(k / (size_t)op->kh);
          const int column =
              (int)i % (int)(k / (size_t)op->kh) / (int)(k / (size_t)(op->kh * op->kw));
          if (op->kind != VMAC_FC)
            inside = y0 + row >= 0 && y0 + row < m->layer[index].ih && x0 + column >= 0 &&
                     x0 + column < m->layer[index].iw;
          if (inside)
            want_x[image * in + place] += g * (double)(layer->factor[c] / layer->in_scale) *
                                          (w.to_a[pair] - zw + w.of_channel[c]);
        }
      }
    for (size_t i = 0; i < in; i++) {
      const double v = (double)xi[i] / (double)layer->in_scale + layer->in_zero;
      if (v < -128.5 || v > 127.5) want_x[image * in + i] = 0;
    }
  }
  char what[64];
  snprintf(what, sizeof what, "%s %s dw", cell->mult->name, m->layer[index].row->name);
  check_near(what, dw, want_w, map.nw, tolerance);
  snprintf(what, sizeof what, "%s %s dx", cell->mult->name, m->layer[index].row->name);
  check_near(what, dx, want_x, map.nx, tolerance);
  void *all[] = {x, y, dy, dx, dw, want_x, want_w, w.to_a, w.to_w, codes, patch, at, from};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  train_work_free(&work);
  train_linear_free(&map);
  train_products_free(p);
  train_model_free(m);
  vmac_dataset_free(&data);
}

static void test_backward(void **state) {
  (void)state;
  const train_cell cells[] = {{mult_of("trunc7"), VMAC_CORR_NONE, TRAIN_STRAIGHT, 0},
                              {mult_of("drum4s"), VMAC_CORR_CV, TRAIN_STRAIGHT, 0},
                              {mult_of("perf4"), VMAC_CORR_NONE, TRAIN_TABLE, 2},
                              {mult_of("perf4s"), VMAC_CORR_CV, TRAIN_TABLE, 8},
                              {mult_of("trunc7"), VMAC_CORR_CV, TRAIN_SLOPE, 0},
                              {mult_of("drum3s"), VMAC_CORR_NONE, TRAIN_SLOPE, 0}};
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    for (int which = 0; which < LAYERS; which++)
      check_backward(which, &cells[i], cells[i].gradient == TRAIN_TABLE ? 0.06 : 1e-3);
}

/* ---- runs ----------------------------------------------------------------------------------- */

static train_trainer *digits_trainer(const train_cell *cell, int threads) {
  train_trainer *t = net_trainer("lenet5", &TINY, threads);
  train_arith arith[TRAIN_PRODUCTS] = {{.error = TRAIN_BIT_TRUE, .cell = *cell}};
  for (int i = 0; i < t->model->layers; i++)
    if (t->shard[0]->linear[i].nw) train_products_set(t->products, i, arith);
  return t;
}

static void test_threads_and_resume(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  draw_digits(&data, 256);
  const train_cell cells[] = {{mult_of("perf3"), VMAC_CORR_CV, TRAIN_SLOPE, 0},
                              {mult_of("trunc7"), VMAC_CORR_NONE, TRAIN_TABLE, 4}};
  for (size_t i = 0; i < 2; i++) {
    train_trainer *one = digits_trainer(&cells[i], 1), *two = digits_trainer(&cells[i], 2);
    train_epoch(one, &data, 0);
    train_epoch(two, &data, 0);
    assert_true(train_save(two->model, &TINY, 1, true, 0, in_folder("a.safetensors"), &err));
    train_trainer_free(two);
    const train_result whole = train_epoch(one, &data, 1);
    two = digits_trainer(&cells[i], 2);
    int done;
    if (!train_resume(two->model, &TINY, in_folder("a.safetensors"), &done, &err))
      fail_msg("%s", err.text);
    const train_result rest = train_epoch(two, &data, 1);
    assert_true(whole.loss == rest.loss);
    assert_memory_equal(one->model->param, two->model->param, one->model->params * sizeof(float));
    assert_memory_equal(one->model->range, two->model->range,
                        (size_t)one->model->layers * sizeof(train_range));
    train_result a, b;
    assert_true(train_evaluate_int8(one, &data, &data, &a, &err));
    assert_true(train_evaluate_int8(two, &data, &data, &b, &err));
    assert_true(a.accuracy == b.accuracy && a.loss == b.loss);
    train_trainer_free(one);
    train_trainer_free(two);
  }
  vmac_dataset_free(&data);
}

/* Digits are learned with a coarse cell, from the first weights on. */
static void test_learns(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  draw_digits(&data, 256);
  const train_cell cell = {mult_of("perf3"), VMAC_CORR_CV, TRAIN_STRAIGHT, 0};
  train_config config = TINY;
  config.epochs = 12;
  config.crop = 0;
  config.flip = false;
  config.smoothing = 0;
  train_trainer *t = net_trainer("lenet5", &config, 2);
  train_arith arith[TRAIN_PRODUCTS] = {{.error = TRAIN_BIT_TRUE, .cell = cell}};
  for (int i = 0; i < t->model->layers; i++)
    if (t->shard[0]->linear[i].nw) train_products_set(t->products, i, arith);
  double loss = 0;
  for (int epoch = 0; epoch < config.epochs; epoch++) loss = train_epoch(t, &data, epoch).loss;
  train_result result;
  assert_true(train_evaluate_int8(t, &data, &data, &result, &err));
  if (loss > 0.5 || result.accuracy < 90)
    fail_msg("loss %g, accuracy %g %%", loss, result.accuracy);
  train_trainer_free(t);
  vmac_dataset_free(&data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_backward),
      cmocka_unit_test(test_threads_and_resume),
      cmocka_unit_test(test_learns),
  };
  return cmocka_run_group_tests_name("train_backward", tests, make_folder, remove_folder);
}
