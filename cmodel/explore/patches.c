/* Operands of some output positions of each layer, from the exact network.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "explore/error_model.h"
#include "net/correction.h"

/* Where a layer's positions are: at (count) ascending, image * m + pixel. */
static uint64_t *draw(uint64_t all, int count, uint64_t seed, int op) {
  const uint64_t key[2] = {seed, (uint64_t)op};
  uint64_t *at = vmac_alloc((size_t)count, sizeof *at);
  vmac_rng rng;
  vmac_rng_seed(&rng, vmac_hash(key, sizeof key));
  for (int i = 0; i < count; i++) {
    const uint64_t n = (uint64_t)count, first = all / n * (uint64_t)i + all % n * (uint64_t)i / n;
    const uint64_t j = (uint64_t)i + 1, end = all / n * j + all % n * j / n;
    at[i] = first + vmac_rng_next(&rng) % (end - first);
  }
  return at;
}

static void take(const vmac_net *net, const vmac_op *op, const int8_t *input, int pixel,
                 int8_t *codes, int groups) {
  for (int g = 0; g < groups; g++)
    vmac_patch(net, op, input, pixel, g * (op->n / groups), codes + (size_t)g * (size_t)op->k);
}

vmac_patches *vmac_patches_sample(const vmac_net *net, const vmac_dataset *data, size_t images,
                                  int positions, uint64_t seed, vmac_patches_progress *progress) {
  vmac_patches *of = vmac_alloc((size_t)net->ops, sizeof *of);
  uint64_t **at = vmac_alloc((size_t)net->ops, sizeof *at);
  int *next = vmac_alloc((size_t)net->ops, sizeof *next);
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    if (!vmac_op_is_mac(op)) continue;
    const uint64_t all = (uint64_t)images * (uint64_t)op->m;
    vmac_patches *p = &of[i];
    *p = (vmac_patches){.k = op->k, .groups = vmac_variate_groups(net, op)};
    p->count = all < (uint64_t)positions ? (int)all : positions;
    p->codes = vmac_alloc((size_t)p->count, (size_t)p->groups * (size_t)p->k);
    at[i] = draw(all, p->count, seed, i);
  }
  vmac_state *state = vmac_state_new(net);
  for (size_t image = 0; image < images; image++) {
    vmac_state_set_image(net, state, data, image);
    for (int i = 0; i < net->ops; i++) {
      const vmac_op *op = &net->op[i];
      const size_t bytes = (size_t)of[i].groups * (size_t)of[i].k;
      vmac_net_run_op(net, NULL, VMAC_ROUND_DOUBLE, i, state);
      for (; next[i] < of[i].count; next[i]++) {
        const uint64_t pixel = at[i][next[i]] - image * (uint64_t)op->m;
        if (pixel >= (uint64_t)op->m) break;
        take(net, op, state->i8[op->in[0]], (int)pixel, of[i].codes + (size_t)next[i] * bytes,
             of[i].groups);
      }
    }
    if (progress) progress(image + 1, images);
  }
  vmac_state_free(net, state);
  for (int i = 0; i < net->ops; i++) free(at[i]);
  free(at);
  free(next);
  return of;
}

void vmac_patches_free(const vmac_net *net, vmac_patches *patches) {
  if (!patches) return;
  for (int i = 0; i < net->ops; i++) free(patches[i].codes);
  free(patches);
}
