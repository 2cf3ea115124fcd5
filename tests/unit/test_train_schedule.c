/* TEST RATIONALE: phases of a run.
 *   State space: words of a phase, each product of all layers and of one, in either order; the text
 *   that a run records, read again; which phase an epoch has, by epochs, by stalls and by both;
 *   a place written and read; what phases do to the products.
 *   Refusals are tested by tests/train.t.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/schedule.h"
#include "train_common.h"

static train_model *model_of(const char *name) {
  vmac_err err;
  return train_model_new(train_net_find(name, &err), SEED);
}

static train_phases *phases_of(const train_model *m, const char *const *text, int count) {
  vmac_err err;
  train_phases *p = train_phases_new(m);
  for (int i = 0; i < count; i++)
    if (!train_phases_add(p, text[i], &err)) fail_msg("%s", err.text);
  return p;
}

static int layer_of(const train_model *m, const char *name) {
  int i = 0;
  while (strcmp(m->layer[i].row->name, name) != 0) i++;
  return i;
}

static void test_words(void **state) {
  (void)state;
  train_model *m = model_of("lenet5");
  const char *const text[] = {
      " 0  c3/forward=per_mac:0.25 forward=bit_true:perf3:cv:table16\tdata=per_step_weight:1e-2 "
      "fc/data=exact fc/weights=static_weight:2",
      "7"};
  train_phases *p = phases_of(m, text, 2);
  const train_phase *first = &p->phase[0];
  assert_string_equal(first->text, "0 c3/forward=per_mac:0.25 forward=bit_true:perf3:cv:table16 "
                                   "data=per_step_weight:1e-2 fc/data=exact "
                                   "fc/weights=static_weight:2");
  assert_false(first->exact);
  assert_true(p->phase[1].exact && p->phase[1].from == 7);
  for (int i = 0; i < m->layers; i++) {
    const train_arith *a = first->arith[i];
    const char *name = m->layer[i].row->name;
    if (!train_weights(&m->layer[i])) {
      assert_int_equal(a[TRAIN_FORWARD].error, TRAIN_EXACT);
      continue;
    }
    if (!strcmp(name, "c3")) {
      assert_int_equal(a[TRAIN_FORWARD].error, TRAIN_PER_MAC);
      assert_true(a[TRAIN_FORWARD].sd == 0.25f);
    } else {
      assert_int_equal(a[TRAIN_FORWARD].error, TRAIN_BIT_TRUE);
      assert_string_equal(a[TRAIN_FORWARD].cell.mult->name, "perf3");
      assert_int_equal(a[TRAIN_FORWARD].cell.mode, VMAC_CORR_CV);
      assert_int_equal(a[TRAIN_FORWARD].cell.gradient, TRAIN_TABLE);
      assert_int_equal(a[TRAIN_FORWARD].cell.window, 16);
    }
    const bool fc = !strcmp(name, "fc");
    assert_int_equal(a[TRAIN_DATA].error, fc ? TRAIN_EXACT : TRAIN_PER_STEP_WEIGHT);
    assert_int_equal(a[TRAIN_WEIGHTS].error, fc ? TRAIN_STATIC_WEIGHT : TRAIN_EXACT);
  }
  train_phases_free(p);
  train_model_free(m);
}

/* The phase of each epoch, given the validation losses behind it. */
static void check_path(const char *const *text, int count, const double *loss, const char *want) {
  train_model *m = model_of("lenet5");
  train_phases *p = phases_of(m, text, count);
  train_place place = train_place_first();
  for (int epoch = 0; want[epoch]; epoch++) {
    if (place.phase != want[epoch] - '0')
      fail_msg("epoch %d: phase %d, expected %c of %s", epoch, place.phase, want[epoch], want);
    char kept[64];
    train_place_write(&place, kept, sizeof kept);
    place = (train_place){-1, -1, NAN};
    assert_true(train_place_read(p, kept, &place));
    train_place_advance(p, epoch + 1, loss ? loss[epoch] : NAN, &place);
  }
  train_place other;
  assert_false(train_place_read(p, "99 0 inf", &other));
  assert_false(train_place_read(p, "", &other));
  train_phases_free(p);
  train_model_free(m);
}

static void test_paths(void **state) {
  (void)state;
  const char *const anneal[] = {"0 forward=bit_true:dyn4", "2 forward=bit_true:dyn3",
                                "3 forward=bit_true:dyn2", "5"};
  check_path(anneal, 4, NULL, "00122333");
  /* Two epochs without a new least one, counted anew in the phase behind. */
  const char *const stall[] = {"0 forward=per_mac:1", "stall2", "stall1 forward=per_mac:2"};
  const double loss[] = {3, 2, 2.5, 1.9, 2, 1.9, 5, 4, 4.5, 3};
  check_path(stall, 3, loss, "0000001112");
  /* An epoch ends a wait that has had no end. */
  const char *const both[] = {"0 forward=per_mac:1", "stall3 forward=per_mac:2", "4"};
  const double falls[] = {5, 4, 3, 2, 1, 1};
  check_path(both, 3, falls, "000022");
  const double stays[] = {1, 1, 1, 1, 1, 1};
  check_path(both, 3, stays, "000022");
  const char *const early[] = {"0 forward=per_mac:1", "stall1 forward=per_mac:2", "4"};
  check_path(early, 3, stays, "001122");
  check_path(anneal, 1, NULL, "0000");
}

static void test_apply(void **state) {
  (void)state;
  vmac_err err;
  train_model *m = model_of("lenet5");
  const char *const text[] = {"0 c1/forward=bit_true:perf3", "1 c3/forward=per_mac:0.1", "2"};
  train_phases *p = phases_of(m, text, 3);
  for (int i = 0; i < m->layers; i++) m->range[i] = (train_range){-1, 1};
  train_products *products = train_products_new(m, SEED);
  const int c3 = layer_of(m, "c3");
  train_linear map = train_linear_new(1, &m->layer[c3]);
  train_work work = {.products = products};
  float *x = vmac_alloc(map.nx, sizeof *x), *y[3];
  for (size_t i = 0; i < map.nx; i++) x[i] = 1;
  for (int phase = 0; phase < 3; phase++) {
    train_phases_apply(p, phase, products);
    assert_int_equal(train_products_quantize(products), phase == 0);
    assert_int_equal(train_phases_exact(p, phase), phase == 2);
    if (!train_products_begin(products, 0, true, &err)) fail_msg("%s", err.text);
    y[phase] = vmac_alloc(map.ny, sizeof(float));
    train_product_forward(&work, c3, &map, x, m->param + m->layer[c3].param, NULL, false, y[phase]);
  }
  assert_memory_equal(y[0], y[2], map.ny * sizeof(float));
  assert_int_not_equal(memcmp(y[1], y[2], map.ny * sizeof(float)), 0);
  for (int i = 0; i < 3; i++) free(y[i]);
  free(x);
  train_work_free(&work);
  train_linear_free(&map);
  train_products_free(products);
  train_phases_free(p);
  train_model_free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_words),
      cmocka_unit_test(test_paths),
      cmocka_unit_test(test_apply),
  };
  return cmocka_run_group_tests_name("train_schedule", tests, NULL, NULL);
}
