/* Programs of ResNet-8 against the golden model: every accumulator, every layer's bytes, the
 * output.
 *
 * State space
 *   shapes     square, more rows, more columns, the extremes 4 x 64 and 64 x 4; where ROWS = COLS =
 *              16 all cells and modes in both roundings, elsewhere a part of them
 *   cells      exact, both variates and none, both operand classes
 *   blocks     accumulators for a 32nd, an 8th and half of the largest layer
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "program_run.h"

static vmac_net *net;
static vmac_dataset calib;

static vmac_plan *make_plan(const char *cell, vmac_mode mode, vmac_hw *hw) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(cell, &err);
  if (!mult) fail_msg("%s", err.text);
  vmac_plan *plan = vmac_plan_make(net, mult, NULL, mode, &calib, 8, &err);
  if (!plan) fail_msg("%s", err.text);
  hw->cell = vmac_hw_cell(mult);
  return plan;
}

static void run_resnet(int rows, int cols, int acc_depth, const char *cell, vmac_mode mode,
                       vmac_rounding rounding, size_t image) {
  vmac_hw hw = vmac_hw_default();
  hw.rows = rows;
  hw.cols = cols;
  hw.acc_depth = acc_depth;
  char what[128];
  snprintf(what, sizeof what, "resnet8 %dx%d acc %d %s %s %s image %zu", rows, cols, acc_depth,
           cell, vmac_mode_name(mode), rounding == VMAC_ROUND_SINGLE ? "single" : "double", image);
  vmac_plan *plan = make_plan(cell, mode, &hw);
  vmac_state *state = vmac_state_new(net);
  vmac_state_set_image(net, state, &calib, image);
  program_compare(what, net, plan, &hw, rounding, state);
  vmac_state_free(net, state);
  vmac_plan_free(plan);
}

static const char *const cells[] = {"exact", "perf2", "trunc6s", "rec4", "roup1_4s"};
enum { CELLS = sizeof cells / sizeof *cells };

static void all_cells(void **unused) {
  (void)unused;
  for (size_t i = 0; i < CELLS; i++)
    for (int mode = 0; mode < 2; mode++)
      for (int single = 0; single < 2; single++)
        run_resnet(16, 16, 1024, cells[i], mode ? VMAC_CORR_CV : VMAC_CORR_NONE,
                   single ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE, i);
}

static void all_shapes(void **unused) {
  (void)unused;
  static const int shape[][2] = {{8, 8}, {32, 32}, {12, 20}, {20, 12}, {4, 64}, {64, 4}};
  for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
    for (size_t j = i; j < i + 3; j++)
      run_resnet(shape[i][0], shape[i][1], 1024, cells[j % CELLS],
                 j & 1 ? VMAC_CORR_CV : VMAC_CORR_NONE,
                 (i + j) % 3 ? VMAC_ROUND_DOUBLE : VMAC_ROUND_SINGLE, 10 + i);
}

static void pixel_blocks(void **unused) {
  (void)unused;
  run_resnet(16, 16, 32, "perf2", VMAC_CORR_CV, VMAC_ROUND_DOUBLE, 20);
  run_resnet(8, 8, 130, "trunc6s", VMAC_CORR_CV, VMAC_ROUND_DOUBLE, 21);
  run_resnet(12, 20, 512, "rec4", VMAC_CORR_NONE, VMAC_ROUND_SINGLE, 22);
}

static int setup(void **unused) {
  (void)unused;
  vmac_err err;
  net = vmac_net_load("weights/resnet8.tflite", &err);
  if (!net || !vmac_dataset_load(&calib, "subset:calib", &err)) fail_msg("%s", err.text);
  return 0;
}

static int teardown(void **unused) {
  (void)unused;
  vmac_dataset_free(&calib);
  vmac_net_free(net);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(all_cells), cmocka_unit_test(all_shapes),
                                     cmocka_unit_test(pixel_blocks)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
