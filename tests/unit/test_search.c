/* The search for cells.
 *
 * State space
 *   fronts     random points, many of them equal in one objective: ranks from the definition of
 *              dominance, crowding from its own, the front in order
 *   additive   random problems whose losses add up, small enough to try every choice: what each cell
 *              adds; the line's choices are all of the true front, its ends among them; evolution
 *              finds nothing that does not exist, and nearly all of the front
 *   again      stopped after any number of evaluations, and gone on with: the same in the same order
 *   units      every level and number of groups on convolution, depthwise and fully connected layers:
 *              each weight in one unit, even groups in order of size, multiplications as there are
 *   loss       cross-entropy and answers of a plan from its scores, before a last SOFTMAX too, whatever
 *              layers have cells
 * SPDX-License-Identifier: Apache-2.0 */
#include "corr_common.h"
#include "explore/loss.h"
#include "explore/search.h"
#include "explore/units.h"

/* ---- fronts ----------------------------------------------------------------------------------*/

static bool dominates(const vmac_choice *a, const vmac_choice *b) {
  return a->energy <= b->energy && a->loss <= b->loss &&
         (a->energy < b->energy || a->loss < b->loss);
}

/* The front that is left when those before it are taken away; points that are alike take turns. */
static void check_ranks(const vmac_search *s) {
  for (size_t i = 0; i < s->known; i++) {
    int least = 0;
    for (size_t j = 0; j < s->known; j++) {
      const vmac_choice *a = &s->of[j], *b = &s->of[i];
      const bool twin = a->energy == b->energy && a->loss == b->loss && j < i;
      if ((dominates(a, b) || twin) && a->rank >= least) least = a->rank + 1;
    }
    assert_int_equal(s->of[i].rank, least);
  }
}

static void fronts(void **unused) {
  (void)unused;
  enum { UNITS = 4, CELLS = 4 };
  for (uint64_t seed = 1; seed <= 20; seed++) {
    vmac_rng rng;
    vmac_rng_seed(&rng, seed);
    static const double macs[UNITS] = {1, 2, 1, 4}, price[CELLS] = {4, 3, 2, 1};
    vmac_search s = vmac_search_new(UNITS, CELLS, macs, price, NULL, NULL);
    for (int i = 0; i < 60; i++) {
      uint8_t choice[UNITS];
      for (int u = 0; u < UNITS; u++) choice[u] = (uint8_t)vmac_rng_below(&rng, CELLS);
      vmac_search_recall(&s, choice, vmac_rng_below(&rng, 12), 0);
    }
    vmac_search_fronts(&s);
    check_ranks(&s);
    size_t count;
    const vmac_choice **front = vmac_search_front(&s, &count);
    for (size_t i = 0; i < count; i++) {
      assert_int_equal(front[i]->rank, 0);
      if (i) assert_true(front[i]->energy < front[i - 1]->energy);
      if (i) assert_true(front[i]->loss > front[i - 1]->loss);
      if (!i || i + 1 == count) {
        assert_true(isinf(front[i]->crowding));
        continue;
      }
      const double width = front[0]->energy - front[count - 1]->energy;
      const double height = front[count - 1]->loss - front[0]->loss;
      const double room = (front[i - 1]->energy - front[i + 1]->energy) / width +
                          (front[i + 1]->loss - front[i - 1]->loss) / height;
      assert_true(fabs(front[i]->crowding - room) < 1e-12);
    }
    for (size_t i = 0; i < s.known; i++)
      for (size_t j = 0; !s.of[i].rank && j < s.known; j++)
        assert_false(dominates(&s.of[j], &s.of[i]));
    free(front);
    vmac_search_free(&s);
  }
}

/* ---- problems whose losses add up ------------------------------------------------------------*/

enum { UNITS = 5, CELLS = 4, ALL = 1024 };

typedef struct {
  double macs[UNITS], price[CELLS], added[UNITS][CELLS];
  int asked, stop; /* stop: evaluations that the judge makes, -1: all */
} problem;

static problem draw(uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  problem p = {.stop = -1};
  for (int c = 0; c < CELLS; c++) p.price[c] = 10 - 3 * c + vmac_rng_uniform(&rng);
  for (int u = 0; u < UNITS; u++) {
    p.macs[u] = 1 + 9 * vmac_rng_uniform(&rng);
    for (int c = 1; c < CELLS; c++) p.added[u][c] = p.added[u][c - 1] + vmac_rng_uniform(&rng);
  }
  return p;
}

static bool judge(void *context, const uint8_t *choice, double *loss, double *correct) {
  problem *p = context;
  if (p->asked == p->stop) return false;
  p->asked++;
  *loss = 1;
  for (int u = 0; u < UNITS; u++) *loss += p->added[u][choice[u]];
  *correct = 100 - *loss;
  return true;
}

static vmac_search new_search(problem *p) {
  return vmac_search_new(UNITS, CELLS, p->macs, p->price, judge, p);
}

/* Every choice there is. */
static vmac_search whole(problem *p) {
  vmac_search s = new_search(p);
  for (int i = 0; i < ALL; i++) {
    uint8_t choice[UNITS];
    double loss = 0, correct = 0;
    for (int u = 0; u < UNITS; u++) choice[u] = (uint8_t)(i >> 2 * u & 3);
    judge(p, choice, &loss, &correct);
    vmac_search_recall(&s, choice, loss, correct);
  }
  vmac_search_fronts(&s);
  return s;
}

static const vmac_choice *same_in(const vmac_search *s, const uint8_t *choice) {
  for (size_t i = 0; i < s->known; i++)
    if (!memcmp(s->of[i].choice, choice, UNITS)) return &s->of[i];
  fail_msg("a choice that does not exist");
  return NULL;
}

static void additive(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 12; seed++) {
    problem p = draw(seed), q = p;
    vmac_search all = whole(&q), s = new_search(&p);
    assert_true(vmac_search_rank(&s));
    assert_int_equal(p.asked, 1 + UNITS * (CELLS - 1));
    for (int u = 0; u < UNITS; u++)
      for (int c = 0; c < CELLS; c++)
        assert_true(fabs(s.added[u * CELLS + c] - p.added[u][c]) < 1e-12);
    const size_t before = s.known;
    assert_true(vmac_search_line(&s, 1000));
    assert_true(s.known > before + 3);
    for (size_t i = before; i < s.known; i++)
      assert_int_equal(same_in(&all, s.of[i].choice)->rank, 0);
    static const uint8_t cheapest[UNITS] = {3, 3, 3, 3, 3};
    assert_true(same_in(&s, cheapest)->loss > 1);
    const size_t line = s.known;
    assert_true(vmac_search_evolve(&s, 250, seed));
    assert_int_equal(s.known, (size_t)p.asked);
    assert_true(s.known > line && s.known <= line + 250);
    size_t truth, count, found = 0;
    const vmac_choice **want = vmac_search_front(&all, &truth),
                      **got = vmac_search_front(&s, &count);
    for (size_t i = 0; i < count; i++) found += !same_in(&all, got[i]->choice)->rank;
    if (10 * found < 9 * truth)
      fail_msg("seed %d: %zu of the front's %zu found", (int)seed, found, truth);
    free(want);
    free(got);
    vmac_search_free(&all);
    vmac_search_free(&s);
  }
}

static bool whole_search(vmac_search *s) {
  return vmac_search_rank(s) && vmac_search_line(s, 20) && vmac_search_evolve(s, 60, 7);
}

static void again(void **unused) {
  (void)unused;
  problem p = draw(5);
  vmac_search s = new_search(&p);
  assert_true(whole_search(&s));
  for (int stop = 0; stop < p.asked; stop += 3) {
    problem q = draw(5);
    q.stop = stop;
    vmac_search first = new_search(&q);
    assert_false(whole_search(&first));
    assert_int_equal(first.known, (size_t)stop);
    q.stop = -1;
    q.asked = 0;
    vmac_search second = new_search(&q);
    for (size_t i = 0; i < first.known; i++)
      vmac_search_recall(&second, first.of[i].choice, first.of[i].loss, first.of[i].correct);
    assert_true(whole_search(&second));
    assert_int_equal(q.asked, p.asked - stop);
    assert_int_equal(second.known, s.known);
    for (size_t i = 0; i < s.known; i++) {
      assert_memory_equal(second.of[i].choice, s.of[i].choice, UNITS);
      assert_true(second.of[i].loss == s.of[i].loss);
    }
    vmac_search_free(&first);
    vmac_search_free(&second);
  }
  /* What a longer run learned does not turn a shorter one. */
  problem q = draw(5);
  vmac_search longer = new_search(&q), shorter = new_search(&q);
  assert_true(whole_search(&longer) && vmac_search_evolve(&longer, 100, 9));
  for (size_t i = 0; i < longer.known; i++)
    vmac_search_recall(&shorter, longer.of[i].choice, longer.of[i].loss, 0);
  assert_true(whole_search(&shorter));
  for (size_t i = 0; i < s.known; i++) assert_true(same_in(&shorter, s.of[i].choice)->asked);
  size_t asked = 0;
  for (size_t i = 0; i < shorter.known; i++) asked += shorter.of[i].asked;
  assert_int_equal(asked, s.known);
  vmac_search_free(&longer);
  vmac_search_free(&shorter);
  vmac_search_free(&s);
}

/* ---- units -----------------------------------------------------------------------------------*/

/* Sum of |w| times scale of what a unit has. */
static double size_of(const vmac_net *net, const vmac_units *units, int unit, int *weights) {
  const int index = units->op[unit];
  const vmac_op *op = &net->op[index];
  const vmac_tensor *t = &net->tensor[op->weight];
  double sum = 0;
  *weights = 0;
  for (int n = 0; n < op->n; n++)
    for (int i = 0; i < op->k; i++)
      if (units->of[index][n * op->k + i] == unit) {
        sum += abs(vmac_weight(net, op, n, i)) * (double)t->scale[t->scales > 1 ? n : 0];
        ++*weights;
      }
  return sum;
}

static void units(void **unused) {
  (void)unused;
  vmac_net *net = network(2, false);
  net->tensor[1].scale[3] = 0.09f; /* a filter whose codes count for more */
  for (int level = 0; level < VMAC_LEVELS; level++)
    for (int groups = 1; groups <= 6; groups++) {
      vmac_units *u = vmac_units_new(net, (vmac_level)level, groups);
      /* conv: 5 filters, 4 channels, 9 taps; depthwise 5, 1, 9; fully connected 3, 150, 1. */
      static const int parts[VMAC_LEVELS][3] = {{1, 1, 1}, {5, 5, 3}, {4, 1, 150}, {9, 9, 1}};
      static const int ops[3] = {0, 1, 3};
      int unit = 0;
      for (int l = 0; l < 3; l++) {
        const vmac_op *op = &net->op[ops[l]];
        const int most = parts[level][l];
        const int count = level == VMAC_LEVEL_TAP || groups > most ? most : groups;
        double macs = 0, last = INFINITY;
        for (int g = 0; g < count; g++, unit++) {
          int weights;
          const double size = size_of(net, u, unit, &weights);
          assert_int_equal(u->op[unit], ops[l]);
          assert_true(u->macs[unit] == (double)weights * op->m);
          macs += u->macs[unit];
          const int share = (g + 1) * most / count - g * most / count;
          const int even = (int)(((int64_t)share * op->n * op->k) / most);
          if (most % count == 0) assert_int_equal(weights, even);
          if (most % count == 0) assert_true(size <= last * (1 + 1e-9));
          last = size;
        }
        assert_true(macs == (double)vmac_op_macs(op));
      }
      assert_int_equal(u->count, unit);
      uint8_t choice[512];
      for (int i = 0; i < u->count; i++) choice[i] = (uint8_t)(i % 3);
      vmac_err err;
      vmac_map *map = vmac_map_new(net, vmac_mult_find("exact", &err));
      vmac_map_cell(map, vmac_mult_find("perf2", &err));
      vmac_map_cell(map, vmac_mult_find("trunc6", &err));
      vmac_units_map(u, net, choice, true, map);
      for (int l = 0; l < 3; l++) {
        const vmac_op *op = &net->op[ops[l]];
        bool all = true;
        for (int i = 0; i < op->n * op->k; i++) {
          const int want = choice[u->of[ops[l]][i]];
          all = all && !want;
          if (map->cell[ops[l]]) assert_int_equal(map->cell[ops[l]][i], want);
        }
        assert_true(all == !map->cell[ops[l]]);
      }
      vmac_map_free(map);
      vmac_units_free(u);
    }
  vmac_level level;
  vmac_err err;
  for (int i = 0; i < VMAC_LEVELS; i++)
    assert_true(vmac_level_find(vmac_level_name((vmac_level)i), &level, &err) &&
                level == (vmac_level)i);
  assert_false(vmac_level_find("row", &level, &err));
  vmac_net_free(net);
}

/* ---- loss ------------------------------------------------------------------------------------*/

/* Cells from op `first` on; scores: the tensor that the answer is the largest of. */
static void compare_loss(const vmac_net *net, const vmac_dataset *data, int first, int scores) {
  vmac_err err;
  bool *layers = vmac_alloc((size_t)net->ops, sizeof *layers);
  for (int i = 0; i < net->ops; i++) layers[i] = i >= first && vmac_op_is_mac(&net->op[i]);
  vmac_plan *plan =
      vmac_plan_make(net, vmac_mult_find("perf3", &err), layers, VMAC_CORR_NONE, NULL, 0, &err);
  vmac_prefix *prefix = vmac_prefix_new(net, VMAC_ROUND_DOUBLE, data, IMAGES, 1 << 20);
  vmac_state *state = vmac_state_new(net);
  double want = 0, got;
  size_t right = 0, found;
  for (size_t i = 0; i < IMAGES; i++) {
    vmac_state_set_image(net, state, data, i);
    vmac_net_run(net, plan, VMAC_ROUND_DOUBLE, state);
    const int8_t *out = state->i8[scores];
    const double scale = net->tensor[scores].scale[0];
    double sum = 0;
    size_t best = 0;
    for (size_t j = 0; j < net->tensor[scores].size; j++) {
      sum += exp(scale * out[j]);
      if (out[j] > out[best]) best = j;
    }
    want -= log(exp(scale * out[data->labels[i]]) / sum) / IMAGES;
    right += best == data->labels[i];
  }
  for (int twice = 0; twice < 2; twice++) {
    vmac_plan_loss(net, plan, prefix, data, IMAGES, &got, &found);
    assert_true(fabs(got - want) < 1e-9);
    assert_int_equal(found, right);
  }
  vmac_state_free(net, state);
  vmac_prefix_free(prefix);
  vmac_plan_free(plan);
  free(layers);
}

static void loss(void **unused) {
  (void)unused;
  vmac_net *net = network(8, false);
  vmac_dataset data = images(8);
  for (size_t i = 0; i < IMAGES; i++) data.labels[i] = (uint8_t)(i % 3);
  for (int first = 0; first <= OPS; first++) compare_loss(net, &data, first, net->output);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  /* Scores that a last SOFTMAX reads; no layer has a cell, or the last one. */
  vmac_err err;
  net = vmac_net_load("weights/resnet8.tflite", &err);
  if (!net || !vmac_dataset_load(&data, "subset:calib", &err)) fail_msg("%s", err.text);
  assert_int_equal(net->op[net->ops - 1].kind, VMAC_SOFTMAX);
  compare_loss(net, &data, net->ops, net->op[net->ops - 1].in[0]);
  compare_loss(net, &data, net->ops - 2, net->op[net->ops - 1].in[0]);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(fronts), cmocka_unit_test(additive),
                                     cmocka_unit_test(again), cmocka_unit_test(units),
                                     cmocka_unit_test(loss)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
