/* TEST RATIONALE: float training and quantization.
 *   State space: every layer kind's gradient against central differences of a random linear
 *   objective (linear layers are exact up to float rounding, so the step is large); the wiring of
 *   branches by directional derivatives of ResNet-8's loss, one per parameter array; oneDNN's
 *   convolution against six plain loops (TFLite's SAME padding is lopsided at stride 2); training
 *   with 1 and 2 threads and with a stop and resume, compared byte for byte; safetensors round trip
 *   and damaged files, where any answer but a crash will do; the int8 network against the float
 * one. Parameters: channel counts below, at and above the vector block of 16; kernels 1 and 3,
 * strides 1 and 2; images of odd and even side; batch of 2 steps on the shipped images.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "train/train.h"

enum { SEED = 11, DAMAGE = 400 };

static char folder[] = "/tmp/test_train.XXXXXX";
static char path_buffer[128];

static const char *in_folder(const char *name) {
  snprintf(path_buffer, sizeof path_buffer, "%s/%s", folder, name);
  return path_buffer;
}

static float *normal(vmac_rng *rng, size_t n) {
  float *p = vmac_alloc(n, sizeof *p);
  for (size_t i = 0; i < n; i++) p[i] = (float)vmac_rng_normal(rng);
  return p;
}

static double dot(size_t n, const float *a, const float *b) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

/* ---- gradients --------------------------------------------------------------------------------
 */

/* A layer under test: forward() fills y (ny) from what v points into. */
typedef struct {
  void (*forward)(void *layer);
  void *layer;
  const float *y, *weight; /* (ny); the objective is the dot product */
  size_t ny;
} probe;

/* The gradient g (n) against central differences of the objective in v (n), within `tolerance` of
 * the largest component. */
static void check_gradient(const probe *p, const char *what, float *v, const float *g, size_t n,
                           float step, double tolerance) {
  double largest = 0;
  for (size_t i = 0; i < n; i++) largest = fmax(largest, fabs((double)g[i]));
  assert_true(largest > 0);
  for (size_t i = 0; i<n; i += n> 300 ? 7 : 1) {
    const float keep = v[i];
    v[i] = keep + step;
    p->forward(p->layer);
    const double up = dot(p->ny, p->y, p->weight);
    v[i] = keep - step;
    p->forward(p->layer);
    const double down = dot(p->ny, p->y, p->weight);
    const double width = (double)(keep + step) - (double)v[i];
    v[i] = keep;
    const double difference = (up - down) / width - (double)g[i];
    if (fabs(difference) > tolerance * largest)
      fail_msg("%s[%zu]: gradient %g, difference quotient off by %g (largest %g)", what, i,
               (double)g[i], difference, largest);
  }
}

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

static void check_conv(int side, int ic, int oc, int kernel, int stride) {
  enum { BATCH = 2 };
  const train_row row = {TRAIN_CONV, "conv", {NULL, NULL}, oc, kernel, stride, false};
  const int out = (side + stride - 1) / stride;
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
  check_conv(6, 3, 16, 3, 1);
  check_conv(6, 16, 16, 3, 1);
  check_conv(8, 16, 32, 3, 2);
  check_conv(8, 16, 32, 1, 2);
  check_conv(7, 5, 7, 3, 2);
  check_conv(5, 16, 32, 1, 2);
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

static void test_bn(void **state) {
  (void)state;
  check_bn(40, 16, false);
  check_bn(40, 5, false);
  check_bn(24, 37, false);
  check_bn(300, 16, true); /* more rows than one block of sums */
}

typedef struct {
  int batch, pixels, in, out;
  float *x, *x2, *w, *b, *y;
} small_layer;

static void run_fc(void *layer) {
  small_layer *l = layer;
  train_fc_forward(l->batch, l->in, l->out, l->x, l->w, l->b, l->y);
}

static void run_pool(void *layer) {
  small_layer *l = layer;
  train_pool_forward(l->batch, l->pixels, l->in, l->x, l->y);
}

static void run_add(void *layer) {
  small_layer *l = layer;
  train_add_forward((size_t)(l->batch * l->in), l->x, l->x2, true, l->y);
}

static void test_fc_pool_add(void **state) {
  (void)state;
  enum { BATCH = 3, IN = 20, OUT = 10, PIXELS = 6 };
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  float *x = normal(&rng, BATCH * PIXELS * IN), *x2 = normal(&rng, BATCH * IN);
  float *w = normal(&rng, IN * OUT), *b = normal(&rng, OUT), *y = normal(&rng, BATCH * IN);
  float *r = normal(&rng, BATCH * IN), dx[BATCH * PIXELS * IN], dw[IN * OUT], db[OUT];
  small_layer l = {BATCH, PIXELS, IN, OUT, x, x2, w, b, y};

  train_fc_backward(BATCH, IN, OUT, x, w, r, dx, dw, db);
  const probe fc = {run_fc, &l, y, r, BATCH * OUT};
  check_gradient(&fc, "fc dx", x, dx, BATCH * IN, 1, 1e-4);
  check_gradient(&fc, "fc dw", w, dw, IN * OUT, 1, 1e-4);
  check_gradient(&fc, "fc db", b, db, OUT, 1, 1e-4);

  train_pool_backward(BATCH, PIXELS, IN, r, dx);
  const probe pool = {run_pool, &l, y, r, BATCH * IN};
  check_gradient(&pool, "pool dx", x, dx, BATCH * PIXELS * IN, 1, 1e-4);

  const probe add = {run_add, &l, y, r, BATCH * IN};
  run_add(&l);
  train_add_backward(BATCH * IN, y, r, true, false, dx);
  check_gradient(&add, "add dx", x, dx, BATCH * IN, 1e-3f, 1e-3);
  run_add(&l);
  train_add_backward(BATCH * IN, y, r, true, true, dx); /* twice the gradient now */
  for (int i = 0; i < BATCH * IN; i++) r[i] *= 2;
  check_gradient(&add, "add dx, accumulated", x2, dx, BATCH * IN, 1e-3f, 1e-3);
  float *all[] = {x, x2, w, b, y, r};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
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

static void load_images(vmac_dataset *data, size_t n) {
  vmac_err err;
  if (!vmac_dataset_load(data, "subset:test", &err)) fail_msg("%s", err.text);
  assert_true(data->n >= n);
  data->n = n;
}

static double shard_loss(train_shard *s) {
  const int last = s->model->layers - 1;
  int correct;
  train_shard_forward(s, true);
  return train_loss(s->batch, s->model->net->classes, s->out[last], s->label, 0,
                    1.0f / (float)s->batch, s->grad[last], &correct) /
         s->batch;
}

/* ResNet-8: the derivative of the loss along the gradient within each parameter array. */
static void test_network_gradient(void **state) {
  (void)state;
  enum { BATCH = 16 };
  vmac_err err;
  vmac_rng rng;
  vmac_dataset data;
  load_images(&data, BATCH);
  train_model *m = train_model_new(train_net_find("resnet8", &err), SEED);
  train_shard *s = train_shard_new(m, BATCH);
  vmac_rng_seed(&rng, SEED);
  for (size_t i = 0; i < (size_t)BATCH * 32 * 32 * 3; i++)
    s->image[i] = train_input(data.pixels[i]);
  memcpy(s->label, data.labels, BATCH);
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
      fail_msg("%s: derivative %g by differences, %g by the backward pass", slot->name, found,
               length);
  }
  free(gradient);
  train_shard_free(s);
  train_model_free(m);
  vmac_dataset_free(&data);
}

/* ---- training ----------------------------------------------------------------------------------
 */

static const train_config TINY = {
    5, 2, 128, 4, 0.05, 0.9, 5e-4, 0.05, TRAIN_ONECYCLE, 0.25, 4, true, "subset:test"};

static train_trainer *tiny_trainer(const train_config *config, int threads) {
  vmac_err err;
  const train_net *net = train_net_find("resnet8", &err);
  return train_trainer_new(train_model_new(net, config->seed), config, threads);
}

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

/* ---- safetensors
 * --------------------------------------------------------------------------------- */

static void write_raw(const char *header, size_t data_size) {
  const size_t length = strlen(header), size = 8 + length + data_size;
  uint8_t *bytes = vmac_alloc(size, 1);
  vmac_err err;
  bytes[0] = (uint8_t)length;
  bytes[1] = (uint8_t)(length >> 8);
  memcpy(bytes + 8, header, length);
  assert_true(vmac_write_file(in_folder("raw.safetensors"), bytes, size, &err));
  free(bytes);
}

/* The header with data_size zero bytes behind it must be refused with `word` in the error. */
static void refused(const char *header, size_t data_size, const char *word) {
  vmac_err err = {""};
  write_raw(header, data_size);
  safetensors *st = safetensors_read(in_folder("raw.safetensors"), &err);
  if (st) fail_msg("read: %s", header);
  if (!strstr(err.text, word)) fail_msg("expected '%s' in: %s", word, err.text);
}

static void test_safetensors(void **state) {
  (void)state;
  vmac_err err;
  float a[6] = {1, -2, 3.5f, 0, 1e-30f, -0.0f}, b[2] = {7, 8};
  safetensors_entry entry[2] = {{"first", 2, {2, 3}, 6, a}, {"second", 1, {2}, 2, b}};
  safetensors_meta meta[1] = {{"note", "a \"quoted\" text"}};
  const safetensors out = {2, 1, entry, meta, NULL};
  assert_true(safetensors_write(&out, in_folder("t.safetensors"), &err));
  safetensors *in = safetensors_read(in_folder("t.safetensors"), &err);
  assert_non_null(in);
  assert_int_equal(in->entries, 2);
  const safetensors_entry *e = safetensors_find(in, "first");
  assert_true(e && e->rank == 2 && e->dim[0] == 2 && e->dim[1] == 3 && e->size == 6);
  assert_memory_equal(e->data, a, sizeof a);
  assert_memory_equal(safetensors_find(in, "second")->data, b, sizeof b);
  assert_string_equal(safetensors_meta_find(in, "note"), meta[0].value);
  assert_null(safetensors_find(in, "third"));
  safetensors_free(in);

#define T(shape, span) "{\"x\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" span "}}"
  write_raw(T("[2]", "[0,8]") "   ", 8);
  in = safetensors_read(in_folder("raw.safetensors"), &err);
  assert_non_null(in);
  safetensors_free(in);
  refused("", 0, "not a safetensors file");
  refused("{\"x\":", 0, "not JSON");
  refused("[1, 2]", 0, "not a JSON object");
  refused("{\"x\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "F32");
  refused(T("[2]", "[0,8]"), 4, "dimension 0");
  refused(T("[2]", "[0,8]"), 12, "expected 8 data bytes, found 12");
  refused(T("[2]", "[4,12]"), 12, "begins at byte 0");
  refused(T("[2]", "[0,4]"), 8, "data_offsets");
  refused(T("[-2]", "[0,8]"), 8, "dimension 0");
  refused(T("[1.5]", "[0,6]"), 8, "dimension 0");
  refused(T("[1e300]", "[0,8]"), 8, "dimension 0");
  refused(T("[2,4611686018427387904,2]", "[0,8]"), 8, "dimension 1");
  refused(T("[1,1,1,1,1]", "[0,4]"), 4, "rank");
  refused(T("2", "[0,8]"), 8, "rank");
  refused(T("[2]", "[0,8,8]"), 8, "data_offsets");
  refused("{\"__metadata__\":{\"a\":1}}", 0, "short text");
  refused("{\"x\":7}", 0, "begins at byte 0");
#undef T
}

/* Cuts and bit flips of a checkpoint: one error or a success, never a crash; most flips of the
 * header must be noticed. */
static void test_damaged_checkpoint(void **state) {
  (void)state;
  vmac_err err;
  vmac_rng rng;
  size_t size;
  train_config config = TINY;
  train_trainer *t = tiny_trainer(&config, 1);
  assert_true(train_save(t->model, &config, 1, true, 0, in_folder("d.safetensors"), &err));
  uint8_t *bytes = vmac_read_file(in_folder("d.safetensors"), &size, &err);
  const size_t header = 8 + (size_t)bytes[0] + ((size_t)bytes[1] << 8);
  vmac_rng_seed(&rng, SEED);
  int noticed = 0, done;
  for (int i = 0; i < DAMAGE; i++) {
    const bool cut = i % 8 == 0;
    const size_t at = vmac_rng_below(&rng, (uint32_t)(cut ? size : header));
    const uint8_t bit = (uint8_t)(1u << vmac_rng_below(&rng, 8));
    if (!cut) bytes[at] ^= bit;
    assert_true(vmac_write_file(in_folder("d.safetensors"), bytes, cut ? at : size, &err));
    err.text[0] = 0;
    const bool ok = train_resume(t->model, &config, in_folder("d.safetensors"), &done, &err);
    assert_true(ok || strstr(err.text, "d.safetensors"));
    if (cut) assert_false(ok);
    noticed += !ok;
    if (!cut) bytes[at] ^= bit;
  }
  assert_true(noticed > DAMAGE * 3 / 4);
  free(bytes);
  train_trainer_free(t);
}

/* ---- quantization
 * -------------------------------------------------------------------------------- */

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

static void test_quantize(void **state) {
  (void)state;
  enum { IMAGES = 128 };
  vmac_err err;
  vmac_dataset data;
  load_images(&data, IMAGES);
  train_config config = TINY;
  config.epochs = 4;
  train_trainer *t = tiny_trainer(&config, 2);
  for (int epoch = 0; epoch < config.epochs; epoch++) train_epoch(t, &data, epoch);
  const size_t layers = (size_t)t->model->layers;
  train_range *range = vmac_alloc(layers, sizeof *range),
              *again = vmac_alloc(layers, sizeof *again);
  train_ranges(t, &data, IMAGES, range);
  t->threads = 1;
  train_ranges(t, &data, IMAGES, again);
  assert_memory_equal(range, again, layers * sizeof *range);
  vmac_net *net = train_quantize(t->model, range, &err);
  if (!net) fail_msg("%s", err.text);
  assert_true(net->tensor[net->input].scale[0] == 1.0f / 64 && net->tensor[net->input].zero == 0);
  for (int i = 0; i < net->ops; i++)
    if (net->op[i].act == VMAC_ACT_RELU) assert_int_equal(net->tensor[net->op[i].out].zero, -128);

  train_shard *s = train_shard_new(t->model, IMAGES);
  for (size_t i = 0; i < (size_t)IMAGES * 32 * 32 * 3; i++)
    s->image[i] = train_input(data.pixels[i]);
  train_shard_forward(s, false);
  const double agreement = argmax_agreement(s, net, &data);
  if (agreement < 90) fail_msg("float and int8 agree on %.1f %% of the images", agreement);

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

/* A network of one convolution whose folding can be done by hand. */
static void test_folding(void **state) {
  (void)state;
  static const train_row rows[] = {
      {TRAIN_CONV, "conv", {NULL, NULL}, 2, 1, 1, false},
      {TRAIN_BN, "bn", {NULL, NULL}, 0, 0, 0, true},
      {TRAIN_POOL, "pool", {NULL, NULL}, 0, 0, 0, false},
      {TRAIN_FC, "fc", {NULL, NULL}, 2, 0, 0, false},
  };
  static const train_net tiny = {"tiny", 2, 2, 1, 2, rows, 4};
  vmac_err err;
  train_model *m = train_model_new(&tiny, SEED);
  float *conv = m->param + m->layer[0].param, *bn = m->param + m->layer[1].param;
  float *stat = m->stat + m->layer[1].stat;
  conv[0] = 0.5f;
  conv[1] = -2;
  const float gamma_beta[4] = {2, 3, 0.25f, -1}, mean_var[4] = {0.1f, -0.2f, 3.999f, 0.249f};
  memcpy(bn, gamma_beta, sizeof gamma_beta);
  memcpy(stat, mean_var, sizeof mean_var);
  /* gamma / sd = 1 and 6; weights 0.5, -12; biases 0.25 - 0.1, -1 + 1.2 */
  const train_range range[4] = {{0, 1}, {0, 2.55f}, {0, 2.55f}, {-1, 1.55f}};
  vmac_net *net = train_quantize(m, range, &err);
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

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
  (void)state;
  static const char *const names[] = {"a.safetensors", "d.safetensors", "raw.safetensors",
                                      "t.safetensors", "q.tflite"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) unlink(in_folder(names[i]));
  return rmdir(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_conv),
      cmocka_unit_test(test_bn),
      cmocka_unit_test(test_fc_pool_add),
      cmocka_unit_test(test_loss),
      cmocka_unit_test(test_network_gradient),
      cmocka_unit_test(test_threads_and_resume),
      cmocka_unit_test(test_learns),
      cmocka_unit_test(test_schedule),
      cmocka_unit_test(test_safetensors),
      cmocka_unit_test(test_damaged_checkpoint),
      cmocka_unit_test(test_quantize),
      cmocka_unit_test(test_folding),
  };
  return cmocka_run_group_tests_name("train", tests, make_folder, remove_folder);
}
