/* TEST RATIONALE: noise and dropout in the place of a cell's error, in training.
 *   State space: each kind of layer with weights; cells of both operand classes, corrected,
 *   without, and exact, whose error is none; a channel whose factor is negative. Outputs against
 *   the moments of what bit_true gives with the cell, less what it gives with an exact one, by
 *   plain loops, and the documented numbers; gradients against those of exact products, of dropped
 *   gradients where outputs are; the same again at the same step, others at another; uniform
 *   numbers by their moments, and beside the normal ones of the same key.
 *   Parameters: one batch of random inputs, beyond the codes too.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_bits.h"
#include "train_probe.h"

enum { STEP = 7 };

typedef struct {
  train_model *model;
  train_products *products;
  vmac_dataset data;
  int index;
  train_linear map;
  train_work work;
  float *x, *y, *dy, *dx, *dw;
} bench;

static bench begin(int which) {
  bench b = {.index = WEIGHTED[which]};
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  b.model = make_model(&b.data);
  b.products = train_products_new(b.model, SEED);
  b.map = train_linear_new(BATCH, &b.model->layer[b.index]);
  b.x = normal(&rng, b.map.nx);
  b.dy = normal(&rng, b.map.ny);
  b.y = vmac_alloc(b.map.ny, sizeof *b.y);
  b.dx = vmac_alloc(b.map.nx, sizeof *b.dx);
  b.dw = vmac_alloc(b.map.nw, sizeof *b.dw);
  b.work = (train_work){.products = b.products, .part = 3};
  return b;
}

static void end(bench *b) {
  train_work_free(&b->work);
  train_linear_free(&b->map);
  train_products_free(b->products);
  train_model_free(b->model);
  vmac_dataset_free(&b->data);
  free(b->x);
  free(b->y);
  free(b->dy);
  free(b->dx);
  free(b->dw);
}

static void begin_step(bench *b, uint64_t step) {
  vmac_err err;
  train_products_calibration(b->products, &b->data, IMAGES);
  if (!train_products_begin(b->products, step, true, &err)) fail_msg("%s", err.text);
}

/* The layer's products with an error model, gradients of dy. */
static void run(bench *b, train_error error, const char *cell, vmac_mode mode, const float *dy) {
  const train_arith arith[TRAIN_PRODUCTS] = {
      {.error = error, .cell = {.mult = mult_of(cell), .mode = mode}}};
  const float *w = b->model->param + b->model->layer[b->index].param;
  train_products_set(b->products, b->index, arith);
  begin_step(b, STEP);
  train_product_forward(&b->work, b->index, &b->map, b->x, w, NULL, false, b->y);
  train_product_backward(&b->work, b->index, &b->map, b->x, w, dy,
                         b->model->layer[b->index].in[0] < 0 ? NULL : b->dx, b->dw);
}

static float *copy(size_t n, const float *from) {
  return memcpy(vmac_alloc(n, sizeof *from), from, n * sizeof *from);
}

static void same(const char *what, size_t n, const float *found, const float *want, float scale) {
  for (size_t i = 0; i < n; i++)
    if (!(fabsf(found[i] - want[i]) <= 1e-4f * (scale + fabsf(want[i]))))
      fail_msg("%s[%zu]: %g, expected %g", what, i, (double)found[i], (double)want[i]);
}

static void check(int which, bool dropout, const char *cell, vmac_mode mode) {
  bench b = begin(which);
  const size_t n = b.map.ny, c = (size_t)b.model->layer[b.index].c, rows = n / c;
  const train_error like = dropout ? TRAIN_DROPOUT_LIKE : TRAIN_NOISE_LIKE;
  const train_key key = train_key_of(SEED, STEP, (uint32_t)(b.index * TRAIN_PRODUCTS), 3);
  const char *exact_cell = mult_of(cell)->cls == VMAC_S8 ? "exacts" : "exact";
  run(&b, TRAIN_BIT_TRUE, cell, mode, b.dy);
  float *with = copy(n, b.y), *random = vmac_alloc(n, sizeof *random);
  run(&b, TRAIN_BIT_TRUE, exact_cell, VMAC_CORR_NONE, b.dy);
  float *exact = copy(n, b.y), *want = vmac_alloc(n, sizeof *want);
  float *passes = vmac_alloc(n, sizeof *passes);
  if (dropout)
    train_uniforms(key, n, random);
  else
    train_normals(key, n, random);
  for (size_t j = 0; j < c; j++) {
    double sum = 0, square = 0, signal = 0;
    for (size_t i = j; i < n; i += c) {
      const double e = (double)with[i] - (double)exact[i];
      sum += e;
      square += e * e;
      signal += (double)exact[i] * (double)exact[i];
    }
    const double mean = sum / (double)rows;
    const double variance = fmax(square / (double)rows - mean * mean, 0);
    const double keep = signal / (signal + variance * (double)rows);
    for (size_t i = j; i < n; i += c) {
      const bool kept = !dropout || !(variance > 0) || (double)random[i] < keep;
      want[i] = (float)mean;
      if (dropout)
        want[i] += kept ? exact[i] / (float)keep : 0;
      else
        want[i] += exact[i] + (float)sqrt(variance) * random[i];
      passes[i] = !dropout ? b.dy[i] : kept ? b.dy[i] / (float)keep : 0;
    }
  }
  run(&b, TRAIN_BIT_TRUE, exact_cell, VMAC_CORR_NONE, passes);
  float *dx = copy(b.map.nx, b.dx), *dw = copy(b.map.nw, b.dw);
  run(&b, like, cell, mode, b.dy);
  same("y", n, b.y, want, 0.3f);
  same("dw", b.map.nw, b.dw, dw, 1);
  if (b.model->layer[b.index].in[0] >= 0) same("dx", b.map.nx, b.dx, dx, 1);
  float *y = copy(n, b.y);
  run(&b, like, cell, mode, b.dy);
  assert_memory_equal(b.y, y, n * sizeof *y);
  begin_step(&b, STEP + 1);
  train_product_forward(&b.work, b.index, &b.map, b.x, NULL, NULL, false, b.y);
  if (!dropout || n > 100) /* few outputs may all be kept, twice */
    assert_memory_not_equal(b.y, y, n * sizeof *y);
  free(with);
  free(random);
  free(exact);
  free(want);
  free(passes);
  free(dx);
  free(dw);
  free(y);
  end(&b);
}

static void test_layers(void **state) {
  (void)state;
  for (int which = 0; which < LAYERS; which++)
    for (int dropout = 0; dropout < 2; dropout++) {
      check(which, dropout, "trunc8s", VMAC_CORR_NONE);
      check(which, dropout, "perf3", VMAC_CORR_NONE);
      check(which, dropout, "perf3", VMAC_CORR_CV);
    }
}

/* No error: exact products of int8 operands, to the bit; and no layer of it is an int8 network's.
 * */
static void test_none(void **state) {
  (void)state;
  for (int dropout = 0; dropout < 2; dropout++) {
    bench b = begin(2);
    run(&b, TRAIN_BIT_TRUE, "exacts", VMAC_CORR_NONE, b.dy);
    assert_non_null(train_products_twin(b.products));
    float *y = copy(b.map.ny, b.y), *dx = copy(b.map.nx, b.dx), *dw = copy(b.map.nw, b.dw);
    run(&b, dropout ? TRAIN_DROPOUT_LIKE : TRAIN_NOISE_LIKE, "exacts", VMAC_CORR_NONE, b.dy);
    assert_memory_equal(b.y, y, b.map.ny * sizeof *y);
    assert_memory_equal(b.dx, dx, b.map.nx * sizeof *dx);
    assert_memory_equal(b.dw, dw, b.map.nw * sizeof *dw);
    assert_true(train_products_quantize(b.products));
    assert_null(train_products_twin(b.products));
    free(y);
    free(dx);
    free(dw);
    end(&b);
  }
}

static void test_uniforms(void **state) {
  (void)state;
  enum { N = 1 << 18 };
  const train_key key = train_key_of(SEED, STEP, 5, 2);
  float *u = vmac_alloc(N, sizeof *u), *z = vmac_alloc(N, sizeof *z);
  train_uniforms(key, N, u);
  train_normals(key, N, z);
  enum { PAIRS = 64 };
  double mean = 0, square = 0, beside = 0, beside_square = 0, next = 0;
  for (size_t i = 0; i < N; i++) {
    const double v = (double)u[i] - 0.5;
    assert_true(u[i] >= 0 && u[i] < 1);
    mean += v / N;
    square += v * v / N;
    beside += v * (double)z[i] / N;
    if (i < N / 2) { /* the pair of normal numbers with that index */
      const float *pair = z + i / PAIRS * 2 * PAIRS + i % PAIRS;
      const double a = (double)pair[0], b = (double)pair[PAIRS];
      beside_square += v * (a * a + b * b - 2) / (N / 2);
    }
    if (i) next += v * ((double)u[i - 1] - 0.5) / N;
  }
  const double sd = sqrt(1 / 12.0 / N); /* of a mean; of a pair's square, and of half the numbers */
  assert_true(fabs(mean) < 5 * sd);
  assert_true(fabs(square - 1 / 12.0) < 5 * sqrt(1 / 180.0 / N));
  assert_true(fabs(beside) < 5 * sd);
  assert_true(fabs(beside_square) < 5 * 2 * sqrt(2) * sd);
  assert_true(fabs(next) < 5 * sd * sqrt(1 / 12.0));
  free(u);
  free(z);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_layers), cmocka_unit_test(test_none),
                                     cmocka_unit_test(test_uniforms)};
  return cmocka_run_group_tests_name("train_like", tests, NULL, NULL);
}
