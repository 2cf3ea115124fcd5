/* TEST RATIONALE: the int8 network that training makes of a model, with a cell.
 *   State space: a small network with every kind of layer with weights, gains of both signs among
 *   its batch norms, against the network exported from it and loaded again: each layer's
 *   accumulators in training given the same codes, and every tensor of a whole run, in evaluation
 *   and in training with frozen statistics, byte for byte; frozen gradients of outputs beyond their
 *   range, of each kind of layer: 0; ranges and coefficients between two fits.
 *   Parameters: cells of both operand classes, one with f(0, 0) != 0, correction modes of each
 *   kind; paddings and strides.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_bits.h"
#include "train_probe.h"

/* The network as it is exported, and loaded from the file. */
static vmac_net *exported(const train_model *m) {
  vmac_err err;
  vmac_net *made = train_quantize(m, m->range, &err);
  if (!made) fail_msg("%s", err.text);
  assert_true(vmac_net_save(made, in_folder("twin.tflite"), &err));
  vmac_net_free(made);
  vmac_net *net = vmac_net_load(in_folder("twin.tflite"), &err);
  if (!net) fail_msg("%s", err.text);
  return net;
}

/* The op of the exported network with a layer's products: the MAC ops are in order. */
static int op_of(const vmac_net *net, int which) {
  for (int i = 0;; i++)
    if (vmac_op_is_mac(&net->op[i]) && which-- == 0) return i;
}

/* Layer `which` on codes of the exported run: acc (m, n) from training's outputs. */
static void check_accumulators(train_products *p, train_model *m, const vmac_net *net,
                               const vmac_plan *plan, int which, vmac_state *state) {
  const int index = WEIGHTED[which];
  const vmac_op *op = &net->op[op_of(net, which)];
  const vmac_tensor *in = &net->tensor[op->in[0]];
  train_linear map = train_linear_new(1, &m->layer[index]);
  train_work work = {.products = p};
  float *x = vmac_alloc(map.nx, sizeof *x), *y = vmac_alloc(map.ny, sizeof *y);
  int32_t *acc = vmac_alloc(map.ny, sizeof *acc);
  train_decode(map.nx, in->scale[0], in->zero, state->i8[op->in[0]], x);
  vmac_layer_acc(net, op, &plan->mac[op - net->op], state->i8[op->in[0]], acc, state);
  train_product_forward(&work, index, &map, x, m->param + m->layer[index].param, NULL, false, y);
  const vmac_tensor *weight = &net->tensor[op->weight];
  for (size_t i = 0; i < map.ny; i++) {
    const size_t c = i % (size_t)op->n;
    const double gain = train_fold_gain(m, index, (int)c);
    const double unit =
        (double)in->scale[0] * (double)weight->scale[weight->scales > 1 ? c : 0] / gain;
    const int32_t found = (int32_t)lround((double)y[i] / unit) + net->tensor[op->bias].i32[c];
    if (found != acc[i])
      fail_msg("layer %s, output %zu: accumulator %d, exported %d", m->layer[index].row->name, i,
               (int)found, (int)acc[i]);
  }
  free(x);
  free(y);
  free(acc);
  train_work_free(&work);
  train_linear_free(&map);
}

/* Training and evaluation against the exported network with the plan that its user would make. */
static void check_twin(const char *name, vmac_mode mode) {
  vmac_err err;
  vmac_dataset data;
  train_model *m = make_model(&data);
  const vmac_mult *mult = mult_of(name);
  train_trainer *t = train_trainer_new(m, &CONFIG, 1);
  const train_cell cell = {mult, mode, TRAIN_STRAIGHT, 0};
  set_cell(t->products, &cell);
  train_result result;
  if (!train_evaluate_int8(t, &data, &data, &result, &err)) fail_msg("%s", err.text);

  vmac_net *net = exported(m);
  vmac_plan *plan = vmac_plan_make(net, mult, NULL, mode, &data, IMAGES, &err);
  if (!plan) fail_msg("%s", err.text);
  const train_twin *twin = train_products_twin(t->products);
  vmac_state *ours = vmac_state_new(train_twin_net(twin)), *theirs = vmac_state_new(net);
  for (size_t n = 0; n < IMAGES; n++) {
    vmac_state_set_image(train_twin_net(twin), ours, &data, n);
    vmac_state_set_image(net, theirs, &data, n);
    train_twin_run(twin, ours);
    vmac_net_run(net, plan, VMAC_ROUND_DOUBLE, theirs);
    for (int i = 0; i < net->ops; i++) {
      const int out = net->op[i].out, twin_out = train_twin_net(twin)->op[i].out;
      assert_memory_equal(ours->i8[twin_out], theirs->i8[out], net->tensor[out].size);
    }
    if (n < 2)
      for (int i = 0; i < LAYERS; i++) check_accumulators(t->products, m, net, plan, i, theirs);
  }
  uint8_t answer[IMAGES];
  vmac_answers(net, plan, VMAC_ROUND_DOUBLE, &data, 0, IMAGES, answer, NULL);
  int correct = 0;
  for (int n = 0; n < IMAGES; n++) correct += answer[n] == data.labels[n];
  assert_true(result.accuracy == 100.0 * correct / IMAGES);
  vmac_state_free(train_twin_net(twin), ours);
  vmac_state_free(net, theirs);
  vmac_plan_free(plan);
  vmac_net_free(net);
  train_trainer_free(t);
  vmac_dataset_free(&data);
}

/* Of equal outputs the first is the answer. */
static void check_ties(void) {
  vmac_err err;
  vmac_dataset data;
  train_model *m = make_model(&data);
  const train_layer *last = &m->layer[m->layers - 1];
  for (int n = 0; n < IMAGES; n++) data.labels[n] = n < 5 ? 0 : 3;
  memset(m->param + last->param, 0, (train_weights(last) + (size_t)last->c) * sizeof(float));
  train_trainer *t = train_trainer_new(m, &CONFIG, 1);
  const train_cell cell = {mult_of("exact"), VMAC_CORR_NONE, TRAIN_STRAIGHT, 0};
  set_cell(t->products, &cell);
  train_result result;
  if (!train_evaluate_int8(t, &data, &data, &result, &err)) fail_msg("%s", err.text);
  assert_true(result.accuracy == 100.0 * 5 / IMAGES);
  train_trainer_free(t);
  vmac_dataset_free(&data);
}

static void test_twin(void **state) {
  (void)state;
  check_ties();
  check_twin("exact", VMAC_CORR_NONE);
  check_twin("perf3", VMAC_CORR_NONE);
  check_twin("trunc7", VMAC_CORR_CV);
  check_twin("perf3s", VMAC_CORR_PAPER);
  check_twin("mitchells", VMAC_CORR_BIAS);
  check_twin("rec4", VMAC_CORR_BITPLANE);
  check_twin("drum4", VMAC_CORR_PHI);
}

/* A frozen training pass leaves what the exported network computes: every tensor's codes. */
static void check_frozen(const char *name, vmac_mode mode) {
  vmac_err err;
  vmac_dataset data;
  train_model *m = make_model(&data);
  const vmac_mult *mult = mult_of(name);
  train_products *p = train_products_new(m, SEED);
  const train_cell cell = {mult, mode, TRAIN_STRAIGHT, 0};
  set_cell(p, &cell);
  train_products_calibration(p, &data, IMAGES);
  if (!train_products_begin(p, 0, true, &err)) fail_msg("%s", err.text);
  train_shard *s = train_shard_new(m, IMAGES);
  for (size_t i = 0; i < IMAGES * SIDE * SIDE * CHANNELS; i++)
    s->image[i] = train_input(data.pixels[i]);
  s->work->products = p;
  s->work->frozen = true;
  train_shard_forward(s, true);

  vmac_net *net = exported(m);
  vmac_plan *plan = vmac_plan_make(net, mult, NULL, mode, &data, IMAGES, &err);
  if (!plan) fail_msg("%s", err.text);
  vmac_state *run = vmac_state_new(net);
  /* The layers that have tensors, by the op that makes them. */
  const int layer[] = {1, 3, 5, 6, 7, 8, 9};
  for (size_t n = 0; n < IMAGES; n++) {
    int at = 0;
    vmac_state_set_image(net, run, &data, n);
    for (int i = 0; i < net->ops; i++) {
      vmac_net_run_op(net, plan, VMAC_ROUND_DOUBLE, i, run);
      const vmac_op *op = &net->op[i];
      if (op->kind == VMAC_RESHAPE || op->kind == VMAC_SOFTMAX) continue;
      const vmac_tensor *out = &net->tensor[op->out];
      int8_t *codes = vmac_alloc(out->size, 1);
      train_encode(out->size, out->scale[0], out->zero, s->out[layer[at++]] + n * out->size, codes);
      assert_memory_equal(codes, run->i8[op->out], out->size);
      free(codes);
    }
    assert_int_equal(at, 7);
  }
  /* What goes into a batch norm, from its output where no ReLU cuts it. */
  const train_layer *norm = &m->layer[3];
  const float *gamma = m->param + norm->param, *mean = m->stat + norm->stat;
  const float step = (m->range[3].hi - m->range[3].lo) / 255;
  int marked = 0;
  for (size_t i = 0; i < s->linear[2].ny; i++) {
    const size_t c = i % 6;
    const float g = gamma[c] / sqrtf(mean[6 + c] + TRAIN_BN_EPSILON);
    const float y = (s->out[2][i] - mean[c]) * g + gamma[6 + c];
    const float out = fmaxf(m->range[3].lo - y, y - m->range[3].hi) / step;
    const bool beyond = s->beyond[3][i];
    if (out > 1.1f ? !beyond : out < 0 && beyond)
      fail_msg("%s output %zu: %g steps beyond the range, marked %d", name, i, (double)out, beyond);
    marked += beyond;
    if (out > 0) continue;
    if (fabsf(y - s->out[3][i]) > 0.55f * step)
      fail_msg("%s output %zu: %g, decoded %g", name, i, (double)y, (double)s->out[3][i]);
  }
  assert_true(marked > 0);
  s->grad[m->layers - 1][0] = 1;
  train_shard_backward(s);
  assert_true(dot(m->params, s->dparam, s->dparam) > 0);
  vmac_state_free(net, run);
  vmac_plan_free(plan);
  vmac_net_free(net);
  train_shard_free(s);
  train_products_free(p);
  train_model_free(m);
  vmac_dataset_free(&data);
}

static void test_frozen(void **state) {
  (void)state;
  check_frozen("exact", VMAC_CORR_NONE);
  check_frozen("trunc7", VMAC_CORR_CV);
  check_frozen("drum4s", VMAC_CORR_NONE);
}

/* Layer `which` has the range +-0.01 and lies far beyond it everywhere: a frozen pass gives no
 * gradient to the parameters that reach the logits through it alone, and one to those behind. */
static void check_saturated(int which, float offset, int first, int last, int behind) {
  vmac_err err;
  vmac_dataset data;
  train_model *m = make_model(&data);
  const train_layer *l = &m->layer[which], *of = l->row->kind == TRAIN_ADD ? &m->layer[5] : l;
  const size_t shift = of->row->kind == TRAIN_FC ? train_weights(of) : 0;
  const size_t beta = of->param + (of->row->kind == TRAIN_BN ? (size_t)of->c : shift);
  for (int c = 0; c < of->c; c++) m->param[beta + (size_t)c] = offset;
  if (of != l) m->range[5].hi = 2 * offset;
  m->range[which] = (train_range){l->row->relu ? 0 : -0.01f, 0.01f};
  train_products *p = train_products_new(m, SEED);
  const train_cell cell = {mult_of("drum6"), VMAC_CORR_NONE, TRAIN_STRAIGHT, 0};
  set_cell(p, &cell);
  train_products_calibration(p, &data, IMAGES);
  if (!train_products_begin(p, 0, true, &err)) fail_msg("%s", err.text);
  train_shard *s = train_shard_new(m, IMAGES);
  for (size_t i = 0; i < IMAGES * SIDE * SIDE * CHANNELS; i++)
    s->image[i] = train_input(data.pixels[i]);
  s->work->products = p;
  s->work->frozen = true;
  train_shard_forward(s, true);
  for (int i = 0; i < 4 * IMAGES; i++) s->grad[m->layers - 1][i] = i % 4 ? -0.5f : 1;
  train_shard_backward(s);
  assert_true(m->layer[first].param < m->layer[last].param);
  for (size_t i = m->layer[first].param; i < m->layer[last].param; i++)
    if (s->dparam[i] != 0)
      fail_msg("layer %s saturated: parameter %zu has gradient %g", l->row->name, i,
               (double)s->dparam[i]);
  const train_layer *next = &m->layer[behind];
  const float *g = s->dparam + next->param;
  assert_true(dot(train_weights(next), g, g) > 0);
  train_shard_free(s);
  train_products_free(p);
  train_model_free(m);
  vmac_dataset_free(&data);
}

static void test_saturated(void **state) {
  (void)state;
  check_saturated(3, 50, 2, 4, 4);  /* behind a batch norm: c2, n2 */
  check_saturated(3, -50, 2, 4, 4); /* below the range */
  check_saturated(5, 50, 2, 8, 8);  /* behind a bias: c2, n2, c3, n3 */
  check_saturated(6, 50, 0, 8, 8);  /* a sum: all before it */
  check_saturated(8, 50, 0, 9, 9);  /* fully connected */
}

/* Frozen epochs leave statistics and ranges as they are, and move the weights. */
static void test_frozen_run(void **state) {
  (void)state;
  vmac_dataset data;
  train_model *m = make_model(&data);
  train_config config = CONFIG;
  config.freeze = true;
  const size_t stats = m->stats * sizeof(float), ranges = (size_t)m->layers * sizeof(train_range);
  float *stat = vmac_alloc(stats, 1), *param = vmac_alloc(m->params, sizeof *param);
  train_range *range = vmac_alloc(ranges, 1);
  memcpy(stat, m->stat, stats);
  memcpy(range, m->range, ranges);
  memcpy(param, m->param, m->params * sizeof *param);
  train_trainer *t = train_trainer_new(m, &config, 2);
  const train_cell cell = {mult_of("perf3"), VMAC_CORR_CV, TRAIN_SLOPE, 0};
  set_cell(t->products, &cell);
  for (int epoch = 0; epoch < 2; epoch++) assert_true(isfinite(train_epoch(t, &data, epoch).loss));
  assert_memory_equal(stat, m->stat, stats);
  assert_memory_equal(range, m->range, ranges);
  assert_int_not_equal(memcmp(param, m->param, m->params * sizeof *param), 0);
  free(stat);
  free(range);
  free(param);
  train_trainer_free(t);
  vmac_dataset_free(&data);
}

/* Ranges go on following the weights where a run multiplies exactly after a cell: they are what is
 * exported. */
static void test_exact_behind(void **state) {
  (void)state;
  vmac_dataset data;
  train_model *m = make_model(&data);
  m->has_range = false;
  train_trainer *t = train_trainer_new(m, &CONFIG, 1);
  const train_cell cell = {mult_of("perf3"), VMAC_CORR_NONE, TRAIN_STRAIGHT, 0};
  static const train_arith exact[TRAIN_PRODUCTS];
  set_cell(t->products, &cell);
  assert_true(isfinite(train_epoch(t, &data, 0).loss));
  assert_true(m->has_range);
  const train_range before = m->range[9];
  for (int i = 0; i < LAYERS; i++) train_products_set(t->products, WEIGHTED[i], exact);
  m->param[m->layer[9].param + train_weights(&m->layer[9])] += 20; /* a logit's bias */
  assert_true(isfinite(train_epoch(t, &data, 1).loss));
  if (!(m->range[9].hi > before.hi + 2))
    fail_msg("the range ended at %g, now at %g", (double)before.hi, (double)m->range[9].hi);
  train_trainer_free(t);
  vmac_dataset_free(&data);
}

/* Coefficients are kept between two fits, and fitted to the weights as they are then. */
static void test_carry(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  train_model *m = make_model(&data);
  train_products *p = train_products_new(m, SEED);
  const train_cell cell = {mult_of("perf3"), VMAC_CORR_CV, TRAIN_STRAIGHT, 0};
  set_cell(p, &cell);
  train_products_calibration(p, &data, IMAGES);
  assert_true(train_products_begin(p, 0, true, &err));
  const vmac_mac *mac = train_twin_at(train_products_twin(p), 0)->mac;
  int32_t c0[6], c[6];
  memcpy(c0, mac->c0, sizeof c0);
  memcpy(c, mac->c, sizeof c);
  for (int i = 0; i < 6 * 27; i++) m->param[i] += 0.25f;
  assert_true(train_products_begin(p, 1, false, &err));
  mac = train_twin_at(train_products_twin(p), 0)->mac;
  assert_memory_equal(c0, mac->c0, sizeof c0);
  assert_memory_equal(c, mac->c, sizeof c);
  assert_true(train_products_begin(p, 2, true, &err));
  mac = train_twin_at(train_products_twin(p), 0)->mac;
  assert_int_not_equal(memcmp(c, mac->c, sizeof c), 0);
  train_products_free(p);
  train_model_free(m);
  vmac_dataset_free(&data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_twin),         cmocka_unit_test(test_frozen),
      cmocka_unit_test(test_saturated),    cmocka_unit_test(test_frozen_run),
      cmocka_unit_test(test_exact_behind), cmocka_unit_test(test_carry),
  };
  return cmocka_run_group_tests_name("train_twin", tests, make_folder, remove_folder);
}
