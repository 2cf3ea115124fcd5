/* The int8 twin of a model. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clones.h"
#include "gemm/scheme.h"
#include "train/twin.h"

/* Layers that share a cell and a mode share a plan. The cell's table and scheme outlive the
 * networks, the plan does not. */
typedef struct {
  const vmac_mult *mult;
  vmac_mode mode;
  int32_t *table;
  vmac_scheme *scheme;
  bool *ops;
  vmac_plan *plan;
} group;

struct train_twin {
  const train_model *model;
  train_cell *cell; /* (layers) */
  bool *has;        /* (layers): cell is set */
  train_twin_layer *layer;
  int *tensor; /* (layers) */
  vmac_net *net;
  group *group; /* (layers) at most */
  int groups;
  const vmac_dataset *data;
  size_t images;
  uint64_t (*count)[256]; /* (layers) */
};

train_twin *train_twin_new(const train_model *model) {
  train_twin *t = vmac_alloc(1, sizeof *t);
  const size_t n = (size_t)model->layers;
  t->model = model;
  t->cell = vmac_alloc(n, sizeof *t->cell);
  t->has = vmac_alloc(n, sizeof *t->has);
  t->layer = vmac_alloc(n, sizeof *t->layer);
  t->tensor = vmac_alloc(n, sizeof *t->tensor);
  t->group = vmac_alloc(n, sizeof *t->group);
  t->count = vmac_alloc(n, sizeof *t->count);
  return t;
}

static void free_group(group *g) {
  vmac_plan_free(g->plan);
  free(g->table);
  free(g->scheme);
  free(g->ops);
}

void train_twin_free(train_twin *t) {
  if (!t) return;
  for (int i = 0; i < t->groups; i++) free_group(&t->group[i]);
  vmac_net_free(t->net);
  for (int i = 0; i < t->model->layers; i++) {
    free(t->layer[i].factor);
    free(t->layer[i].w);
  }
  free(t->layer);
  free(t->cell);
  free(t->has);
  free(t->tensor);
  free(t->group);
  free(t->count);
  free(t);
}

static bool same_plan(const group *g, const train_cell *cell) {
  return g->mult == cell->mult && g->mode == cell->mode;
}

static group *group_of(const train_twin *t, const train_cell *cell) {
  for (int i = 0; i < t->groups; i++)
    if (same_plan(&t->group[i], cell)) return &t->group[i];
  return NULL;
}

void train_twin_set(train_twin *t, int index, const train_cell *cell) {
  t->has[index] = cell && cell->mult;
  if (cell) t->cell[index] = *cell;
}

void train_twin_calibration(train_twin *t, const vmac_dataset *data, size_t images) {
  t->data = data;
  t->images = images;
}

static bool is_used(const train_twin *t, const group *g) {
  for (int i = 0; i < t->model->layers; i++)
    if (t->has[i] && same_plan(g, &t->cell[i])) return true;
  return false;
}

static void find_groups(train_twin *t) {
  int used = 0;
  for (int i = 0; i < t->groups; i++)
    if (is_used(t, &t->group[i]))
      t->group[used++] = t->group[i];
    else
      free_group(&t->group[i]);
  t->groups = used;
  for (int i = 0; i < t->model->layers; i++) {
    if (!t->has[i] || group_of(t, &t->cell[i])) continue;
    group *g = &t->group[t->groups++];
    *g = (group){.mult = t->cell[i].mult, .mode = t->cell[i].mode};
    g->table = vmac_alloc(65536, sizeof *g->table);
    vmac_mult_table(g->mult, g->table);
    g->scheme = vmac_alloc(1, sizeof *g->scheme);
    vmac_scheme_find(g->table, vmac_isa_now(), g->scheme);
    g->ops = vmac_alloc((size_t)t->model->layers * 8, sizeof *g->ops);
  }
}

int train_twin_completes(const train_twin *t, int index) {
  const train_model *m = t->model;
  int completes = index;
  if (m->layer[index].row->kind != TRAIN_FC)
    while (m->layer[completes].in[0] != index || completes == index) completes++;
  return completes;
}

/* The op that does layer `index`'s products. */
static int op_of(const train_twin *t, const vmac_net *net, int index) {
  const int completes = train_twin_completes(t, index);
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i]) && net->op[i].out == t->tensor[completes]) return i;
  return -1;
}

/* What the accumulators of a layer and its weight codes stand for. */
static void set_layer(train_twin *t, int index) {
  const train_layer *l = &t->model->layer[index];
  train_twin_layer *to = &t->layer[index];
  const vmac_net *net = to->net = t->net;
  to->op = &net->op[op_of(t, net, index)];
  const vmac_tensor *in = &net->tensor[to->op->in[0]], *weight = &net->tensor[to->op->weight];
  to->in_scale = in->scale[0];
  to->in_zero = in->zero;
  to->bias = net->tensor[to->op->bias].i32;
  to->mac = NULL;
  if (t->has[index]) {
    const group *g = group_of(t, &t->cell[index]);
    to->mac = &g->plan->mac[to->op - net->op];
  }
  const size_t n = (size_t)to->op->n, k = weight->size / n;
  const bool last = l->row->kind == TRAIN_DEPTHWISE;
  if (!to->factor) {
    to->factor = vmac_alloc(n, sizeof *to->factor);
    to->w = vmac_alloc(weight->size, sizeof *to->w);
  }
  for (size_t c = 0; c < n; c++) {
    const double gain = train_fold_gain(t->model, index, (int)c);
    const double unit = gain != 0 ? (double)weight->scale[weight->scales > 1 ? c : 0] / gain : 0;
    to->factor[c] = (float)((double)to->in_scale * unit);
    for (size_t i = 0; i < k; i++) {
      const size_t at = last ? i * n + c : c * k + i;
      to->w[at] = (float)(weight->i8[at] * unit);
    }
  }
}

/* The group's plan for the network as it is now. */
static bool make_plan(train_twin *t, group *g, bool calibrate, vmac_err *err) {
  vmac_plan *old = g->plan, *plan = vmac_plan_new(t->net);
  bool good = true;
  if (old) vmac_plan_strip(old); /* the new one's rows take the memory of its own */
  memset(g->ops, 0, (size_t)t->net->ops * sizeof *g->ops);
  for (int i = 0; i < t->model->layers; i++)
    if (t->has[i] && same_plan(g, &t->cell[i])) g->ops[op_of(t, t->net, i)] = true;
  vmac_plan_know(plan, g->mult, g->table, g->scheme);
  vmac_plan_set(t->net, plan, g->mult, g->ops);
  if (!vmac_mode_calibrates(g->mode)) {
    good = vmac_plan_correct(t->net, plan, g->mode, NULL, err);
  } else if (calibrate || !old || !vmac_plan_carry(plan, old)) {
    vmac_calib *calib = vmac_calib_new(t->net, t->data, t->images, 0);
    good = vmac_plan_correct(t->net, plan, g->mode, calib, err);
    vmac_calib_free(calib);
  }
  vmac_plan_free(old);
  g->plan = plan;
  return good;
}

/* Activations that layers with a slope see, of images spread over those calibrated on. */
static void count_codes(train_twin *t) {
  enum { IMAGES = 16 };
  bool any = false;
  for (int i = 0; i < t->model->layers; i++)
    any = any || (t->has[i] && t->cell[i].gradient == TRAIN_SLOPE);
  if (!any) return;
  const size_t images = t->images < IMAGES ? t->images : IMAGES;
  vmac_state *state = vmac_state_new(t->net);
  memset(t->count, 0, (size_t)t->model->layers * sizeof *t->count);
  for (size_t n = 0; n < images; n++) {
    vmac_state_set_image(t->net, state, t->data, n * t->images / images);
    train_twin_run(t, state);
    for (int i = 0; i < t->model->layers; i++) {
      if (!train_weights(&t->model->layer[i])) continue;
      const int in = t->layer[i].op->in[0];
      for (size_t k = 0; k < t->net->tensor[in].size; k++) t->count[i][(uint8_t)state->i8[in][k]]++;
    }
  }
  vmac_state_free(t->net, state);
}

bool train_twin_refresh(train_twin *t, bool calibrate, vmac_err *err) {
  vmac_net *old = t->net;
  t->net = train_quantize_tensors(t->model, t->model->range, t->tensor, err);
  if (!t->net) {
    t->net = old;
    return false;
  }
  find_groups(t);
  bool good = true;
  for (int i = 0; good && i < t->groups; i++) good = make_plan(t, &t->group[i], calibrate, err);
  vmac_net_free(old);
  for (int i = 0; good && i < t->model->layers; i++)
    if (train_weights(&t->model->layer[i])) set_layer(t, i);
  if (good && calibrate) count_codes(t);
  return good;
}

const uint64_t *train_twin_count(const train_twin *t, int index) {
  return t->count[index];
}

const train_twin_layer *train_twin_at(const train_twin *t, int index) {
  return &t->layer[index];
}

const vmac_net *train_twin_net(const train_twin *t) {
  return t->net;
}

void train_twin_run_op(const train_twin *t, int op, vmac_state *state) {
  const vmac_plan *plan = NULL;
  for (int g = 0; g < t->groups; g++)
    if (vmac_plan_has(t->group[g].plan, op)) plan = t->group[g].plan;
  vmac_net_run_op(t->net, plan, VMAC_ROUND_DOUBLE, op, state);
}

void train_twin_run(const train_twin *t, vmac_state *state) {
  for (int i = 0; i < t->net->ops; i++) train_twin_run_op(t, i, state);
}

const int8_t *train_twin_codes(const train_twin *t, const vmac_state *state, int index,
                               float *scale, int32_t *zero) {
  const train_kind kind = t->model->layer[index].row->kind;
  if (kind == TRAIN_CONV || kind == TRAIN_DEPTHWISE) return NULL;
  const vmac_tensor *tensor = &t->net->tensor[t->tensor[index]];
  *scale = tensor->scale[0];
  *zero = tensor->zero;
  return state->i8[t->tensor[index]];
}

/* Half rounds up, as adding and cutting does. */
static inline VMAC_BODY void encode_body(size_t n, float inverse, float shift, const float *x,
                                         int8_t *codes) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) {
    float v = x[i] * inverse + shift;
    v = v < 255.5f ? v : 255.5f;
    v = v > 0 ? v : 0;
    codes[i] = (int8_t)((int32_t)v - 128);
  }
}
VMAC_PER_ISA(encode, (size_t n, float inverse, float shift, const float *x, int8_t *codes),
             (n, inverse, shift, x, codes));

void train_encode(size_t n, float scale, int32_t zero, const float *x, int8_t *codes) {
  encode[vmac_isa_now()](n, 1 / scale, (float)zero + 128.5f, x, codes);
}

VMAC_CLONES void train_decode(size_t n, float scale, int32_t zero, const int8_t *codes, float *x) {
#pragma omp simd
  for (size_t i = 0; i < n; i++) x[i] = (float)(codes[i] - zero) * scale;
}
