/* TEST RATIONALE: the layers that are our own, forward and backward: depthwise convolution, pools,
 * fully connected, bias, addition.
 *   State space: depthwise convolution, max pool and fully connected against plain loops, the last
 *   bit for bit (its order of summation is part of what a seed gives); every gradient against
 *   central differences of a random linear objective; ties of a max pool; what adds to a gradient
 *   and what writes it.
 *   Parameters: channel counts below, at and above the vector block of 16 and its multiples;
 *   strides 1 and 2; odd and even sides down to maps smaller than the window; batches that are no
 *   multiple of 16, outputs no multiple of 4.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_probe.h"

typedef struct {
  int batch, pixels, in, out;
  float *x, *x2, *w, *b, *y;
} small_layer;

static void run_fc(void *layer) {
  small_layer *l = layer;
  train_fc_forward(l->batch, l->in, l->out, l->x, l->w, l->b, false, l->y);
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

  train_fc_backward_data(BATCH, IN, OUT, r, w, dx);
  train_fc_backward_weights(BATCH, IN, OUT, x, r, dw);
  train_fc_backward_bias(BATCH, OUT, r, db);
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

/* The sum in order of inputs, bias first; max(0, .) where relu. */
static void check_fc_order(int batch, int in, int out, bool relu) {
  const size_t ni = (size_t)in, no = (size_t)out, n = (size_t)batch;
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  float *x = normal(&rng, n * ni), *w = normal(&rng, no * ni), *b = normal(&rng, no);
  float *y = vmac_alloc(n * no, sizeof *y);
  train_fc_forward(batch, in, out, x, w, b, relu, y);
  for (size_t i = 0; i < n * no; i++) {
    float sum = b[i % no];
    for (size_t k = 0; k < ni; k++) sum += x[i / no * ni + k] * w[i % no * ni + k];
    if (relu && sum < 0) sum = 0;
    if (y[i] != sum)
      fail_msg("fc %dx%d->%d output %zu: %.9g, expected %.9g", batch, in, out, i, (double)y[i],
               (double)sum);
  }
  float *all[] = {x, w, b, y};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void test_fc_order(void **state) {
  (void)state;
  check_fc_order(1, 5, 10, false);
  check_fc_order(16, 64, 12, true);
  check_fc_order(37, 400, 83, true);
}

typedef struct {
  const train_layer *l;
  float *x, *w, *y;
} map_layer;

enum { MAPS = 2 };

static void run_depthwise(void *layer) {
  map_layer *m = layer;
  train_depthwise_forward(MAPS, m->l, m->x, m->w, m->y);
}

static double naive_depthwise(const train_layer *l, const float *x, const float *w, int oy, int ox,
                              int c) {
  const int s = l->row->stride, over_h = (l->h - 1) * s + 3 - l->ih;
  const int over_w = (l->w - 1) * s + 3 - l->iw;
  const int top = over_h > 0 ? over_h / 2 : 0, left = over_w > 0 ? over_w / 2 : 0;
  double sum = 0;
  for (int t = 0; t < 9; t++) {
    const int iy = oy * s - top + t / 3, ix = ox * s - left + t % 3;
    if (iy >= 0 && iy < l->ih && ix >= 0 && ix < l->iw)
      sum += (double)x[(iy * l->iw + ix) * l->c + c] * (double)w[t * l->c + c];
  }
  return sum;
}

static void check_depthwise(int h, int w, int c, int stride) {
  const train_row row = {.kind = TRAIN_DEPTHWISE, .kernel = 3, .stride = stride};
  const train_layer l = {.row = &row,
                         .ih = h,
                         .iw = w,
                         .ic = c,
                         .h = (h + stride - 1) / stride,
                         .w = (w + stride - 1) / stride,
                         .c = c};
  const size_t nx = (size_t)(MAPS * h * w * c), ny = (size_t)(MAPS * l.h * l.w * c);
  const size_t nw = (size_t)(9 * c);
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  float *x = normal(&rng, nx), *k = normal(&rng, nw), *y = normal(&rng, ny), *r = normal(&rng, ny);
  float *dx = vmac_alloc(nx, sizeof *dx), *dk = vmac_alloc(nw, sizeof *dk);
  map_layer layer = {&l, x, k, y};
  run_depthwise(&layer);
  for (size_t i = 0; i < ny; i++) {
    const int ch = (int)i % c, ox = (int)i / c % l.w, oy = (int)i / c / l.w % l.h;
    const double want = naive_depthwise(&l, x + i / (ny / MAPS) * (nx / MAPS), k, oy, ox, ch);
    if (fabs((double)y[i] - want) > 1e-5)
      fail_msg("depthwise %dx%dx%d s%d output %zu: %g, expected %g", h, w, c, stride, i,
               (double)y[i], want);
  }
  for (size_t i = 0; i < nx; i++) dx[i] = 1000; /* it adds */
  train_depthwise_backward_data(MAPS, &l, r, k, dx);
  for (size_t i = 0; i < nx; i++) dx[i] -= 1000;
  train_depthwise_backward_weights(MAPS, &l, x, r, dk);
  const probe p = {run_depthwise, &layer, y, r, ny};
  check_gradient(&p, "depthwise dx", x, dx, nx, 1, 1e-3);
  check_gradient(&p, "depthwise dw", k, dk, nw, 1, 1e-4);
  float *all[] = {x, k, y, r, dx, dk};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void test_depthwise(void **state) {
  (void)state;
  check_depthwise(6, 6, 16, 1);
  check_depthwise(8, 7, 37, 1);
  check_depthwise(7, 8, 5, 2);
  check_depthwise(8, 5, 32, 2);
  check_depthwise(2, 1, 16, 1);
  check_depthwise(1, 2, 3, 2);
}

static void run_maxpool(void *layer) {
  map_layer *m = layer;
  train_maxpool_forward(MAPS, m->l, m->x, m->y);
}

static void check_maxpool(int side, int c, int kernel, int stride) {
  const train_row row = {.kind = TRAIN_MAXPOOL, .kernel = kernel, .stride = stride, .valid = true};
  const int out = (side - kernel) / stride + 1;
  const train_layer l = {.row = &row, .ih = side, .iw = side, .ic = c, .h = out, .w = out, .c = c};
  const size_t nx = (size_t)(MAPS * side * side * c), ny = (size_t)(MAPS * out * out * c);
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  float *x = normal(&rng, nx), *y = normal(&rng, ny), *r = normal(&rng, ny);
  float *dx = vmac_alloc(nx, sizeof *dx);
  map_layer layer = {&l, x, NULL, y};
  run_maxpool(&layer);
  for (size_t i = 0; i < ny; i++) {
    const int ch = (int)i % c, ox = (int)i / c % out, oy = (int)i / c / out % out;
    const float *map = x + i / (ny / MAPS) * (nx / MAPS);
    float want = -INFINITY;
    for (int t = 0; t < kernel * kernel; t++)
      want =
          fmaxf(want, map[((oy * stride + t / kernel) * side + ox * stride + t % kernel) * c + ch]);
    if (y[i] != want)
      fail_msg("max pool output %zu: %g, expected %g", i, (double)y[i], (double)want);
  }
  train_maxpool_backward(MAPS, &l, x, y, r, dx);
  const probe p = {run_maxpool, &layer, y, r, ny};
  check_gradient(&p, "max pool dx", x, dx, nx, 1e-5f, 0.03);
  float *all[] = {x, y, r, dx};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void test_maxpool(void **state) {
  (void)state;
  check_maxpool(6, 16, 2, 2);
  check_maxpool(7, 5, 2, 2); /* the last row and column are in no window */
  check_maxpool(5, 37, 3, 1);
  /* Of equal values the first alone has the gradient. */
  const train_row row = {.kind = TRAIN_MAXPOOL, .kernel = 2, .stride = 2, .valid = true};
  const train_layer l = {.row = &row, .ih = 2, .iw = 2, .ic = 1, .h = 1, .w = 1, .c = 1};
  const float x[4] = {-1, 3, 3, 3}, dy[1] = {0.5f};
  float y[1], dx[4] = {0, 1, 2, 0};
  train_maxpool_forward(1, &l, x, y);
  train_maxpool_backward(1, &l, x, y, dy, dx);
  const float want[4] = {0, 1.5f, 2, 0};
  assert_true(y[0] == 3);
  assert_memory_equal(dx, want, sizeof dx);
}

typedef struct {
  size_t rows;
  int c;
  bool relu;
  float *x, *b, *y;
} bias_layer;

static void run_bias(void *layer) {
  bias_layer *l = layer;
  train_bias_forward(l->rows, l->c, l->x, l->b, l->relu, l->y);
}

static void check_bias(size_t rows, int c, bool relu) {
  const size_t n = rows * (size_t)c;
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  bias_layer l = {rows, c, relu, normal(&rng, n), normal(&rng, (size_t)c), normal(&rng, n)};
  float *r = normal(&rng, n), *dx = vmac_alloc(n, sizeof *dx);
  float *db = vmac_alloc((size_t)c, sizeof *db);
  for (size_t i = 0; i < n; i++) l.x[i] += l.x[i] + l.b[i % (size_t)c] < 0 ? -2 : 2; /* no kinks */
  run_bias(&l);
  train_bias_backward(rows, c, l.y, r, relu, dx, db);
  const probe p = {run_bias, &l, l.y, r, n};
  check_gradient(&p, "bias dx", l.x, dx, n, 1, 1e-4);
  check_gradient(&p, "bias db", l.b, db, (size_t)c, 1, 1e-4);
  float *all[] = {l.x, l.b, l.y, r, dx, db};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void test_bias(void **state) {
  (void)state;
  check_bias(30, 6, false);
  check_bias(20, 37, true);
  check_bias(300, 16, true); /* more rows than one block of sums */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fc_pool_add), cmocka_unit_test(test_fc_order),
      cmocka_unit_test(test_depthwise),   cmocka_unit_test(test_maxpool),
      cmocka_unit_test(test_bias),
  };
  return cmocka_run_group_tests_name("train_layers", tests, NULL, NULL);
}
