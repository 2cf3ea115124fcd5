/* TEST RATIONALE: layers multiplied by a cell in training, and what stands for its derivative.
 *   State space: a small network with every kind of layer with weights, gains of both signs among
 *   its batch norms, against the network exported from it and loaded again: each layer's
 *   accumulators in training given the same codes, and every tensor of a whole run, in evaluation
 *   and in training with frozen statistics, byte for byte;
 *   backward products against sums of the derivative over all pairs of operands; derivatives,
 *   their terms and slopes against their definitions; ranges; threads and resumption.
 *   Parameters: cells of both operand classes, one with f(0, 0) != 0, correction modes of each
 *   kind, every gradient; paddings and strides.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/product.h"
#include "train_probe.h"

enum { SIDE = 9, CHANNELS = 3, IMAGES = 12, BATCH = 4 };

static const train_row ROWS[] = {
    {.kind = TRAIN_CONV, .name = "c1", .channels = 6, .kernel = 3, .stride = 2},
    {.kind = TRAIN_BN, .name = "n1", .relu = true},
    {.kind = TRAIN_DEPTHWISE, .name = "c2", .kernel = 3, .stride = 1},
    {.kind = TRAIN_BN, .name = "n2"},
    {.kind = TRAIN_CONV, .name = "c3", .channels = 6, .kernel = 1, .stride = 1},
    {.kind = TRAIN_BIAS, .name = "n3", .relu = true},
    {.kind = TRAIN_ADD, .name = "add", .from = {"n3", "n1"}},
    {.kind = TRAIN_MAXPOOL, .name = "p", .kernel = 2, .stride = 2, .valid = true},
    {.kind = TRAIN_FC, .name = "f1", .channels = 7, .relu = true},
    {.kind = TRAIN_FC, .name = "f2", .channels = 4},
};
static const train_net NET = {"bits", SIDE, SIDE, CHANNELS, 4, 0, ROWS, 10};
static const int WEIGHTED[] = {0, 2, 4, 8, 9};
enum { LAYERS = sizeof WEIGHTED / sizeof *WEIGHTED };

/* A model that no step of training made, its ranges, and images. */
static train_model *make_model(vmac_dataset *data) {
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  train_model *m = train_model_new(&NET, SEED);
  for (size_t i = 0; i < m->params; i++) m->param[i] += (float)(0.3 * vmac_rng_normal(&rng));
  for (int i = 0; i < m->layers; i++) {
    const train_layer *l = &m->layer[i];
    if (l->row->kind == TRAIN_BN) {
      m->param[l->param + 1] *= -1;
      for (int c = 0; c < l->c; c++) {
        m->stat[l->stat + (size_t)c] = (float)(0.2 * vmac_rng_normal(&rng));
        m->stat[l->stat + (size_t)(l->c + c)] = (float)(0.5 + vmac_rng_uniform(&rng));
      }
    }
    m->range[i] = (train_range){l->row->relu ? 0 : -1.5f, 2 + 0.25f * (float)i};
  }
  m->has_range = true;
  *data = (vmac_dataset){IMAGES, SIDE, SIDE, CHANNELS, 4, NULL, vmac_alloc(IMAGES, 1)};
  data->pixels = vmac_alloc(IMAGES, SIDE * SIDE * CHANNELS);
  for (size_t i = 0; i < IMAGES * SIDE * SIDE * CHANNELS; i++)
    data->pixels[i] = (uint8_t)vmac_rng_below(&rng, 256);
  for (size_t i = 0; i < IMAGES; i++) data->labels[i] = (uint8_t)vmac_rng_below(&rng, 4);
  return m;
}

static const train_config CONFIG = {5, 2, 4,     2,      0.02, 0.9, 5e-4, 0,    TRAIN_COSINE,
                                    0, 0, false, "none", NULL, 0,   NULL, false};

static const vmac_mult *mult_of(const char *name) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(name, &err);
  if (!mult) fail_msg("%s", err.text);
  return mult;
}

static void set_cell(train_products *p, const train_cell *cell) {
  train_arith arith[TRAIN_PRODUCTS] = {{.error = TRAIN_BIT_TRUE, .cell = *cell}};
  for (int i = 0; i < LAYERS; i++) train_products_set(p, WEIGHTED[i], arith);
}

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
  for (size_t i = 0; i < s->linear[2].ny; i++) {
    const size_t c = i % 6;
    const float g = gamma[c] / sqrtf(mean[6 + c] + TRAIN_BN_EPSILON);
    const float y = (s->out[2][i] - mean[c]) * g + gamma[6 + c];
    if (y < m->range[3].lo || y > m->range[3].hi) continue;
    if (fabsf(y - s->out[3][i]) > 0.55f * step)
      fail_msg("%s output %zu: %g, decoded %g", name, i, (double)y, (double)s->out[3][i]);
  }
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

/* ---- derivatives ---------------------------------------------------------------------------- */

/* S(x) by its definition. */
static double smooth(const double *f, int x, int h) {
  double sum = 0;
  for (int i = x - h; i <= x + h; i++) sum += f[i];
  return sum / (2 * h + 1);
}

static void check_derivative(const char *name, int h) {
  const vmac_mult *mult = mult_of(name);
  const int lo = mult->cls == VMAC_U8 ? 0 : -128;
  int32_t *table = vmac_alloc(65536, sizeof *table);
  double *d = vmac_alloc(65536, sizeof *d);
  vmac_mult_table(mult, table);
  for (int to_w = 0; to_w < 2; to_w++) {
    train_derivative(table, mult->cls, to_w, h, d);
    for (int other = 0; other < 256; other++) {
      double f[256], least = 1e9, most = -1e9;
      for (int i = 0; i < 256; i++) {
        f[i] =
            to_w ? vmac_product(mult, other + lo, i + lo) : vmac_product(mult, i + lo, other + lo);
        least = fmin(least, f[i]);
        most = fmax(most, f[i]);
      }
      for (int x = 0; x < 256; x++) {
        const uint8_t bits = (uint8_t)(x + lo), rest = (uint8_t)(other + lo);
        const double found = d[to_w ? rest << 8 | bits : bits << 8 | rest];
        double want = (most - least) / 256 * (f[255] < f[0] ? -1 : 1);
        if (x - 1 - h >= 0 && x + 1 + h < 256)
          want = (smooth(f, x + 1, h) - smooth(f, x - 1, h)) / 2;
        if (fabs(found - want) > 1e-9)
          fail_msg("%s h=%d to %c: operands %d, %d: %g, expected %g", name, h, to_w ? 'W' : 'A',
                   x + lo, other + lo, found, want);
      }
    }
  }
  free(table);
  free(d);
}

static void test_derivative(void **state) {
  (void)state;
  check_derivative("exact", 0);
  check_derivative("trunc8", 4);
  check_derivative("drum4s", 16);
  check_derivative("mitchell", 64);
}

/* The terms' sum of squared distances from the derivative is what they say; all of it where the
 * rank is low. */
static void check_terms(const char *name, int h, int most) {
  const vmac_mult *mult = mult_of(name);
  int32_t *table = vmac_alloc(65536, sizeof *table);
  double *d = vmac_alloc(65536, sizeof *d);
  train_terms *t = vmac_alloc(1, sizeof *t);
  vmac_mult_table(mult, table);
  for (int to_w = 0; to_w < 2; to_w++) {
    train_derivative(table, mult->cls, to_w, h, d);
    train_terms_find(table, mult->cls, to_w, h, TRAIN_TERMS, 1e-4, t);
    double whole = 0, left = 0;
    for (int a = 0; a < 256; a++)
      for (int w = 0; w < 256; w++) {
        const uint8_t ab = vmac_operand_bits(mult->cls, (int8_t)(uint8_t)a);
        const uint8_t wb = vmac_operand_bits(mult->cls, (int8_t)(uint8_t)w);
        double sum = vmac_operand(mult->cls, to_w ? ab : wb);
        for (int i = 0; i < t->terms; i++) sum += (double)t->a[i][a] * (double)t->w[i][w];
        whole += pow(d[ab << 8 | wb] - (mult->cls == VMAC_U8 ? 128 : 0), 2);
        left += (sum - d[ab << 8 | wb]) * (sum - d[ab << 8 | wb]);
      }
    if (t->terms > most || fabs(sqrt(left / whole) - t->left_out) > 1e-5)
      fail_msg("%s h=%d: %d terms leave out %g, they say %g", name, h, t->terms, sqrt(left / whole),
               t->left_out);
  }
  free(table);
  free(d);
  free(t);
}

static void test_terms(void **state) {
  (void)state;
  check_terms("perf3", 0, 2); /* and at the ends of the range another */
  check_terms("trunc6", 2, TRAIN_TERMS);
  check_terms("mitchells", 8, TRAIN_TERMS);
}

/* A line's slope by least squares, count as weights. */
static double line(const vmac_mult *mult, const uint64_t *count, bool to_w, uint8_t other) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (int code = 0; code < 256; code++) {
    const int32_t v = vmac_operand(mult->cls, vmac_operand_bits(mult->cls, (int8_t)(uint8_t)code));
    const int32_t o = vmac_operand(mult->cls, vmac_operand_bits(mult->cls, (int8_t)other));
    const double f = to_w ? vmac_product(mult, o, v) : vmac_product(mult, v, o);
    const double k = (double)count[code];
    n += k;
    x += k * v;
    y += k * f;
    xx += k * v * v;
    xy += k * v * f;
  }
  return (n * xy - x * y) / (n * xx - x * x);
}

static void test_slopes(void **state) {
  (void)state;
  const char *const names[] = {"exact", "trunc7", "drum3s"};
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  for (size_t i = 0; i < 3; i++) {
    const vmac_mult *mult = mult_of(names[i]);
    int32_t *table = vmac_alloc(65536, sizeof *table);
    vmac_mult_table(mult, table);
    uint64_t count[256];
    double a[256], w[256];
    for (int k = 0; k < 256; k++) count[k] = vmac_rng_below(&rng, 100);
    train_slopes_to_a(table, mult->cls, count, a);
    train_slopes_to_w(table, mult->cls, count, w);
    for (int k = 0; k < 256; k++) {
      assert_true(fabs(a[k] - line(mult, count, false, (uint8_t)k)) < 1e-6);
      assert_true(fabs(w[k] - line(mult, count, true, (uint8_t)k)) < 1e-6);
    }
    memset(count, 0, sizeof count);
    count[77] = 5; /* no line through one point: the exact product's slope */
    train_slopes_to_a(table, mult->cls, count, a);
    for (int k = 0; k < 256; k++)
      assert_true(a[k] ==
                  vmac_operand(mult->cls, vmac_operand_bits(mult->cls, (int8_t)(uint8_t)k)));
    free(table);
  }
}

/* ---- the backward products ------------------------------------------------------------------ */

/* dF/dA and dF/dW of a pair of codes, for a gradient. */
typedef struct {
  double *to_a, *to_w; /* [A << 8 | W] by bits */
  double of_channel[16];
} wanted;

/* What the derivative of F is by the definition of each gradient, less Zw and Za later. */
static wanted want_of(const train_cell *cell, const train_twin_layer *layer,
                      const uint64_t *count) {
  wanted w = {vmac_alloc(65536, sizeof(double)), vmac_alloc(65536, sizeof(double)), {0}};
  int32_t *table = vmac_alloc(65536, sizeof *table);
  const vmac_class cls = cell->mult->cls;
  const vmac_tensor *weight = &layer->net->tensor[layer->op->weight];
  uint64_t of_w[256] = {0};
  vmac_mult_table(cell->mult, table);
  for (size_t i = 0; i < weight->size; i++) of_w[(uint8_t)weight->i8[i]]++;
  if (cell->gradient == TRAIN_TABLE) {
    train_derivative(table, cls, false, cell->window, w.to_a);
    train_derivative(table, cls, true, cell->window, w.to_w);
  } else {
    for (int i = 0; i < 65536; i++) {
      const uint8_t a = (uint8_t)(i >> 8), b = (uint8_t)i;
      const bool line_of = cell->gradient == TRAIN_SLOPE;
      const uint8_t flip = vmac_operand_bits(cls, 0);
      w.to_a[i] = line_of ? line(cell->mult, count, false, b ^ flip) : vmac_operand(cls, b);
      w.to_w[i] = line_of ? line(cell->mult, of_w, true, a ^ flip) : vmac_operand(cls, a);
    }
  }
  if (cell->gradient == TRAIN_SLOPE && layer->mac->c0) { /* slope of c X(A) / 64, one X */
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (int code = 0; code < 256; code++) {
      const uint8_t bits = vmac_operand_bits(cls, (int8_t)(uint8_t)code);
      const double k = (double)count[code], v = vmac_operand(cls, bits),
                   t = layer->mac->terms[bits];
      n += k;
      x += k * v;
      y += k * t;
      xx += k * v * v;
      xy += k * v * t;
    }
    for (int c = 0; c < layer->op->n; c++)
      w.of_channel[c] = layer->mac->c[c] / 64.0 * (n * xy - x * y) / (n * xx - x * x);
  }
  free(table);
  return w;
}

static void check_near(const char *what, const float *found, const double *want, size_t n,
                       double tolerance) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs(want[i]));
  assert_true(largest > 0);
  for (size_t i = 0; i < n; i++)
    if (fabs((double)found[i] - want[i]) > tolerance * largest)
      fail_msg("%s[%zu]: %g, expected %g (largest %g)", what, i, (double)found[i], want[i],
               largest);
}

/* Sums over every output and every operand of its window, padding included. */
static void check_backward(int which, const train_cell *cell, double tolerance) {
  vmac_err err;
  vmac_dataset data;
  train_model *m = make_model(&data);
  train_products *p = train_products_new(m, SEED);
  set_cell(p, cell);
  train_products_calibration(p, &data, IMAGES);
  if (!train_products_begin(p, 0, true, &err)) fail_msg("%s", err.text);
  const int index = WEIGHTED[which];
  const train_twin_layer *layer = train_twin_at(train_products_twin(p), index);
  const vmac_op *op = layer->op;
  const vmac_class cls = cell->mult->cls;
  const bool depthwise = op->kind == VMAC_DEPTHWISE;
  train_linear map = train_linear_new(BATCH, &m->layer[index]);
  if (m->layer[index].in[0] < 0) { /* the gradient of the image is wanted too */
    train_linear_free(&map);
    m->layer[index].in[0] = 0;
    map = train_linear_new(BATCH, &m->layer[index]);
  }
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  float *x = normal(&rng, map.nx), *dy = normal(&rng, map.ny);
  float *y = vmac_alloc(map.ny, sizeof *y);
  float *dx = vmac_alloc(map.nx, sizeof *dx), *dw = vmac_alloc(map.nw, sizeof *dw);
  double *want_x = vmac_alloc(map.nx, sizeof *want_x), *want_w = vmac_alloc(map.nw, sizeof *want_w);
  train_work work = {.products = p};
  train_product_forward(&work, index, &map, x, m->param + m->layer[index].param, NULL, false, y);
  train_product_backward(&work, index, &map, x, m->param + m->layer[index].param, dy, dx, dw);

  const wanted w = want_of(cell, layer, train_twin_count(train_products_twin(p), index));
  const size_t in = map.nx / BATCH, k = (size_t)op->k, n = (size_t)op->n, pixels = (size_t)op->m;
  int8_t *codes = vmac_alloc(in, 1), *patch = vmac_alloc(k, 1), *at = vmac_alloc(in, 1);
  int8_t *from = vmac_alloc(k, 1);
  assert_true(in <= 256);
  for (size_t e = 0; e < in; e++) at[e] = (int8_t)(uint8_t)e; /* each operand's place */
  const double zw = cls == VMAC_U8 ? 128 : 0, za = layer->in_zero + zw;
  for (size_t image = 0; image < BATCH; image++) {
    const float *xi = x + image * in;
    for (size_t i = 0; i < in; i++) {
      const double v = floor((double)xi[i] / (double)layer->in_scale + layer->in_zero + 0.5);
      codes[i] = (int8_t)fmax(-128, fmin(127, v));
    }
    for (size_t pixel = 0; pixel < pixels; pixel++)
      for (size_t c = 0; c < n; c++) {
        const double g = (double)dy[(image * pixels + pixel) * n + c];
        vmac_patch(layer->net, op, codes, (int)pixel, (int)c, patch);
        for (size_t i = 0; i < k; i++) {
          const int8_t wc = vmac_weight(layer->net, op, (int)c, (int)i);
          const int pair = vmac_operand_bits(cls, patch[i]) << 8 | vmac_operand_bits(cls, wc);
          want_w[depthwise ? i * n + c : c * k + i] +=
              g * (double)layer->in_scale * (w.to_w[pair] - za);
          vmac_patch(layer->net, op, at, (int)pixel, (int)c, from);
          const size_t place = (uint8_t)from[i];
          bool inside = true; /* of the map: padding has a code too */
          const int y0 = (int)pixel / m->layer[index].w * op->stride_h - op->pad_top;
          const int x0 = (int)pixel % m->layer[index].w * op->stride_w - op->pad_left;
          const int row = (int)i / (int)(k / (size_t)op->kh);
          const int column =
              (int)i % (int)(k / (size_t)op->kh) / (int)(k / (size_t)(op->kh * op->kw));
          if (op->kind != VMAC_FC)
            inside = y0 + row >= 0 && y0 + row < m->layer[index].ih && x0 + column >= 0 &&
                     x0 + column < m->layer[index].iw;
          if (inside)
            want_x[image * in + place] += g * (double)(layer->factor[c] / layer->in_scale) *
                                          (w.to_a[pair] - zw + w.of_channel[c]);
        }
      }
    for (size_t i = 0; i < in; i++) {
      const double v = (double)xi[i] / (double)layer->in_scale + layer->in_zero;
      if (v < -128.5 || v > 127.5) want_x[image * in + i] = 0;
    }
  }
  char what[64];
  snprintf(what, sizeof what, "%s %s dw", cell->mult->name, m->layer[index].row->name);
  check_near(what, dw, want_w, map.nw, tolerance);
  snprintf(what, sizeof what, "%s %s dx", cell->mult->name, m->layer[index].row->name);
  check_near(what, dx, want_x, map.nx, tolerance);
  void *all[] = {x, y, dy, dx, dw, want_x, want_w, w.to_a, w.to_w, codes, patch, at, from};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
  train_work_free(&work);
  train_linear_free(&map);
  train_products_free(p);
  train_model_free(m);
  vmac_dataset_free(&data);
}

static void test_backward(void **state) {
  (void)state;
  const train_cell cells[] = {{mult_of("trunc7"), VMAC_CORR_NONE, TRAIN_STRAIGHT, 0},
                              {mult_of("drum4s"), VMAC_CORR_CV, TRAIN_STRAIGHT, 0},
                              {mult_of("perf4"), VMAC_CORR_NONE, TRAIN_TABLE, 2},
                              {mult_of("perf4s"), VMAC_CORR_CV, TRAIN_TABLE, 8},
                              {mult_of("trunc7"), VMAC_CORR_CV, TRAIN_SLOPE, 0},
                              {mult_of("drum3s"), VMAC_CORR_NONE, TRAIN_SLOPE, 0}};
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    for (int which = 0; which < LAYERS; which++)
      check_backward(which, &cells[i], cells[i].gradient == TRAIN_TABLE ? 0.06 : 1e-3);
}

/* ---- runs ----------------------------------------------------------------------------------- */

static train_trainer *digits_trainer(const train_cell *cell, int threads) {
  train_trainer *t = net_trainer("lenet5", &TINY, threads);
  train_arith arith[TRAIN_PRODUCTS] = {{.error = TRAIN_BIT_TRUE, .cell = *cell}};
  for (int i = 0; i < t->model->layers; i++)
    if (t->shard[0]->linear[i].nw) train_products_set(t->products, i, arith);
  return t;
}

static void test_threads_and_resume(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  draw_digits(&data, 256);
  const train_cell cells[] = {{mult_of("perf3"), VMAC_CORR_CV, TRAIN_SLOPE, 0},
                              {mult_of("trunc7"), VMAC_CORR_NONE, TRAIN_TABLE, 4}};
  for (size_t i = 0; i < 2; i++) {
    train_trainer *one = digits_trainer(&cells[i], 1), *two = digits_trainer(&cells[i], 2);
    train_epoch(one, &data, 0);
    train_epoch(two, &data, 0);
    assert_true(train_save(two->model, &TINY, 1, true, 0, in_folder("a.safetensors"), &err));
    train_trainer_free(two);
    const train_result whole = train_epoch(one, &data, 1);
    two = digits_trainer(&cells[i], 2);
    int done;
    if (!train_resume(two->model, &TINY, in_folder("a.safetensors"), &done, &err))
      fail_msg("%s", err.text);
    const train_result rest = train_epoch(two, &data, 1);
    assert_true(whole.loss == rest.loss);
    assert_memory_equal(one->model->param, two->model->param, one->model->params * sizeof(float));
    assert_memory_equal(one->model->range, two->model->range,
                        (size_t)one->model->layers * sizeof(train_range));
    train_result a, b;
    assert_true(train_evaluate_int8(one, &data, &data, &a, &err));
    assert_true(train_evaluate_int8(two, &data, &data, &b, &err));
    assert_true(a.accuracy == b.accuracy && a.loss == b.loss);
    train_trainer_free(one);
    train_trainer_free(two);
  }
  vmac_dataset_free(&data);
}

/* Digits are learned with a coarse cell, from the first weights on. */
static void test_learns(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  draw_digits(&data, 256);
  const train_cell cell = {mult_of("perf3"), VMAC_CORR_CV, TRAIN_STRAIGHT, 0};
  train_config config = TINY;
  config.epochs = 12;
  config.crop = 0;
  config.flip = false;
  config.smoothing = 0;
  train_trainer *t = net_trainer("lenet5", &config, 2);
  train_arith arith[TRAIN_PRODUCTS] = {{.error = TRAIN_BIT_TRUE, .cell = cell}};
  for (int i = 0; i < t->model->layers; i++)
    if (t->shard[0]->linear[i].nw) train_products_set(t->products, i, arith);
  double loss = 0;
  for (int epoch = 0; epoch < config.epochs; epoch++) loss = train_epoch(t, &data, epoch).loss;
  train_result result;
  assert_true(train_evaluate_int8(t, &data, &data, &result, &err));
  if (loss > 0.5 || result.accuracy < 90)
    fail_msg("loss %g, accuracy %g %%", loss, result.accuracy);
  train_trainer_free(t);
  vmac_dataset_free(&data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_twin),
      cmocka_unit_test(test_frozen),
      cmocka_unit_test(test_frozen_run),
      cmocka_unit_test(test_carry),
      cmocka_unit_test(test_derivative),
      cmocka_unit_test(test_terms),
      cmocka_unit_test(test_slopes),
      cmocka_unit_test(test_backward),
      cmocka_unit_test(test_threads_and_resume),
      cmocka_unit_test(test_learns),
  };
  return cmocka_run_group_tests_name("train_bits", tests, make_folder, remove_folder);
}
