/* The bench's own parts: the median, who runs when, what a wrong sum is called, the data it uses.
 *
 * State space: even and odd numbers of samples; tasks that count their runs and note the turn; a task
 * that is right once and wrong later; both kinds of activations; a convolution with stride and padding
 * and a matrix product. SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "../bench/bench.h"

#include <stdlib.h>
#include <string.h>

static void test_median(void **state) {
  (void)state;
  double odd[] = {9, 1, 5}, even[] = {8, 2, 1, 4}, one[] = {3};
  assert_float_equal(bench_median(odd, 3), 5, 0);
  assert_float_equal(bench_median(even, 4), 3, 0);
  assert_float_equal(bench_median(one, 1), 3, 0);
  const double some[] = {4, 2, 3};
  assert_float_equal(bench_least(some, 3), 2, 0);
}

static void test_fma(void **state) {
  (void)state;
  assert_float_equal(bench_fma(), BENCH_FMA_CHAINS * (BENCH_FMA_CHAINS + 1) / 2, 0);
  assert_int_equal(bench_fma_macs() % BENCH_FMA_CHAINS, 0);
}

/* Tasks that write down in what order they run, with the level that is forced then. */
typedef struct {
  char text[4096];
  int length, wrong_from; /* runs of the first task until its sum is wrong; 0: never */
} journal;

static void note(const bench_task *task) {
  journal *j = task->own;
  const char *isa = getenv("VARIMAC_ISA");
  if (j->length < (int)sizeof j->text - 1)
    j->text[j->length++] = (char)(task->levelled && isa ? isa[0] + ('A' - 'a') : task->kernel[0]);
  task->acc[0] = j->wrong_from && j->length >= j->wrong_from ? 8 : 7;
}

static bench_task noting(const char *kernel, journal *j, const bench_layer *layer, int32_t *acc) {
  static const int32_t want[1] = {7};
  return (bench_task){.kernel = kernel,
                      .cell = "cell",
                      .form = "any",
                      .run = note,
                      .layer = layer,
                      .own = j,
                      .acc = acc,
                      .want = want};
}

static void test_turns(void **state) {
  (void)state;
  journal j = {{0}, 0, 0};
  const bench_layer layer = {.shape = &bench_shapes[0], .m = 1, .n = 1};
  int32_t acc[3];
  bench_task tasks[3] = {noting("x", &j, &layer, &acc[0]), noting("y", &j, &layer, &acc[1]),
                         noting("z", &j, &layer, &acc[2])};
  tasks[1].levelled = true;
  tasks[1].isa = VMAC_AVX2;
  bench_options options = {.reps_least = 3, .reps_most = 3, .sample_ns = 0, .case_ns = 0};
  vmac_err err;
  assert_true(bench_check(tasks, 3, &options, &err));
  assert_string_equal(j.text, "xAz");
  /* Two runs to learn how long one takes, then rounds of one. */
  assert_true(bench_time(tasks, 3, &options, &err));
  assert_string_equal(j.text, "xAzxxAAzzxAzxAzxAz");
  for (int i = 0; i < 3; i++) {
    assert_int_equal(tasks[i].reps, 3);
    assert_true(tasks[i].least > 0 && tasks[i].least <= tasks[i].median);
  }
  /* More rounds only while there is time. */
  options.reps_most = 5;
  assert_true(bench_time(tasks, 3, &options, &err));
  assert_int_equal(tasks[0].reps, 3);
  options.case_ns = 1e12;
  assert_true(bench_time(tasks, 3, &options, &err));
  assert_int_equal(tasks[0].reps, 5);
  options.sample_ns = 2e6; /* many runs a sample: these last nanoseconds */
  j.length = 0;
  assert_true(bench_time(tasks, 1, &options, &err));
  assert_true(j.length > 100);
}

static void test_wrong(void **state) {
  (void)state;
  const bench_layer layer = {.shape = &bench_shapes[1], .m = 1, .n = 1};
  const bench_options options = {.reps_least = 2, .reps_most = 2, .sample_ns = 0, .case_ns = 0};
  int32_t acc;
  vmac_err err;
  journal early = {{0}, 0, 1}, late = {{0}, 0, 4};
  bench_task task = noting("x", &early, &layer, &acc);
  assert_false(bench_check(&task, 1, &options, &err));
  assert_string_equal(
      err.text, "3x3_16_16, x cell, before timing: expected 7 at pixel 0, channel 0, found 8");
  task = noting("x", &late, &layer, &acc);
  assert_true(bench_check(&task, 1, &options, &err));
  assert_false(bench_time(&task, 1, &options, &err));
  assert_string_equal(err.text,
                      "3x3_16_16, x cell, after timing: expected 7 at pixel 0, channel 0, found 8");
}

/* The matrix of a layer is its map, window by window, and the plain loops are the definition. */
static void check_layer(const bench_shape *shape) {
  bench_layer layer;
  vmac_err err;
  assert_true(bench_layer_new(&layer, shape, true, &err));
  bench_layer_fill(&layer, BENCH_DENSE);
  const vmac_op *op = &layer.net->op[0];
  int32_t *sum = bench_alloc((size_t)layer.m * (size_t)layer.n * sizeof *sum);
  int32_t *acc = bench_alloc((size_t)layer.m * (size_t)layer.n * sizeof *acc);
  bench_plain_sums(&layer, VMAC_S8, NULL, sum);
  bench_plain_acc(&layer, VMAC_S8, sum, acc);
  const int width = shape->window ? shape->in : 1, out = (width - 1) / shape->stride + 1;
  for (int p = 0; p < layer.m; p += layer.m - 1) /* the first, padded, and the last */
    for (int j = 0; j < layer.n; j++) {
      const int pad = shape->window ? op->pad_top : 0, window = shape->window ? shape->window : 1;
      const int c = shape->window ? shape->c : layer.k;
      int32_t want = layer.net->tensor[op->bias].i32[j], products = 0;
      for (int i = 0; i < layer.k; i++) {
        const int y = p / out * shape->stride - pad + i / c / window;
        const int x = p % out * shape->stride - pad + i / c % window;
        const bool inside = y >= 0 && x >= 0 && x < width && (!shape->window || y < width);
        const int a = inside ? layer.input[(y * width + x) * c + i % c] : -128;
        want += (a + 128) * layer.w[j * layer.k + i];
        products += a * layer.w[j * layer.k + i];
      }
      assert_int_equal(sum[p * layer.n + j], products);
      assert_int_equal(acc[p * layer.n + j], want);
    }
  free(sum);
  free(acc);
  bench_layer_free(&layer);
}

static void test_layers(void **state) {
  (void)state;
  check_layer(&bench_shapes[0]);
  check_layer(&bench_shapes[2]);
  check_layer(&bench_shapes[BENCH_SHAPES - 1]);
}

static void test_data(void **state) {
  (void)state;
  bench_layer layer;
  vmac_err err;
  assert_true(bench_layer_new(&layer, &bench_shapes[1], true, &err));
  const size_t size = layer.net->tensor[layer.net->input].size;
  int count[256] = {0};
  bench_layer_fill(&layer, BENCH_POST_RELU);
  int64_t sum = 0;
  for (size_t i = 0; i < size; i++) {
    count[layer.input[i] + 128]++;
    sum += layer.input[i] + 128;
  }
  const double zeros = count[0] / (double)size, mean = (double)sum / ((double)size - count[0]);
  assert_true(zeros > 0.50 && zeros < 0.52);
  assert_true(mean > 23 && mean < 26); /* half-normal: sigma 30 times 0.798, and rounding up */
  bench_layer_fill(&layer, BENCH_DENSE);
  memset(count, 0, sizeof count);
  for (size_t i = 0; i < size; i++) count[layer.input[i] + 128]++;
  for (int a = 0; a < 256; a++) assert_in_range(count[a], size / 256 / 2, size / 256 * 2);
  bench_layer_free(&layer);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_median), cmocka_unit_test(test_fma),
                                     cmocka_unit_test(test_turns),  cmocka_unit_test(test_wrong),
                                     cmocka_unit_test(test_layers), cmocka_unit_test(test_data)};
  return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
