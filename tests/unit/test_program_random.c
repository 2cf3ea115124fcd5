/* Programs of random small networks on random hardware against the golden model.
 *
 * State space: convolution 1x1 to 7x7, depthwise with 1 to 3 channels out per channel in, maximum
 * (SAME, VALID) and average, addition of equal and of unequal scales, stand-alone RELU, PAD before
 * all of them, RESHAPE, fully connected over a map, over its rows and over pixels, SOFTMAX last;
 * strides 1 to 3; 1 to 70 channels; odd and even maps; 4 to 64 rows and columns, square or not, few
 * accumulators (blocks of pixels), all four corrections with random coefficients, taken for the
 * whole K or for every K tile, cells of both classes, all variates. Every accumulator, every layer's
 * bytes and the output must be equal. The seed of a failing network is in its message;
 * PROGRAM_SEED=N runs that one alone.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "program_run.h"
#include "random_net.h"

static vmac_hw random_hw(builder *b) {
  vmac_hw hw = vmac_hw_default();
  static const int sizes[] = {4, 5, 7, 8, 12, 16, 17, 20, 31, 32, 33, 64};
  enum { SIZES = sizeof sizes / sizeof *sizes };
  hw.rows = sizes[below(b, SIZES)];
  hw.cols = below(b, 2) ? hw.rows : sizes[below(b, SIZES)];
  static const int depths[] = {24, 40, 100, 1024};
  hw.acc_depth = depths[below(b, 4)];
  hw.buf_depth = 32768;
  hw.opt_correction = below(b, 4);
  hw.opt_ktile = hw.opt_correction ? below(b, 2) : 0;
  return hw;
}

static void run_seed(uint64_t seed, char *ops, size_t size) {
  static const char *const cell[] = {"exact",  "exacts", "perf2", "perf3s",  "trunc6s",
                                     "trunc7", "rec4",   "rec4s", "roup1_4s"};
  builder b = random_net(seed, 0);
  vmac_err err;
  if (!vmac_net_prepare(b.net, &err)) fail_msg("seed %d:%s: %s", (int)seed, b.ops, err.text);
  vmac_hw hw = random_hw(&b);
  const vmac_mult *mult = vmac_mult_find(cell[below(&b, sizeof cell / sizeof *cell)], &err);
  if (!mult) fail_msg("%s", err.text);
  hw.cell = vmac_hw_cell(mult);
  uint8_t phi[256 * VMAC_PHI_MAX];
  hw.phi_rank = hw.opt_correction == 3 ? 1 + below(&b, VMAC_PHI_MAX) : 0;
  if (hw.phi_rank) vmac_phi(mult, hw.phi_rank, phi);
  hw.phi = phi;
  vmac_plan *plan = vmac_plan_make(b.net, mult, NULL, VMAC_CORR_NONE, NULL, 0, &err);
  if (hw.opt_ktile && below(&b, 3))
    vmac_plan_tile(plan, vmac_ktiles_new(b.net, hw.rows, hw.cols, &err));
  if (hw.opt_correction) random_correction(&b, plan, hw.opt_correction, hw.phi_rank);
  vmac_state *state = vmac_state_new(b.net);
  random_input(&b, state);
  char what[512];
  snprintf(what, sizeof what, "seed %d, %dx%d acc %d %s correction %d, K tiles %d:%s", (int)seed,
           hw.rows, hw.cols, hw.acc_depth, mult->name, hw.opt_correction, hw.opt_ktile, b.ops);
  program_compare(what, b.net, plan, &hw, below(&b, 2) ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE,
                  state);
  snprintf(ops, size, "%s", b.ops);
  vmac_state_free(b.net, state);
  vmac_plan_free(plan);
  vmac_net_free(b.net);
}

static void random_networks(void **unused) {
  (void)unused;
  enum { NETWORKS = 1000 };
  const char *one = getenv("PROGRAM_SEED");
  const uint64_t first = one ? strtoull(one, NULL, 10) : 1, count = one ? 1 : NETWORKS;
  static const char *const kinds[] = {"conv",   "depthwise", "maximum", "average",
                                      "relu",   "pad",       "add",     "fc-map",
                                      "fc-row", "fc-pixel",  "reshape", "softmax"};
  enum { KINDS = sizeof kinds / sizeof *kinds };
  size_t seen[KINDS] = {0};
  for (uint64_t seed = first; seed < first + count; seed++) {
    char ops[256], word[32];
    run_seed(seed, ops, sizeof ops);
    for (size_t i = 0; i < KINDS; i++) {
      snprintf(word, sizeof word, " %s", kinds[i]);
      seen[i] += strstr(ops, word) != NULL;
    }
  }
  printf("# seeds %d..%d:", (int)first, (int)(first + count - 1));
  for (size_t i = 0; i < KINDS; i++) {
    printf(" %zu with %s%s", seen[i], kinds[i], i + 1 < KINDS ? "," : "\n");
    if (!one && seen[i] < NETWORKS / 50) fail_msg("only %zu networks with %s", seen[i], kinds[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(random_networks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
