/* TEST RATIONALE: from a float network to an int8 one.
 *   State space: int8 networks, of shipped weights and of a short run, against the float ones,
 *   image by image, for every kind of layer; ranges with 1 and 2 threads; a network small enough to
 *   fold by hand, and the same with each value that cannot be quantized.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_common.h"

static double argmax_agreement(train_shard *s, const vmac_net *net, const vmac_dataset *data) {
  const int last = s->model->layers - 1, classes = s->model->net->classes;
  vmac_state *run = vmac_state_new(net);
  int agree = 0;
  for (int n = 0; n < s->batch; n++) {
    vmac_state_set_image(net, run, data, (size_t)n);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, run);
    const float *z = s->out[last] + n * classes;
    const int8_t *q = run->i8[net->output];
    int best = 0, chosen = 0;
    for (int k = 1; k < classes; k++) {
      if (z[k] > z[best]) best = k;
      if (q[k] > q[chosen]) chosen = k;
    }
    agree += best == chosen;
  }
  vmac_state_free(net, run);
  return 100.0 * agree / s->batch;
}

enum { IMAGES = 128 };

/* With the shipped weights: what a short training leaves answers by a hair's breadth, and which
 * answers these are depends on the kind of CPU. */
static train_trainer *shipped(const char *name) {
  char path[256];
  vmac_err err;
  snprintf(path, sizeof path, "%s/weights/%s.safetensors", VMAC_HOME, name);
  train_model *model = train_load(path, &err);
  if (!model) fail_msg("%s", err.text);
  return train_trainer_new(model, &TINY, 2);
}

static train_trainer *trained(const char *name, const vmac_dataset *data) {
  train_config config = TINY;
  config.epochs = 4;
  train_trainer *t = net_trainer(name, &config, 2);
  for (int epoch = 0; epoch < config.epochs; epoch++) train_epoch(t, data, epoch);
  return t;
}

/* Takes the trainer and the images over. */
static void check_quantize(const char *name, train_trainer *t, vmac_dataset data) {
  vmac_err err;
  const size_t layers = (size_t)t->model->layers;
  train_range *range = vmac_alloc(layers, sizeof *range),
              *again = vmac_alloc(layers, sizeof *again);
  assert_true(train_ranges(t, &data, IMAGES, range, &err));
  t->threads = 1;
  assert_true(train_ranges(t, &data, IMAGES, again, &err));
  assert_memory_equal(range, again, layers * sizeof *range);
  vmac_net *net = train_quantize(t->model, range, &err);
  if (!net) fail_msg("%s", err.text);
  assert_true(net->tensor[net->input].scale[0] == 1.0f / 64 && net->tensor[net->input].zero == 0);
  for (int i = 0; i < net->ops; i++)
    if (net->op[i].act == VMAC_ACT_RELU) assert_int_equal(net->tensor[net->op[i].out].zero, -128);

  train_shard *s = train_shard_new(t->model, IMAGES);
  for (size_t i = 0; i < IMAGES * (size_t)(data.h * data.w * data.c); i++)
    s->image[i] = train_input(data.pixels[i]);
  train_shard_forward(s, false);
  const double agreement = argmax_agreement(s, net, &data);
  if (agreement < 95)
    fail_msg("%s: float and int8 agree on %.1f %% of the images", name, agreement);

  assert_true(vmac_net_save(net, in_folder("q.tflite"), &err));
  vmac_net *loaded = vmac_net_load(in_folder("q.tflite"), &err);
  if (!loaded) fail_msg("%s", err.text);
  assert_int_equal(loaded->ops, net->ops);
  vmac_net_free(loaded);
  vmac_net_free(net);
  free(range);
  free(again);
  train_shard_free(s);
  train_trainer_free(t);
  vmac_dataset_free(&data);
}

static void test_quantize(void **state) {
  (void)state;
  vmac_dataset data;
  static const char *const nets[] = {"resnet8", "vgg7", "mobilenet"};
  for (int i = 0; i < 3; i++) {
    load_images(&data, IMAGES);
    check_quantize(nets[i], shipped(nets[i]), data);
  }
  draw_digits(&data, IMAGES);
  check_quantize("lenet5", trained("lenet5", &data), data);
}

/* A network of one convolution whose folding can be done by hand. */
static train_model *hand_model(void) {
  static const train_row rows[] = {
      {.kind = TRAIN_CONV, .name = "conv", .channels = 2, .kernel = 1, .stride = 1},
      {.kind = TRAIN_BN, .name = "bn", .relu = true},
      {.kind = TRAIN_POOL, .name = "pool"},
      {.kind = TRAIN_FC, .name = "fc", .channels = 2},
  };
  static const train_net tiny = {"tiny", 2, 2, 1, 2, 0, rows, 4};
  train_model *m = train_model_new(&tiny, SEED);
  float *conv = m->param + m->layer[0].param, *bn = m->param + m->layer[1].param;
  float *stat = m->stat + m->layer[1].stat;
  conv[0] = 0.5f;
  conv[1] = -2;
  const float gamma_beta[4] = {2, 3, 0.25f, -1}, mean_var[4] = {0.1f, -0.2f, 3.999f, 0.249f};
  memcpy(bn, gamma_beta, sizeof gamma_beta);
  memcpy(stat, mean_var, sizeof mean_var);
  return m;
}

static const train_range HAND_RANGE[4] = {{0, 1}, {0, 2.55f}, {0, 2.55f}, {-1, 1.55f}};

/* gamma / sd = 1 and 6; weights 0.5, -12; biases 0.25 - 0.1, -1 + 1.2 */
static void test_folding(void **state) {
  (void)state;
  vmac_err err;
  train_model *m = hand_model();
  vmac_net *net = train_quantize(m, HAND_RANGE, &err);
  if (!net) fail_msg("%s", err.text);
  const vmac_op *op = &net->op[0];
  const vmac_tensor *w = &net->tensor[op->weight], *b = &net->tensor[op->bias];
  assert_int_equal(op->kind, VMAC_CONV);
  assert_int_equal(w->i8[0], 127);
  assert_int_equal(w->i8[1], -127);
  assert_true(fabs((double)w->scale[0] * 127 - 0.5) < 1e-6);
  assert_true(fabs((double)w->scale[1] * 127 - 12) < 1e-5);
  assert_true(fabs((double)b->scale[0] * b->i32[0] - 0.15) < 1e-4);
  assert_true(fabs((double)b->scale[1] * b->i32[1] - 0.2) < 1e-3);
  assert_true(fabs((double)net->tensor[op->out].scale[0] - 0.01) < 1e-6);
  const vmac_tensor *logits = &net->tensor[net->op[net->ops - 2].out];
  assert_int_equal(logits->zero, -28); /* -128 + 1 / 0.01 */
  vmac_net_free(net);
  train_model_free(m);
}

/* Takes the model over: quantizing it must fail with `word` in the error. */
static void refused(train_model *m, const train_range *range, const char *word) {
  vmac_err err = {""};
  if (train_quantize(m, range, &err)) fail_msg("quantized, expected '%s'", word);
  if (!strstr(err.text, word)) fail_msg("expected '%s' in: %s", word, err.text);
  train_model_free(m);
}

static void test_unquantizable(void **state) {
  (void)state;
  train_model *m = hand_model();
  m->param[m->layer[0].param + 1] = NAN;
  refused(m, HAND_RANGE, "'conv/weight': channel 1: value 0 is not finite");
  m = hand_model();
  m->stat[m->layer[1].stat + 3] = -1; /* variance */
  refused(m, HAND_RANGE, "'conv/weight': channel 1");
  m = hand_model();
  m->param[m->layer[1].param + 2] = NAN; /* beta */
  refused(m, HAND_RANGE, "'conv/bias': channel 0");
  m = hand_model();
  m->param[m->layer[0].param] = 1e30f;
  m->param[m->layer[1].param] = 1e30f;
  refused(m, HAND_RANGE, "'conv/weight': channel 0: no float32 scale");
  m = hand_model();
  m->param[m->layer[3].param + 4] = INFINITY; /* bias */
  refused(m, HAND_RANGE, "'fc/weight': channel 0: no float32 scale");

  const train_range wrong[] = {{0, INFINITY}, {0, NAN}, {0, 0}, {1, 2}, {-2, -1}, {0, 1e-44f}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    train_range range[4];
    memcpy(range, HAND_RANGE, sizeof range);
    range[1] = wrong[i];
    refused(hand_model(), range, "layer 'bn': no 8-bit scale");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_quantize),
      cmocka_unit_test(test_folding),
      cmocka_unit_test(test_unquantizable),
  };
  return cmocka_run_group_tests_name("train_quantize", tests, make_folder, remove_folder);
}
