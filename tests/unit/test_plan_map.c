/* Plans that give the cell to some layers, and what sweeps share between plans.
 *
 * State space: random networks (random_net.h: convolutions, depthwise with multipliers, pools,
 * residual adds, fully connected layers) and the real one, whose shortcuts carry tensors past
 * layers; all cells' kinds of X. Everything is compared with its definition, in integers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "corr_common.h"
#include "net/prefix.h"
#include "random_net.h"

static vmac_net *real_net(void) {
  vmac_err err;
  vmac_net *net = vmac_net_load("weights/resnet8.tflite", &err);
  if (!net) fail_msg("%s", err.text);
  return net;
}

static vmac_dataset real_images(void) {
  vmac_err err;
  vmac_dataset data;
  if (!vmac_dataset_load(&data, "subset:calib", &err)) fail_msg("%s", err.text);
  return data;
}

/* Random images that fit the network. */
static vmac_dataset images_for(const vmac_net *net, size_t n, uint64_t seed) {
  const int *dim = net->tensor[net->input].dim;
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  vmac_dataset data = {.n = n, .h = dim[1], .w = dim[2], .c = dim[3], .classes = 1};
  const size_t size = net->tensor[net->input].size;
  data.pixels = vmac_alloc(n, size);
  data.labels = vmac_alloc(n, 1);
  for (size_t i = 0; i < n * size; i++) data.pixels[i] = (uint8_t)vmac_rng_next(&rng);
  return data;
}

static void test_layers_as_text(void **state) {
  (void)state;
  static const struct {
    const char *text, *shortest; /* NULL: refused */
  } rows[] = {{"all", "all"},       {"0", "0"},
              {"0-2", "all"},       {"0+1", "0-1"},
              {"2+0", "0+2"},       {"1-2+1", "1-2"},
              {"0+1+2", "all"},     {"00", "0"},
              {"", NULL},           {"3", NULL},
              {"-1", NULL},         {"1-", NULL},
              {"2-1", NULL},        {"0+", NULL},
              {"+0", NULL},         {"0,1", NULL},
              {"0 ", NULL},         {"ALL", NULL},
              {"0-3", NULL},        {"99999999999999999999", NULL},
              {"4294967296", NULL}, {"18446744073709551616", NULL}};
  vmac_net *net = network(1, false); /* conv, depthwise, reshape, FC */
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    vmac_err err;
    bool layers[OPS];
    const bool good = vmac_layers_parse(net, rows[i].text, layers, &err);
    assert_int_equal(good, rows[i].shortest != NULL);
    if (!good) {
      assert_non_null(strstr(err.text, "3 MAC layers, 0..2"));
      continue;
    }
    assert_false(layers[2]); /* not a MAC layer */
    char *text = vmac_layers_text(net, layers);
    assert_string_equal(text, rows[i].shortest);
    free(text);
  }
  const bool none[OPS] = {false};
  char *text = vmac_layers_text(net, none);
  assert_string_equal(text, "");
  free(text);
  vmac_net_free(net);
}

/* Every op of `mixed` is that of the exact network or that of `whole`, as `has` says. */
static void compare_ops(const vmac_net *net, const vmac_plan *mixed, const vmac_plan *whole,
                        const bool *has, const vmac_dataset *data) {
  vmac_state *a = vmac_state_new(net), *b = vmac_state_new(net);
  for (size_t image = 0; image < data->n && image < 2; image++) {
    vmac_state_set_image(net, a, data, image);
    vmac_state_set_image(net, b, data, image);
    vmac_net_run(net, mixed, VMAC_ROUND_DOUBLE, a);
    for (int i = 0; i < net->ops; i++) {
      vmac_net_run_op(net, has[i] ? whole : NULL, VMAC_ROUND_DOUBLE, i, b);
      const int out = net->op[i].out;
      assert_memory_equal(a->i8[out], b->i8[out], net->tensor[out].size);
    }
  }
  vmac_state_free(net, a);
  vmac_state_free(net, b);
}

static void random_layers(const vmac_net *net, vmac_rng *rng, bool *has) {
  for (int i = 0; i < net->ops; i++) has[i] = vmac_op_is_mac(&net->op[i]) && vmac_rng_below(rng, 2);
}

/* Any order of layers and modes through one plan gives what a plan of its own gives. */
static void test_mixed_layers(void **state) {
  (void)state;
  static const char *const names[] = {"trunc6", "rec4s", "perf3", "mitchell"};
  vmac_net *net = network(7, false);
  vmac_dataset data = images(8);
  vmac_rng rng;
  vmac_rng_seed(&rng, 9);
  vmac_err err;
  for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
    vmac_calib *calib = vmac_calib_new(net, &data, data.n, n % 2 ? 1 << 20 : 0);
    vmac_plan *plan = vmac_plan_new(net);
    for (int round = 0; round < 12; round++) {
      bool has[OPS];
      const vmac_mode mode = (vmac_mode)vmac_rng_below(&rng, VMAC_CORR_MODES);
      random_layers(net, &rng, has);
      vmac_plan_set(net, plan, cell(names[n]), has);
      for (int i = 0; i < net->ops; i++) assert_null(plan->mac[i].c0); /* not those of before */
      if (!vmac_plan_correct(net, plan, mode, calib, &err)) fail_msg("%s", err.text);
      vmac_plan *whole = vmac_plan_make(net, cell(names[n]), NULL, mode, &data, data.n, &err);
      if (!whole) fail_msg("%s", err.text);
      for (int i = 0; i < net->ops; i++) {
        assert_int_equal(vmac_plan_has(plan, i), has[i]);
        if (!has[i]) assert_null(plan->mac[i].c0);
      }
      compare_ops(net, plan, whole, has, &data);
      vmac_plan_free(whole);
    }
    vmac_plan_free(plan);
    vmac_calib_free(calib);
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* A layer whose coefficients do not fit their registers is no matter where it is exact. */
static void test_only_layers_that_have_it_must_fit(void **state) {
  (void)state;
  vmac_err err;
  vmac_net *net = real_net();
  vmac_dataset data = real_images();
  bool has[64], last[64] = {false};
  assert_true(vmac_layers_parse(net, "0-8", has, &err) && vmac_layers_parse(net, "9", last, &err));
  vmac_calib *calib = vmac_calib_new(net, &data, 100, (size_t)1 << 26);
  vmac_plan *plan = vmac_plan_new(net);
  const bool *const choice[] = {NULL, has, last, has};
  for (int i = 0; i < 4; i++) {
    vmac_plan_set(net, plan, cell("perf6s"), choice[i]);
    const bool fits = vmac_plan_correct(net, plan, VMAC_CORR_BITPLANE, calib, &err);
    assert_int_equal(fits, choice[i] == has);
    assert_true(fits || strstr(err.text, "op 14"));
    assert_int_equal(plan->mode, fits ? VMAC_CORR_BITPLANE : VMAC_CORR_NONE);
    for (int op = 0; op < net->ops; op++)
      assert_int_equal(plan->mac[op].c0 != NULL, fits && has[op]);
  }
  assert_false(vmac_plan_correct(net, plan, VMAC_CORR_CV, NULL, &err));
  assert_non_null(strstr(err.text, "mode cv wants calibration images"));
  vmac_plan_free(plan);
  vmac_calib_free(calib);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* The first `from` of the text at path becomes `to`, of any length. */
static void replace(const char *path, const char *from, const char *to) {
  size_t size;
  vmac_err err;
  char *text = (char *)vmac_read_file(path, &size, &err), *at = strstr(text, from);
  assert_non_null(at);
  char *fresh = vmac_alloc(size + strlen(to) + 1, 1);
  sprintf(fresh, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
  assert_true(vmac_write_file(path, fresh, strlen(fresh), &err));
  free(fresh);
  free(text);
}

static void refused(const vmac_net *net, const char *net_path, const char *path, const char *why) {
  vmac_err err;
  assert_null(vmac_plan_load(net, net_path, path, &err));
  if (!strstr(err.text, why)) fail_msg("%s: expected '%s'", err.text, why);
}

static void test_mixed_plan_files(void **state) {
  (void)state;
  char dir[] = "/tmp/vmac-map-XXXXXX", net_path[64], path[64];
  vmac_err err;
  assert_non_null(mkdtemp(dir));
  snprintf(net_path, sizeof net_path, "%s/net", dir);
  snprintf(path, sizeof path, "%s/plan.json", dir);
  assert_true(vmac_write_file(net_path, "a network", 9, &err));
  vmac_net *net = network(7, false);
  vmac_dataset data = images(8);
  for (int mask = 0; mask < 8; mask++)
    for (int mode = 0; mode < VMAC_CORR_MODES; mode++) {
      const bool has[OPS] = {mask & 1, mask >> 1 & 1, false, mask >> 2};
      vmac_plan *plan = vmac_plan_new(net);
      vmac_calib *calib = vmac_calib_new(net, &data, data.n, 0);
      vmac_plan_set(net, plan, cell("trunc6"), has);
      assert_true(vmac_plan_correct(net, plan, (vmac_mode)mode, calib, &err));
      assert_true(vmac_plan_save(plan, net_path, path, &err));
      vmac_plan *back = vmac_plan_load(net, net_path, path, &err);
      if (!back) fail_msg("%s", err.text);
      compare_ops(net, back, plan, has, &data);
      for (int i = 0; i < net->ops; i++) assert_int_equal(vmac_plan_has(back, i), has[i]);
      vmac_plan_free(back);
      vmac_plan_free(plan);
      vmac_calib_free(calib);
    }
  const bool has[OPS] = {true, false, false, true};
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_set(net, plan, cell("trunc6"), has);
  assert_true(vmac_plan_correct(net, plan, VMAC_CORR_PAPER, NULL, &err));
  static const char *const bad[][3] = {
      {"[0, 3]", "[0, 2]", "multiplying ops of the network, each once; op 2"},
      {"[0, 3]", "[0, 0]", "each once; op 0"},
      {"[0, 3]", "[0, 4]", "op 4"},
      {"[0, 3]", "[0, -1]", "op -1"},
      {"[0, 3]", "[0, 0.5]", "op -1"},
      {"[0, 3]", "\"all\"", "\"ops\": expected numbers"},
      {"\"ops\"", "\"oops\"", "\"ops\": expected numbers"},
      {"[0, 3]", "[0, 1, 3]", "no layer for op 1"},
      {"[0, 3]", "[0]", "layer of op 3: expected each op that has the cell once"},
      {"varimac-plan-3", "varimac-plan-2", "no layer for op 1"},
      {"varimac-plan-3", "varimac-plan-1", "found \"varimac-plan-1\""}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_true(vmac_plan_save(plan, net_path, path, &err));
    replace(path, bad[i][0], bad[i][1]);
    refused(net, net_path, path, bad[i][2]);
  }
  vmac_plan_set(net, plan, cell("trunc6"), NULL); /* a file from before there were ops */
  assert_true(vmac_plan_correct(net, plan, VMAC_CORR_PAPER, NULL, &err));
  assert_true(vmac_plan_save(plan, net_path, path, &err));
  replace(path, "varimac-plan-3", "varimac-plan-2");
  replace(path, "\"ops\"", "\"not\"");
  vmac_plan *back = vmac_plan_load(net, net_path, path, &err);
  if (!back) fail_msg("%s", err.text);
  const bool macs[OPS] = {true, true, false, true};
  compare_ops(net, back, plan, macs, &data);
  vmac_plan_free(back);
  vmac_plan_free(plan);
  unlink(path);
  unlink(net_path);
  rmdir(dir);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* Plans one after the other through a scorer of `bytes`, forwards and backwards, parts of the data
 * set at a time, against the networks run alone. */
static void score_plans(const vmac_net *net, const vmac_dataset *data, size_t bytes,
                        vmac_rng *rng) {
  const size_t n = data->n, size = net->tensor[net->output].size;
  uint8_t *exact = vmac_alloc(n, 1), *want = vmac_alloc(n, 1), *got = vmac_alloc(n, 1);
  int8_t *outputs[2] = {vmac_alloc(n, size), vmac_alloc(n, size)};
  bool *has = vmac_alloc((size_t)net->ops, sizeof *has);
  vmac_scorer *scorer = vmac_scorer_new(net, VMAC_ROUND_SINGLE, data, n, bytes);
  vmac_answers(net, NULL, VMAC_ROUND_SINGLE, data, 0, n, exact, NULL);
  for (int round = 0; round < 8; round++) {
    random_layers(net, rng, has);
    vmac_plan *plan = vmac_plan_new(net);
    vmac_plan_set(net, plan, cell("trunc8"), has);
    const vmac_plan *asked = round == 5 ? NULL : plan;
    vmac_answers(net, asked, VMAC_ROUND_SINGLE, data, 0, n, want, outputs[0]);
    const size_t part = vmac_rng_below(rng, (uint32_t)n + 1);
    vmac_scorer_answers(scorer, asked, part, n - part, got + part, outputs[1] + part * size);
    vmac_scorer_answers(scorer, asked, 0, part, got, outputs[1]);
    assert_memory_equal(want, got, n);
    assert_memory_equal(outputs[0], outputs[1], n * size);
    assert_memory_equal(vmac_scorer_exact(scorer), exact, n);
    vmac_plan_free(plan);
  }
  vmac_scorer_free(scorer);
  free(has);
  free(outputs[0]);
  free(outputs[1]);
  free(exact);
  free(want);
  free(got);
}

static void test_scorer_on_random_networks(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 21);
  int adds = 0;
  for (uint64_t seed = 1; seed <= 150; seed++) {
    builder b = random_net(seed, 0);
    vmac_err err;
    if (!vmac_net_prepare(b.net, &err)) fail_msg("seed %d: %s", (int)seed, err.text);
    if (b.net->tensor[b.net->output].size <= 256) {
      vmac_dataset data = images_for(b.net, 5, seed);
      static const size_t bytes[] = {0, 2000, 1 << 24};
      score_plans(b.net, &data, bytes[seed % 3], &rng);
      vmac_dataset_free(&data);
      adds += strstr(b.ops, "add") != NULL;
    }
    vmac_net_free(b.net);
  }
  assert_true(adds > 3);
}

static void test_scorer_on_resnet(void **state) {
  (void)state;
  vmac_rng rng;
  vmac_rng_seed(&rng, 22);
  vmac_net *net = real_net();
  vmac_dataset data = real_images();
  data.n = 6;
  static const size_t bytes[] = {0, 70000, 1 << 24};
  for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) score_plans(net, &data, bytes[i], &rng);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* After a load the tensors that later ops read are the exact network's, at every op, and once an
 * image is kept it is read, not computed: the data set may be gone. */
static void test_prefix_is_kept(void **state) {
  (void)state;
  vmac_net *net = real_net();
  vmac_dataset data = real_images();
  vmac_state *exact = vmac_state_new(net), *got = vmac_state_new(net);
  vmac_prefix *prefix = vmac_prefix_new(net, VMAC_ROUND_DOUBLE, &data, 2, (size_t)1 << 20);
  vmac_state_set_image(net, exact, &data, 1);
  const size_t size = net->tensor[net->input].size;
  for (int first = 0; first <= net->ops; first++) {
    vmac_prefix_set(prefix, first);
    vmac_prefix_load(prefix, 1, got);
    if (first == 1) memset(data.pixels + size, 0, size);
    if (first > 0) vmac_net_run_op(net, NULL, VMAC_ROUND_DOUBLE, first - 1, exact);
    for (int i = first; i < net->ops; i++) {
      const vmac_op *op = &net->op[i];
      for (int in = 0; in < (op->kind == VMAC_ADD ? 2 : 1); in++) {
        bool before = op->in[in] == net->input;
        for (int j = 0; j < first; j++) before = before || net->op[j].out == op->in[in];
        if (before)
          assert_memory_equal(got->i8[op->in[in]], exact->i8[op->in[in]],
                              net->tensor[op->in[in]].size);
      }
    }
    memset(got->i8[net->output], 0, net->tensor[net->output].size);
    for (int i = 0; i < first; i++) /* what was made for the last load is gone */
      memset(got->i8[net->op[i].out], 0, net->tensor[net->op[i].out].size);
  }
  vmac_prefix_load(prefix, 1, got);
  assert_memory_equal(got->i8[net->output], exact->i8[net->output], net->tensor[net->output].size);
  vmac_prefix_free(prefix);
  vmac_state_free(net, exact);
  vmac_state_free(net, got);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* Images beyond the bound are computed again: they follow the data set. */
static void test_prefix_is_bounded(void **state) {
  (void)state;
  vmac_net *net = real_net();
  vmac_dataset data = real_images();
  const int out = net->op[0].out;
  const size_t size = net->tensor[out].size, pixels = net->tensor[net->input].size;
  vmac_state *s = vmac_state_new(net);
  vmac_prefix *prefix = vmac_prefix_new(net, VMAC_ROUND_DOUBLE, &data, 3, 3 * size - 1);
  int8_t *before = vmac_alloc(3, size);
  vmac_prefix_set(prefix, 1);
  for (size_t round = 0; round < 2; round++)
    for (size_t image = 0; image < 3; image++) {
      if (round) memset(data.pixels + image * pixels, 200, pixels);
      vmac_prefix_load(prefix, image, s);
      if (!round)
        memcpy(before + image * size, s->i8[out], size);
      else
        assert_int_equal(memcmp(before + image * size, s->i8[out], size) == 0, image < 2);
    }
  free(before);
  vmac_prefix_free(prefix);
  vmac_state_free(net, s);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_layers_as_text),
                                     cmocka_unit_test(test_mixed_layers),
                                     cmocka_unit_test(test_only_layers_that_have_it_must_fit),
                                     cmocka_unit_test(test_mixed_plan_files),
                                     cmocka_unit_test(test_scorer_on_random_networks),
                                     cmocka_unit_test(test_scorer_on_resnet),
                                     cmocka_unit_test(test_prefix_is_kept),
                                     cmocka_unit_test(test_prefix_is_bounded)};
  return cmocka_run_group_tests_name("plan map", tests, NULL, NULL);
}
