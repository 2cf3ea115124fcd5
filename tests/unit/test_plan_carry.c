/* A correction carried to a plan of other weights, as a network in training remakes its plan at each
 * step.
 *
 * State space: cells with and without X, both classes, every mode to bitplane; layers that have the cell in both
 * plans, or in the new one alone; the old plan whole and stripped.
 * SPDX-License-Identifier: Apache-2.0 */
#include "corr_common.h"

static void run(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data,
                int8_t *output) {
  vmac_state *state = vmac_state_new(net);
  vmac_state_set_image(net, state, data, 0);
  vmac_net_run(net, plan, VMAC_ROUND_DOUBLE, state);
  memcpy(output, state->i8[net->output], 3);
  vmac_state_free(net, state);
}

/* Its kernels are gone, its products are not: the definition multiplies as they did. */
static void check_stripped(vmac_plan *plan, const vmac_dataset *data) {
  int8_t before[3], after[3];
  run(plan->net, plan, data, before);
  vmac_plan_strip(plan);
  for (int i = 0; i < plan->ops; i++) assert_null(plan->mac[i].kernel);
  run(plan->net, plan, data, after);
  assert_memory_equal(before, after, 3);
}

static void test_carried(void **state) {
  (void)state;
  static const char *const cells[] = {"perf2", "trunc4", "rec3s", "roup0_2s", "mitchell"};
  vmac_net *net = network(7, false), *later = network(8, false);
  vmac_dataset data = images(5);
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    for (int mode = VMAC_CORR_NONE; mode <= VMAC_CORR_BITPLANE; mode++) {
      vmac_err err;
      vmac_plan *old = vmac_plan_make(net, cell(cells[i]), NULL, (vmac_mode)mode, &data, 4, &err);
      if (!old) fail_msg("%s, %s: %s", cells[i], vmac_mode_name((vmac_mode)mode), err.text);
      check_stripped(old, &data);
      vmac_plan *plan = vmac_plan_new(later);
      vmac_plan_set(later, plan, cell(cells[i]), NULL);
      assert_int_equal(vmac_plan_carry(plan, old), mode != VMAC_CORR_NONE);
      for (int op = 0; mode != VMAC_CORR_NONE && op < plan->ops; op++) {
        const vmac_mac *from = &old->mac[op], *to = &plan->mac[op];
        if (!vmac_plan_has(plan, op)) continue;
        assert_int_equal(vmac_mac_sums(from), vmac_mac_sums(to));
        const size_t n = (size_t)to->n, sums = (size_t)vmac_mac_sums(to);
        assert_ptr_not_equal(from->c0, to->c0);
        assert_memory_equal(from->c0, to->c0, n * sizeof *to->c0);
        assert_memory_equal(from->c, to->c, n * sums * sizeof *to->c);
      }
      check_stripped(plan, &data);
      vmac_plan_free(old);
      vmac_plan_free(plan);
    }
  vmac_dataset_free(&data);
  vmac_net_free(net);
  vmac_net_free(later);
}

/* A layer that came to the cell since has no correction: none is carried. */
static void test_not_carried(void **state) {
  (void)state;
  const bool some[OPS] = {true, false, false, false};
  vmac_net *net = network(7, false);
  vmac_dataset data = images(5);
  vmac_err err;
  vmac_plan *old = vmac_plan_make(net, cell("perf3"), some, VMAC_CORR_CV, &data, 4, &err);
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_set(net, plan, cell("perf3"), NULL);
  assert_false(vmac_plan_carry(plan, old));
  for (int op = 0; op < OPS; op++) assert_null(plan->mac[op].c0);
  vmac_plan_set(net, plan, cell("perf3"), some);
  assert_true(vmac_plan_carry(plan, old));
  assert_non_null(plan->mac[0].c0);
  assert_null(plan->mac[1].c0);
  vmac_plan_free(old);
  vmac_plan_free(plan);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_carried),
      cmocka_unit_test(test_not_carried),
  };
  return cmocka_run_group_tests_name("plan_carry", tests, NULL, NULL);
}
