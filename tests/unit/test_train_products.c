/* TEST RATIONALE: products with simulated errors, forward and backward.
 *   State space: the normal numbers by their whole distribution and their independence of each
 *   other; each error model in each of the three products, told from the others by what stays the
 *   same: from step to step, from output to output; the mean relative error of single
 *   multiplications, 0.798 sd; sums of them, normalised, against the normal distribution; gradients
 *   through weights with errors against difference quotients; threads and resumption, byte for
 *   byte.
 *   Parameters: convolution, depthwise, fully connected; padding and stride.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/product.h"
#include "train_probe.h"

static int ascending(const void *a, const void *b) {
  const float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance to the normal distribution: a sample of it exceeds the limit
 * once in 10^6. Sorts z. */
static void check_normal(const char *what, float *z, size_t n) {
  qsort(z, n, sizeof *z, ascending);
  double largest = 0;
  for (size_t i = 0; i < n; i++) {
    const double p = 0.5 * erfc(-(double)z[i] / sqrt(2.0));
    largest = fmax(largest, fmax(p - (double)i / (double)n, (double)(i + 1) / (double)n - p));
  }
  if (largest > 2.7 / sqrt((double)n))
    fail_msg("%s: %g from the normal distribution, %zu numbers", what, largest, n);
}

/* Correlation of n pairs, 5 standard deviations off 0 at most. */
static void check_independent(const char *what, const float *a, const float *b, size_t n) {
  const double r = dot(n, a, b) / sqrt(dot(n, a, a) * dot(n, b, b));
  if (fabs(r) > 5 / sqrt((double)n)) fail_msg("%s: correlation %g of %zu pairs", what, r, n);
}

static void test_normals(void **state) {
  (void)state;
  enum { N = 1 << 20 };
  float *z = vmac_alloc(N, sizeof *z), *other = vmac_alloc(N, sizeof *other);
  const train_key key = train_key_of(1, 2, 3, 4);
  train_normals(key, N, z);
  train_normals(key, 1000, other);
  assert_memory_equal(z, other, 1000 * sizeof *z);
  const size_t lags[] = {1, 2, 64, 128, 4096};
  for (size_t i = 0; i < 5; i++) check_independent("lag", z, z + lags[i], N - lags[i]);
  const train_key near[] = {train_key_of(2, 2, 3, 4), train_key_of(1, 3, 3, 4),
                            train_key_of(1, 2, 4, 4), train_key_of(1, 2, 3, 5)};
  for (size_t i = 0; i < 4; i++) {
    train_normals(near[i], N, other);
    check_independent("key", z, other, N);
    for (size_t k = 0; k < N; k++) other[k] *= other[k]; /* nor are magnitudes alike */
    float *square = vmac_alloc(N, sizeof *square);
    for (size_t k = 0; k < N; k++) square[k] = z[k] * z[k] - 1;
    for (size_t k = 0; k < N; k++) other[k] -= 1;
    check_independent("squares", square, other, N);
    free(square);
  }
  double fourth = 0;
  for (size_t i = 0; i < N; i++) fourth += pow((double)z[i], 4) / N;
  assert_true(fabs(fourth - 3) < 5 * sqrt(96.0 / N));
  check_normal("normals", z, N);
  free(z);
  free(other);
}

/* A model of one layer with weights, and its map. */
typedef struct {
  train_row row[2];
  train_net net;
  train_model *model;
  train_linear map;
  train_work work;
  float *x, *y, *dy, *dx, *dw;
  float *w;
} bench;

static bench *bench_new(train_row row, int side, int channels, int batch) {
  bench *b = vmac_alloc(1, sizeof *b);
  b->row[0] = row;
  b->row[0].name = "layer";
  b->net = (train_net){"bench", side, side, channels, row.channels, 0, b->row, 1};
  b->model = train_model_new(&b->net, SEED);
  b->model->layer[0].in[0] = 0; /* that the gradient of the image is wanted */
  b->map = train_linear_new(batch, &b->model->layer[0]);
  b->work.products = train_products_new(b->model, SEED);
  b->w = b->model->param;
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  b->x = normal(&rng, b->map.nx);
  b->dy = normal(&rng, b->map.ny);
  b->y = vmac_alloc(b->map.ny, sizeof(float));
  b->dx = vmac_alloc(b->map.nx, sizeof(float));
  b->dw = vmac_alloc(b->map.nw, sizeof(float));
  return b;
}

static void bench_free(bench *b) {
  train_products_free((train_products *)(uintptr_t)b->work.products);
  train_work_free(&b->work);
  train_linear_free(&b->map);
  train_model_free(b->model);
  float *all[] = {b->x, b->y, b->dy, b->dx, b->dw};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  free(b);
}

static void set(bench *b, train_which which, train_error error, float sd) {
  train_arith arith[TRAIN_PRODUCTS] = {{.error = TRAIN_EXACT}};
  arith[which] = (train_arith){.error = error, .sd = sd};
  train_products_set((train_products *)(uintptr_t)b->work.products, 0, arith);
}

static void begin(bench *b, uint64_t step) {
  vmac_err err;
  assert_true(
      train_products_begin((train_products *)(uintptr_t)b->work.products, step, true, &err));
}

static void run_forward(void *layer) {
  bench *b = layer;
  begin(b, 7); /* the weights may have moved */
  train_product_forward(&b->work, 0, &b->map, b->x, b->w, NULL, false, b->y);
}

static void run_backward(bench *b) {
  train_product_backward(&b->work, 0, &b->map, b->x, b->w, b->dy, b->dx, b->dw);
}

/* What product `which` of the bench gives, and how many values. */
static float *result(bench *b, train_which which, size_t *n) {
  if (which == TRAIN_FORWARD)
    train_product_forward(&b->work, 0, &b->map, b->x, b->w, NULL, false, b->y);
  else
    run_backward(b);
  *n = which == TRAIN_FORWARD ? b->map.ny : which == TRAIN_DATA ? b->map.nx : b->map.nw;
  float *of[] = {b->y, b->dx, b->dw}, *copy = vmac_alloc(*n, sizeof *copy);
  memcpy(copy, of[which], *n * sizeof *copy);
  return copy;
}

static const train_row CONV3 = {.kind = TRAIN_CONV, .channels = 7, .kernel = 3, .stride = 2};
static const train_row DEPTHWISE3 = {.kind = TRAIN_DEPTHWISE, .kernel = 3, .stride = 1};
static const train_row FULL = {.kind = TRAIN_FC, .channels = 9};
static const train_row ONE = {.kind = TRAIN_CONV, .channels = 1, .kernel = 1, .stride = 1};

/* Weights with errors in the forward product: gradients are those of what it computes. */
static void test_gradients(void **state) {
  (void)state;
  const train_row rows[] = {CONV3, DEPTHWISE3, FULL};
  for (size_t r = 0; r < 3; r++)
    for (train_error e = TRAIN_STATIC_WEIGHT; e <= TRAIN_PER_STEP_WEIGHT; e++) {
      bench *b = bench_new(rows[r], 6, 5, 2);
      set(b, TRAIN_FORWARD, e, 0.5f);
      run_forward(b);
      run_backward(b);
      const probe p = {run_forward, b, b->y, b->dy, b->map.ny};
      check_gradient(&p, "dx", b->x, b->dx, b->map.nx, 1, 1e-4);
      check_gradient(&p, "dw", b->w, b->dw, b->map.nw, 1, 1e-4);
      bench_free(b);
    }
}

/* Single multiplications, or for a gradient of weights single weights: (found / exact - 1) / sd. */
static void check_relative(train_which which, train_error error) {
  enum { PIXELS = 300 };
  const bool wide = error != TRAIN_PER_MAC || which == TRAIN_WEIGHTS;
  const train_row many = {.kind = TRAIN_FC, .channels = 400};
  bench *b = wide ? bench_new(many, 1, 250, 1) : bench_new(ONE, PIXELS, 1, 1);
  const float sd = 0.018f;
  size_t n;
  if (wide && which != TRAIN_WEIGHTS) { /* one term of every sum */
    memset(which == TRAIN_FORWARD ? b->x : b->dy, 0,
           (which == TRAIN_FORWARD ? b->map.nx : b->map.ny) * sizeof(float));
    (which == TRAIN_FORWARD ? b->x : b->dy)[3] = 2;
  }
  begin(b, 1);
  float *exact = result(b, which, &n);
  set(b, which, error, sd);
  begin(b, 1);
  float *found = result(b, which, &n);
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    found[i] = (found[i] / exact[i] - 1) / sd;
    sum += fabs((double)found[i]);
  }
  const double mre = sum / (double)n, want = sqrt(2 / acos(-1.0));
  if (fabs(mre - want) > 5 * sqrt((1 - want * want) / (double)n))
    fail_msg("product %d, error %d: mean relative error %g sd, expected %g", which, error, mre,
             want);
  check_normal("relative errors", found, n);
  free(exact);
  free(found);
  bench_free(b);
}

static void test_relative_error(void **state) {
  (void)state;
  for (train_which w = TRAIN_FORWARD; w < TRAIN_PRODUCTS; w++)
    for (train_error e = TRAIN_STATIC_WEIGHT; e <= TRAIN_PER_MAC; e++) check_relative(w, e);
}

/* Sums of multiplications with an error each: noise of variance sd^2 * sum of (a w)^2, by brute
 * force: unit errors in one operand at a time. */
static void check_sums(train_row row, train_which which) {
  enum { STEPS = 60 };
  const float sd = 0.3f;
  bench *b = bench_new(row, 6, 5, 2);
  size_t n;
  float *exact = result(b, which, &n);
  /* The variance from the squares of both operands, by the exact product. */
  float *of[] = {b->x, b->w, b->dy}, *keep[3];
  const size_t size[] = {b->map.nx, b->map.nw, b->map.ny};
  for (int i = 0; i < 3; i++) {
    keep[i] = vmac_alloc(size[i], sizeof(float));
    memcpy(keep[i], of[i], size[i] * sizeof(float));
    for (size_t k = 0; k < size[i]; k++) of[i][k] *= of[i][k];
  }
  float *variance = result(b, which, &n);
  for (int i = 0; i < 3; i++) {
    memcpy(of[i], keep[i], size[i] * sizeof(float));
    free(keep[i]);
  }
  set(b, which, TRAIN_PER_MAC, sd);
  float *all = vmac_alloc(n * STEPS, sizeof *all), *first = NULL;
  for (uint64_t step = 0; step < STEPS; step++) {
    b->work.part = (uint32_t)(step % 2);
    begin(b, step / 2);
    float *found = result(b, which, &n);
    for (size_t i = 0; i < n; i++)
      all[step * n + i] = (found[i] - exact[i]) / (sd * sqrtf(variance[i]));
    if (step == 1 || step == 2) check_independent("parts or steps", first, all + step * n, n);
    if (!first) first = all;
    free(found);
  }
  check_normal("sums", all, n * STEPS);
  free(all);
  free(exact);
  free(variance);
  bench_free(b);
}

static void test_sums(void **state) {
  (void)state;
  const train_row rows[] = {CONV3, DEPTHWISE3, FULL};
  for (size_t r = 0; r < 3; r++)
    for (train_which w = TRAIN_FORWARD; w < TRAIN_PRODUCTS; w++) check_sums(rows[r], w);
}

/* What static errors keep from step to step and the others do not; other products stay exact. */
static void test_steps(void **state) {
  (void)state;
  for (train_which w = TRAIN_FORWARD; w < TRAIN_PRODUCTS; w++)
    for (train_error e = TRAIN_STATIC_WEIGHT; e <= TRAIN_PER_MAC; e++) {
      bench *b = bench_new(CONV3, 6, 5, 2);
      size_t n, others;
      float *exact[TRAIN_PRODUCTS];
      for (train_which o = TRAIN_FORWARD; o < TRAIN_PRODUCTS; o++) exact[o] = result(b, o, &others);
      set(b, w, e, 0.1f);
      begin(b, 1);
      float *one = result(b, w, &n);
      begin(b, 2);
      float *two = result(b, w, &n);
      begin(b, 1);
      float *again = result(b, w, &n);
      assert_memory_equal(one, again, n * sizeof *one);
      assert_int_equal(memcmp(one, two, n * sizeof *one) == 0, e == TRAIN_STATIC_WEIGHT);
      for (train_which o = TRAIN_FORWARD; o < TRAIN_PRODUCTS; o++) {
        float *now = result(b, o, &others);
        /* Gradients pass through the forward product's weights. */
        const bool through = w == TRAIN_FORWARD && e != TRAIN_PER_MAC;
        assert_int_equal(memcmp(now, exact[o], others * sizeof *now) == 0, o != w && !through);
        free(now);
        free(exact[o]);
      }
      free(one);
      free(two);
      free(again);
      bench_free(b);
    }
}

static void set_all(train_trainer *t, const train_arith arith[TRAIN_PRODUCTS]) {
  for (int i = 0; i < t->model->layers; i++)
    if (t->shard[0]->linear[i].nw) train_products_set(t->products, i, arith);
}

/* One and two threads, resumed or not: the same bytes; other errors, other bytes. */
static void test_threads_and_resume(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  draw_digits(&data, 256);
  const train_arith arith[][TRAIN_PRODUCTS] = {{{.error = TRAIN_EXACT, .sd = 0},
                                                {.error = TRAIN_EXACT, .sd = 0},
                                                {.error = TRAIN_EXACT, .sd = 0}},
                                               {{.error = TRAIN_STATIC_WEIGHT, .sd = 0.1f},
                                                {.error = TRAIN_PER_STEP_WEIGHT, .sd = 0.1f},
                                                {.error = TRAIN_PER_MAC, .sd = 0.1f}},
                                               {{.error = TRAIN_PER_MAC, .sd = 0.1f},
                                                {.error = TRAIN_PER_MAC, .sd = 0.1f},
                                                {.error = TRAIN_STATIC_WEIGHT, .sd = 0.1f}}};
  train_trainer *kept[3] = {NULL};
  for (int i = 0; i < 3; i++) {
    train_trainer *one = net_trainer("lenet5", &TINY, 1), *two = net_trainer("lenet5", &TINY, 2);
    set_all(one, arith[i]);
    set_all(two, arith[i]);
    train_epoch(one, &data, 0);
    train_epoch(two, &data, 0);
    assert_true(train_save(two->model, &TINY, 1, true, 0, in_folder("a.safetensors"), &err));
    train_epoch(one, &data, 1);
    train_trainer_free(two);
    two = net_trainer("lenet5", &TINY, 2);
    set_all(two, arith[i]);
    int done;
    assert_true(train_resume(two->model, &TINY, in_folder("a.safetensors"), &done, &err));
    train_epoch(two, &data, 1);
    assert_memory_equal(one->model->param, two->model->param, one->model->params * sizeof(float));
    train_result plain, errors, threads;
    assert_true(train_evaluate(one, &data, &plain, &err));
    one->simulate = two->simulate = true;
    assert_true(train_products_begin(one->products, 99, true, &err));
    assert_true(train_products_begin(two->products, 99, true, &err));
    assert_true(train_evaluate(one, &data, &errors, &err));
    assert_true(train_evaluate(two, &data, &threads, &err));
    assert_true(errors.loss == threads.loss);
    assert_int_equal(errors.loss == plain.loss, i == 0);
    train_trainer_free(two);
    kept[i] = one;
  }
  for (int i = 0; i < 3; i++) {
    const train_model *a = kept[i]->model, *b = kept[(i + 1) % 3]->model;
    assert_int_not_equal(memcmp(a->param, b->param, a->params * sizeof(float)), 0);
  }
  for (int i = 0; i < 3; i++) train_trainer_free(kept[i]);
  vmac_dataset_free(&data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_normals),        cmocka_unit_test(test_gradients),
      cmocka_unit_test(test_relative_error), cmocka_unit_test(test_sums),
      cmocka_unit_test(test_steps),          cmocka_unit_test(test_threads_and_resume),
  };
  return cmocka_run_group_tests_name("train_products", tests, make_folder, remove_folder);
}
