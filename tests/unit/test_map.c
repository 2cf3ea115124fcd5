/* Maps of a network: which cell meets which weight.
 *
 * State space
 *   files      every kind of layer and key; every truncation, each error, 2000 random changes of a
 *              byte
 *   products   random maps of both classes over a convolution, a depthwise layer and a fully connected
 *              one, on every level of instructions: each accumulator from the definition
 *   one cell   a map of one cell is the plan of that cell: coefficients of every mode, to the bit;
 *              and where layers have each their own, those of that one's plan
 *   side       a layer of several cells, and all layers of a shared map: the first cell's sums X
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "corr_common.h"
#include "gemm/packed.h"

static char path[64];

static const vmac_mult *mult_of(const char *name) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(name, &err);
  if (!mult) fail_msg("%s", err.text);
  return mult;
}

/* ---- files -----------------------------------------------------------------------------------*/

static void write_text(const char *text) {
  vmac_err err;
  if (!vmac_write_file(path, text, strlen(text), &err)) fail_msg("%s", err.text);
}

static vmac_map *load(const vmac_net *net, const char *text) {
  write_text(text);
  vmac_err err;
  vmac_map *map = vmac_map_load(path, net, &err);
  if (!map) fail_msg("%s", err.text);
  return map;
}

static void refuse(const vmac_net *net, const char *text, const char *why) {
  write_text(text);
  vmac_err err;
  if (vmac_map_load(path, net, &err)) fail_msg("loaded: %s", text);
  if (!strstr(err.text, path) || !strstr(err.text, why))
    fail_msg("'%s' does not say '%s'", err.text, why);
}

static const char *name_at(const vmac_map *map, const vmac_net *net, int op, int channel, int i) {
  return map->mult[map->cell[op][channel * net->op[op].k + i]]->name;
}

#define HEAD "{\"format\": \"varimac-map-2\", "
#define LAYERS HEAD "\"layers\": ["
#define P "\"perf2\""
#define T "\"trunc6\""
#define K9 T "," P "," P "," P "," P "," P "," P "," P "," P

static void files(void **unused) {
  (void)unused;
  snprintf(path, sizeof path, "/tmp/varimac-net-map-%ld.json", (long)getpid());
  vmac_net *net = network(1, false);
  static const char good[] = HEAD
      "\"edge\": \"perf2\", \"rest\": \"trunc6\", \"layers\": [{\"layer\": 0, \"inputs\": [" P "," T
      "," P "," P "]}, {\"layer\": 1, \"filters\": [" P "," P "," T ",[" K9 "]," P "]}]}";
  vmac_map *map = load(net, good);
  assert_true(map->shared);
  assert_int_equal(map->cells, 2);
  for (int j = 0; j < 5; j++)
    for (int i = 0; i < 36; i++)
      assert_string_equal(name_at(map, net, 0, j, i), i % C == 1 ? "trunc6" : "perf2");
  for (int j = 0; j < 5; j++)
    for (int i = 0; i < 9; i++)
      assert_string_equal(name_at(map, net, 1, j, i),
                          j == 2 || (j == 3 && !i) ? "trunc6" : "perf2");
  assert_int_equal(vmac_map_one(map, net, 0), -1);
  assert_int_equal(vmac_map_one(map, net, 2), -2);
  assert_string_equal(map->mult[vmac_map_one(map, net, 3)]->name, "trunc6");
  vmac_map_free(map);
  map = load(net, LAYERS "{\"layer\": 0, \"taps\": [" K9 "]}, {\"layer\": 2, \"cell\": " P "}]}");
  assert_false(map->shared);
  for (int i = 0; i < 36; i++)
    assert_string_equal(name_at(map, net, 0, 4, i), i / C ? "perf2" : "trunc6");
  assert_null(map->cell[1]);
  assert_string_equal(map->mult[vmac_map_one(map, net, 3)]->name, "perf2");
  vmac_map_free(map);
  static const struct {
    const char *text, *why;
  } bad[] = {
      {"{\"format\": \"varimac-map-1\"}", "expected \"varimac-map-2\""},
      {"[]", "found \"\"; is this a network's map?"},
      {HEAD "\"layers\": 3}", "expected a list of layers"},
      {HEAD "\"layers\": []}", "expected some cell, found none"},
      {HEAD "\"rest\": \"pref2\", \"layers\": []}", "\"rest\": "},
      {HEAD "\"edge\": 2, \"layers\": []}", "\"edge\": expected the name of a cell"},
      {HEAD "\"edges\": 2, \"layers\": []}", "\"edges\": expected format, edge, rest and layers"},
      {LAYERS "{\"layer\": 3, \"cell\": " P "}]}", "each once; \"layer\": 3"},
      {LAYERS "{\"layer\": 0.5, \"cell\": " P "}]}", "\"layer\": 0.5"},
      {LAYERS "{\"cell\": " P "}]}", "\"layer\": -1"},
      {LAYERS "{\"layer\": 0, \"cell\": " P "}, {\"layer\": 0, \"cell\": " P "}]}", "each once"},
      {LAYERS "{\"layer\": 0, \"cell\": " P ", \"taps\": []}]}", "layer 0: expected one of cell"},
      {LAYERS "{\"layer\": 0, \"cell\": " P ", \"x\": 1}]}", "found other keys"},
      {LAYERS "{\"layer\": 0}]}", "layer 0: expected \"layer\" and one of cell"},
      {LAYERS "{\"layer\": 0, \"cell\": [" P "]}]}", "layer 0, \"cell\": expected the name"},
      {LAYERS "{\"layer\": 0, \"filters\": [" P "]}]}", "expected 5 entries, one for each output"},
      {LAYERS "{\"layer\": 0, \"filters\": [" P "," P "," P "," P ",1]}]}",
       "layer 0, \"filters\", entry 4: expected the name of a cell"},
      {LAYERS "{\"layer\": 0, \"filters\": [" P "," P ",[" P "]," P "," P "]}]}",
       "layer 0, \"filters\", entry 2: expected a list of 36 names, found 1"},
      {LAYERS "{\"layer\": 0, \"inputs\": [" P "," P "," P "]}]}", "a list of 4 names, found 3"},
      {LAYERS "{\"layer\": 0, \"inputs\": [" P "," P "," P ",null]}]}", "\"inputs\", entry 3: "},
      {LAYERS "{\"layer\": 1, \"inputs\": [" P "]}]}", "one input channel for each filter"},
      {LAYERS "{\"layer\": 2, \"taps\": [" P "]}]}", "FULLY_CONNECTED has no window"},
      {LAYERS "{\"layer\": 1, \"taps\": 7}]}", "a list of 9 names, found 0"},
      {LAYERS "{\"layer\": 0, \"inputs\": [" P "," P "," P ",\"perf2s\"]}]}",
       "the cell perf2s beside perf2: expected one operand class, u8"},
      {HEAD "\"edge\": \"perf2s\", \"rest\": " P ", \"layers\": []}", "one operand class, s8"},
      {LAYERS "]} x", "not JSON: error at byte"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) refuse(net, bad[i].text, bad[i].why);
  for (size_t cut = 0; cut + 1 < sizeof good; cut++) {
    char text[sizeof good];
    memcpy(text, good, cut);
    text[cut] = 0;
    refuse(net, text, "");
  }
  vmac_rng rng; /* any byte changed: a map or an error, no more */
  vmac_rng_seed(&rng, 5);
  for (int i = 0; i < 2000; i++) {
    char text[sizeof good];
    memcpy(text, good, sizeof good);
    text[vmac_rng_below(&rng, sizeof good - 1)] = (char)(1 + vmac_rng_below(&rng, 127));
    write_text(text);
    vmac_err err;
    vmac_map_free(vmac_map_load(path, net, &err));
  }
  unlink(path);
  vmac_net_free(net);
}

/* ---- products --------------------------------------------------------------------------------*/

/* Of five cells, whose products are far apart; some have no 0 for an operand 0. */
static vmac_map *draw(const vmac_net *net, vmac_class cls, vmac_rng *rng) {
  static const char *const names[2][5] = {{"exact", "perf2", "trunc7c", "drum4", "roup1_4"},
                                          {"exacts", "perf3s", "trunc7cs", "drum4s", "zeros"}};
  vmac_map *map = vmac_map_new(net, mult_of(names[cls == VMAC_S8][0]));
  for (int i = 1; i < 5; i++) {
    vmac_err err;
    const vmac_mult *mult = vmac_mult_find(names[cls == VMAC_S8][i], &err);
    if (mult) vmac_map_cell(map, mult);
  }
  for (int op = 0; op < net->ops; op++) {
    if (!vmac_op_is_mac(&net->op[op])) continue;
    vmac_map_fill(map, net, op, 0);
    for (int i = 0; i < net->op[op].n * net->op[op].k; i++)
      map->cell[op][i] = (uint8_t)vmac_rng_below(rng, (uint32_t)map->cells);
  }
  return map;
}

/* acc* without correction, as design has it: sums of the cells' products, and what the class adds. */
static int32_t defined(const vmac_net *net, int index, const vmac_map *map, const int8_t *codes,
                       int channel) {
  const vmac_op *op = &net->op[index];
  const bool u8 = map->mult[0]->cls == VMAC_U8;
  const int offset = u8 ? 128 : 0, zero = net->tensor[op->in[0]].zero + offset;
  int32_t sum = net->tensor[op->bias].i32[channel] + (u8 ? op->k * 128 * zero : 0);
  for (int i = 0; i < op->k; i++) {
    const int a = codes[i] + offset, w = vmac_weight(net, op, channel, i) + offset;
    sum += vmac_product(map->mult[map->cell[index][channel * op->k + i]], a, w);
    sum -= (u8 ? 128 * a : 0) + zero * w;
  }
  return sum;
}

static void compare(uint64_t seed, vmac_class cls) {
  vmac_net *net = network(seed, false);
  vmac_dataset data = images(seed);
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  vmac_map *map = draw(net, cls, &rng);
  vmac_err err;
  vmac_plan *plan = vmac_plan_make_map(net, map, VMAC_CORR_NONE, NULL, NULL, 0, &err);
  if (!plan) fail_msg("%s", err.text);
  vmac_state *state = vmac_state_new(net);
  vmac_state_set_image(net, state, &data, seed % IMAGES);
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    vmac_net_run_op(net, plan, VMAC_ROUND_DOUBLE, i, state);
    if (!vmac_op_is_mac(op)) continue;
    assert_true(op->kind == VMAC_DEPTHWISE ||
                plan->mac[i].kernel); /* fast, not by the definition */
    int8_t codes[H * W * 5];
    for (int p = 0; p < op->m; p++)
      for (int j = 0; j < op->n; j++) {
        vmac_patch(net, op, state->i8[op->in[0]], p, j, codes);
        assert_int_equal(state->acc[p * op->n + j], defined(net, i, map, codes, j));
      }
  }
  vmac_state_free(net, state);
  vmac_plan_free(plan);
  vmac_map_free(map);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static void products(void **unused) {
  (void)unused;
  const vmac_isa best = vmac_isa_now();
  for (int isa = 0; isa <= (int)best; isa++) {
    setenv("VARIMAC_ISA", vmac_isa_name((vmac_isa)isa), 1);
    for (uint64_t seed = 1; seed <= 6; seed++) {
      compare(seed, VMAC_U8);
      compare(seed, VMAC_S8);
    }
  }
  unsetenv("VARIMAC_ISA");
}

/* What is taken off activations' products serves all tables: less it and the zero point's, each fits
 * 16 bits. */
static void centre(void **unused) {
  (void)unused;
  static const char *const names[] = {"zero", "exact", "perf3", "rec4"};
  int32_t *tables = vmac_alloc((size_t)4 * 65536, sizeof *tables), of_a[256];
  for (int i = 0; i < 4; i++) vmac_mult_table(mult_of(names[i]), tables + (ptrdiff_t)i * 65536);
  for (int zero = 0; zero < 256; zero += 51) {
    assert_true(vmac_rows_center(tables, 4 * 65536, (uint8_t)zero, of_a));
    for (int i = 0; i < 4 * 65536; i++) {
      const int a = i >> 8 & 255;
      const int32_t less = tables[i] - of_a[a] - tables[(i & ~0xffff) | zero << 8 | (i & 255)];
      assert_true(less >= INT16_MIN && less <= INT16_MAX);
    }
  }
  free(tables);
}

/* ---- corrections -----------------------------------------------------------------------------*/

static void same_layer(const vmac_plan *a, const vmac_plan *b, int op, const char *what) {
  const vmac_mac *x = &a->mac[op], *y = &b->mac[op];
  const size_t n = (size_t)x->n, sums = n * (size_t)vmac_mac_sums(x);
  if (vmac_mac_sums(x) != vmac_mac_sums(y) || !x->c0 != !y->c0)
    fail_msg("%s: op %d: other sums X", what, op);
  if (memcmp(x->terms, y->terms, 256 * (size_t)x->planes)) fail_msg("%s: op %d: terms", what, op);
  if (x->c0 && (memcmp(x->c0, y->c0, n * sizeof *x->c0) || memcmp(x->c, y->c, sums * sizeof *x->c)))
    fail_msg("%s: op %d: other coefficients", what, op);
}

static void one_cell(void **unused) {
  (void)unused;
  vmac_net *net = network(3, false);
  vmac_dataset data = images(3);
  static const char *const of_op[OPS] = {"perf2", "trunc6", NULL, "drum4"};
  for (int mode = 0; mode < VMAC_CORR_MODES; mode++) {
    vmac_err err;
    vmac_map *map = vmac_map_new(net, mult_of("exact"));
    vmac_map *all = vmac_map_new(net, mult_of("trunc6"));
    for (int i = 0; i < OPS; i++) {
      if (!of_op[i]) continue;
      vmac_map_fill(map, net, i, vmac_map_cell(map, mult_of(of_op[i])));
      vmac_map_fill(all, net, i, 0);
    }
    vmac_plan *own = vmac_plan_make_map(net, map, (vmac_mode)mode, NULL, &data, IMAGES, &err);
    vmac_plan *one = vmac_plan_make_map(net, all, (vmac_mode)mode, NULL, &data, IMAGES, &err);
    assert_true(own && one);
    for (int i = 0; i < OPS; i++) {
      if (!of_op[i]) continue;
      vmac_plan *plan =
          vmac_plan_make(net, mult_of(of_op[i]), NULL, (vmac_mode)mode, &data, IMAGES, &err);
      assert_non_null(plan);
      same_layer(own, plan, i, vmac_mode_name((vmac_mode)mode));
      if (i == 1)
        for (int j = 0; j < OPS; j++)
          if (of_op[j]) same_layer(one, plan, j, "of one cell");
      vmac_plan_free(plan);
    }
    vmac_plan_free(own);
    vmac_plan_free(one);
    vmac_map_free(map);
    vmac_map_free(all);
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* The analytic coefficients of a layer: what each weight's own cell contributes, with the X of all. */
static void check_paper(const vmac_net *net, const vmac_map *map, const vmac_mac *mac, int index) {
  const vmac_op *op = &net->op[index];
  int32_t *tables = vmac_alloc((size_t)map->cells * 65536, sizeof *tables);
  for (int i = 0; i < map->cells; i++) vmac_mult_table(map->mult[i], tables + (ptrdiff_t)i * 65536);
  for (int j = 0; j < op->n; j++) {
    double c0 = 0, c = 0;
    for (int i = 0; i < op->k; i++) {
      const uint8_t w = vmac_operand_bits(mac->mult->cls, vmac_weight(net, op, j, i));
      const int32_t *table = tables + (ptrdiff_t)map->cell[index][j * op->k + i] * 65536;
      const vmac_line line = vmac_paper_weight(mac->mult, table, w);
      c0 += line.c0;
      c += line.c[0] / op->k;
    }
    assert_true(abs(mac->c0[j] - (int32_t)lround(c0 * (1 << VMAC_CORR_F))) <= 1);
    assert_true(abs(mac->c[j] - (int32_t)lround(c * (1 << VMAC_CORR_F))) <= 1);
  }
  free(tables);
}

static void side(void **unused) {
  (void)unused;
  vmac_net *net = network(4, false);
  vmac_dataset data = images(4);
  uint8_t first[VMAC_CORR_PLANES * 256], other[VMAC_CORR_PLANES * 256];
  for (int shared = 0; shared < 2; shared++)
    for (int mode = VMAC_CORR_BIAS; mode < VMAC_CORR_MODES; mode++) {
      vmac_err err;
      vmac_map *map = vmac_map_new(net, mult_of("trunc6"));
      map->shared = shared;
      const int perf = vmac_map_cell(map, mult_of("perf2"));
      vmac_map_fill(map, net, 0, 0);
      memset(map->cell[0] + 36, perf, 36); /* channel 1 */
      vmac_map_fill(map, net, 3, perf);
      vmac_plan *plan = vmac_plan_make_map(net, map, (vmac_mode)mode, NULL, &data, IMAGES, &err);
      if (!plan) fail_msg("%s", err.text);
      const int planes = vmac_x_terms(map->mult[0], (vmac_mode)mode, first);
      vmac_x_terms(mult_of("perf2"), (vmac_mode)mode, other);
      assert_int_equal(plan->mac[0].planes, planes);
      assert_memory_equal(plan->mac[0].terms, first, 256 * (size_t)planes);
      assert_memory_equal(plan->mac[3].terms, shared ? first : other, 256);
      assert_non_null(plan->mac[0].c0);
      assert_null(plan->mac[1].table);
      if (mode == VMAC_CORR_PAPER) check_paper(net, map, &plan->mac[0], 0);
      /* Every fit takes the channel's mean error away, whatever its cells are. */
      const residual left = measure(net, plan, &data);
      if (mode != VMAC_CORR_PAPER && left.bias > 2)
        fail_msg("%s: a channel's mean error is %g", vmac_mode_name((vmac_mode)mode), left.bias);
      vmac_plan_free(plan);
      vmac_map_free(map);
    }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* A plan that had other maps before is that of the last one; and no plan of several cells is saved. */
static void again(void **unused) {
  (void)unused;
  vmac_net *net = network(9, false);
  vmac_dataset data = images(9);
  vmac_calib *calib = vmac_calib_new(net, &data, IMAGES, 1 << 20);
  vmac_rng rng;
  vmac_rng_seed(&rng, 9);
  vmac_err err;
  vmac_plan *plan = vmac_plan_new(net);
  for (int i = 0; i < 12; i++) {
    vmac_map *map = draw(net, VMAC_U8, &rng);
    map->shared = i % 3 == 1;
    if (i % 4 == 1 || i % 4 == 2) vmac_map_fill(map, net, 0, i % map->cells);
    if (i % 4 == 2) vmac_map_fill(map, net, 3, i % map->cells);
    if (i % 4 == 3) {
      free(map->cell[1]);
      map->cell[1] = NULL;
    }
    const vmac_mode mode = (vmac_mode)(i % VMAC_CORR_MODES);
    vmac_plan_map(net, plan, map);
    assert_true(vmac_plan_correct(net, plan, mode, calib, &err));
    vmac_plan *fresh = vmac_plan_make_map(net, map, mode, NULL, &data, IMAGES, &err);
    vmac_state *a = vmac_state_new(net), *b = vmac_state_new(net);
    vmac_state_set_image(net, a, &data, 0);
    vmac_state_set_image(net, b, &data, 0);
    vmac_net_run(net, plan, VMAC_ROUND_DOUBLE, a);
    vmac_net_run(net, fresh, VMAC_ROUND_DOUBLE, b);
    for (int op = 0; op < net->ops; op++) {
      const int t = net->op[op].out;
      assert_memory_equal(a->i8[t], b->i8[t], net->tensor[t].size);
      assert_true(vmac_plan_has(fresh, op) == vmac_plan_has(plan, op));
      if (vmac_plan_has(fresh, op)) same_layer(plan, fresh, op, "again");
    }
    assert_false(vmac_plan_save(plan, "weights/resnet8.tflite", "/tmp/varimac-no-plan.json", &err));
    assert_non_null(strstr(err.text, "a plan file is of one cell"));
    vmac_state_free(net, a);
    vmac_state_free(net, b);
    vmac_plan_free(fresh);
    vmac_map_free(map);
  }
  vmac_plan_free(plan);
  vmac_calib_free(calib);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(files),  cmocka_unit_test(products),
                                     cmocka_unit_test(centre), cmocka_unit_test(one_cell),
                                     cmocka_unit_test(side),   cmocka_unit_test(again)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
