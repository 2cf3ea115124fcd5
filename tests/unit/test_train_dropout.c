/* TEST RATIONALE: dropout of a given size on layers' outputs.
 *   State space: convolution and fully connected layers of LeNet-5, sizes small and larger than the
 *   outputs: what is kept, by how much it is scaled, how many are kept, and how far outputs are off
 *   in the mean square; gradients of data and weights against those of an exact layer whose
 *   outputs' gradients are dropped alike; other numbers at another step, the same again at the
 *   same; none of size 0.
 *   Parameters: one layer drops at a time; not the first, whose data have no gradient.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/product.h"
#include "train_probe.h"

static const char *const LAYERS[] = {"c3", "c5", "fc"};
enum { DROPS = sizeof LAYERS / sizeof *LAYERS, STEP = 7 };

static int layer_at(const train_model *m, const char *name) {
  for (int i = 0; i < m->layers; i++)
    if (!strcmp(m->layer[i].row->name, name)) return i;
  fail_msg("no layer %s", name);
  return -1;
}

static void set_dropout(train_trainer *t, int layer, float sigma) {
  const train_arith arith[TRAIN_PRODUCTS] = {{.error = TRAIN_DROPOUT, .sd = sigma}};
  vmac_err err;
  train_products_set(t->products, layer, arith);
  assert_true(train_products_begin(t->products, STEP, true, &err));
}

/* A layer alone: random operands, outputs (ny), gradients. */
typedef struct {
  train_trainer *t;
  train_linear *map;
  int index;
  float *x, *y, *dy, *dx, *dw;
  const float *w;
} bench;

static bench begin(const char *name) {
  vmac_rng rng;
  vmac_rng_seed(&rng, 5);
  bench b = {.t = net_trainer("lenet5", &TINY, 1)};
  b.index = layer_at(b.t->model, name);
  b.map = &b.t->shard[0]->linear[b.index];
  b.w = b.t->model->param + b.t->model->layer[b.index].param;
  b.x = normal(&rng, b.map->nx);
  b.dy = normal(&rng, b.map->ny);
  b.y = vmac_alloc(b.map->ny, sizeof *b.y);
  b.dx = vmac_alloc(b.map->nx, sizeof *b.dx);
  b.dw = vmac_alloc(b.map->nw, sizeof *b.dw);
  for (size_t i = 0; i < b.map->nx; i++) b.x[i] += 0.5f;
  b.t->shard[0]->work->part = 3;
  return b;
}

static void end(bench *b) {
  free(b->x);
  free(b->y);
  free(b->dy);
  free(b->dx);
  free(b->dw);
  train_trainer_free(b->t);
}

/* products: NULL, or those of the trainer; dropped: NULL, or the gradients of the outputs. */
static void run(bench *b, const train_products *products, const float *dy) {
  train_work *work = b->t->shard[0]->work;
  work->products = products;
  train_product_forward(work, b->index, b->map, b->x, b->w, NULL, false, b->y);
  train_product_backward(work, b->index, b->map, b->x, b->w, dy, b->dx, b->dw);
}

static float *copy(size_t n, const float *from) {
  return memcpy(vmac_alloc(n, sizeof *from), from, n * sizeof *from);
}

static void check(const char *name, float sigma) {
  bench b = begin(name);
  const size_t n = b.map->ny;
  run(&b, NULL, b.dy);
  float *exact = copy(n, b.y), *dropped = vmac_alloc(n, sizeof *dropped);
  double mean = 0, square = 0, off = 0, spread = 0;
  for (size_t i = 0; i < n; i++) mean += (double)exact[i] / (double)n;
  for (size_t i = 0; i < n; i++) square += (double)exact[i] * (double)exact[i] / (double)n;
  const double error = (double)sigma * (double)sigma * (square - mean * mean);
  const double keep = square / (square + error), r = (1 - keep) / keep; /* off by r y, or by -y */
  set_dropout(b.t, b.index, sigma);
  run(&b, b.t->products, b.dy);
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    const double y = (double)exact[i], e = (double)b.y[i] - y;
    kept += b.y[i] != 0;
    dropped[i] = b.y[i] != 0 ? b.dy[i] / (float)keep : 0;
    if (b.y[i] != 0 && fabs((double)b.y[i] - y / keep) > 1e-5 * fabs(y / keep))
      fail_msg("%s[%zu]: %g kept as %g, not %g", name, i, y, (double)b.y[i], y / keep);
    off += e * e / (double)n;
    spread += y * y * y * y * (keep * r * r * r * r + 1 - keep - r * r);
  }
  const double share = (double)kept / (double)n;
  if (fabs(share - keep) > 5 * sqrt(keep * (1 - keep) / (double)n))
    fail_msg("%s: %g kept, not %g", name, share, keep);
  if (fabs(off - error) > 5 * sqrt(spread) / (double)n + 1e-6 * error)
    fail_msg("%s: off by %g in the mean square, not %g", name, off, error);
  float *dx = copy(b.map->nx, b.dx), *dw = copy(b.map->nw, b.dw), *y = copy(n, b.y);
  run(&b, NULL, dropped);
  for (size_t i = 0; i < b.map->nx; i++)
    assert_true(fabsf(dx[i] - b.dx[i]) <= 1e-4f * (1 + fabsf(dx[i])));
  for (size_t i = 0; i < b.map->nw; i++)
    assert_true(fabsf(dw[i] - b.dw[i]) <= 1e-3f * (1 + fabsf(dw[i])));
  vmac_err err;
  run(&b, b.t->products, b.dy);
  assert_memory_equal(b.y, y, n * sizeof *y);
  assert_true(train_products_begin(b.t->products, STEP + 1, true, &err));
  run(&b, b.t->products, b.dy);
  assert_memory_not_equal(b.y, y, n * sizeof *y);
  free(exact);
  free(dropped);
  free(dx);
  free(dw);
  free(y);
  end(&b);
}

static void test_sizes(void **state) {
  (void)state;
  for (int k = 0; k < DROPS; k++) {
    check(LAYERS[k], 0.5f);
    check(LAYERS[k], 1.5f);
  }
}

static void test_none(void **state) {
  (void)state;
  bench b = begin("c3");
  run(&b, NULL, b.dy);
  float *exact = copy(b.map->ny, b.y), *dx = copy(b.map->nx, b.dx);
  set_dropout(b.t, b.index, 0);
  run(&b, b.t->products, b.dy);
  assert_memory_equal(b.y, exact, b.map->ny * sizeof *exact);
  assert_memory_equal(b.dx, dx, b.map->nx * sizeof *dx);
  free(exact);
  free(dx);
  end(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_sizes), cmocka_unit_test(test_none)};
  return cmocka_run_group_tests_name("train_dropout", tests, NULL, NULL);
}
