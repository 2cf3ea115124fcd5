/* Operand streams out of exact inference. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "operands/operands.h"

/* One sampled PE: op, row k of the weight matrix, column n, and the first of its output pixels,
 * counted over all sampled images. */
typedef struct {
  int op, k, n;
  int64_t start;
} lane_place;

static int draw_op(const vmac_net *net, int64_t macs, vmac_rng *rng) {
  int64_t at = (int64_t)(vmac_rng_uniform(rng) * (double)macs);
  int last = 0;
  for (int i = 0; i < net->ops; i++) {
    if (!vmac_op_is_mac(&net->op[i])) continue;
    last = i;
    at -= vmac_op_macs(&net->op[i]);
    if (at < 0) return i;
  }
  return last;
}

static lane_place *draw_lanes(const vmac_net *net, const vmac_sampling *sampling) {
  lane_place *place = vmac_alloc(sampling->lanes, sizeof *place);
  int64_t macs = 0;
  vmac_rng rng;
  vmac_rng_seed(&rng, sampling->seed);
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i])) macs += vmac_op_macs(&net->op[i]);
  for (size_t i = 0; i < sampling->lanes; i++) {
    const int op = draw_op(net, macs, &rng);
    const vmac_op *o = &net->op[op];
    place[i].op = op;
    place[i].k = (int)vmac_rng_below(&rng, (uint32_t)o->k);
    place[i].n = (int)vmac_rng_below(&rng, (uint32_t)o->n);
    place[i].start = (int64_t)vmac_rng_below(&rng, (uint32_t)sampling->images) * o->m +
                     (int64_t)vmac_rng_below(&rng, (uint32_t)o->m);
  }
  return place;
}

/* The steps of one lane that fall into image `image`. */
static void fill_lane(vmac_operands *ops, size_t lane, const vmac_net *net, const lane_place *place,
                      size_t image, size_t images, const vmac_state *state, int8_t *codes) {
  const vmac_op *op = &net->op[place->op];
  const int8_t *input = state->i8[op->in[0]];
  const int64_t pixels = (int64_t)images * op->m;
  for (size_t s = 0; s < ops->steps; s++) {
    const int64_t pixel = (place->start + (int64_t)s) % pixels;
    if (pixel / op->m != (int64_t)image) continue;
    vmac_patch(net, op, input, (int)(pixel % op->m), place->n, codes);
    ops->a[lane * ops->steps + s] = vmac_operand_bits(ops->cls, codes[place->k]);
  }
}

bool vmac_operands_record(vmac_operands *ops, const vmac_net *net, const vmac_dataset *data,
                          vmac_class cls, const vmac_sampling *sampling,
                          void (*progress)(size_t done, size_t total), vmac_err *err) {
  if (!vmac_net_takes(net, data, err)) return false;
  if (!sampling->images || sampling->images > data->n)
    return vmac_fail(err, "images: expected 1..%zu, as the data set has, found %zu", data->n,
                     sampling->images);
  int widest = 0;
  for (int i = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i]) && net->op[i].k > widest) widest = net->op[i].k;
  if (!widest) return vmac_fail(err, "the network has no layer that multiplies");

  vmac_operands_new(ops, cls, sampling->lanes, sampling->steps);
  lane_place *place = draw_lanes(net, sampling);
  int8_t *codes = vmac_alloc((size_t)widest, 1);
  vmac_state *state = vmac_state_new(net);
  for (size_t i = 0; i < ops->lanes; i++)
    ops->w[i] =
        vmac_operand_bits(cls, vmac_weight(net, &net->op[place[i].op], place[i].n, place[i].k));
  for (size_t image = 0; image < sampling->images; image++) {
    if (progress) progress(image, sampling->images);
    vmac_state_set_image(net, state, data, image);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    for (size_t i = 0; i < ops->lanes; i++)
      fill_lane(ops, i, net, &place[i], image, sampling->images, state, codes);
  }
  if (progress) progress(sampling->images, sampling->images);
  vmac_state_free(net, state);
  free(codes);
  free(place);
  return true;
}
