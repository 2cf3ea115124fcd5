/* What the estimators take of a network's layers, image by image: no layer is kept whole but for
 * the few images that are compared in pairs. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "plane/plane.h"

/* Whether ops after `op` read its output, or what they make of it, and nothing else. */
static bool is_cut(const vmac_net *net, int op) {
  bool *before = vmac_alloc((size_t)net->tensors, sizeof *before);
  before[net->input] = op >= 0;
  for (int i = 0; i < op; i++) before[net->op[i].out] = true;
  bool cut = true;
  for (int i = op + 1; i < net->ops; i++)
    for (int j = 0; j < 2; j++)
      if (net->op[i].in[j] >= 0 && before[net->op[i].in[j]]) cut = false;
  free(before);
  return cut;
}

static uint64_t seed_of(const vmac_plane *plane, int op, uint64_t what) {
  const uint64_t key[3] = {plane->options.seed, (uint64_t)(op + 1), what};
  return vmac_hash(key, sizeof key);
}

/* Codes of (h, w, c) to the cells of a grid of at most g x g, each channel's apart. */
static void grid(vmac_plane_layer *l, size_t h, size_t w, size_t most) {
  const size_t c = l->size / (h * w);
  size_t gh = 1, gw = 1;
  for (size_t g = 2; g <= h || g <= w; g++) {
    const size_t y = g < h ? g : h, x = g < w ? g : w;
    if (y * x * c > most) break;
    gh = y, gw = x;
  }
  l->features = gh * gw * c;
  for (size_t i = 0; i < l->size; i++) {
    const size_t y = i / c / w * gh / h, x = i / c % w * gw / w;
    l->into[i] = (uint16_t)((y * gw + x) * c + i % c);
  }
}

static void scatter(const vmac_plane *plane, vmac_plane_layer *l) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed_of(plane, l->op, 2));
  l->features = (size_t)plane->options.features;
  l->feature_sign = vmac_project_signs(1, l->size, seed_of(plane, l->op, 3));
  for (size_t i = 0; i < l->size; i++)
    l->into[i] = (uint16_t)vmac_rng_below(&rng, (uint32_t)l->features);
}

static void add_layer(vmac_plane *plane, const vmac_net *net, int op) {
  vmac_plane_layer *l = &plane->layer[plane->layers++];
  const vmac_plane_options *o = &plane->options;
  const size_t rows = (size_t)o->projection.projections * (size_t)o->projection.dims;
  l->op = op;
  l->tensor = op < 0 ? net->input : net->op[op].out;
  l->cut = is_cut(net, op);
  const vmac_tensor *t = &net->tensor[l->tensor];
  const size_t h = t->rank == 4 ? (size_t)t->dim[1] : 1, w = t->rank == 4 ? (size_t)t->dim[2] : 1;
  l->size = t->size;
  l->into = vmac_alloc(l->size, sizeof *l->into);
  if (l->size / (h * w) > (size_t)o->features)
    scatter(plane, l);
  else
    grid(l, h, w, (size_t)o->features);
  l->sign = vmac_project_signs(rows, l->size, seed_of(plane, op, 1));
  l->digest = vmac_alloc(plane->images * VMAC_PLANE_BITS, sizeof *l->digest);
  l->sums = vmac_alloc(plane->images * rows, sizeof *l->sums);
  l->feature = vmac_alloc(plane->images * l->features, sizeof *l->feature);
  l->codes = vmac_alloc(o->kept, l->size);
}

/* Which images are kept: every set of that many is as likely (Knuth's selection sampling). */
static void choose(vmac_plane *plane) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed_of(plane, -1, 0));
  plane->keeps = vmac_alloc(plane->options.kept, sizeof *plane->keeps);
  for (size_t i = 0, got = 0; i < plane->images; i++)
    if (vmac_rng_below(&rng, (uint32_t)(plane->images - i)) < plane->options.kept - got)
      plane->keeps[got++] = i;
}

vmac_plane *vmac_plane_new(const vmac_net *net, size_t images, vmac_plane_options options) {
  vmac_plane *plane = vmac_alloc(1, sizeof *plane);
  if (options.kept > images) options.kept = images;
  *plane = (vmac_plane){.options = options, .images = images};
  plane->layer = vmac_alloc((size_t)net->ops + 1, sizeof *plane->layer);
  choose(plane);
  for (int op = -1; op < net->ops; op++)
    if (op < 0 || net->op[op].kind != VMAC_RESHAPE) add_layer(plane, net, op);
  return plane;
}

void vmac_plane_free(vmac_plane *plane) {
  if (!plane) return;
  for (vmac_plane_layer *l = plane->layer; l < plane->layer + plane->layers; l++) {
    free(l->digest);
    free(l->sums);
    free(l->feature);
    free(l->codes);
    free(l->sign);
    free(l->into);
    free(l->feature_sign);
  }
  free(plane->layer);
  free(plane->keeps);
  free(plane);
}

/* The place among the kept images of the first that is not before `image`. */
static size_t keep_of(const vmac_plane *plane, size_t image) {
  size_t lo = 0, hi = plane->options.kept;
  while (lo < hi) {
    const size_t mid = (lo + hi) / 2;
    if (plane->keeps[mid] < image)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo;
}

/* sum (features): scratch. */
static void take(const vmac_plane *plane, vmac_plane_layer *l, size_t image, const int8_t *codes,
                 int32_t *sum) {
  const vmac_plane_options *o = &plane->options;
  const size_t rows = (size_t)o->projection.projections * (size_t)o->projection.dims;
  const size_t keep = keep_of(plane, image);
  vmac_digest_codes(codes, l->size, l->digest + image * VMAC_PLANE_BITS);
  vmac_project(l->sign, rows, codes, l->size, l->sums + image * rows);
  memset(sum, 0, l->features * sizeof *sum);
  for (size_t i = 0; i < l->size; i++)
    sum[l->into[i]] += l->feature_sign ? l->feature_sign[i] * codes[i] : codes[i];
  for (size_t i = 0; i < l->features; i++) l->feature[image * l->features + i] = (float)sum[i];
  if (keep < o->kept && plane->keeps[keep] == image)
    memcpy(l->codes + keep * l->size, codes, l->size);
}

static uint64_t squares(const int8_t *a, const int8_t *b, size_t size) {
  uint64_t sum = 0;
  for (size_t i = 0; i < size; i++) sum += (uint64_t)((a[i] - b[i]) * (a[i] - b[i]));
  return sum;
}

/* Runs one image and takes its layers; beside: the same image's state in the exact network, or
 * NULL, from which squares (layers) are counted. */
static void run(vmac_plane *plane, const vmac_net *net, const vmac_plan *plan,
                vmac_rounding rounding, size_t image, vmac_state *state, const vmac_state *beside,
                int32_t *sum, uint64_t *square) {
  const vmac_net *of = plan ? plan->net : net;
  for (int op = -1, at = 0; op < net->ops; op++) {
    if (op >= 0) vmac_net_run_op(of, plan, rounding, op, state);
    if (at == plane->layers || plane->layer[at].op != op) continue;
    vmac_plane_layer *l = &plane->layer[at];
    take(plane, l, image, state->i8[l->tensor], sum);
    if (beside) square[at] += squares(state->i8[l->tensor], beside->i8[l->tensor], l->size);
    at++;
  }
}

void vmac_plane_observe(vmac_plane *plane, const vmac_net *net, const vmac_plan *plan,
                        vmac_rounding rounding, const vmac_dataset *data, size_t first,
                        size_t count, vmac_plane *exact) {
#pragma omp parallel
  {
    vmac_state *state = vmac_state_new(net), *beside = exact ? vmac_state_new(net) : NULL;
    int32_t *sum = vmac_alloc((size_t)plane->options.features, sizeof *sum);
    uint64_t *square = vmac_alloc((size_t)plane->layers, sizeof *square);
#pragma omp for schedule(dynamic, 1)
    for (size_t i = first; i < first + count; i++) {
      if (exact) {
        vmac_state_set_image(net, beside, data, i);
        run(exact, net, NULL, rounding, i, beside, NULL, sum, NULL);
      }
      vmac_state_set_image(net, state, data, i);
      run(plane, net, plan, rounding, i, state, beside, sum, square);
    }
#pragma omp critical
    for (int l = 0; l < plane->layers; l++) plane->layer[l].squares += square[l];
    free(square);
    free(sum);
    if (exact) vmac_state_free(net, beside);
    vmac_state_free(net, state);
  }
}

double vmac_plane_error(const vmac_plane *plane, int layer) {
  const vmac_plane_layer *l = &plane->layer[layer];
  return (double)l->squares / ((double)plane->images * (double)l->size);
}
