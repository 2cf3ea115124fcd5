/* TEST RATIONALE: the training loop.
 *   State space: training with 1 and 2 threads and with a stop and resume, compared byte for byte,
 *   on networks that have every kind of layer between them; a few images learned by heart by each
 *   network; what a shifted image shows at its border; the learning rate's schedules at their
 *   corners; a model whose outputs overflow, in evaluation and calibration.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_common.h"

static void assert_same_model(const train_model *a, const train_model *b) {
  assert_memory_equal(a->param, b->param, a->params * sizeof(float));
  assert_memory_equal(a->momentum, b->momentum, a->params * sizeof(float));
  assert_memory_equal(a->stat, b->stat, a->stats * sizeof(float));
}

/* Takes the images over. */
static void check_threads_and_resume(const char *net, vmac_dataset data) {
  vmac_err err;
  train_trainer *one = net_trainer(net, &TINY, 1), *two = net_trainer(net, &TINY, 2);
  train_result r1 = {0}, r2 = {0};
  for (int epoch = 0; epoch < TINY.epochs; epoch++) {
    r1 = train_epoch(one, &data, epoch);
    r2 = train_epoch(two, &data, epoch);
    if (epoch == 0)
      assert_true(train_save(two->model, &TINY, 1, true, 0, in_folder("a.safetensors"), &err));
  }
  assert_true(r1.loss == r2.loss && r1.accuracy == r2.accuracy);
  assert_same_model(one->model, two->model);

  train_trainer *resumed = net_trainer(net, &TINY, 2);
  int done = 0;
  if (!train_resume(resumed->model, &TINY, in_folder("a.safetensors"), &done, &err))
    fail_msg("%s", err.text);
  assert_int_equal(done, 1);
  train_epoch(resumed, &data, done);
  assert_same_model(one->model, resumed->model);

  train_config other = TINY;
  other.rate = 0.06;
  assert_false(train_resume(resumed->model, &other, in_folder("a.safetensors"), &done, &err));
  assert_non_null(strstr(err.text, "--rate 0.05"));
  train_trainer_free(one);
  train_trainer_free(two);
  train_trainer_free(resumed);
  vmac_dataset_free(&data);
}

static void test_threads_and_resume(void **state) {
  (void)state;
  vmac_dataset data;
  load_images(&data, 256);
  check_threads_and_resume("resnet8", data);
  load_images(&data, 128);
  check_threads_and_resume("mobilenet", data);
  draw_digits(&data, 256);
  check_threads_and_resume("lenet5", data);
}

/* Images without augmentation are learned by heart in a few steps. */
static void check_learns(const char *net, double rate, vmac_dataset data) {
  train_config config = TINY;
  config.epochs = 16;
  config.rate = rate;
  config.crop = 0;
  config.flip = false;
  train_trainer *t = net_trainer(net, &config, 2);
  const double first = train_epoch(t, &data, 0).loss;
  double last = first;
  for (int epoch = 1; epoch < config.epochs; epoch++) last = train_epoch(t, &data, epoch).loss;
  if (!(last < 0.75 * first)) fail_msg("%s: loss %g after %g", net, last, first);
  train_trainer_free(t);
  vmac_dataset_free(&data);
}

static void test_learns(void **state) {
  (void)state;
  vmac_dataset data;
  load_images(&data, 128);
  check_learns("resnet8", 0.2, data);
  load_images(&data, 128);
  check_learns("vgg7", 0.1, data);
  load_images(&data, 128);
  check_learns("mobilenet", 0.2, data);
  draw_digits(&data, 128);
  check_learns("lenet5", 0.05, data);
}

/* What comes in where an image is shifted: digits lie on black, photographs are left grey. */
static void test_border(void **state) {
  (void)state;
  train_config config = TINY;
  config.epochs = 1;
  config.crop = 16;
  const char *const nets[] = {"lenet5", "resnet8"};
  for (int i = 0; i < 2; i++) {
    train_trainer *t = net_trainer(nets[i], &config, 1);
    const train_net *net = t->model->net;
    vmac_dataset data = {128, net->h, net->w, net->c, 10, NULL, vmac_alloc(128, 1)};
    const size_t size = (size_t)(net->h * net->w * net->c);
    data.pixels = vmac_alloc(128, size);
    memset(data.pixels, 255, 128 * size);
    train_epoch(t, &data, 0);
    size_t borders = 0;
    for (size_t k = 0; k < 32 * size; k++) {
      const float v = t->shard[0]->image[k], border = i ? 0 : train_input(0);
      if (v != border && v != train_input(255)) fail_msg("%s: a pixel of %g", nets[i], (double)v);
      borders += v == border;
    }
    assert_true(borders > size);
    train_trainer_free(t);
    vmac_dataset_free(&data);
  }
}

static void test_schedule(void **state) {
  (void)state;
  train_config c = TINY;
  c.rate = 1;
  assert_true(fabs(train_rate(&c, 0, 100) - 0.04) < 1e-12);
  assert_true(fabs(train_rate(&c, 25, 100) - 1) < 1e-12);
  assert_true(fabs(train_rate(&c, 100, 100)) < 1e-12);
  c.schedule = TRAIN_COSINE;
  assert_true(fabs(train_rate(&c, 0, 100) - 1) < 1e-12);
  assert_true(fabs(train_rate(&c, 50, 100) - 0.5) < 1e-12);
}

/* Evaluation and calibration name the layer, whatever the number of threads. */
static void check_overflow(train_trainer *t, const vmac_dataset *data, const char *word) {
  train_range *range = vmac_alloc((size_t)t->model->layers, sizeof *range);
  train_result result;
  for (t->threads = 1; t->threads <= 2; t->threads++) {
    vmac_err one = {""}, two = {""};
    assert_false(train_evaluate(t, data, &result, &one));
    assert_false(train_ranges(t, data, data->n, range, &two));
    if (!strstr(one.text, word)) fail_msg("expected '%s' in: %s", word, one.text);
    assert_string_equal(one.text, two.text);
  }
  free(range);
}

static void test_overflow(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  load_images(&data, 150);
  train_trainer *t = tiny_trainer(&TINY, 1);
  const train_layer *last = &t->model->layer[t->model->layers - 1];
  float *stem = t->model->param, *bias = t->model->param + last->param + last->ic * last->c;
  const float keep = stem[0];
  stem[0] = NAN; /* the ReLU behind it makes 0 of it */
  check_overflow(t, &data, "layer 'stem.conv': an output for image 0 is not finite");
  stem[0] = keep;
  bias[3] = INFINITY;
  check_overflow(t, &data, "layer 'fc': an output for image 0 is not finite");

  /* Finite values whose range is not. */
  bias[3] = 3e38f;
  bias[4] = -3e38f;
  train_range *range = vmac_alloc((size_t)t->model->layers, sizeof *range);
  assert_true(train_ranges(t, &data, data.n, range, &err));
  assert_true(range[t->model->layers - 1].lo == -3e38f && range[t->model->layers - 1].hi == 3e38f);
  free(range);
  train_trainer_free(t);
  vmac_dataset_free(&data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_threads_and_resume),
      cmocka_unit_test(test_learns),
      cmocka_unit_test(test_border),
      cmocka_unit_test(test_schedule),
      cmocka_unit_test(test_overflow),
  };
  return cmocka_run_group_tests_name("train_run", tests, make_folder, remove_folder);
}
