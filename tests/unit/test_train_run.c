/* TEST RATIONALE: the training loop.
 *   State space: training with 1 and 2 threads and with a stop and resume, compared byte for byte;
 *   a few images learned by heart; the learning rate's schedules at their corners; a model whose
 *   outputs overflow, in evaluation and calibration.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_common.h"

static void assert_same_model(const train_model *a, const train_model *b) {
  assert_memory_equal(a->param, b->param, a->params * sizeof(float));
  assert_memory_equal(a->momentum, b->momentum, a->params * sizeof(float));
  assert_memory_equal(a->stat, b->stat, a->stats * sizeof(float));
}

static void test_threads_and_resume(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  load_images(&data, 256);
  train_trainer *one = tiny_trainer(&TINY, 1), *two = tiny_trainer(&TINY, 2);
  train_result r1 = {0}, r2 = {0};
  for (int epoch = 0; epoch < TINY.epochs; epoch++) {
    r1 = train_epoch(one, &data, epoch);
    r2 = train_epoch(two, &data, epoch);
    if (epoch == 0)
      assert_true(train_save(two->model, &TINY, 1, true, 0, in_folder("a.safetensors"), &err));
  }
  assert_true(r1.loss == r2.loss && r1.accuracy == r2.accuracy);
  assert_same_model(one->model, two->model);

  train_trainer *resumed = tiny_trainer(&TINY, 2);
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

/* 128 images without augmentation are learned by heart in a few steps. */
static void test_learns(void **state) {
  (void)state;
  vmac_dataset data;
  load_images(&data, 128);
  train_config config = TINY;
  config.epochs = 16;
  config.rate = 0.2;
  config.crop = 0;
  config.flip = false;
  train_trainer *t = tiny_trainer(&config, 2);
  const double first = train_epoch(t, &data, 0).loss;
  double last = first;
  for (int epoch = 1; epoch < config.epochs; epoch++) last = train_epoch(t, &data, epoch).loss;
  if (!(last < 0.75 * first)) fail_msg("loss %g after %g", last, first);
  train_trainer_free(t);
  vmac_dataset_free(&data);
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
      cmocka_unit_test(test_schedule),
      cmocka_unit_test(test_overflow),
  };
  return cmocka_run_group_tests_name("train_run", tests, make_folder, remove_folder);
}
