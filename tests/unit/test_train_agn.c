/* TEST RATIONALE: noise of a learned size on layers' outputs.
 *   State space: the noise against the numbers of its stream, for convolution and fully connected
 *   layers; the gradient of its size, of either sign, against difference quotients of the loss; its
 *   steps against a calculation by hand: rewarded, beyond what is rewarded, with momentum, in a
 *   phase that follows another; threads and resumption, byte for byte.
 *   Parameters: LeNet-5, one layer noisy at a time: the deviation of a layer behind another noisy
 *   one is a constant to the gradient, not to the loss.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/product.h"
#include "train_probe.h"

static const char *const LAYERS[] = {"c1", "c3", "c5", "fc"};
enum { NOISY = sizeof LAYERS / sizeof *LAYERS };

static int layer_at(const train_model *m, const char *name) {
  for (int i = 0; i < m->layers; i++)
    if (!strcmp(m->layer[i].row->name, name)) return i;
  fail_msg("no layer %s", name);
  return -1;
}

static void set_noise(train_trainer *t, int layer, float sigma, float lambda, float most) {
  const train_arith arith[TRAIN_PRODUCTS] = {
      {.error = TRAIN_AGN, .sd = sigma, .lambda = lambda, .most = most}};
  train_products_set(t->products, layer, arith);
}

static train_trainer *begin(const vmac_dataset *data) {
  train_trainer *t = net_trainer("lenet5", &TINY, 1);
  train_shard *s = t->shard[0];
  const size_t pixels = (size_t)(data->h * data->w * data->c);
  for (size_t i = 0; i < (size_t)s->batch * pixels; i++) s->image[i] = train_input(data->pixels[i]);
  memcpy(s->label, data->labels, (size_t)s->batch);
  s->work->products = t->products;
  s->work->part = 3;
  return t;
}

static double loss_of(train_trainer *t) {
  train_shard *s = t->shard[0];
  const int last = s->model->layers - 1;
  int correct;
  train_shard_forward(s, true);
  return train_loss(s->batch, s->model->net->classes, s->out[last], s->label, 0, 1, s->grad[last],
                    &correct);
}

static void test_noise(void **state) {
  (void)state;
  enum { STEP = 7 };
  vmac_err err;
  vmac_dataset data;
  draw_digits(&data, 64);
  for (int k = 0; k < NOISY; k++) {
    train_trainer *t = begin(&data);
    const int i = layer_at(t->model, LAYERS[k]);
    const bool fc = t->model->layer[i].row->kind == TRAIN_FC;
    const size_t n = t->shard[0]->linear[i].ny;
    float *exact = vmac_alloc(n, sizeof *exact), *z = vmac_alloc(n, sizeof *z);
    loss_of(t);
    memcpy(exact, t->shard[0]->out[i], n * sizeof *exact);
    set_noise(t, i, 0.25f, 0, 1);
    assert_true(train_products_begin(t->products, STEP, true, &err));
    loss_of(t);
    train_normals(train_key_of(TINY.seed, STEP, (uint32_t)(i * TRAIN_PRODUCTS + TRAIN_FORWARD), 3),
                  n, z);
    double sum = 0, square = 0;
    for (size_t j = 0; j < n; j++) sum += (double)exact[j] / (double)n;
    for (size_t j = 0; j < n; j++) square += pow((double)exact[j] - sum, 2) / (double)n;
    /* A fully connected layer's outputs have bias and ReLU behind the noise. At first all biases
     * are 0; the deviation is that before the ReLU, which the last layer does not have. */
    const double size = 0.25 * (fc ? (double)t->shard[0]->work->deviation[i] : sqrt(square));
    if (!strcmp(LAYERS[k], "fc") || !fc)
      assert_true(fabs(size - 0.25 * sqrt(square)) < 1e-5 * size);
    for (size_t j = 0; j < n; j++) {
      const float *y = t->shard[0]->out[i];
      double want = (double)exact[j] + size * (double)z[j];
      if (t->model->layer[i].row->relu) {
        if (exact[j] == 0) continue; /* what it was before the ReLU is not known */
        want = fmax(want, 0);
      }
      if (fabs((double)y[j] - want) > 1e-4 * (fabs(want) + size))
        fail_msg("%s[%zu]: %g, not %g", LAYERS[k], j, (double)y[j], want);
    }
    free(exact);
    free(z);
    train_trainer_free(t);
  }
  vmac_dataset_free(&data);
}

static void test_gradient(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  draw_digits(&data, 64);
  for (int k = 0; k < NOISY; k++)
    for (int sign = -1; sign < 2; sign += 2) {
      train_trainer *t = begin(&data);
      train_model *m = t->model;
      const int i = layer_at(m, LAYERS[k]);
      const float sigma = 0.2f * (float)sign, h = 1e-4f; /* kinks of ReLU and max pooling */
      set_noise(t, i, 0.2f, 1, 1);
      m->sigma[i] = sigma;
      assert_true(train_products_begin(t->products, 1, true, &err));
      loss_of(t);
      train_shard_backward(t->shard[0]);
      const double gradient = t->shard[0]->work->dsigma[i];
      m->sigma[i] = sigma + h;
      const double up = loss_of(t);
      m->sigma[i] = sigma - h;
      const double quotient = (up - loss_of(t)) / (2 * (double)h);
      if (fabs(gradient - quotient) > 0.01 * fabs(quotient) + 1e-3)
        fail_msg("%s: gradient %g, difference quotient %g", LAYERS[k], gradient, quotient);
      train_trainer_free(t);
    }
  vmac_dataset_free(&data);
}

/* Layers' shares of the multiplications, by hand: c1 5*5*6 at 28*28, c3 5*5*6*16 at 10*10, c5
 * 400*120, f6 120*84, fc 84*10. */
static void test_steps(void **state) {
  (void)state;
  const double all = 150 * 784.0 + 2400 * 100.0 + 48000 + 10080 + 840;
  const double share = 2400 * 100.0 / all, rate = 0.1, momentum = 0.5, lambda = 0.25;
  train_trainer *t = net_trainer("lenet5", &TINY, 1);
  train_model *m = t->model;
  const int i = layer_at(m, "c3");
  set_noise(t, i, 0.3f, (float)lambda, 0.5f);
  train_agn_begin(m, t->products);
  assert_true(m->has_sigma && fabs((double)m->sigma[i] - 0.3) < 1e-7);
  double sigma = 0.3, v = 0;
  for (int step = 0; step < 3; step++) {
    for (int s = 0; s < TINY.shards; s++) t->shard[s]->work->dsigma[i] = 0.001 * (s + step);
    train_agn_update(m, t->products, t->shard, TINY.shards, rate, momentum);
    const double g = 0.001 * (6 + 4 * step) - lambda * share;
    v = momentum * v + g;
    sigma -= rate * (g + momentum * v);
    assert_true(fabs((double)m->sigma[i] - sigma) < 1e-6);
  }
  assert_true(sigma > 0.3); /* the reward outweighs these gradients */
  for (int s = 0; s < TINY.shards; s++) t->shard[s]->work->dsigma[i] = 0;
  const float cases[][2] = {{-0.3f, -1}, {0.6f, 0}, {-0.6f, 0}};
  for (int k = 0; k < 3; k++) {
    m->sigma[i] = cases[k][0];
    m->sigma_momentum[i] = 0;
    train_agn_update(m, t->products, t->shard, TINY.shards, rate, momentum);
    const double moved = (double)cases[k][1] * rate * lambda * share * (1 + momentum);
    assert_true(fabs((double)m->sigma[i] - (double)cases[k][0] - moved) < 1e-6);
  }
  set_noise(t, i, 0.1f, 0.125f, 1); /* a later phase goes on from there */
  train_agn_begin(m, t->products);
  assert_true(m->sigma[i] == cases[2][0]);
  train_trainer_free(t);
}

static train_trainer *noisy_trainer(int threads) {
  train_trainer *t = net_trainer("lenet5", &TINY, threads);
  for (int k = 0; k < NOISY; k++)
    set_noise(t, layer_at(t->model, LAYERS[k]), 0.1f, k ? 0.25f : 0, 1);
  return t;
}

static void test_threads_and_resume(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  draw_digits(&data, 256);
  train_trainer *one = noisy_trainer(1), *two = noisy_trainer(2);
  train_epoch(one, &data, 0);
  train_epoch(two, &data, 0);
  assert_true(train_save(two->model, &TINY, 1, true, 0, in_folder("a.safetensors"), &err));
  train_trainer_free(two);
  two = noisy_trainer(2);
  int done;
  assert_true(train_resume(two->model, &TINY, in_folder("a.safetensors"), &done, &err));
  train_epoch(one, &data, 1);
  train_epoch(two, &data, 1);
  const train_model *a = one->model, *b = two->model;
  assert_memory_equal(a->param, b->param, a->params * sizeof(float));
  assert_memory_equal(a->sigma, b->sigma, (size_t)a->layers * sizeof(float));
  const int stays = layer_at(a, LAYERS[0]), learns = layer_at(a, LAYERS[1]);
  assert_true(a->sigma[stays] == 0 && a->sigma[learns] != 0.1f && a->sigma[learns] != 0);
  train_model *loaded;
  assert_true(train_save(a, &TINY, 2, false, 0, in_folder("a.safetensors"), &err));
  assert_non_null(loaded = train_load(in_folder("a.safetensors"), &err));
  assert_true(loaded->has_sigma);
  assert_memory_equal(a->sigma, loaded->sigma, (size_t)a->layers * sizeof(float));
  train_model_free(loaded);
  train_trainer_free(one);
  train_trainer_free(two);
  vmac_dataset_free(&data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_noise),
      cmocka_unit_test(test_gradient),
      cmocka_unit_test(test_steps),
      cmocka_unit_test(test_threads_and_resume),
  };
  return cmocka_run_group_tests_name("train_agn", tests, make_folder, remove_folder);
}
