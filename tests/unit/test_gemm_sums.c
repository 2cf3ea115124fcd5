/* Sums of a function of the activation over windows, and bytes through a table: every level of
 * instructions equals the definition.
 *
 * State space: functions whose values above the least are 0 to 4 bytes of steps of 1, 3, 128, 65536,
 * at the ends of 32 bits too;
 * 1 to 70 channels (multiples of 4 take a way of their own, powers of 2 times 4 another); windows,
 * strides and padding as in test_gemm.c; recoding of 0 to 200 bytes, all 256 values.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gemm_case.h"

#include "gemm/packed.h"

/* Sums beside the definition's, at all levels. */
static void compare(vmac_rng *rng, const int32_t *value, const vmac_window *v, const char *what) {
  const size_t m = (size_t)(v->oh * v->ow), k = (size_t)vmac_window_k(v);
  const size_t size = (size_t)v->h * (size_t)v->w * (size_t)v->c;
  const int8_t zero = (int8_t)vmac_rng_next(rng);
  int8_t *input = gemm_guarded(size), *patches = malloc(m * k);
  vmac_code_sum *sum = malloc(sizeof *sum);
  for (size_t i = 0; i < size; i++) input[i] = (int8_t)vmac_rng_next(rng);
  gemm_patches(v, input, zero, patches);
  vmac_code_sum_set(sum, value);
  for (int isa = 0; isa <= (int)vmac_isa_best(); isa++) {
    int32_t *out = gemm_guarded(m * sizeof *out);
    vmac_scratch scratch = {0};
    vmac_window_sums((vmac_isa)isa, v, input, zero, sum, out, &scratch);
    for (size_t i = 0; i < m; i++) {
      uint32_t want = 0;
      for (size_t j = 0; j < k; j++) want += (uint32_t)value[(uint8_t)patches[i * k + j]];
      if (out[i] != (int32_t)want)
        fail_msg("%s, %s: map %dx%dx%d, window %dx%d, stride %dx%d, padding %d,%d, zero %d: pixel "
                 "%zu of %dx%d: %d, not %d",
                 what, vmac_isa_name((vmac_isa)isa), v->h, v->w, v->c, v->kh, v->kw, v->stride_h,
                 v->stride_w, v->top, v->left, zero, i, v->oh, v->ow, out[i], (int32_t)want);
    }
    assert_true(gemm_intact(out, m * sizeof *out));
    gemm_release(out);
    vmac_scratch_free(&scratch);
  }
  assert_true(gemm_intact(input, size));
  gemm_release(input);
  free(patches);
  free(sum);
}

static void compare_windows(vmac_rng *rng, const int32_t *value, int channels, const char *what) {
  static const int window[][2] = {{1, 1}, {3, 3}, {5, 2}};
  for (int i = 0; i < COUNT(window); i++)
    for (int stride = 1; stride <= 4; stride += 1 + i % 2)
      for (int pad = 0; pad <= window[i][0]; pad++) {
        const vmac_window v =
            gemm_window(gemm_draw(rng, 1, 9), gemm_draw(rng, 1, 9), channels, window[i][0],
                        window[i][1], stride, gemm_draw(rng, 1, 3), pad,
                        gemm_draw(rng, 0, window[i][1]), gemm_draw(rng, 0, 2), pad);
        compare(rng, value, &v, what);
      }
}

/* Values whose steps of `unit` above `least` take `bytes` bytes, both ends among them. */
static void draw_value(vmac_rng *rng, int bytes, uint32_t unit, int32_t least, int32_t *value) {
  const uint32_t most = bytes ? 0xffffffffu >> (32 - 8 * bytes) : 0;
  for (int i = 0; i < 256; i++)
    value[i] = (int32_t)((uint32_t)least + unit * ((uint32_t)vmac_rng_next(rng) & most));
  value[gemm_draw(rng, 0, 127)] = least;
  value[gemm_draw(rng, 128, 255)] = (int32_t)((uint32_t)least + unit * most);
}

/* Units by which steps of so many bytes stay within 32 bits. */
static const uint32_t units[] = {1, 3, 128, 65536};
static bool unit_fits(int bytes, uint32_t unit, int32_t least) {
  const uint64_t most = bytes ? 0xffffffffu >> (32 - 8 * bytes) : 0;
  return (int64_t)least + (int64_t)(most * unit) <= INT32_MAX;
}

static void test_bytes(void **state) {
  (void)state;
  static const int channels[] = {1, 2, 3, 4, 5, 8, 12, 15, 16, 17, 20, 32, 36, 64, 70};
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  for (int bytes = 0; bytes <= 4; bytes++)
    for (int end = 0; end < 2; end++) {
      int32_t value[256];
      const int32_t least = end || bytes == 4 ? INT32_MIN : gemm_draw(&rng, -70000, 70000);
      for (int i = 0; i < COUNT(channels); i++) {
        const uint32_t unit = units[i % COUNT(units)];
        draw_value(&rng, bytes, unit_fits(bytes, unit, least) ? unit : 1, least, value);
        compare_windows(&rng, value, channels[i], bytes ? "bytes" : "constant");
      }
    }
}

static void test_set(void **state) {
  (void)state;
  static const int32_t least[] = {-5, 0, INT32_MIN, 1000};
  vmac_rng rng;
  vmac_rng_seed(&rng, 2);
  vmac_code_sum *sum = malloc(sizeof *sum);
  for (int i = 0; i < COUNT(least); i++)
    for (int bytes = 0; bytes <= 4; bytes++)
      for (int u = 0; u < COUNT(units); u++) {
        if (!unit_fits(bytes, units[u], least[i])) continue;
        int32_t value[256];
        draw_value(&rng, bytes, units[u], least[i], value);
        vmac_code_sum_set(sum, value);
        assert_int_equal(sum->least, least[i]);
        assert_int_equal(sum->bytes, bytes);
        assert_int_equal(sum->unit, bytes ? units[u] : 1);
        for (int code = 0; code < 256; code++) {
          uint32_t steps = 0;
          for (int b = 0; b < 4; b++) steps |= (uint32_t)sum->byte[b][code] << 8 * b;
          assert_int_equal((int32_t)(sum->unit * steps + (uint32_t)sum->least), value[code]);
          assert_int_equal(sum->value[code], value[code]);
        }
      }
  free(sum);
}

static void test_recode(void **state) {
  (void)state;
  uint8_t of[256];
  vmac_rng rng;
  vmac_rng_seed(&rng, 3);
  for (int i = 0; i < 256; i++) of[i] = (uint8_t)vmac_rng_next(&rng);
  for (int isa = 0; isa <= (int)vmac_isa_best(); isa++)
    for (size_t count = 0; count <= 300; count++) {
      int8_t *from = gemm_guarded(count);
      uint8_t *to = gemm_guarded(count);
      for (size_t i = 0; i < count; i++) from[i] = (int8_t)(i * 3 + count);
      vmac_recode((vmac_isa)isa, count, of, from, to);
      for (size_t i = 0; i < count; i++) assert_int_equal(to[i], of[(uint8_t)from[i]]);
      assert_true(gemm_intact(to, count));
      gemm_release(from);
      gemm_release(to);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_set), cmocka_unit_test(test_bytes),
                                     cmocka_unit_test(test_recode)};
  return cmocka_run_group_tests_name("gemm-sums", tests, NULL, NULL);
}
