/* Matching of cells to layers.
 *
 * State space
 *   match    random problems, every number of distinct cells: the least cost of all assignments, by
 *            trying them; layers that nothing serves
 *   signal   standard deviation of exact sums over all positions of real layers, from the golden
 *            model's accumulators
 * SPDX-License-Identifier: Apache-2.0 */
#include "corr_common.h"
#include "explore/match.h"

enum { LAYERS = 4, CELLS = 5, ALL = 625 };

typedef struct {
  double sd[LAYERS * CELLS], limit[LAYERS], macs[LAYERS], price[CELLS];
} problem;

static problem draw(vmac_rng *rng) {
  problem p;
  for (int c = 0; c < CELLS; c++) p.price[c] = 1 + vmac_rng_below(rng, 4); /* some alike */
  for (int l = 0; l < LAYERS; l++) {
    p.macs[l] = 1 + 9 * vmac_rng_uniform(rng);
    p.limit[l] = vmac_rng_below(rng, 40) ? 0.6 + vmac_rng_uniform(rng) : 0.1;
    for (int c = 0; c < CELLS; c++) p.sd[l * CELLS + c] = 2 * vmac_rng_uniform(rng);
  }
  return p;
}

/* The least cost of all assignments with at most so many cells. */
static double least(const problem *p, int distinct) {
  double best = INFINITY;
  for (int i = 0; i < ALL; i++) {
    int cell[LAYERS], seen = 0;
    double cost = 0;
    for (int l = 0, rest = i; l < LAYERS; l++, rest /= CELLS) {
      cell[l] = rest % CELLS;
      seen |= 1 << cell[l];
      cost += p->sd[l * CELLS + cell[l]] <= p->limit[l] ? p->macs[l] * p->price[cell[l]] : INFINITY;
    }
    int count = 0;
    for (int c = 0; c < CELLS; c++) count += seen >> c & 1;
    if (count <= distinct && cost < best) best = cost;
  }
  return best;
}

static void match(void **unused) {
  (void)unused;
  vmac_rng rng;
  vmac_rng_seed(&rng, 1);
  int served = 0, unserved = 0;
  for (int i = 0; i < 1000; i++) {
    const problem p = draw(&rng);
    for (int distinct = 0; distinct <= CELLS + 1; distinct++) {
      int cell[LAYERS], which;
      const double want = least(&p, distinct ? distinct : CELLS);
      const bool good =
          vmac_match(LAYERS, CELLS, p.sd, p.limit, p.macs, p.price, distinct, cell, &which);
      assert_true(good == !isinf(want));
      if (!good) {
        unserved++;
        bool any = false; /* which: the first layer that no cell at all serves */
        for (int l = 0; l < LAYERS && !any; l++) {
          bool some = false;
          for (int c = 0; c < CELLS; c++) some = some || p.sd[l * CELLS + c] <= p.limit[l];
          if (some) continue;
          assert_int_equal(which, l);
          any = true;
        }
        if (!any) assert_int_equal(which, -1);
        continue;
      }
      served++;
      double cost = 0;
      int seen = 0, count = 0;
      for (int l = 0; l < LAYERS; l++) {
        assert_true(p.sd[l * CELLS + cell[l]] <= p.limit[l]);
        cost += p.macs[l] * p.price[cell[l]];
        seen |= 1 << cell[l];
      }
      for (int c = 0; c < CELLS; c++) count += seen >> c & 1;
      assert_true(count <= (distinct ? distinct : CELLS));
      assert_true(fabs(cost - want) < 1e-9);
    }
  }
  assert_true(served > 300 && unserved > 100);
  assert_true(vmac_match_sets(40, 4) == 91390 && vmac_match_sets(5, 0) == 1);
}

static void exact_sums(void **unused) {
  (void)unused;
  vmac_net *net = network(6, false);
  vmac_dataset data = images(6);
  vmac_patches *patches = vmac_patches_sample(net, &data, IMAGES, 1 << 20, 1, NULL); /* all */
  vmac_state *state = vmac_state_new(net);
  double count[OPS] = {0}, sum[OPS] = {0}, square[OPS] = {0};
  for (size_t image = 0; image < IMAGES; image++) {
    vmac_state_set_image(net, state, &data, image);
    for (int i = 0; i < net->ops; i++) {
      const vmac_op *op = &net->op[i];
      vmac_net_run_op(net, NULL, VMAC_ROUND_DOUBLE, i, state);
      for (int j = 0; vmac_op_is_mac(op) && j < op->m * op->n; j++) {
        const double y = state->acc[j] - net->tensor[op->bias].i32[j % op->n];
        count[i]++;
        sum[i] += y;
        square[i] += y * y;
      }
    }
  }
  for (int i = 0; i < net->ops; i++) {
    if (count[i] <= 0) continue;
    const double mean = sum[i] / count[i], want = sqrt(square[i] / count[i] - mean * mean);
    assert_true(fabs(vmac_signal_sd(net, &net->op[i], &patches[i]) - want) < 1e-6 * want);
  }
  vmac_state_free(net, state);
  vmac_patches_free(net, patches);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(match), cmocka_unit_test(exact_sums)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
