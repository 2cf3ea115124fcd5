/* TEST RATIONALE: convolution, batch norm, the loss and whole networks, forward and backward.
 *   State space: gradients against central differences of a random linear objective (linear layers
 *   are exact up to float rounding, so the step is large); the wiring of layers by directional
 *   derivatives of each network's loss, one per parameter array; oneDNN's convolution against six
 *   plain loops (TFLite's SAME padding is lopsided at stride 2, VALID has none).
 *   Parameters: channel counts below, at and above the vector block of 16; kernels 1, 3 and 5,
 *   strides 1 and 2; images of odd and even side. ResNet-20 has ResNet-8's layers only.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_probe.h"

typedef struct {
  train_conv *conv;
  float *x, *w, *y;
} conv_layer;

static void run_conv(void *layer) {
  conv_layer *l = layer;
  train_conv_forward(l->conv, l->x, l->w, l->y);
}

/* y (oh, ow, o) of one image by the definition: SAME padding, the odd row and column behind. */
static double naive_conv(const train_layer *l, const float *x, const float *w, int oy, int ox,
                         int o) {
  const int k = l->row->kernel, s = l->row->stride;
  const int over_h = (l->h - 1) * s + k - l->ih, over_w = (l->w - 1) * s + k - l->iw;
  const int top = over_h > 0 ? over_h / 2 : 0, left = over_w > 0 ? over_w / 2 : 0;
  double sum = 0;
  for (int ky = 0; ky < k; ky++)
    for (int kx = 0; kx < k; kx++)
      for (int c = 0; c < l->ic; c++) {
        const int iy = oy * s - top + ky, ix = ox * s - left + kx;
        if (iy < 0 || iy >= l->ih || ix < 0 || ix >= l->iw) continue;
        sum += (double)x[(iy * l->iw + ix) * l->ic + c] *
               (double)w[((o * k + ky) * k + kx) * l->ic + c];
      }
  return sum;
}

static void check_conv(int side, int ic, int oc, int kernel, int stride, bool valid) {
  enum { BATCH = 2 };
  const train_row row = {
      .kind = TRAIN_CONV, .channels = oc, .kernel = kernel, .stride = stride, .valid = valid};
  const int out = valid ? (side - kernel) / stride + 1 : (side + stride - 1) / stride;
  const train_layer l = {
      .row = &row, .ih = side, .iw = side, .ic = ic, .h = out, .w = out, .c = oc};
  const size_t nx = (size_t)(BATCH * side * side * ic), ny = (size_t)(BATCH * out * out * oc);
  const size_t nw = (size_t)(oc * kernel * kernel * ic);
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  float *x = normal(&rng, nx), *w = normal(&rng, nw), *y = normal(&rng, ny), *r = normal(&rng, ny);
  float *dx = vmac_alloc(nx, sizeof *dx), *dw = vmac_alloc(nw, sizeof *dw);
  conv_layer layer = {train_conv_new(BATCH, &l, true), x, w, y};
  run_conv(&layer);
  for (size_t i = 0; i < ny; i++) {
    const int o = (int)i % oc, ox = (int)i / oc % out, oy = (int)i / oc / out % out;
    const size_t image = i / (size_t)(oc * out * out);
    const double want = naive_conv(&l, x + image * (nx / BATCH), w, oy, ox, o);
    if (fabs((double)y[i] - want) > 1e-4)
      fail_msg("conv %d %d->%d k%d s%d output %zu: %g, expected %g", side, ic, oc, kernel, stride,
               i, (double)y[i], want);
  }
  train_conv_backward_data(layer.conv, r, w, dx);
  train_conv_backward_weights(layer.conv, x, r, dw);
  const probe p = {run_conv, &layer, y, r, ny};
  check_gradient(&p, "conv dx", x, dx, nx, 1, 1e-4);
  check_gradient(&p, "conv dw", w, dw, nw, 1, 1e-4);
  train_conv_free(layer.conv);
  free(x);
  free(w);
  free(y);
  free(r);
  free(dx);
  free(dw);
}

static void test_conv(void **state) {
  (void)state;
  check_conv(6, 3, 16, 3, 1, false);
  check_conv(6, 16, 16, 3, 1, false);
  check_conv(8, 16, 32, 3, 2, false);
  check_conv(8, 16, 32, 1, 2, false);
  check_conv(7, 5, 7, 3, 2, false);
  check_conv(5, 16, 32, 1, 2, false);
  check_conv(12, 1, 6, 5, 1, false);
  check_conv(9, 6, 16, 5, 1, true);
  check_conv(8, 6, 16, 3, 2, true);
}

typedef struct {
  size_t rows;
  int c;
  bool relu;
  float *x, *gamma, *beta, *mean, *var, *y;
} bn_layer;

static void run_bn(void *layer) {
  bn_layer *l = layer;
  train_bn_statistics(l->rows, l->c, l->x, l->mean, l->var);
  train_bn_forward(l->rows, l->c, l->x, l->gamma, l->beta, l->mean, l->var, l->relu, l->y);
}

static void check_bn(size_t rows, int channels, bool relu) {
  const size_t c = (size_t)channels, n = rows * c;
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  bn_layer l = {rows,
                channels,
                relu,
                normal(&rng, n),
                normal(&rng, c),
                normal(&rng, c),
                normal(&rng, c),
                normal(&rng, c),
                normal(&rng, n)};
  float *r = normal(&rng, n), *dy = vmac_alloc(n, sizeof *dy), *dx = vmac_alloc(n, sizeof *dx);
  float *dgamma = vmac_alloc(c, sizeof *dgamma), *dbeta = vmac_alloc(c, sizeof *dbeta);
  for (size_t i = 0; i < n; i++) l.x[i] = 3 + 2 * l.x[i];
  run_bn(&l);
  memcpy(dy, r, n * sizeof *dy);
  train_bn_backward(rows, channels, l.x, l.y, dy, l.gamma, l.mean, l.var, relu, dx, dgamma, dbeta);
  const probe p = {run_bn, &l, l.y, r, n};
  /* A step may carry a value across the ReLU's kink: a wider margin there. */
  const double tolerance = relu ? 0.03 : 0.003;
  const float step = relu ? 1e-3f : 1e-2f;
  check_gradient(&p, "bn dx", l.x, dx, n, step, tolerance);
  check_gradient(&p, "bn dgamma", l.gamma, dgamma, c, step, tolerance);
  check_gradient(&p, "bn dbeta", l.beta, dbeta, c, step, tolerance);
  float *all[] = {l.x, l.gamma, l.beta, l.mean, l.var, l.y, r, dy, dx, dgamma, dbeta};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void run_frozen_bn(void *layer) {
  bn_layer *l = layer;
  train_bn_forward(l->rows, l->c, l->x, l->gamma, l->beta, l->mean, l->var, l->relu, l->y);
}

/* Statistics that are not those of x. */
static void check_frozen_bn(size_t rows, int channels, bool relu) {
  const size_t c = (size_t)channels, n = rows * c;
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  bn_layer l = {rows,
                channels,
                relu,
                normal(&rng, n),
                normal(&rng, c),
                normal(&rng, c),
                normal(&rng, c),
                normal(&rng, c),
                normal(&rng, n)};
  float *r = normal(&rng, n), *dy = vmac_alloc(n, sizeof *dy), *dx = vmac_alloc(n, sizeof *dx);
  float *dgamma = vmac_alloc(c, sizeof *dgamma), *dbeta = vmac_alloc(c, sizeof *dbeta);
  for (size_t i = 0; i < c; i++) l.var[i] = 0.5f + l.var[i] * l.var[i];
  run_frozen_bn(&l);
  memcpy(dy, r, n * sizeof *dy);
  train_bn_backward_frozen(rows, channels, l.x, l.y, dy, l.gamma, l.mean, l.var, relu, dx, dgamma,
                           dbeta);
  const probe p = {run_frozen_bn, &l, l.y, r, n};
  const double tolerance = relu ? 0.03 : 0.003;
  const float step = relu ? 1e-3f : 1e-2f;
  check_gradient(&p, "frozen bn dx", l.x, dx, n, step, tolerance);
  check_gradient(&p, "frozen bn dgamma", l.gamma, dgamma, c, step, tolerance);
  check_gradient(&p, "frozen bn dbeta", l.beta, dbeta, c, step, tolerance);
  float *all[] = {l.x, l.gamma, l.beta, l.mean, l.var, l.y, r, dy, dx, dgamma, dbeta};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void test_bn(void **state) {
  (void)state;
  check_frozen_bn(40, 16, false);
  check_frozen_bn(24, 37, true);
  check_bn(40, 16, false);
  check_bn(40, 5, false);
  check_bn(24, 37, false);
  check_bn(300, 16, true); /* more rows than one block of sums */
}

/* The loss against its own difference quotient, with and without label smoothing. */
static void test_loss(void **state) {
  (void)state;
  enum { BATCH = 4, CLASSES = 10 };
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  const uint8_t label[BATCH] = {0, 3, 9, 5};
  float *z = normal(&rng, BATCH * CLASSES), dz[BATCH * CLASSES], ignored[BATCH * CLASSES];
  int correct;
  for (int smooth = 0; smooth < 2; smooth++) {
    const float smoothing = smooth ? 0.1f : 0;
    train_loss(BATCH, CLASSES, z, label, smoothing, 0.5f, dz, &correct);
    for (int i = 0; i < BATCH * CLASSES; i++) {
      const float keep = z[i], step = 1e-2f;
      z[i] = keep + step;
      const double up = train_loss(BATCH, CLASSES, z, label, smoothing, 1, ignored, &correct);
      z[i] = keep - step;
      const double down = train_loss(BATCH, CLASSES, z, label, smoothing, 1, ignored, &correct);
      z[i] = keep;
      assert_true(fabs(0.5 * (up - down) / (2 * (double)step) - (double)dz[i]) < 1e-4);
    }
  }
  free(z);
  const float sure[CLASSES] = {[7] = 20};
  const uint8_t seven = 7, two = 2;
  assert_true(train_loss(1, CLASSES, sure, &seven, 0, 1, ignored, &correct) < 1e-6);
  assert_int_equal(correct, 1);
  assert_true(fabs(train_loss(1, CLASSES, sure, &two, 0, 1, ignored, &correct) - 20) < 1e-3);
  assert_int_equal(correct, 0);
}

static double shard_loss(train_shard *s) {
  const int last = s->model->layers - 1;
  int correct;
  train_shard_forward(s, true);
  return train_loss(s->batch, s->model->net->classes, s->out[last], s->label, 0,
                    1.0f / (float)s->batch, s->grad[last], &correct) /
         s->batch;
}

/* The derivative of the loss along the gradient within each parameter array, on noise. Fresh from
 * the initialization a depthwise layer's batch norm undoes the gain of the one before, whose
 * gradient is 0 then: gains and biases are moved off. */
static void check_network(const char *name) {
  enum { BATCH = 16 };
  vmac_err err;
  vmac_rng rng;
  train_model *m = train_model_new(train_net_find(name, &err), SEED);
  train_shard *s = train_shard_new(m, BATCH);
  vmac_rng_seed(&rng, SEED);
  for (size_t i = 0; i < (size_t)(BATCH * m->net->h * m->net->w * m->net->c); i++)
    s->image[i] = (float)vmac_rng_normal(&rng);
  for (int i = 0; i < BATCH; i++) s->label[i] = (uint8_t)vmac_rng_below(&rng, 10);
  for (int i = 0; i < m->slots; i++)
    for (size_t k = 0; !m->slot[i].decay && k < m->slot[i].size; k++)
      m->param[m->slot[i].offset + k] += (float)(0.1 * vmac_rng_normal(&rng));
  shard_loss(s);
  train_shard_backward(s);
  float *gradient = vmac_alloc(m->params, sizeof *gradient);
  memcpy(gradient, s->dparam, m->params * sizeof *gradient);
  for (int i = 0; i < m->slots; i++) {
    const train_slot *slot = &m->slot[i];
    float *p = m->param + slot->offset, *g = gradient + slot->offset;
    const double length = sqrt(dot(slot->size, g, g)), step = 1e-3;
    double loss[2];
    float *keep = vmac_alloc(slot->size, sizeof *keep);
    memcpy(keep, p, slot->size * sizeof *keep);
    for (int side = 0; side < 2; side++) {
      for (size_t k = 0; k < slot->size; k++)
        p[k] = keep[k] + (float)((side ? -step : step) * (double)g[k] / length);
      loss[side] = shard_loss(s);
    }
    memcpy(p, keep, slot->size * sizeof *keep);
    free(keep);
    const double found = (loss[0] - loss[1]) / (2 * step);
    if (fabs(found - length) > 0.03 * length)
      fail_msg("%s: %s: derivative %g by differences, %g by the backward pass", name, slot->name,
               found, length);
  }
  free(gradient);
  train_shard_free(s);
  train_model_free(m);
}

static void test_network_gradients(void **state) {
  (void)state;
  check_network("resnet8");
  check_network("lenet5");
  check_network("vgg7");
  check_network("mobilenet");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_conv),
      cmocka_unit_test(test_bn),
      cmocka_unit_test(test_loss),
      cmocka_unit_test(test_network_gradients),
  };
  return cmocka_run_group_tests_name("train_gradients", tests, NULL, NULL);
}
