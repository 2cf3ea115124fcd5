/* How often a network multiplies each pair of operands.
 *
 * At one k position of a layer every output pixel's activation meets every output channel's weight,
 * so the pairs are the product of two histograms: a position costs pixels + channels, not their
 * product.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "vmac.h"

enum { CODES = 256 };

/* Channels that share their activations: all, or those made from one channel in (depthwise). */
static int groups(const vmac_op *op) {
  return op->kind == VMAC_DEPTHWISE ? op->n / op->multiplier : 1;
}

/* seen (groups, k, 256): activation codes (as bytes) at each k position, over the pixels. */
static void count_activations(const vmac_net *net, const vmac_op *op, const int8_t *input,
                              int8_t *codes, uint64_t *seen) {
  for (int g = 0; g < groups(op); g++, seen += (size_t)op->k * CODES)
    for (int pixel = 0; pixel < op->m; pixel++) {
      vmac_patch(net, op, input, pixel, g * (op->n / groups(op)), codes);
      for (int i = 0; i < op->k; i++) seen[(size_t)i * CODES + (uint8_t)codes[i]]++;
    }
}

/* pairs += the product of the two histograms at every k position. */
static void add_pairs(const vmac_net *net, const vmac_op *op, const uint64_t *seen, vmac_class cls,
                      uint64_t *pairs) {
  const int n = op->n / groups(op);
  for (int g = 0; g < groups(op); g++)
    for (int i = 0; i < op->k; i++, seen += CODES) {
      uint64_t weights[CODES] = {0};
      for (int j = 0; j < n; j++)
        weights[vmac_operand_bits(cls, vmac_weight(net, op, g * n + j, i))]++;
      for (int code = 0; code < CODES; code++) {
        if (!seen[code]) continue;
        uint64_t *row = pairs + vmac_operand_bits(cls, (int8_t)code) * CODES;
        for (int w = 0; w < CODES; w++) row[w] += seen[code] * weights[w];
      }
    }
}

static void run_images(const vmac_net *net, const vmac_dataset *data, size_t images, int widest,
                       uint64_t **seen) {
#pragma omp parallel
  {
    vmac_state *state = vmac_state_new(net);
    int8_t *codes = vmac_alloc((size_t)widest, 1);
#pragma omp for schedule(dynamic)
    for (size_t image = 0; image < images; image++) {
      vmac_state_set_image(net, state, data, image);
      vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
#pragma omp critical(vmac_pairs)
      for (int i = 0; i < net->ops; i++)
        if (seen[i])
          count_activations(net, &net->op[i], state->i8[net->op[i].in[0]], codes, seen[i]);
    }
    free(codes);
    vmac_state_free(net, state);
  }
}

bool vmac_net_pairs(const vmac_net *net, const vmac_dataset *data, size_t images, vmac_class cls,
                    uint64_t *pairs, vmac_err *err) {
  if (!vmac_net_takes(net, data, err)) return false;
  if (!images || images > data->n)
    return vmac_fail(err, "images: expected 1..%zu, as the data set has, found %zu", data->n,
                     images);
  uint64_t macs = 0;
  int widest = 0;
  for (int i = 0; i < net->ops; i++) {
    if (!vmac_op_is_mac(&net->op[i])) continue;
    macs += (uint64_t)vmac_op_macs(&net->op[i]);
    if (net->op[i].k > widest) widest = net->op[i].k;
  }
  if (!macs) return vmac_fail(err, "the network has no layer that multiplies");
  if (images > VMAC_PAIRS_MAX / macs)
    return vmac_fail(err, "images: expected at most %llu, 2^46 multiplications, found %zu",
                     (unsigned long long)(VMAC_PAIRS_MAX / macs), images);
  uint64_t **seen = vmac_alloc((size_t)net->ops, sizeof *seen);
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i]))
      seen[i] =
          vmac_alloc((size_t)groups(&net->op[i]) * (size_t)net->op[i].k * CODES, sizeof *seen[i]);
  run_images(net, data, images, widest, seen);
  for (size_t i = 0; i < (size_t)CODES * CODES; i++) pairs[i] = 0;
  for (int i = 0; i < net->ops; i++) {
    if (seen[i]) add_pairs(net, &net->op[i], seen[i], cls, pairs);
    free(seen[i]);
  }
  free(seen);
  return true;
}
