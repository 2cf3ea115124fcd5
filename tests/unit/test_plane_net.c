/* What is taken of a network's layers (plane/observe.c, plane/measure.c).
 *
 * TEST RATIONALE. State space: networks of every operator and of two branches, random images some
 * of which are equal, exact and with a cell, and ResNet-8 on images that come with it: every layer's
 * codes are kept here, and hashes, sums, features, kept codes, errors and counts must be what plain
 * loops over them give, states by comparing all pairs. Features: finer grids than codes, coarser
 * ones, and more channels than features. One thread against three, images at once and in parts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plane_case.h"

#include <omp.h>

#include "net_build.h"

enum { MOST = 40 };

/* ---- all codes of all layers ----------------------------------------------------------------- */

/* codes[tensor]: (images, size). */
static int8_t **run(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data) {
  int8_t **codes = vmac_alloc((size_t)net->tensors, sizeof *codes);
  vmac_state *state = vmac_state_new(net);
  for (size_t i = 0; i < data->n; i++) {
    vmac_state_set_image(net, state, data, i);
    vmac_net_run(net, plan, VMAC_ROUND_DOUBLE, state);
    for (int t = 0; t < net->tensors; t++) {
      const size_t size = net->tensor[t].size;
      if (!state->i8[t]) continue;
      if (!codes[t]) codes[t] = vmac_alloc(data->n, size);
      memcpy(codes[t] + i * size, state->i8[t], size);
    }
  }
  vmac_state_free(net, state);
  return codes;
}

static void discard(const vmac_net *net, int8_t **codes) {
  for (int t = 0; t < net->tensors; t++) free(codes[t]);
  free(codes);
}

/* ---- what plain loops make of them ----------------------------------------------------------- */

static size_t dim(const vmac_tensor *t, int axis) {
  return t->rank == 4 ? (size_t)t->dim[axis] : 1;
}

/* Codes of each cell and channel, cell by cell: the finest grid of so many features. */
static void check_features(const vmac_plane_layer *l, const vmac_tensor *t, size_t most,
                           const int8_t *codes, size_t images) {
  const size_t h = dim(t, 1), w = dim(t, 2), c = l->size / h / w;
  size_t g = 1;
  while (g < (h > w ? h : w) && (g < h ? g + 1 : h) * (g < w ? g + 1 : w) * c <= most) g++;
  const size_t gh = g < h ? g : h, gw = g < w ? g : w;
  assert_int_equal(l->features, gh * gw * c);
  assert_true(!l->feature_sign);
  for (size_t i = 0; i < images; i++)
    for (size_t f = 0; f < l->features; f++) {
      int sum = 0;
      for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < w; x++)
          if (y * gh / h == f / c / gw && x * gw / w == f / c % gw)
            sum += codes[i * l->size + (y * w + x) * c + f % c];
      assert_true(l->feature[i * l->features + f] == (float)sum);
    }
}

/* More channels than features: each code in one of them, with a sign. */
static void check_scattered(const vmac_plane_layer *l, size_t most, const int8_t *codes,
                            size_t images) {
  assert_true(l->features == most && l->feature_sign);
  for (size_t i = 0; i < images; i++)
    for (size_t f = 0; f < most; f++) {
      int sum = 0;
      for (size_t k = 0; k < l->size; k++)
        if (l->into[k] == f) sum += l->feature_sign[k] * codes[i * l->size + k];
      assert_true(l->feature[i * most + f] == (float)sum);
    }
}

static bool alike(const int8_t *a, const int8_t *b, size_t size, int bits) {
  for (size_t i = 0; i < size; i++)
    if (((uint8_t)a[i] ^ (uint8_t)b[i]) >> (8 - bits)) return false;
  return true;
}

/* I of states and labels, one pair of images after the other: log2 of how often both come over how
 * often they would, mean over images. */
static void check_counts(const vmac_plane_point *p, const int8_t *codes, size_t size,
                         const int8_t *x, size_t x_size, const uint8_t *labels, size_t images) {
  for (int bits = 1; bits <= VMAC_PLANE_BITS; bits++) {
    double h = 0, of_x = 0, of_y = 0;
    uint32_t states = 0, single = 0;
    for (size_t i = 0; i < images; i++) {
      double t = 0, y = 0, ty = 0, xs = 0, tx = 0;
      bool first = true;
      for (size_t j = 0; j < images; j++) {
        const bool same = alike(codes + i * size, codes + j * size, size, bits);
        const bool same_x = !memcmp(x + i * x_size, x + j * x_size, x_size);
        t += same;
        y += labels[i] == labels[j];
        ty += same && labels[i] == labels[j];
        xs += same_x;
        tx += same && same_x;
        first = first && (j >= i || !same);
      }
      const double n = (double)images;
      h += log2(n / t) / n;
      of_y += log2(ty * n / (t * y)) / n;
      of_x += log2(tx * n / (t * xs)) / n;
      states += first;
      single += t == 1;
    }
    assert_true(p->counted[bits - 1].states == states && p->counted[bits - 1].single == single);
    near("H(T)", p->counted[bits - 1].h.bits, h, 1e-9);
    near("I(T;X)", p->counted[bits - 1].x, of_x, 1e-9);
    near("of a function of X", of_x, h, 1e-9);
    near("I(T;Y)", p->counted[bits - 1].y.bits, of_y, 1e-9);
    if (bits > 1) assert_true(p->counted[bits - 2].y.bits <= of_y + 1e-9);
  }
}

static void check_layer(const vmac_plane *plane, int layer, const vmac_net *net, int8_t **codes,
                        int8_t **exact, const vmac_dataset *data) {
  const vmac_plane_layer *l = &plane->layer[layer];
  const int8_t *mine = codes[l->tensor];
  const size_t rows =
      (size_t)plane->options.projection.projections * (size_t)plane->options.projection.dims;
  const size_t features = (size_t)plane->options.features;
  const vmac_tensor *t = &net->tensor[l->tensor];
  assert_int_equal(l->size, t->size);
  double squares = 0;
  for (size_t i = 0; i < data->n; i++) {
    for (size_t r = 0; r < rows; r++) {
      int sum = 0;
      for (size_t k = 0; k < l->size; k++) sum += l->sign[r * l->size + k] * mine[i * l->size + k];
      assert_int_equal(l->sums[i * rows + r], sum);
    }
    for (size_t k = 0; k < l->size; k++)
      squares += pow(mine[i * l->size + k] - exact[l->tensor][i * l->size + k], 2);
  }
  near("error", vmac_plane_error(plane, layer), squares / (double)(data->n * l->size), 1e-9);
  if (l->size / dim(t, 1) / dim(t, 2) > features)
    check_scattered(l, features, mine, data->n);
  else
    check_features(l, t, features, mine, data->n);
  for (size_t k = 0; k < plane->options.kept; k++)
    assert_memory_equal(l->codes + k * l->size, mine + plane->keeps[k] * l->size, l->size);
}

static const vmac_plane_how how = {
    .shuffles = 3, .folds = 3, .resamples = 20, .seed = 2, .variance = 400};

/* Of the images that are kept, with their labels. */
static void check_kernel(const vmac_plane *plane, const vmac_plane_point *p, const int8_t *codes,
                         size_t size, const uint8_t *labels) {
  const size_t n = plane->options.kept;
  int8_t *kept = vmac_alloc(n, size);
  uint8_t y[MOST];
  for (size_t i = 0; i < n; i++) {
    memcpy(kept + i * size, codes + plane->keeps[i] * size, size);
    y[i] = labels[plane->keeps[i]];
  }
  vmac_kde of = vmac_kde_bounds(kept, n, size, y, how.variance);
  for (int b = 0; b < VMAC_KDE_BOUNDS; b++) near("kernel", p->kernel[b].bits, of.bits[b], 1e-12);
  vmac_kde_free(&of);
  free(kept);
}

/* counts: of layers with so many codes at most. */
static void check(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data,
                  vmac_plane_options options, size_t counts) {
  vmac_plane *exact = vmac_plane_new(net, data->n, options);
  vmac_plane *with = vmac_plane_new(net, data->n, options);
  const size_t part = data->n / 3;
  vmac_plane_observe(with, net, plan, VMAC_ROUND_DOUBLE, data, 0, part, exact);
  vmac_plane_observe(with, net, plan, VMAC_ROUND_DOUBLE, data, part, data->n - part, exact);
  int8_t **direct = run(net, NULL, data), **cell = run(net, plan, data);
  assert_int_equal(with->layer[0].op, -1);
  for (int l = 0, op = -1; l < with->layers; l++, op++) {
    while (op >= 0 && net->op[op].kind == VMAC_RESHAPE) op++;
    assert_int_equal(with->layer[l].op, op);
    check_layer(exact, l, net, direct, direct, data);
    check_layer(with, l, net, cell, direct, data);
    const vmac_plane_layer *layer = &with->layer[l];
    if (layer->size > counts) continue;
    vmac_plane_point p = vmac_plane_measure(with, l, data->labels, how);
    check_counts(&p, cell[layer->tensor], layer->size, cell[net->input],
                 net->tensor[net->input].size, data->labels, data->n);
    check_kernel(with, &p, cell[layer->tensor], layer->size, data->labels);
    vmac_plane_point_free(&p);
  }
  assert_int_equal(with->layer[with->layers - 1].op, net->ops - 1);
  discard(net, direct);
  discard(net, cell);
  vmac_plane_free(exact);
  vmac_plane_free(with);
}

/* ---- networks -------------------------------------------------------------------------------- */

/* Random images, half of them twice, some of these with another label. */
static vmac_dataset images_for(const vmac_net *net, uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  const vmac_tensor *in = &net->tensor[net->input];
  vmac_dataset data = {MOST, in->dim[1], in->dim[2], in->dim[3], .classes = 5};
  data.pixels = vmac_alloc(MOST, in->size);
  data.labels = vmac_alloc(MOST, 1);
  for (size_t i = 0; i < MOST; i++) {
    for (size_t k = 0; k < in->size; k++)
      data.pixels[i * in->size + k] = (uint8_t)vmac_rng_next(&rng);
    data.labels[i] = (uint8_t)vmac_rng_below(&rng, 5);
    if (i % 4 != 1) continue;
    memcpy(data.pixels + i * in->size, data.pixels + (i - 1) * in->size, in->size);
    if (i % 8 == 1) data.labels[i] = data.labels[i - 1];
  }
  return data;
}

static vmac_plan *plan_of(const vmac_net *net, const char *cell) {
  vmac_err err;
  vmac_plan *plan =
      vmac_plan_make(net, vmac_mult_find(cell, &err), NULL, VMAC_CORR_NONE, NULL, 0, &err);
  if (!plan) fail_msg("%s", err.text);
  return plan;
}

static void test_every_operator(void **state) {
  (void)state;
  vmac_err err;
  vmac_net *net = net_every_operator(31);
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  vmac_dataset data = images_for(net, 32);
  vmac_plan *plan = plan_of(net, "perf3");
  for (int features = 4; features <= 400; features *= 10)
    check(net, plan, &data, (vmac_plane_options){{2, 3, 2}, features, 11, 5}, SIZE_MAX);
  vmac_plan_free(plan);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static void test_resnet8(void **state) {
  (void)state;
  vmac_err err;
  vmac_dataset data;
  vmac_net *net = vmac_net_load("weights/resnet8.tflite", &err);
  if (!net || !vmac_dataset_load(&data, "subset:test", &err)) fail_msg("%s", err.text);
  data.n = MOST;
  vmac_plan *plan = plan_of(net, "trunc7");
  check(net, plan, &data, (vmac_plane_options){{1, 2, 2}, 64, 5, 5}, 64);
  static const int cuts[] = {-1, 0, 3, 7, 11, 12, 14, 15}; /* outside of the residual blocks */
  vmac_plane *plane = vmac_plane_new(net, 1, (vmac_plane_options){{1, 1, 1}, 1, 1, 1});
  for (int l = 0; l < plane->layers; l++) {
    bool cut = false;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
      cut = cut || cuts[i] == plane->layer[l].op;
    if (plane->layer[l].cut != cut) fail_msg("op %d: cut %d", plane->layer[l].op, !cut);
  }
  vmac_plane_free(plane);
  vmac_plan_free(plan);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* The same figures from one thread and from three; another seed draws others. */
static void test_threads_and_seeds(void **state) {
  (void)state;
  enum { RUNS = 4, LAYER = 4 };
  vmac_err err;
  vmac_net *net = net_every_operator(33);
  if (!vmac_net_prepare(net, &err)) fail_msg("%s", err.text);
  vmac_dataset data = images_for(net, 34);
  vmac_plane_point p[RUNS];
  size_t keeps[RUNS][8];
  for (int i = 0; i < RUNS; i++) {
    vmac_plane_options options = {{2, 2, 2}, 20, 8, i < 2 ? 6 : 7};
    vmac_plane_how of = how;
    of.seed = i < 3 ? 2 : 3;
    omp_set_num_threads(i == 1 ? 3 : 1);
    vmac_plane *plane = vmac_plane_new(net, data.n, options);
    vmac_plane_observe(plane, net, NULL, VMAC_ROUND_DOUBLE, &data, 0, data.n, NULL);
    p[i] = vmac_plane_measure(plane, LAYER, data.labels, of);
    memcpy(keeps[i], plane->keeps, sizeof keeps[i]);
    for (size_t k = 1; k < 8; k++) assert_true(keeps[i][k - 1] < keeps[i][k] && keeps[i][k] < MOST);
    vmac_plane_free(plane);
  }
  assert_memory_equal(p[0].probe_term, p[1].probe_term, MOST * sizeof(double));
  assert_memory_equal(keeps[0], keeps[1], sizeof keeps[0]);
  assert_memory_not_equal(keeps[0], keeps[2], sizeof keeps[0]);
  assert_memory_equal(&p[0].projected, &p[1].projected, sizeof p[0].projected);
  assert_memory_equal(p[0].kernel, p[1].kernel, sizeof p[0].kernel);
  assert_true(p[0].null == p[1].null && p[2].projected.bits != p[0].projected.bits);
  assert_memory_equal(p[2].probe_term, p[0].probe_term, MOST * sizeof(double));
  assert_memory_not_equal(p[3].probe_term, p[0].probe_term, MOST * sizeof(double));
  assert_true(p[3].null != p[2].null && p[3].projected.in.lo != p[2].projected.in.lo);
  const vmac_estimate change = vmac_plane_change(&p[0], &p[3], MOST, how);
  near("change", change.bits, p[3].probe.bits - p[0].probe.bits, 1e-12);
  double term[MOST];
  for (size_t i = 0; i < MOST; i++) term[i] = p[3].probe_term[i] - p[0].probe_term[i];
  const vmac_interval in = vmac_bootstrap(term, MOST, how.resamples, how.seed);
  assert_true(in.lo < in.hi && change.in.lo == in.lo && change.in.hi == in.hi);
  const vmac_estimate none = vmac_plane_change(&p[0], &p[1], MOST, how);
  assert_true(none.bits == 0 && none.in.lo == 0 && none.in.hi == 0);
  for (int i = 0; i < RUNS; i++) vmac_plane_point_free(&p[i]);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_operator),
                                     cmocka_unit_test(test_resnet8),
                                     cmocka_unit_test(test_threads_and_seeds)};
  return cmocka_run_group_tests_name("plane net", tests, NULL, NULL);
}
