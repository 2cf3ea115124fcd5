/* TEST RATIONALE: a picture of any size as a network's input.
 *   State space: resizing against its definition in real numbers (weights of a triangle, all pixels
 *   of the window looked at), sizes smaller, equal and larger along either axis, primes, single rows;
 *   windows inside larger pictures; values whose mean is half way. Channels by hand.
 *   Parameters: from > to, from == to and from < to switch the triangle's reach.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "data/data.h"

static uint8_t *noise(size_t n, uint64_t seed) {
  uint8_t *bytes = vmac_alloc(n, 1);
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)vmac_rng_next(&rng);
  return bytes;
}

/* Triangle around the middle of pixel i of `to`, at the middle of pixel j of `from`. */
static double triangle(int from, int to, int i, int j) {
  const double step = (double)from / to, reach = step > 1 ? step : 1;
  const double apart = fabs(j + 0.5 - (i + 0.5) * step) / reach;
  return apart < 1 ? 1 - apart : 0;
}

static double mean(const data_picture *p, data_window of, int w, int h, int x, int y, int c) {
  double sum = 0, all = 0;
  for (int j = 0; j < of.h; j++)
    for (int i = 0; i < of.w; i++) {
      const double by = triangle(of.h, h, y, j) * triangle(of.w, w, x, i);
      sum += by * p->pixels[((of.y + j) * p->w + of.x + i) * p->c + c];
      all += by;
    }
  return sum / all;
}

static void expect_means(int from_w, int from_h, int c, data_window of, int w, int h) {
  data_picture p = {from_w, from_h, c, noise((size_t)(from_w * from_h * c), 7)};
  uint8_t *out = data_resize(&p, of, w, h);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      for (int k = 0; k < c; k++) {
        const double want = mean(&p, of, w, h, x, y, k), got = out[(y * w + x) * c + k];
        if (fabs(got - want) > 0.5 + 1e-9)
          fail_msg("%d x %d to %d x %d: (%d, %d): expected %g, found %g", of.w, of.h, w, h, x, y,
                   want, got);
      }
  free(out);
  free(p.pixels);
}

static void resize_means(void **state) {
  (void)state;
  const int sides[] = {1, 2, 3, 7, 8, 31, 32, 61};
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < 8; j++) {
      const data_window whole = {0, 0, sides[i], sides[j]};
      expect_means(sides[i], sides[j], 1 + 2 * (i & 1), whole, 8, 7);
      expect_means(sides[i], sides[j], 3, whole, 5, 32);
    }
  expect_means(40, 30, 3, (data_window){5, 3, 20, 21}, 8, 8);
  expect_means(40, 30, 1, (data_window){39, 29, 1, 1}, 4, 4);
}

static void resize_same(void **state) {
  (void)state;
  data_picture p = {33, 21, 3, noise(33 * 21 * 3, 8)};
  uint8_t *out = data_resize(&p, (data_window){0, 0, 33, 21}, 33, 21);
  assert_memory_equal(out, p.pixels, 33 * 21 * 3);
  free(out);
  const uint8_t half[] = {0, 1}; /* one pixel of both: 0.5 becomes 1 */
  uint8_t rows[32];
  for (int i = 0; i < 32; i++) rows[i] = half[i % 2];
  data_picture stripes = {2, 16, 1, rows};
  out = data_resize(&stripes, (data_window){0, 0, 2, 16}, 1, 16);
  for (int i = 0; i < 16; i++) assert_int_equal(out[i], 1);
  free(out);
  free(p.pixels);
}

/* The most that a file may hold, all white: sums stay inside their words. */
static void resize_large(void **state) {
  (void)state;
  const int side = 4096;
  data_picture p = {side, side, 1, vmac_alloc((size_t)side * (size_t)side, 1)};
  memset(p.pixels, 255, (size_t)side * (size_t)side);
  uint8_t *out = data_resize(&p, (data_window){0, 0, side, side}, 4, 4);
  for (int i = 0; i < 16; i++) assert_int_equal(out[i], 255);
  free(out);
  free(p.pixels);
}

static void expect_window(int from_w, int from_h, int w, int h, int x, int y, int ww, int hh) {
  const data_window of = data_middle(from_w, from_h, w, h);
  assert_int_equal(of.x, x);
  assert_int_equal(of.y, y);
  assert_int_equal(of.w, ww);
  assert_int_equal(of.h, hh);
}

static void middles(void **state) {
  (void)state;
  expect_window(640, 480, 32, 32, 80, 0, 480, 480);
  expect_window(480, 641, 28, 28, 0, 80, 480, 480);
  expect_window(100, 100, 32, 32, 0, 0, 100, 100);
  expect_window(5, 1, 32, 32, 2, 0, 1, 1);
  expect_window(1, 900, 32, 32, 0, 449, 1, 1);
  expect_window(300, 100, 2, 1, 50, 0, 200, 100);
  expect_window(1, 100, 1, 200, 0, 0, 1, 100); /* never none */
  expect_window(100, 1, 200, 1, 0, 0, 100, 1);
  expect_window(1 << 28, 1, 16, 16, (1 << 27) - 1, 0, 1, 1);
}

static void colours(void **state) {
  (void)state;
  const uint8_t gray[] = {0, 7, 255}, colour[] = {255, 255, 255, 255, 0, 0, 0, 255, 0, 1, 1, 1};
  uint8_t *out = data_recolour(gray, 3, 1, 3);
  assert_memory_equal(out, ((uint8_t[]){0, 0, 0, 7, 7, 7, 255, 255, 255}), 9);
  free(out);
  out = data_recolour(colour, 4, 3, 1);
  assert_memory_equal(out, ((uint8_t[]){255, 76, 150, 1}), 4);
  free(out);
  out = data_recolour(colour, 4, 3, 3);
  assert_memory_equal(out, colour, 12);
  free(out);
}

static void names(void **state) {
  (void)state;
  int n;
  assert_string_equal(data_set_of_shape(32, 32, 3, 10), "cifar10");
  assert_string_equal(data_set_of_shape(28, 28, 1, 10), "mnist");
  assert_null(data_set_of_shape(32, 32, 3, 100));
  assert_null(data_set_of_shape(32, 28, 3, 10));
  assert_string_equal(data_class_names("cifar10", &n)[3], "cat");
  assert_string_equal(data_class_names("mnist", &n)[9], "9");
  assert_int_equal(n, 10);
  assert_null(data_class_names("cifar", &n));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(resize_means), cmocka_unit_test(resize_same),
                                     cmocka_unit_test(resize_large), cmocka_unit_test(middles),
                                     cmocka_unit_test(colours),      cmocka_unit_test(names)};
  return cmocka_run_group_tests_name("resize", tests, NULL, NULL);
}
