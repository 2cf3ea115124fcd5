/* phi: what the rule in net/phi.c promises, and what it corrects.
 *
 * State space: every cell of the registry, all 256 activations, ranks 1..4; the filters of the
 * family, made again from the normal distribution, for what the planes tell; a network of equal
 * weights, where cells whose error is a function of A times W are corrected to the bit.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "corr_common.h"

static bool same_as_exact(const vmac_mult *mult) {
  static int32_t table[65536];
  vmac_mult_errors e;
  vmac_mult_table(mult, table);
  vmac_table_errors(table, mult->cls, NULL, &e);
  return e.rate == 0;
}

static void test_every_cell(void **state) {
  (void)state;
  int exact = 0;
  for (size_t i = 0; i < vmac_mult_count(); i++) {
    const vmac_mult *mult = vmac_mult_at(i);
    uint8_t all[VMAC_PHI_MAX][256], some[VMAC_PHI_MAX][256], terms[VMAC_PHI_MAX][256];
    vmac_phi(mult, VMAC_PHI_MAX, all[0]);
    for (int rank = 1; rank < VMAC_PHI_MAX; rank++) { /* fewer planes are the first of more */
      vmac_phi(mult, rank, some[0]);
      assert_memory_equal(some, all, (size_t)rank * 256);
      const vmac_mode mode = (vmac_mode)(VMAC_CORR_PHI + rank - 1);
      assert_int_equal(vmac_x_terms(mult, mode, terms[0]), rank);
      assert_memory_equal(terms, all, (size_t)rank * 256);
    }
    bool told = true;
    for (int p = 0; p < VMAC_PHI_MAX; p++) {
      int least = 255, most = 0;
      for (int a = 0; a < 256; a++) {
        least = all[p][a] < least ? all[p][a] : least;
        most = all[p][a] > most ? all[p][a] : most;
      }
      assert_int_equal(least, 0);
      assert_true(told || !most); /* a plane that tells nothing is followed by no other */
      told = most > 0;
    }
    if (!same_as_exact(mult)) continue;
    exact++;
    for (int a = 0; a < 256; a++) assert_int_equal(all[0][a], 0);
  }
  assert_true(exact >= 6);
}

/* A mod 2^m, the control variate itself: the error is W times it. */
static void test_perforated(void **state) {
  (void)state;
  for (int m = 1; m <= 4; m++)
    for (int s8 = 0; s8 < 2; s8++) {
      char name[8];
      uint8_t phi[VMAC_PHI_MAX][256];
      snprintf(name, sizeof name, "perf%d%s", m, s8 ? "s" : "");
      vmac_phi(cell(name), VMAC_PHI_MAX, phi[0]);
      for (int a = 0; a < 256; a++) {
        assert_int_equal(phi[0][a], a % (1 << m));
        for (int p = 1; p < VMAC_PHI_MAX; p++) assert_int_equal(phi[p][a], 0);
      }
    }
}

/* Share of the variance of G that `planes` tables of x leave, least squares over the prior; filters
 * and prior from their formulas. */
static double left_of(const vmac_mult *mult, int planes, uint8_t (*x)[256]) {
  static int32_t table[65536];
  static double g[256];
  double p[256], all = 0, left = 0, sum = 0;
  vmac_mult_table(mult, table);
  for (int i = 0; i < 256; i++) sum += pow(31.0 / 32, i);
  for (int i = 0; i < 256; i++) p[i] = (i ? 0 : 0.4) + 0.55 * pow(31.0 / 32, i) / sum + 0.05 / 256;
  for (int mean = -24; mean <= 24; mean += 8)
    for (int sd = 16; sd <= 48; sd += 16) {
      double weight[256], weights = 0;
      for (int w = -127; w < 128; w++)
        weights += weight[w + 128] = exp(-(w - mean) * (w - mean) / (2.0 * sd * sd));
      /* Moments times 2^20 as whole numbers: vmac_fit() is another least squares. */
      vmac_moments m = {.planes = planes, .count = 1 << 20};
      double y = 0, x1[VMAC_PHI_MAX] = {0}, xy[VMAC_PHI_MAX] = {0};
      double xx[VMAC_PHI_MAX][VMAC_PHI_MAX] = {{0}};
      for (int a = 0; a < 256; a++) {
        const uint8_t ab = vmac_operand_bits(mult->cls, (int8_t)(a - 128));
        g[a] = 0;
        for (int w = -127; w < 128; w++) {
          const uint8_t wb = vmac_operand_bits(mult->cls, (int8_t)w);
          g[a] += weight[w + 128] / weights *
                  (vmac_operand(mult->cls, ab) * vmac_operand(mult->cls, wb) - table[ab << 8 | wb]);
        }
        y += p[a] * g[a];
        for (int i = 0; i < planes; i++) {
          x1[i] += p[a] * x[i][ab];
          xy[i] += p[a] * x[i][ab] * g[a];
          for (int j = 0; j <= i; j++) xx[i][j] += p[a] * x[i][ab] * x[j][ab];
        }
      }
      m.y = llround(y * 0x1p20);
      for (int i = 0; i < planes; i++) {
        m.x[i] = llround(x1[i] * 0x1p20);
        m.xy[i] = llround(xy[i] * 0x1p20);
        for (int j = 0; j <= i; j++) m.xx[i][j] = llround(xx[i][j] * 0x1p20);
      }
      const vmac_line line = vmac_fit(&m);
      for (int a = 0; a < 256; a++) {
        const uint8_t ab = vmac_operand_bits(mult->cls, (int8_t)(a - 128));
        double v = line.c0;
        for (int i = 0; i < planes; i++) v += line.c[i] * x[i][ab];
        all += p[a] * (g[a] - y) * (g[a] - y);
        left += p[a] * (g[a] - v) * (g[a] - v);
      }
    }
  return left / all;
}

/* No table tells more than the best one: neither the cell's own X nor a bit of A nor A; more planes
 * tell more, and four tell nearly all of what averages over filters leave. */
static void test_planes_tell(void **state) {
  (void)state;
  static const char *const names[] = {"trunc6", "trunc7s", "rec4",     "drum6",     "mitchell",
                                      "edge2s", "edge3",   "roup1_4s", "ppab3_3_0", "trunc4"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const vmac_mult *mult = cell(names[i]);
    uint8_t phi[VMAC_PHI_MAX][256], other[1][256];
    double left[VMAC_PHI_MAX];
    vmac_phi(mult, VMAC_PHI_MAX, phi[0]);
    for (int rank = 1; rank <= VMAC_PHI_MAX; rank++) {
      left[rank - 1] = left_of(mult, rank, phi);
      assert_true(rank == 1 || left[rank - 1] < left[rank - 2] + 1e-3);
    }
    printf("%s: left of the variance %.4f %.4f %.4f %.4f\n", names[i], left[0], left[1], left[2],
           left[3]);
    assert_true(left[3] < 0.002);
    for (int other_x = -2; other_x < 8; other_x++) {
      for (int a = 0; a < 256; a++)
        other[0][a] = (uint8_t)(other_x == -2   ? a
                                : other_x == -1 ? vmac_variate(mult->xkind, mult->xbits, (uint8_t)a)
                                                : a >> other_x & 1);
      assert_true(left_of(mult, 1, other) > left[0] - 1e-3);
    }
  }
}

/* Equal weights: an error that is W times a function of A vanishes, also where activations are
 * rounded at the edge, with its saturation: X sums the activations before they are rounded. */
static void test_equal_weights(void **state) {
  (void)state;
  static const char *const names[] = {"perf2", "perf4s", "edge1", "edge1s",
                                      "edge2", "edge2s", "edge3", "edge3s"};
  vmac_net *net = network(1, true);
  vmac_dataset data = images(2);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    assert_true(worst_of(net, cell(names[i]), VMAC_CORR_NONE, &data) > 0);
    for (int mode = VMAC_CORR_PHI; mode <= VMAC_CORR_PHI4; mode++)
      assert_int_equal(worst_of(net, cell(names[i]), (vmac_mode)mode, &data), 0);
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_cell), cmocka_unit_test(test_perforated),
      cmocka_unit_test(test_planes_tell), cmocka_unit_test(test_equal_weights)};
  return cmocka_run_group_tests_name("phi", tests, NULL, NULL);
}
